"""What was approved is what is sent: whoever cannot be made is left out of a group, and follows later."""

from collections.abc import Iterator

import pytest

from lockstep.idp.provisioning import actions
from lockstep.idp.provisioning.records import State
from lockstep.idp.provisioning.run import Orders
from tests.idp.provisioning.target import Fault, Faults
from tests.idp.provisioning.world import World, brief, everyone

A, B, E = "A@x.example", "B@x.example", "E@x.example"
ASKED = ("approve-create=on", "approve-update=on", "approve-delete=on")


def refuses(*keys: str) -> Faults:
    """The target does not take these people."""

    def faults(sent: object) -> Fault | None:
        made = getattr(sent, "body", None) or {}
        return Fault(400, detail="no") if made.get("externalId") in keys else None

    return faults


def waiting(world: World) -> list[str]:
    """What a plan shows that needs a person's word."""
    return brief(one for one in world.plan()[1] if one.state is State.WAITING)


def approve(world: World) -> int:
    """Say yes to all that the last plan shows; how many changes that was."""
    with world.write() as c:
        return actions.approve(c, world.app_of(c), None, world.now, actor="somebody")


def rounds(world: World, by_hand: bool) -> Iterator[list[str]]:
    """Plan, approve, sync, again and again; what waited each time."""
    while True:
        found = waiting(world)
        yield found
        if found:
            approve(world)
        world.sync(Orders(by_hand=by_hand))


@pytest.fixture(params=[True, False], ids=["by hand", "by itself"])
def by_hand(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def test_a_new_group_does_not_ask_for_ever_for_somebody_who_cannot_be_made(each_world: World, by_hand: bool) -> None:
    world = each_world
    world.make_app(*ASKED)
    world.become(everyone("A", "E"), {"G": ("Team", ["A", "E"])})
    world.target.faults = refuses("E")
    asked = rounds(world, by_hand)
    assert len(next(asked)) == 3
    assert next(asked) == []
    assert world.target.teams() == {"Team": {A}}
    world.become(everyone("A", "B", "E"), {"G": ("Team", ["A", "B", "E"])})
    assert next(asked) == [f"user create {B} [waiting]", "group members Team [waiting]"]
    assert next(asked) == []
    assert world.target.teams() == {"Team": {A, B}}
    assert [one.name for one in world.changes()] == [E]


def test_who_can_be_made_again_follows_in_one_request(each_world: World, by_hand: bool) -> None:
    world = each_world
    world.make_app(*ASKED)
    world.become(everyone("A", "D", "E"), {"G": ("Team", ["A", "D", "E"])})
    world.target.faults = refuses("D", "E")
    asked = rounds(world, by_hand)
    next(asked)
    assert next(asked) == []
    world.target.faults = lambda _sent: None
    world.now += 60_000_000
    result = world.sync(Orders(by_hand=by_hand))
    assert (result.applied, result.waiting) == (2, 1)
    world.target.log.clear()
    found = waiting(world)
    assert found == ["group members Team [waiting]"]
    approve(world)
    assert world.sync(Orders(by_hand=by_hand)).waiting == 0
    assert [sent.method for sent in world.target.writes] == ["PATCH"]
    assert world.target.teams()["Team"] == {A, "D@x.example", E}
    assert world.changes() == []


def test_one_word_is_enough_where_a_later_try_succeeds(each_world: World, by_hand: bool) -> None:
    """The change is approved as it is with her: she is made at the second try, and comes in without being asked about again."""
    world = each_world
    world.make_app(*ASKED)
    world.become(everyone("A"), {"G": ("Team", ["A"])})
    asked = rounds(world, by_hand)
    next(asked)
    assert next(asked) == []
    world.become(everyone("A", "E"), {"G": ("Team", ["A", "E"])})
    assert waiting(world) == [f"user create {E} [waiting]", "group members Team [waiting]"]
    approve(world)
    once = [True]
    world.target.faults = lambda sent: Fault(400) if sent.method == "POST" and once and once.pop() else None
    world.sync(Orders(by_hand=by_hand))
    world.now += 60_000_000
    assert world.sync(Orders(by_hand=by_hand)).waiting == 0
    assert (world.target.teams(), world.changes()) == ({"Team": {A, E}}, [])


def test_who_was_rejected_is_asked_about_no_more(each_world: World, by_hand: bool) -> None:
    world = each_world
    world.make_app(*ASKED)
    world.become(everyone("A", "E"), {"G": ("Team", ["A", "E"])})
    [her] = [one for one in world.plan()[1] if one.name == E]
    with world.write() as c:
        actions.reject(c, world.app_of(c), her.digest, world.now)
    asked = rounds(world, by_hand)
    assert next(asked) == [f"user create {A} [waiting]", "group create Team [waiting]"]
    assert next(asked) == []
    assert world.target.teams() == {"Team": {A}}
