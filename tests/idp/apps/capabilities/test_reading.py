"""What is made of a ServiceProviderConfig: what is not said is no "no"."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scim2_models import Bulk, Filter, Patch, ServiceProviderConfig

from lockstep.idp.apps.capabilities import reading
from lockstep.idp.apps.capabilities.reading import differences, effective, read, refused
from lockstep.idp.apps.capabilities.records import Found, Said
from lockstep.idp.apps.connectors import CONNECTORS, Connector
from lockstep.scim.messages import SPC

SCIM2, AWS = CONNECTORS["scim2"], CONNECTORS["aws-iam-identity-center"]
NAMED: dict[str, Any] = {"schemas": [SPC]}
DOCUMENT: dict[str, Any] = {
    **NAMED,
    "patch": {"supported": True},
    "bulk": {"supported": True, "maxOperations": 50, "maxPayloadSize": 4096},
    "filter": {"supported": True, "maxResults": 200},
    "etag": {"supported": True},
    "pagination": {"cursor": True, "index": False},
}
AWS_SAYS: dict[str, Any] = {
    **NAMED,
    "documentationUri": "https://docs.aws.amazon.com/singlesignon/latest/userguide/manage-your-identity-source-idp.html",
    "patch": {"supported": True},
    "bulk": {"supported": False, "maxOperations": 1, "maxPayloadSize": 1_048_576},
    "filter": {"supported": True, "maxResults": 50},
}


def said(document: Any) -> Said:
    found = read(document)
    assert found is not None
    return found


def spoken(document: Any, connector: Connector = SCIM2, **more: Any) -> Connector:
    return effective(connector, Found(said(document), 1, **more))


def test_a_whole_document() -> None:
    assert said(DOCUMENT) == Said(True, True, 50, 4096, True, 200, True, True, "")
    found = spoken(DOCUMENT)
    assert (found.writes, found.bulk_operations, found.bulk_bytes, found.page_size) == ("patch", 50, 4096, 200)
    assert (found.paging, found.if_match, found.members_per_request) == ("cursor", True, 32)


def test_what_an_independent_implementation_says_is_read() -> None:
    """The models of scim2-models write the document here."""
    config = ServiceProviderConfig(
        patch=Patch(supported=False),
        bulk=Bulk(supported=True, max_operations=7, max_payload_size=999),
        filter=Filter(supported=True),
    )
    assert said(config.model_dump()) == Said(patch=False, bulk=True, bulk_operations=7, bulk_bytes=999, filter=True)


@pytest.mark.parametrize("bulk", [{}, {"bulk": None}, {"bulk": {"supported": False}}, {"bulk": "no"}, {"bulk": {}}])
def test_without_bulk_there_is_patch_all_the_same(bulk: dict[str, Any]) -> None:
    found = spoken({**NAMED, "filter": {"supported": True}, **bulk})
    assert (found.writes, found.bulk_operations) == ("patch", 0)


@pytest.mark.parametrize(
    "patch", [{}, {"patch": None}, {"patch": {}}, {"patch": {"supported": None}}, {"patch": {"supported": "?"}}]
)
def test_what_is_not_said_does_not_switch_patch_off(patch: dict[str, Any]) -> None:
    assert spoken({**NAMED, **patch}).writes == "patch"


@pytest.mark.parametrize("no", [False, "false", "False"])
def test_only_a_plain_no_switches_patch_off(no: Any) -> None:
    assert spoken({**NAMED, "patch": {"supported": no}}).writes == "put"


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        "text",
        {},
        {"patch": {"supported": False}},
        {"Resources": [], "schemas": ["x"]},
        {"detail": "no", "status": "404"},
    ],
)
def test_what_is_no_such_document_says_nothing(document: Any) -> None:
    assert read(document) is None


def test_a_document_without_its_schema_is_known_by_its_sections() -> None:
    assert said({"patch": {"supported": False}, "sort": {}}).patch is False


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["supported", "maxOperations", "x"]), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["patch", "bulk", "filter", "etag", "pagination", "schemas"]), json_values))
def test_nothing_that_is_said_breaks_the_reading(document: dict[str, Any]) -> None:
    found = spoken({**document, **NAMED})
    assert found.page_size > 0
    assert found.members_per_request > 0
    section = document.get("patch")
    plain_no = isinstance(section, dict) and str(section.get("supported")).lower() == "false"
    assert (found.writes == "put") is plain_no


@pytest.mark.parametrize(
    ("bulk", "operations"),
    [
        ({"supported": True}, reading.UNSAID_OPERATIONS),
        ({"supported": True, "maxOperations": 0}, reading.UNSAID_OPERATIONS),
        ({"supported": True, "maxOperations": 1}, 0),
        ({"supported": True, "maxOperations": "20"}, 20),
        ({"supported": True, "maxOperations": 10**6}, reading.MOST_OPERATIONS),
        ({"supported": False, "maxOperations": 20}, 0),
        ({"maxOperations": 20}, 0),
    ],
)
def test_operations_in_a_bulk(bulk: dict[str, Any], operations: int) -> None:
    assert spoken({**NAMED, "bulk": bulk}).bulk_operations == operations


@pytest.mark.parametrize(("cursor", "paging"), [(None, "either"), (True, "cursor"), (False, "index")])
def test_paging(cursor: bool | None, paging: str) -> None:
    assert spoken({**NAMED, "pagination": {"cursor": cursor}}).paging == paging


def test_the_declaration_of_aws_stands() -> None:
    assert spoken(DOCUMENT, AWS) == AWS
    assert effective(AWS, Found(refused=frozenset({"patch"}))) == AWS


def test_aws_behind_the_connector_scim2_is_treated_as_aws() -> None:
    found = spoken(AWS_SAYS)
    assert (found.name, found.members_per_request, found.members_read, found.may_put) == ("scim2", 100, "filter", False)
    assert differences(SCIM2, Found(said(AWS_SAYS))) == [
        "This is IAM Identity Center, and is treated as such. Choose the connector aws-iam-identity-center for it."
    ]


def test_what_is_refused_is_not_done_again_and_patch_and_put_take_turns() -> None:
    one = refused(Found(), "patch")
    assert effective(SCIM2, one).writes == "put"
    assert effective(SCIM2, refused(one, "put")).writes == "patch"
    bulk = Found(said(DOCUMENT))
    assert effective(SCIM2, refused(bulk, "bulk")).bulk_operations == 0
    assert not effective(SCIM2, refused(Found(), "create-members")).create_takes_members


def test_limits_that_answers_show() -> None:
    found = refused(Found(said(DOCUMENT)), "members", 900)
    assert found.members == 100
    assert effective(SCIM2, Found(members=100)).members_per_request == 100
    assert refused(found, "members", 100).members == 50
    halved = refused(found, "bulk-size", 50)
    assert effective(SCIM2, halved).bulk_operations == 25
    assert effective(SCIM2, refused(halved, "bulk-size", 2)).bulk_operations == 0


def test_differences_of_aws_are_said() -> None:
    assert differences(AWS, Found()) == []
    assert differences(AWS, Found(said(AWS_SAYS))) == []
    few = {**AWS_SAYS, "filter": {"supported": True, "maxResults": 40}}
    assert differences(AWS, Found(said(few))) == ["It says 40 results a page. Lockstep asks for 100."]
    other = said({**DOCUMENT, "patch": {"supported": False}, "documentationUri": "https://other.example/scim"})
    words = " ".join(differences(AWS, Found(other)))
    for part in ("does not support PATCH", "offers Bulk", "200 results", "https://other.example/scim"):
        assert part in words
    assert differences(SCIM2, Found(other)) == []
