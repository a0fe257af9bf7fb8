"""Mappings as sentences."""

import pytest

from lockstep.idp.directory.mappings.records import Action
from lockstep.idp.directory.mappings.words import action_words, label_of, value_words

ROLES = {str(number): f"Role {number}" for number in range(1, 8)}


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (Action("add_role", ("1", "2")), "Set Role: Role 1, Role 2"),
        (Action("add_role", tuple(ROLES)), "Set Role: Role 1, Role 2, Role 3, Role 4, Role 5 and 2 more"),
        (Action("add_role", ("99",)), "Set Role: a role that is deleted"),
        (Action("set_status", ("2",)), "Set Status: Suspended"),
        (Action("set_group", ("3",)), "Set Group: Staff"),
        (Action("set_group", ("4",)), "Set Group: 4"),
        (Action("set_title", ("Agent",)), "Set Title: Agent"),
        (Action("set_family_name", ("",)), "Set Last name: (nothing)"),
        (Action("set_custom_attribute_badge", ("7",)), "Set badge: 7"),
    ],
)
def test_actions(action: Action, words: str) -> None:
    assert action_words(action, {"family_name": "Last name"}, ROLES, {"3": "Staff"}) == words


def test_values() -> None:
    assert value_words("status", "1", {}) == "Active"
    assert value_words("group_id", "3", {"3": "Staff"}) == "Staff"
    assert value_words("title", "1", {"1": "no"}) == "1"
    assert label_of("cost_center", {}) == "Cost center"
