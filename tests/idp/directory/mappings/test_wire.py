"""Mappings as OneLogin's API writes them, there and back."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.idp.directory.conditions.records import Condition
from lockstep.idp.directory.conditions.wire import WireProblem
from lockstep.idp.directory.mappings.records import MAPPED_STATUSES, SETTABLE, Action, Mapping
from lockstep.idp.directory.mappings.wire import actions, read_mapping, values, write_mapping
from lockstep.idp.directory.records import Role

_texts = st.text(st.characters(exclude_categories=["C"], exclude_characters="{}"), max_size=10)
_names = st.sampled_from([*SETTABLE, "custom_attribute_badge"])
_actions = st.one_of(
    st.lists(st.integers(1, 999), min_size=1, max_size=3).map(lambda ids: Action("add_role", tuple(map(str, ids)))),
    st.sampled_from(MAPPED_STATUSES).map(lambda one: Action("set_status", (str(int(one)),))),
    st.integers(1, 99).map(lambda one: Action("set_group", (str(one),))),
    st.builds(lambda name, text: Action(f"set_{name}", (text,)), _names, _texts),
)
_conditions = st.one_of(
    st.builds(Condition, st.sampled_from(["department", "given_name"]), st.just("contains"), st.sampled_from(["a", "b|c"])),
    st.builds(Condition, st.just("role"), st.sampled_from(["equals", "does not equal"]), st.just("7")),
)
_mappings = st.builds(
    Mapping,
    st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20),
    st.lists(_actions, min_size=1, max_size=4).map(tuple),
    st.sampled_from(["all", "any"]),
    st.lists(_conditions, max_size=3).map(tuple),
    st.booleans(),
    st.integers(0, 99),
)


@given(_mappings)
def test_there_and_back(mapping: Mapping) -> None:
    sent = write_mapping(mapping, 3)
    found = read_mapping(sent, Mapping("", (), id=mapping.id))
    assert (found.mapping, found.position) == (mapping, 3)


def test_onelogins_names() -> None:
    mapping = Mapping("m", (Action("set_family_name", ("x",)), Action("add_role", ("7",))), id=4)
    assert write_mapping(mapping, 1) == {
        "id": 4,
        "name": "m",
        "match": "all",
        "enabled": True,
        "position": 1,
        "conditions": [],
        "actions": [{"action": "set_lastname", "value": ["x"]}, {"action": "add_role", "value": ["7"]}],
    }
    sent = {"name": "m", "actions": [{"action": "set_role", "value": [7]}, {"action": "set_group_id", "value": "3"}]}
    assert read_mapping(sent).mapping.actions == (Action("add_role", ("7",)), Action("set_group", ("3",)))


def test_what_is_not_sent_is_as_it_was() -> None:
    before = Mapping("m", (Action("set_title", ("x",)),), "any", (Condition("title", "equals", "y"),), False, 9)
    assert read_mapping({"enabled": True}, before).mapping == Mapping("m", before.actions, "any", before.conditions, True, 9)


GIVES = {"action": "add_role", "value": ["1"]}


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        ([], [""]),
        ({}, ["name", "actions"]),
        ({"name": 1, "match": "some", "enabled": 1, "position": 0}, ["name", "enabled", "match", "position"]),
        ({"name": "m", "actions": {}}, ["actions"]),
        ({"name": "m", "actions": [GIVES, 7]}, ["actions.[1].action"]),
        ({"name": "m", "actions": [{"action": "add_role"}]}, ["actions.[0].value"]),
        ({"name": "m", "actions": [{"action": "add_role", "value": [True]}]}, ["actions.[0].value"]),
        ({"name": "m", "actions": [{"action": "add_role", "value": ["x"]}]}, ["actions.[0].value"]),
        ({"name": "m", "actions": [{"action": "set_username", "value": ["x"]}]}, ["actions.[0].action"]),
        ({"name": "m", "actions": [{"action": "set_status", "value": ["3"]}]}, ["actions.[0].value"]),
        (
            {"name": "m", "actions": [GIVES], "conditions": [{"source": "has_role", "operator": "ri", "value": "12345"}]},
            ["conditions.[0].value"],
        ),
    ],
)
def test_what_cannot_be_taken_is_said_by_the_fields_path(sent: Any, fields: list[str]) -> None:
    with pytest.raises(WireProblem) as caught:
        read_mapping(sent, roles={1})
    assert [error.field for error in caught.value.errors] == fields


def test_lists() -> None:
    known = {one.value: one.name for one in actions(["badge"])}
    assert (known["add_role"], known["set_lastname"], known["set_custom_attribute_badge"]) == (
        "Set Role",
        "Set Last name",
        "Set badge",
    )
    assert "set_username" not in known
    assert [(one.name, one.value) for one in values("add_role", [Role(group_id="g", name="Cooks", id=7)])] == [("Cooks", "7")]
    assert [one.value for one in values("set_status")] == ["0", "1", "2"]
    assert [(one.name, one.value) for one in values("set_group", groups=[(3, "Default")])] == [("Default", "3")]
    assert list(values("set_title")) == []
