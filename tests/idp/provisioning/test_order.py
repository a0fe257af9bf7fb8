"""The order of a run: managers before those they manage, names freed before they are taken, and names that are swapped."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.idp.provisioning import actions
from lockstep.idp.provisioning.order import manager_depths
from lockstep.idp.provisioning.plan import email_of
from lockstep.idp.provisioning.records import Change, Stage, State
from tests.idp.provisioning.target import Fault
from tests.idp.provisioning.world import World, everyone


@pytest.mark.parametrize(
    ("manager_of", "depths"),
    [
        ({}, {}),
        ({"a": "boss"}, {"a": 1}),
        ({"a": "b", "b": "boss"}, {"a": 2, "b": 1}),
        ({"a": "b", "c": "b", "b": "boss"}, {"a": 2, "c": 2, "b": 1}),
    ],
)
def test_depths(manager_of: dict[str, str], depths: dict[str, int]) -> None:
    assert manager_depths(manager_of) == depths


@st.composite
def forests(draw: Callable[[st.SearchStrategy[Any]], Any]) -> dict[str, str]:
    """Everyone is managed by somebody with a lower number: no circles."""
    number = draw(st.integers(1, 30))
    return {str(one): str(draw(st.integers(0, one - 1))) for one in range(1, number + 1)}


@given(forests())
def test_everyone_comes_after_their_manager(manager_of: dict[str, str]) -> None:
    depths = manager_depths(manager_of)
    assert depths.keys() == manager_of.keys()
    assert all(depths[key] == depths.get(manager, 0) + 1 for key, manager in manager_of.items())


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh")))
def test_a_circle_is_cut_once(manager_of: dict[str, str]) -> None:
    """At most one of a circle comes before their manager."""
    depths = manager_depths(manager_of)
    early = [key for key, manager in manager_of.items() if depths[key] <= depths.get(manager, 0)]
    assert len(early) <= _circles(manager_of)


def _circles(manager_of: dict[str, str]) -> int:
    found = set()
    for start in manager_of:
        path: list[str] = []
        key = start
        while key in manager_of and key not in path:
            path.append(key)
            key = manager_of[key]
        if key in path:
            found.add(frozenset(path[path.index(key) :]))
    return len(found)


def test_a_very_long_chain_stays_within_its_stage() -> None:
    depths = manager_depths({str(one): str(one - 1) for one in range(1, Stage.STEPS + 9)})
    assert max(depths.values()) == Stage.STEPS - 1
    assert min(depths.values()) == 1


def stages(changes: list[Change]) -> list[tuple[str, str, int]]:
    return [(one.key, one.kind.value, one.stage) for one in changes]


def test_managers_are_made_first(world: World) -> None:
    world.make_app()
    world.become({"A": {"manager_id": "B"}, "B": {"manager_id": "C"}, "C": {}, "D": {"manager_id": "B"}})
    assert stages(world.changes()) == [
        ("C", "create", Stage.USERS),
        ("B", "create", Stage.USERS + 1),
        ("A", "create", Stage.USERS + 2),
        ("D", "create", Stage.USERS + 2),
    ]


def test_a_change_that_names_a_new_manager_comes_after_them(world: World) -> None:
    world.make_app()
    world.synced(everyone("A"))
    world.become({"A": {"manager_id": "B"}, "B": {}})
    assert stages(world.changes()) == [("B", "create", Stage.USERS), ("A", "update", Stage.USERS + 1)]


def test_a_name_is_freed_before_it_is_taken(world: World) -> None:
    world.make_app()
    world.synced({"A": {"user_name": "ann"}})
    world.become({"A": {"user_name": "anna"}, "B": {"user_name": "ANN"}})
    assert stages(world.changes()) == [("A", "update", Stage.NAMES_FREED), ("B", "create", Stage.USERS)]
    world.synced({"A": {"user_name": "anna"}, "B": {"user_name": "ANN"}})
    assert {key: one["userName"] for key, one in world.target.people().items()} == {"A": "anna", "B": "ANN"}


def test_a_chain_of_names_is_freed_from_its_end(world: World) -> None:
    world.make_app()
    world.synced({"A": {"user_name": "a"}, "B": {"user_name": "b"}, "C": {"user_name": "c"}})
    after = {"A": {"user_name": "b"}, "B": {"user_name": "c"}, "C": {"user_name": "d"}}
    world.become(after)
    assert stages(world.changes()) == [
        ("C", "update", Stage.NAMES_FREED),
        ("B", "update", Stage.NAMES_FREED + 1),
        ("A", "update", Stage.USERS),
    ]
    assert world.synced(after).requests == 3


def test_who_frees_a_name_takes_along_a_manager_who_is_made_first(world: World) -> None:
    """A gives up `ann` to B and gets N, who is new and managed by M, who is new too: one pass, nobody twice."""
    world.make_app()
    world.synced({"A": {"user_name": "ann"}})
    after = {
        "A": {"user_name": "anna", "manager_id": "N"},
        "B": {"user_name": "ann"},
        "M": {},
        "N": {"manager_id": "M"},
    }
    world.become(after)
    assert [one.key for one in world.changes()] == ["M", "N", "A", "B"]
    result = world.synced(after)
    assert (result.requests, result.floor) == (4, 4)
    assert "'manager': 'N@x.example'" in str(world.target.people()["A"])


def test_a_manager_who_waits_for_the_name_that_is_freed_comes_after_it(world: World) -> None:
    """A gives up `ann` to N, who is to manage A: the manager follows in the next pass."""
    world.make_app()
    world.synced({"A": {"user_name": "ann"}})
    after = {"A": {"user_name": "anna", "manager_id": "N"}, "N": {"user_name": "ann"}}
    world.become(after)
    assert [one.key for one in world.changes()] == ["A", "N"]
    world.synced(after)
    assert "'manager': 'ann'" in str(world.target.people()["A"])


def test_a_name_that_falls_with_its_holder_is_taken_after_that(world: World) -> None:
    world.make_app("leavers=delete")
    world.synced({"A": {"user_name": "ann"}})
    world.become({"B": {"user_name": "ann"}})
    assert stages(world.changes()) == [("A", "delete", Stage.TAKEN_AWAY), ("B", "create", Stage.USERS)]
    world.synced({"B": {"user_name": "ann"}})
    assert list(world.target.people()) == ["B"]


def test_a_name_that_a_leaver_keeps_is_waited_for(world: World) -> None:
    world.make_app("leavers=suspend")
    world.synced({"A": {"user_name": "ann"}})
    world.become({"B": {"user_name": "ann"}})
    [off, made] = world.changes()
    assert (off.kind.value, made.state) == ("switch-off", State.BLOCKED)
    assert made.reason == "ann: the userName or e-mail address is still held by another person"


def test_what_waits_behind_somebody_who_waits_says_so(world: World) -> None:
    """B wants the name of C, who has left and keeps it; A wants the one of B."""
    world.make_app()
    world.synced({"A": {"user_name": "a"}, "B": {"user_name": "b"}, "C": {"user_name": "c"}})
    world.become({"A": {"user_name": "b"}, "B": {"user_name": "c"}})
    found = {one.key: one for one in world.changes()}
    assert (found["C"].state, found["B"].state, found["A"].state) == (State.READY, State.BLOCKED, State.BLOCKED)
    assert found["B"].reason == "c: the userName or e-mail address is still held by another person"
    assert found["A"].reason == "b: waits for a name that another person cannot give up yet"
    result = world.sync()
    assert (result.applied, result.waiting) == (1, 2)
    assert [sent.method for sent in world.target.writes] == ["PATCH"]


def test_a_name_whose_freeing_waits_for_approval_is_waited_for(world: World) -> None:
    world.make_app("approve-update=on")
    world.synced({"A": {"user_name": "ann"}})
    world.become({"A": {"user_name": "anna"}, "B": {"user_name": "ann"}})
    assert {one.key: one.state for one in world.changes()} == {"A": State.WAITING, "B": State.BLOCKED}


def has(world: World) -> dict[str, tuple[str, str]]:
    """userName and e-mail address of everybody at the target."""
    return {key: (one["userName"], email_of(one)) for key, one in world.target.people().items()}


@pytest.mark.parametrize("field", ["user_name", "email"])
def test_two_who_swap_names_do_so_by_one_request_more(world: World, field: str) -> None:
    world.make_app()
    world.synced({"A": {field: "a@x"}, "B": {field: "b@x"}})
    ids = {number: one["externalId"] for number, one in world.target.users.items()}
    after = {"A": {field: "b@x"}, "B": {field: "a@x"}}
    world.become(after)
    first, *others = world.changes()
    assert [one.key for one in (first, *others)] in (["A", "B", "A"], ["B", "A", "B"])
    assert first.reason == "for a moment: it swaps names with another person"
    assert all(str(value).startswith("swap-") for value in first.after.values())
    result = world.sync()
    assert (result.requests, result.floor, result.failed, result.waiting) == (3, 3, 0, 0)
    world.synced(after)
    assert {number: one["externalId"] for number, one in world.target.users.items()} == ids


def test_both_names_at_once_and_a_circle_of_three(world: World) -> None:
    world.make_app()
    people = {key: {"user_name": key.lower(), "email": f"{key}@x"} for key in "ABC"}
    world.synced(people)
    before = has(world)
    after = {one: people[other] for one, other in (("A", "B"), ("B", "C"), ("C", "A"))}
    world.become(after)
    result = world.sync()
    assert (result.requests, result.floor, result.failed) == (4, 4, 0)
    world.synced(after)
    assert has(world) == {"A": before["B"], "B": before["C"], "C": before["A"]}


def test_who_could_not_take_the_new_name_gives_up_none_for_a_moment(world: World) -> None:
    """A and B swap userNames, but A also wants the address of C, who has left and keeps it."""
    world.make_app("leavers=suspend")
    world.synced({"A": {"user_name": "a"}, "B": {"user_name": "b"}, "C": {"email": "c@x"}})
    world.become({"A": {"user_name": "b", "email": "c@x"}, "B": {"user_name": "a"}})
    assert {one.state for one in world.changes() if one.key != "C"} == {State.BLOCKED}
    result = world.sync()
    assert (result.failed, [sent.method for sent in world.target.writes]) == (0, ["PATCH"])
    assert {key: name for key, (name, _) in has(world).items() if key != "C"} == {"A": "a", "B": "b"}


def test_a_swap_that_is_cut_short_is_brought_to_its_end(world: World) -> None:
    world.make_app()
    world.synced({"A": {"user_name": "a"}, "B": {"user_name": "b"}})
    after = {"A": {"user_name": "b"}, "B": {"user_name": "a"}}
    world.become(after)
    world.target.faults = lambda _sent: Fault(400) if len(world.target.writes) > 1 else None
    assert world.sync().failed > 0
    assert sorted(name for name, _ in has(world).values())[-1].startswith("swap-")
    world.target.faults = lambda _sent: None
    world.sync()
    world.synced(after)


def test_a_swap_that_waits_for_approval_is_one_thing_to_approve(world: World) -> None:
    world.make_app("approve-update=on")
    world.synced({"A": {"user_name": "a"}, "B": {"user_name": "b"}})
    after = {"A": {"user_name": "b"}, "B": {"user_name": "a"}}
    world.become(after)
    assert world.sync().waiting == 2
    app = world.app()
    with world.write() as c:
        actions.approve(c, app, None, world.now, actor="somebody")
    assert (world.sync().requests, has(world)["A"][0], has(world)["B"][0]) == (3, "b", "a")


def test_an_address_is_freed_before_it_is_taken(world: World) -> None:
    world.make_app()
    world.synced({"A": {"email": "a@x"}, "B": {}})
    after = {"A": {"email": "new@x"}, "B": {"email": "A@x"}}
    world.become(after)
    assert [one.key for one in world.changes()] == ["A", "B"]
    world.synced(after)


def test_two_names_that_two_people_hold_are_both_waited_for(world: World) -> None:
    """A wants the userName of B, who gives it up, and the address of C, who does not."""
    world.make_app()
    world.synced({"A": {}, "B": {"user_name": "b"}, "C": {"email": "c@x"}})
    world.become({"A": {"user_name": "b", "email": "c@x"}, "B": {"user_name": "b2"}, "C": {"email": "c@x"}})
    found = {one.key: one.state for one in world.changes()}
    assert found == {"A": State.BLOCKED, "B": State.READY}


def test_a_switch_off_that_takes_a_name_along_waits_for_nobody(world: World) -> None:
    """Access goes first; the name follows once it is free."""
    world.make_app()
    world.synced({"A": {"user_name": "a"}, "B": {"user_name": "b"}})
    world.become({"A": {"user_name": "b"}, "B": {"user_name": "c"}})
    world.suspend("A")
    result = world.sync()
    assert (result.failed, result.waiting) == (0, 0)
    assert {key: (one["userName"], one["active"]) for key, one in world.target.people().items()} == {
        "A": ("b", False),
        "B": ("c", True),
    }


def test_who_swaps_a_name_and_is_switched_off_goes_first(world: World) -> None:
    """Access is gone before the names move, which costs a request more than the floor."""
    world.make_app()
    world.synced({"A": {"user_name": "a"}, "B": {"user_name": "b"}})
    world.become({"A": {"user_name": "b"}, "B": {"user_name": "a"}})
    world.suspend("A")
    result = world.sync()
    assert (result.failed, result.waiting, result.requests, result.floor) == (0, 0, 4, 3)
    assert world.target.writes[0].body["Operations"][0]["path"] == "active"
    assert {key: (one["userName"], one["active"]) for key, one in world.target.people().items()} == {
        "A": ("b", False),
        "B": ("a", True),
    }


def test_a_switch_off_never_waits_for_a_name(world: World) -> None:
    """The name is kept by somebody who has left, but access goes all the same."""
    world.make_app()
    world.synced({"A": {"user_name": "a"}, "C": {"user_name": "c"}})
    world.become({"A": {"user_name": "c"}})
    world.suspend("A")
    assert world.sync().failed == 0
    assert {key: (one["userName"], one["active"]) for key, one in world.target.people().items()} == {
        "A": ("a", False),
        "C": ("c", False),
    }


def test_a_chain_as_long_as_a_company(world: World) -> None:
    """Everyone takes the next one's name, as when a numbering is shifted: no deeper than a loop goes."""
    number = 1_100
    world.make_app()
    world.linked({f"E{one:04}": {"user_name": f"u{one}"} for one in range(number)})
    world.become({f"E{one:04}": {"user_name": f"u{one + 1}"} for one in range(number)})
    assert [one.key for one in world.changes()] == [f"E{one:04}" for one in reversed(range(number))]
