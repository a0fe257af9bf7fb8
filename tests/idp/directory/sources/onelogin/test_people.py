"""Users as people."""

import pytest

from lockstep.idp.directory.sources.faults import Faults
from lockstep.idp.directory.sources.onelogin.people import Names, groups, key_of, person, text_of
from lockstep.idp.directory.sources.onelogin.records import OneLoginSettings
from lockstep.idp.directory.sources.records import SourceProblem

SETTINGS = OneLoginSettings(url="https://acme.onelogin.com", client_id="abc")
NAMES = Names(roles={1: "B", 2: "A"}, groups={5: "Strict"}, users={9: "nine"})


def test_all_that_is_known_of_a_user() -> None:
    row = {
        "id": 7,
        "email": "zoe@example.com",
        "username": "",
        "firstname": "Zoë",
        "status": 1,
        "state": 1,
        "group_id": 5,
        "manager_user_id": "9",
        "role_ids": [1, 2, 3],
        "directory_id": None,
        "last_login": "2026-12-01T12:00:00Z",
        "custom_attributes": {"cost_center": "R-100", "remote": True, "empty": None},
    }
    found = person(row, "7", NAMES, SETTINGS)
    assert found.where == "user 7 (zoe@example.com)"
    assert not found.disabled
    assert found.attributes == {
        "id": ("7",),
        "email": ("zoe@example.com",),
        "firstname": ("Zoë",),
        "status": ("1",),
        "state": ("1",),
        "group_id": ("5",),
        "manager_user_id": ("9",),
        "login_name": ("zoe@example.com",),
        "manager_key": ("nine",),
        "group_name": ("Strict",),
        "roles": ("A", "B"),
        "custom_attribute_cost_center": ("R-100",),
        "custom_attribute_remote": ("true",),
    }


@pytest.mark.parametrize(
    ("status", "state", "disabled"),
    [(1, 1, False), (2, 1, True), (0, 1, False), (3, 1, False), (7, 1, False), (1, 0, True), (1, 2, True), (1, 3, False)],
)
def test_who_may_not_sign_in(status: int, state: int, disabled: bool) -> None:
    assert person({"id": 7, "status": status, "state": state}, "7", Names(), SETTINGS).disabled is disabled


@pytest.mark.parametrize(("value", "text"), [(None, ""), (0, "0"), (False, "false"), (["a", 1], "a;1"), ("a", "a")])
def test_values_as_text(value: object, text: str) -> None:
    assert text_of(value) == text


def test_keys_that_are_missing_and_keys_that_two_have() -> None:
    settings = OneLoginSettings(url="https://acme.onelogin.com", client_id="abc", key="external_id")
    faults, taken = Faults(), dict[str, int]()
    assert key_of({"id": 1, "external_id": "E1"}, settings, faults, taken) == "E1"
    assert key_of({"id": 1, "external_id": "E1"}, settings, faults, taken) == "E1"
    faults.check()
    assert key_of({"id": 2, "external_id": "E1", "email": "b@example.com"}, settings, faults, taken) == ""
    assert key_of({"id": 3, "external_id": None}, settings, faults, taken) == ""
    with pytest.raises(SourceProblem) as found:
        faults.check()
    assert "external_id E1 of user 1 and user 2 (b@example.com)" in str(found.value)
    assert "1 user has no external_id" in str(found.value)


def test_roles_as_groups() -> None:
    found = groups({1: "A", 2: "B", 3: "C"}, {1: ["x"], 3: []})
    assert [(one.key, one.name, one.members) for one in found] == [("1", "A", ("x",)), ("3", "C", ())]
