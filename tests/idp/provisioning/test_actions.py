"""What people say about a plan, bound to exactly what was shown."""

import pytest

from lockstep.idp.apps import store
from lockstep.idp.apps.actions import find_app
from lockstep.idp.provisioning import actions, ledger
from lockstep.idp.provisioning.records import State
from lockstep.idp.provisioning.run import Orders
from lockstep.kit.problems import Problem
from tests.idp.provisioning.world import World, brief, everyone, many

TWO = everyone("A", "B")


def approve(world: World, digest: actions.Chosen = None) -> int:
    with world.write() as c:
        return actions.approve(c, find_app(c, "aws"), digest, world.now)


def reject(world: World, digest: str | None = None) -> int:
    with world.write() as c:
        return actions.reject(c, find_app(c, "aws"), digest, world.now)


def release(world: World, kind: str | None = None, *, discard: bool = False) -> dict[str, int]:
    with world.write() as c:
        return actions.release(c, find_app(c, "aws"), kind, discard=discard, now=world.now)


def last_event(world: World) -> tuple[str, str, str, str]:
    event = world.events()[-1]
    return event.type.value, event.actor, event.object, event.notes


def test_all_that_waits_is_approved_and_goes(each_world: World) -> None:
    each_world.make_app("approve-create=on")
    each_world.become(TWO, {"G": ("Team", ["A"])})
    result = each_world.sync()
    assert (result.waiting, result.requests, each_world.target.log) == (3, 0, [])
    each_world.plan()
    assert approve(each_world) == 3
    assert last_event(each_world) == ("approval.given", "admin", "plan", "3 changes")
    result = each_world.sync()
    assert (result.waiting, result.applied) == (0, 3)


def test_a_plan_that_a_worker_made_meanwhile_is_not_what_was_read(each_world: World) -> None:
    """Who read of two says yes to two: the third came behind their back, and is asked for apart."""
    each_world.make_app("approve-create=on")
    each_world.become(TWO)
    each_world.plan()
    each_world.become(everyone("A", "B", "C"))
    each_world.plan(shown=False)
    assert each_world.sync(Orders(by_hand=False)).waiting == 3
    assert approve(each_world) == 2
    result = each_world.sync(Orders(by_hand=False))
    assert (result.applied, result.waiting) == (2, 1)
    assert list(each_world.target.people()) == ["A", "B"]


def test_nothing_is_said_of_a_plan_that_nobody_has_read(each_world: World) -> None:
    each_world.make_app("approve-create=on")
    each_world.become(TWO)
    each_world.sync(Orders(by_hand=False))
    with pytest.raises(Problem, match="no plan of aws was shown yet: read it first, `lockstep idp plan aws`"):
        approve(each_world)
    each_world.sync()
    assert approve(each_world) == 2


def test_several_are_approved_by_their_digests_in_one_word(each_world: World) -> None:
    each_world.make_app("approve-create=on")
    each_world.become(everyone("A", "B", "C"))
    _, [first, _, third] = each_world.plan()
    assert approve(each_world, {first.digest, third.digest, "nothing"}) == 2
    assert last_event(each_world)[3] == "2 changes"
    with pytest.raises(Problem, match="no change with the digest"):
        approve(each_world, set())
    result = each_world.sync()
    assert (result.applied, result.waiting) == (2, 1)
    assert list(each_world.target.people()) == ["A", "C"]


def test_one_change_is_approved_by_its_digest(each_world: World) -> None:
    each_world.make_app("approve-create=on")
    each_world.become(TWO)
    _, [first, _] = each_world.plan()
    assert approve(each_world, first.digest) == 1
    assert [one.state for one in each_world.changes()] == [State.READY, State.WAITING]
    assert each_world.sync().waiting == 1
    assert list(each_world.target.people()) == ["A"]


def test_a_whole_plan_is_approved_by_its_digest(each_world: World) -> None:
    each_world.make_app("approve-create=on")
    each_world.become(TWO)
    plan, _ = each_world.plan()
    assert approve(each_world, plan.digest) == 2


def test_a_plan_that_has_moved_is_not_approved_by_its_old_digest(each_world: World) -> None:
    each_world.make_app("approve-create=on")
    each_world.become(TWO)
    plan, _ = each_world.plan()
    each_world.become(everyone("A", "B", "C"))
    each_world.plan()
    with pytest.raises(Problem, match=f"no change with the digest {plan.digest} waits in aws: it has changed, or was done"):
        approve(each_world, plan.digest)


def test_what_moved_after_the_approval_is_asked_again_and_the_rest_goes(each_world: World) -> None:
    each_world.make_app("approve-create=on")
    each_world.become(TWO)
    each_world.plan()
    approve(each_world)
    each_world.become({"A": {"title": "x"}, "B": {}})
    assert brief(each_world.changes()) == ["user create A@x.example [waiting]", "user create B@x.example"]


def test_an_approval_does_not_come_back_with_an_old_state_of_the_object(each_world: World) -> None:
    """Purged when the object changed: what was approved last week says nothing about today."""
    each_world.make_app("approve-create=on")
    each_world.become(TWO)
    each_world.plan()
    approve(each_world)
    each_world.become({"A": {"title": "x"}, "B": {}})
    each_world.plan()
    each_world.become(TWO)
    assert brief(each_world.changes()) == ["user create A@x.example [waiting]", "user create B@x.example"]


def test_a_plan_for_one_user_purges_nothing_of_the_others(each_world: World) -> None:
    each_world.make_app("approve-create=on")
    each_world.become(TWO)
    each_world.plan()
    approve(each_world)
    each_world.plan(only="A")
    assert [one.state for one in each_world.changes()] == [State.READY, State.READY]


def test_an_approval_is_used_up_when_it_was_done(each_world: World) -> None:
    each_world.make_app("approve-create=on")
    each_world.become(TWO)
    each_world.plan()
    approve(each_world)
    each_world.sync()
    with each_world.db.read() as c:
        assert ledger.decided(c, find_app(c, "aws").id).approved == frozenset()


def test_what_is_rejected_is_not_asked_again_until_the_object_changes(each_world: World) -> None:
    each_world.make_app("approve-create=on")
    each_world.become(TWO)
    _, [first, second] = each_world.plan()
    assert reject(each_world, first.digest) == 1
    assert last_event(each_world) == ("approval.refused", "admin", "plan", "1 changes")
    assert [one.digest for one in each_world.changes()] == [second.digest]
    assert each_world.sync().waiting == 1
    each_world.become({"A": {"title": "x"}, "B": {}})
    assert brief(each_world.changes()) == ["user create A@x.example [waiting]", "user create B@x.example [waiting]"]


def test_all_that_waits_is_rejected(each_world: World) -> None:
    each_world.make_app("approve-create=on")
    each_world.become(TWO)
    each_world.plan()
    assert reject(each_world) == 2
    assert each_world.changes() == []


def test_a_later_word_replaces_an_earlier_one(each_world: World) -> None:
    each_world.make_app("approve-create=on")
    each_world.become(TWO)
    plan, _ = each_world.plan()
    assert (reject(each_world), approve(each_world)) == (2, 2)
    assert {one.state for one in each_world.changes()} == {State.READY}
    assert plan.digest


@pytest.mark.parametrize("say", [approve, reject])
def test_nothing_waits(each_world: World, say: object) -> None:
    assert callable(say)
    each_world.make_app()
    with pytest.raises(Problem, match="no plan of aws was shown yet: read it first, `lockstep idp plan aws`"):
        say(each_world)
    each_world.become(TWO)
    each_world.plan()
    with pytest.raises(Problem, match="nothing waits for approval in aws"):
        say(each_world)
    with pytest.raises(Problem, match="no change with the digest 123 waits in aws"):
        say(each_world, "123")


def seven_leave(world: World, *settings: str) -> None:
    """Too many of ten."""
    world.make_app()
    world.synced(everyone(*many(10)))
    world.set(*settings)
    world.become(everyone(*many(10)[7:]))
    world.plan()


def test_what_is_held_is_let_through_or_thrown_away(each_world: World) -> None:
    seven_leave(each_world, "leavers=delete")
    assert release(each_world) == {"user-deletions": 7}
    assert last_event(each_world) == ("plan.released", "admin", "plan", "7 user-deletions")
    assert release(each_world, "user-deletions", discard=True) == {"user-deletions": 7}
    assert last_event(each_world) == ("plan.discarded", "admin", "plan", "7 user-deletions")
    assert each_world.changes() == []


def test_nothing_is_held(each_world: World) -> None:
    each_world.make_app()
    with pytest.raises(Problem, match="no plan of aws was shown yet"):
        release(each_world)
    each_world.become(TWO)
    each_world.plan()
    with pytest.raises(Problem, match="nothing is held in aws"):
        release(each_world)


def test_only_a_kind_that_there_is(each_world: World) -> None:
    seven_leave(each_world)
    with pytest.raises(Problem, match="--kind leavers: use one of user-deletions, switch-offs, group-deletions, removals"):
        release(each_world, "leavers")
    with pytest.raises(Problem, match="nothing is held in aws"):
        release(each_world, "removals")


def test_what_is_held_and_has_to_be_approved_takes_both_words(each_world: World) -> None:
    """Approvals are on unless switched off, so this is the usual case of a large removal."""
    seven_leave(each_world, "approve-delete=on")
    assert release(each_world) == {"switch-offs": 7}
    assert {one.state for one in each_world.changes()} == {State.WAITING}
    assert approve(each_world) == 7
    assert {one.state for one in each_world.changes()} == {State.READY}
    assert each_world.sync().applied == 7


def test_start_lets_what_vanished_be_made_again(each_world: World) -> None:
    each_world.make_app()
    each_world.synced(everyone(*many(6)))
    for number in list(each_world.target.users):
        each_world.target.lose(number)
    stopped = each_world.sync(Orders(full=True))
    assert stopped.quarantine == "6 of 6 linked objects are gone at the target, which looks like a wrong tenant"
    assert each_world.app().quarantine == stopped.quarantine
    assert each_world.sync().quarantine == stopped.quarantine
    with each_world.write() as c:
        actions.start(c, find_app(c, "aws"), each_world.now)
    result = each_world.sync()
    assert (result.quarantine, result.applied, len(each_world.target.users)) == ("", 6, 6)


def test_the_word_of_start_is_for_this_time(each_world: World) -> None:
    test_start_lets_what_vanished_be_made_again(each_world)
    for number in list(each_world.target.users):
        each_world.target.lose(number)
    assert each_world.sync(Orders(full=True)).quarantine != ""


def test_start_of_a_stopped_app_believes_nothing(each_world: World) -> None:
    each_world.make_app()
    with each_world.write() as c:
        app = find_app(c, "aws")
        store.set_stopped(c, app.id, True)
        actions.start(c, find_app(c, "aws"), each_world.now)
        assert not ledger.is_believed(c, app.id)
        assert not find_app(c, "aws").stopped
