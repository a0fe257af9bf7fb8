"""Every connector says all that its target needs, and nothing that does not exist."""

import pytest

from lockstep.idp.apps.connectors import CONNECTORS, check_parameter, parameters_of
from lockstep.idp.apps.connectors.records import Connector


@pytest.mark.parametrize("connector", CONNECTORS.values(), ids=str)
def test_a_template_names_what_exists(connector: Connector) -> None:
    for parameter in parameters_of(connector, []):
        check_parameter(parameter)
    assert connector.words
    assert connector.about.endswith(".")


def test_aws_is_as_its_documentation_says() -> None:
    """At most 100 members and 100 results, no PUT of groups, no Bulk, members through filters."""
    aws = CONNECTORS["aws-iam-identity-center"]
    assert (aws.members_per_request, aws.page_size, aws.bulk_operations, aws.rate) == (100, 100, 0, 20.0)
    assert (aws.writes, aws.may_put, aws.members_read, aws.paging, aws.asks) == ("patch", False, "filter", "cursor", False)


@pytest.mark.parametrize(
    ("name", "status", "detail", "words"),
    [
        ("aws-iam-identity-center", 400, "Request is unparsable, syntactically incorrect, or violates schema.", "family name"),
        ("aws-iam-identity-center", 400, "Replacing group memberships is not supported.", "Members cannot be replaced"),
        ("aws-iam-identity-center", 400, "List attribute emails exceeds allowed limit of 1", "one e-mail address"),
        (
            "aws-iam-identity-center",
            409,
            "Refused to create a new, duplicate resource.",
            "`lockstep idp takeover APP`",
        ),
        ("scim2", 400, "mutability: userName is readOnly", "lets nobody change"),
        ("scim2", 413, "", "larger than the target takes"),
    ],
)
def test_a_typical_fault_is_explained(name: str, status: int, detail: str, words: str) -> None:
    assert words in CONNECTORS[name].explain(status, detail)


def test_what_is_no_typical_fault_is_not_explained() -> None:
    assert CONNECTORS["aws-iam-identity-center"].explain(400, "something else") == ""
    assert CONNECTORS["scim2"].explain(404, "mutability") == ""
