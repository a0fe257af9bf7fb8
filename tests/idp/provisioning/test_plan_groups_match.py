"""Which group of the target each wanted group continues: named stories, and what holds for all of them."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.idp.directory.records import Role
from lockstep.idp.provisioning import desired, plan_groups
from lockstep.idp.provisioning.records import DesiredGroup, GroupLink, Kind, Stage, name_key
from tests.idp.provisioning.values import group, group_link


def matched(wanted: Sequence[DesiredGroup], links: Iterable[GroupLink]) -> dict[str, str]:
    """`new name` → `old name`, with `-` for a group without link and for a link without group."""
    return {
        (one.desired.name if one.desired else f"- {one.link.name if one.link else ''}"): (one.link.name if one.link else "-")
        for one in plan_groups.match(wanted, links)
    }


STORIES: list[tuple[str, list[DesiredGroup], list[GroupLink], dict[str, str]]] = [
    ("nothing at all", [], [], {}),
    ("a new role", [group("A", "1")], [], {"A": "-"}),
    ("a role that leaves", [], [group_link("A", "1")], {"- A": "A"}),
    ("the same as before", [group("A", "1")], [group_link("A", "1")], {"A": "A"}),
    ("a rename to a free name", [group("B", "1")], [group_link("A", "1")], {"B": "A"}),
    ("a rename in case only", [group("readers", "1")], [group_link("Readers", "1")], {"readers": "Readers"}),
    ("all feeders rename to one free name", [group("B", "1", "2")], [group_link("A", "1", "2")], {"B": "A"}),
    (
        "one feeder renames, the other stays: the name keeps the link",
        [group("A", "2"), group("B", "1")],
        [group_link("A", "1", "2")],
        {"A": "A", "B": "-"},
    ),
    (
        "feeders part, the old name is free: the lowest group_id takes the link along",
        [group("B", "2"), group("C", "1")],
        [group_link("A", "1", "2")],
        {"B": "-", "C": "A"},
    ),
    (
        "the lowest group_id moved to a group that is there: the next takes the link along",
        [group("B", "1", "9"), group("C", "2")],
        [group_link("A", "1", "2"), group_link("B", "9", number=2)],
        {"B": "B", "C": "A"},
    ),
    (
        "a role joins the name of another: its own group goes",
        [group("B", "1", "2")],
        [group_link("A", "1"), group_link("B", "2", number=2)],
        {"B": "B", "- A": "A"},
    ),
    (
        "two roles rename to one free name: the lowest group_id's link goes along",
        [group("C", "1", "2")],
        [group_link("B", "1"), group_link("A", "2", number=2)],
        {"C": "B", "- A": "A"},
    ),
    (
        "a new role takes the name of one that leaves: it inherits the link",
        [group("A", "9")],
        [group_link("A", "1")],
        {"A": "A"},
    ),
    (
        "a new role takes the name of one that was renamed: the name keeps the link",
        [group("A", "9"), group("B", "1")],
        [group_link("A", "1")],
        {"A": "A", "B": "-"},
    ),
    (
        "two roles swap names: each name keeps its link",
        [group("A", "2"), group("B", "1")],
        [group_link("A", "1"), group_link("B", "2", number=2)],
        {"A": "A", "B": "B"},
    ),
    (
        "a chain of renames: the names in its middle keep their links",
        [group("B", "1"), group("C", "2")],
        [group_link("A", "1"), group_link("B", "2", number=2)],
        {"B": "B", "C": "-", "- A": "A"},
    ),
    (
        "a group that vanished is not renamed: the new name is made, the old link goes",
        [group("B", "1")],
        [group_link("A", "1", missing=True)],
        {"B": "-", "- A": "A"},
    ),
    (
        "a group that vanished keeps its link under its own name",
        [group("A", "1")],
        [group_link("A", "1", missing=True)],
        {"A": "A"},
    ),
    ("a link that nobody feeds is never taken along", [group("B", "1")], [group_link("A")], {"B": "-", "- A": "A"}),
]


@pytest.mark.parametrize(("wanted", "links", "found"), [story[1:] for story in STORIES], ids=[story[0] for story in STORIES])
def test_stories(wanted: list[DesiredGroup], links: list[GroupLink], found: dict[str, str]) -> None:
    assert matched(wanted, links) == found
    assert matched(wanted, reversed(links)) == found


@st.composite
def worlds(draw: Callable[[st.SearchStrategy[Any]], Any]) -> tuple[list[DesiredGroup], list[GroupLink]]:
    """Few roles and few names before and after, some links vanished."""
    names = st.sampled_from(["A", "a", "B", "C", "D"])
    before = draw(st.dictionaries(st.sampled_from("12345"), names))
    after = draw(st.dictionaries(st.sampled_from("12345"), names))
    links = [
        GroupLink(number, one.key, one.name, f"t-{one.name}", True, one.feeders, draw(st.booleans()))
        for number, one in enumerate(groups(before), 1)
    ]
    return groups(after), links


def groups(roles: dict[str, str]) -> list[DesiredGroup]:
    return desired.for_roles(Role(id=int(key), group_id=key, name=name) for key, name in roles.items())


@given(worlds())
def test_what_holds_for_every_match(world: tuple[list[DesiredGroup], list[GroupLink]]) -> None:
    wanted, links = world
    found = list(plan_groups.match(wanted, links))
    assert [one.desired for one in found if one.desired] == wanted
    assert Counter(one.link.id for one in found if one.link) == Counter(link.id for link in links)
    keys = {one.key for one in wanted}
    for one in found:
        if one.desired and one.link and one.link.key != one.desired.key:
            assert one.link.key not in keys, "a link left a name that is still wanted"
            assert set(one.link.feeders) & set(one.desired.feeders), "a link went to strangers"
            assert not one.link.missing
        if one.link and one.link.key in keys:
            assert one.desired, "a wanted name lost its link"


def test_a_rename_is_a_request_of_its_own() -> None:
    change = plan_groups.rename(group("Writers", "1", "2"), group_link("Readers", "1", "2", number=7))
    assert change is not None
    assert (change.kind, change.object, change.action, change.limited) == (Kind.RENAME, "group", "update", None)
    assert (change.key, change.name, change.stage) == ("writers", "Writers", Stage.NAMES_FREED)
    assert (change.before, change.after, change.link_id, change.target_id) == ("Readers", "Writers", 7, "t-Readers")
    assert change.payload == {"name": "Writers", "feeders": ("1", "2")}


def test_a_change_of_case_is_a_rename_and_the_same_name_is_none() -> None:
    assert plan_groups.rename(group("READERS", "1"), group_link("Readers", "1")) is not None
    assert plan_groups.rename(group("Readers", "1"), group_link("Readers", "1")) is None


def test_the_end_of_a_group() -> None:
    change = plan_groups.delete(group_link("Readers", "1", number=7))
    assert (change.kind, change.action, change.limited) == (Kind.DELETE, "delete", "group-deletions")
    assert (change.stage, change.weight, change.link_id, change.target_id) == (Stage.GROUPS_DELETED, 1, 7, "t-Readers")
    assert (change.key, change.before) == (name_key("Readers"), {"displayName": "Readers"})
