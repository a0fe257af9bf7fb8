"""Limits in a whole plan: what is held, what goes on, what a person lets through or throws away."""

import pytest

from lockstep.idp.apps.actions import find_app
from lockstep.idp.directory import actions as directory
from lockstep.idp.directory import store
from lockstep.idp.provisioning import actions, ledger
from lockstep.idp.provisioning.records import Change, State
from lockstep.idp.provisioning.run import Orders
from tests.idp.provisioning.world import People, Roles, World, brief, everyone, many

TEN = many(10)


def emails(keys: list[str]) -> set[str]:
    return {f"{key}@x.example" for key in keys}


def held(world: World) -> list[tuple[str, int, str]]:
    return [(one["kind"], one["count"], one["reason"]) for one in world.plan()[0].held]


def release(world: World, kind: str | None = None, *, discard: bool = False) -> dict[str, int]:
    with world.write() as c:
        return actions.release(c, find_app(c, "aws"), kind, discard=discard, now=world.now)


def ten(world: World, *settings: str, roles: Roles | None = None) -> None:
    """Ten people, and more than five leavers at once are too many."""
    world.make_app(*settings)
    world.synced(everyone(*TEN), roles)


@pytest.mark.parametrize(
    ("leavers", "kind", "words"), [("suspend", "switch-offs", "switch-offs"), ("delete", "user-deletions", "user deletions")]
)
def test_too_many_leavers_are_held_and_the_rest_goes_on(each_world: World, leavers: str, kind: str, words: str) -> None:
    ten(each_world, f"leavers={leavers}")
    each_world.become({"new": {}, TEN[9]: {"title": "x"}, **everyone(*TEN[7:9])})
    assert held(each_world) == [(kind, 7, f"7 {words} are more than 5% of 10")]
    result = each_world.sync()
    assert (result.held, result.applied, result.failed) == (7, 2, 0)
    people = each_world.target.people()
    assert (len(people), people[TEN[9]]["title"], "new" in people) == (11, "x", True)
    assert all(one["active"] for one in people.values())


def test_five_leavers_are_not_held_by_share(each_world: World) -> None:
    ten(each_world)
    each_world.become(everyone(*TEN[5:]))
    assert held(each_world) == []


def test_what_is_held_and_was_shown_is_let_through(each_world: World) -> None:
    ten(each_world)
    each_world.become(everyone(*TEN[7:]))
    each_world.plan()
    assert release(each_world) == {"switch-offs": 7}
    assert held(each_world) == []
    assert each_world.sync().applied == 7


def test_what_comes_after_the_release_is_held_anew(each_world: World) -> None:
    """Exactly what was shown goes; one more is one more than a person has looked at."""
    ten(each_world)
    each_world.become(everyone(*TEN[7:]))
    each_world.plan()
    release(each_world)
    each_world.become(everyone(*TEN[8:]))
    result = each_world.sync()
    assert (result.applied, result.held) == (7, 1)
    assert [one.key for one in each_world.changes()] == [TEN[7]]


def test_what_a_worker_planned_after_it_was_read_is_not_let_through(each_world: World) -> None:
    ten(each_world)
    each_world.become(everyone(*TEN[7:]))
    each_world.plan()
    each_world.become(everyone(*TEN[9:]))
    assert each_world.sync(Orders(by_hand=False)).held == 9
    release(each_world)
    result = each_world.sync(Orders(by_hand=False))
    assert (result.applied, result.held) == (7, 2)


def test_only_one_kind_is_let_through(each_world: World) -> None:
    ten(each_world, roles={"G": ("Team", TEN)})
    each_world.become(everyone(*TEN[7:]), {"G": ("Team", TEN[7:])})
    assert [one[:2] for one in held(each_world)] == [("switch-offs", 7), ("removals", 7)]
    assert release(each_world, "removals") == {"removals": 7}
    assert each_world.sync().held == 7
    assert each_world.target.teams() == {"Team": emails(TEN[7:])}
    assert all(one["active"] for one in each_world.target.people().values())


def test_what_is_thrown_away_stays_as_it_is_until_the_object_changes_again(each_world: World) -> None:
    ten(each_world)
    each_world.become(everyone(*TEN[7:]))
    each_world.plan()
    assert release(each_world, discard=True) == {"switch-offs": 7}
    assert (held(each_world), each_world.changes()) == ([], [])
    assert each_world.sync().requests == 0
    each_world.become(everyone(*TEN))
    assert each_world.changes() == []
    each_world.become(everyone(*TEN[7:]))
    assert [one[:2] for one in held(each_world)] == [("switch-offs", 7)]


def test_a_held_switch_off_lets_the_person_s_other_attributes_go(each_world: World) -> None:
    ten(each_world)
    changed: People = {key: {"title": "x"} for key in TEN}
    each_world.become(changed)
    for key in TEN[:7]:
        each_world.suspend(key)
    result = each_world.sync()
    assert (result.held, result.applied, result.failed) == (7, 10, 0)
    people = each_world.target.people()
    assert all((one["active"], one["title"]) == (True, "x") for one in people.values())
    assert [change.after for change in each_world.changes()] == [{"active": False}] * 7


def test_what_is_left_of_a_held_switch_off_waits_for_approval_as_an_update(each_world: World) -> None:
    ten(each_world, "limit-switch-offs=0")
    each_world.set("approve-update=on")
    each_world.become({**everyone(*TEN), TEN[0]: {"title": "x"}})
    each_world.set("approve-delete=on")
    with each_world.write() as c:
        user = store.user_by_employee_id(c, TEN[0])
        assert user is not None
        directory.suspend(c, user.id, actor="import", now=1)
    assert sorted(brief(each_world.changes())) == [
        f"user switch-off {TEN[0]}@x.example [held]",
        f"user update {TEN[0]}@x.example [waiting]",
    ]


def members_lost(world: World) -> list[Change]:
    """Seven leave the team and two come, all at once."""
    ten(world, roles={"G": ("Team", TEN[:8]), "H": ("Crew", TEN[:1])})
    world.become(everyone(*TEN), {"G": ("Team", [TEN[7], *TEN[8:]]), "H": ("Crew", [TEN[1]])})
    return world.changes()


def test_held_removals_do_not_hold_the_adds_of_the_same_group(each_world: World) -> None:
    changes = members_lost(each_world)
    assert sorted(brief(changes)) == [
        "group members Crew",
        "group members Crew [held]",
        "group members Team",
        "group members Team [held]",
    ]
    assert held(each_world) == [("removals", 8, "8 membership removals are more than 5% of 9")]
    result = each_world.sync()
    assert (result.held, result.applied, result.requests) == (8, 2, 2)
    assert each_world.target.teams() == {"Team": emails(TEN), "Crew": emails(TEN[:2])}


def test_held_removals_are_let_through_one_by_one_as_they_were_shown(each_world: World) -> None:
    members_lost(each_world)
    release(each_world)
    each_world.become(everyone(*TEN), {"G": ("Team", TEN[8:]), "H": ("Crew", [TEN[1]])})
    result = each_world.sync()
    assert result.held == 1
    assert each_world.target.teams() == {"Team": emails(TEN[7:]), "Crew": emails([TEN[1]])}


def test_a_removal_that_was_thrown_away_keeps_only_this_member(each_world: World) -> None:
    members_lost(each_world)
    release(each_world, discard=True)
    assert each_world.sync().held == 0
    assert each_world.target.teams() == {"Team": emails(TEN), "Crew": emails(TEN[:2])}
    each_world.become(everyone(*TEN), {"G": ("Team", TEN[8:]), "H": ("Crew", [TEN[1]])})
    assert each_world.sync().applied == 1
    assert each_world.target.teams()["Team"] == emails([*TEN[:7], *TEN[8:]])


def test_removals_that_fall_with_a_deleted_user_or_group_are_none(each_world: World) -> None:
    ten(each_world, "leavers=delete", roles={"G": ("Team", TEN), "H": ("Crew", TEN)})
    each_world.become(everyone(*TEN[5:]), {"G": ("Team", TEN[5:])})
    assert held(each_world) == []
    assert each_world.plan()[0].floor == 6


def test_too_many_groups_that_go_are_held(each_world: World) -> None:
    roles: Roles = {f"G{one}": (f"Team {one}", TEN[:1]) for one in range(7)}
    ten(each_world, roles=roles)
    each_world.become(everyone(*TEN), {"H": ("New", TEN[:2])})
    assert held(each_world) == [("group-deletions", 7, "7 group deletions are more than 5% of 7")]
    assert (each_world.sync().held, len(each_world.target.teams())) == (7, 8)
    release(each_world, "group-deletions")
    assert (each_world.sync().held, each_world.target.teams()) == (0, {"New": emails(TEN[:2])})


def test_a_decision_is_forgotten_once_it_was_done_or_its_object_changed(each_world: World) -> None:
    members_lost(each_world)
    release(each_world)
    each_world.become(everyone(*TEN), {"G": ("Team", TEN[:8]), "H": ("Crew", [TEN[1]])})
    each_world.sync()
    with each_world.db.read() as c:
        left = ledger.decided(c, find_app(c, "aws").id)
    assert (left.released, left.discarded) == (frozenset(), frozenset())


def test_a_single_removal_by_hand_is_never_held(each_world: World) -> None:
    strict = [f"limit-{kind}=0" for kind in ("user-deletions", "switch-offs", "group-deletions", "removals")]
    roles = {"G": ("Team", TEN), "H": ("Crew", TEN)}
    ten(each_world, roles=roles)
    each_world.set(*strict)
    with each_world.write() as c:
        team, crew = (store.role_by_group_id(c, key) for key in "GH")
        user = store.user_by_employee_id(c, TEN[0])
        assert team and crew and user
        directory.remove_members(c, team.id, [user.id], actor="somebody", now=1)
        directory.remove_role(c, crew.id, actor="somebody", now=1)
    each_world.suspend(TEN[1])
    assert held(each_world) == []
    each_world.set("leavers=delete")
    each_world.by_hand(directory.remove_user, TEN[2])
    assert held(each_world) == []


def test_the_same_by_an_import_is_held(each_world: World) -> None:
    ten(each_world, "limit-removals=0", "limit-group-deletions=0", roles={"G": ("Team", TEN), "H": ("Crew", [])})
    each_world.become(everyone(*TEN), {"G": ("Team", TEN[1:])})
    assert [one[:2] for one in held(each_world)] == [("group-deletions", 1), ("removals", 1)]
    assert {one.state for one in each_world.changes()} == {State.HELD}
