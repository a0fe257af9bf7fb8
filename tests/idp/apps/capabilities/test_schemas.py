"""What targets say of their schemas, in the shapes that they say it in."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.idp.apps.capabilities.schemas import user_schemas
from lockstep.idp.apps.template.target import attribute_at
from lockstep.scim.messages import ENTERPRISE, GROUP, USER
from lockstep.scim.schemas import schemas_json

OWN = "urn:example:params:scim:schemas:extension:badge:2.0:User"
CORE = {
    "id": USER,
    "attributes": [{"name": "userName", "type": "string", "required": True}, {"name": "tags", "multiValued": True}],
}


def test_our_own_answer_is_read_as_rfc_7643_has_it() -> None:
    found = user_schemas(schemas_json("https://x.example"))
    assert found is not None
    assert sorted(found.extensions) == [ENTERPRISE]
    manager = attribute_at(found, (ENTERPRISE, "manager", "displayName"))
    assert manager is not None
    assert manager.mutability == "readOnly"
    emails = attribute_at(found, ("emails",))
    assert emails is not None
    assert (emails.multi_valued, emails.type) == (True, "complex")


def test_an_extension_of_its_own_and_a_bare_list() -> None:
    found = user_schemas(
        [CORE, {"id": OWN, "attributes": [{"name": "level", "type": "integer"}]}, {"id": GROUP, "attributes": []}]
    )
    assert found is not None
    assert sorted(found.extensions) == [OWN]
    level = attribute_at(found, (OWN, "level"))
    assert level is not None
    assert level.type == "integer"
    assert attribute_at(found, ("externalId",)) is not None  # of every resource, and in no schema (RFC 7643 section 3.1)
    assert attribute_at(found, ("title",)) is None


@pytest.mark.parametrize(
    "body", [None, {}, [], {"Resources": "x"}, {"Resources": [{"id": GROUP}]}, {"Resources": [{"id": USER}]}]
)
def test_what_does_not_describe_a_user_is_nothing(body: Any) -> None:
    assert user_schemas(body) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.text() | st.integers(), lambda one: st.lists(one) | st.dictionaries(st.text(), one)
)


@given(JSON)
def test_whatever_comes_is_read_or_is_nothing(attributes: Any) -> None:
    user_schemas({"Resources": [CORE, {"id": OWN, "attributes": attributes}, attributes]})
    user_schemas(attributes)
