"""What a target holds, in the shape of a template: what was written looks the same, whatever the target adds and reorders."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.idp.apps.connectors import CONNECTORS, parameters_of
from lockstep.idp.apps.recipe import nameable
from lockstep.idp.apps.template.compiling import compiled
from lockstep.idp.apps.template.seeing import seen_by
from lockstep.idp.apps.template.target import RFC
from lockstep.idp.directory.records import User
from lockstep.scim.messages import ENTERPRISE

TEMPLATE: dict[str, Any] = {
    "schemas": [],
    "userName": "{$user.username}",
    "active": "{$user.active}",
    "name": {"givenName": "{$user.firstname}"},
    "emails": [
        {"value": "{$user.email}", "type": "work", "primary": True},
        {"value": "{$user.custom_fields.home}", "type": "home"},
    ],
    "addresses": [{"type": "work", "locality": "{$user.city}"}],
    ENTERPRISE: {"division": "{$user.division}", "manager": {"value": "{$user.manager_id}"}},
}
WRITE = compiled(TEMPLATE, nameable(parameters_of(CONNECTORS["scim2"], [])), RFC)


def key_of(target_id: str) -> str | None:
    return target_id.removeprefix("id-") if target_id.startswith("id-") else None


USERS = st.builds(
    lambda fields, custom: User(employee_id="E1", user_name="u", custom=custom, **fields),
    st.dictionaries(st.sampled_from(["given_name", "email", "division", "manager_id", "title"]), st.text(max_size=5)),
    st.dictionaries(st.sampled_from(["home", "city"]), st.text(min_size=1, max_size=5)),
)


@given(USERS, st.booleans(), st.booleans())
def test_what_was_written_is_seen_as_it_was_written(user: User, active: bool, turned: bool) -> None:
    written = WRITE(user, active)
    there = copy.deepcopy(written)
    there |= {"id": "7", "meta": {"created": "now"}, "displayName": "theirs", "title": "theirs"}
    there.setdefault("name", {})["formatted"] = "theirs"
    if turned and "emails" in there:
        there["emails"].reverse()
    for one in there.get("emails", ()):
        one["display"] = "theirs"
    manager = there.get(ENTERPRISE, {}).get("manager")
    if manager:
        there[ENTERPRISE]["manager"] = {"value": f"id-{manager['value']}", "displayName": "theirs"}
    assert seen_by(TEMPLATE, there, key_of) == written


@pytest.mark.parametrize(
    ("there", "seen"),
    [
        ({"active": "False"}, {"active": False}),
        (
            {"emails": [{"value": "x", "type": "work", "primary": "true"}]},
            {"emails": [{"value": "x", "type": "work", "primary": True}]},
        ),
        ({"emails": [{"value": "x", "type": "other", "a": 1}]}, {"emails": [{"value": "x", "type": "other", "a": 1}]}),
        ({"emails": "x"}, {"emails": "x"}),
        ({"name": "x", "emails": []}, {"name": "x"}),
        ({ENTERPRISE: {"manager": "id-E2"}}, {ENTERPRISE: {"manager": {"value": "E2"}}}),
        ({ENTERPRISE: {"manager": {"value": "9"}}}, {ENTERPRISE: {"manager": {"value": "9"}}}),
    ],
)
def test_what_somebody_changed_there_is_seen(there: dict[str, Any], seen: dict[str, Any]) -> None:
    found = seen_by(TEMPLATE, there, key_of)
    assert {name: value for name, value in found.items() if name != "schemas"} == {"active": True, **seen}
