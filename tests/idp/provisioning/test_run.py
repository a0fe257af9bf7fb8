"""One run from begin to end: what it refuses to do, what it counts, what it leaves for the next."""

import asyncio
from typing import Any

import pytest

from lockstep.idp.apps import actions as apps
from lockstep.idp.apps.store import set_quarantine
from lockstep.idp.directory import store
from lockstep.idp.provisioning import actions, ledger, run, tokens
from lockstep.idp.provisioning.exchange import TargetProblem
from lockstep.idp.provisioning.run import Halt, Orders, Result, Run, employee_id, flow
from lockstep.kit.problems import Problem
from tests.idp.provisioning.target import Fault, Sent
from tests.idp.provisioning.world import World, brief, everyone, many

AB = everyone("A", "B")


def stop(world: World) -> None:
    with world.write() as c:
        apps.stop(c, apps.find_app(c, "aws"), 1)


def test_what_a_run_came_to(each_world: World) -> None:
    each_world.make_app()
    each_world.become(AB, {"G": ("Team", ["A"])})
    result = each_world.sync()
    assert (result.requests, result.floor, result.applied, result.failed, result.held, result.waiting) == (3, 3, 3, 0, 0, 0)
    last = each_world.events()[-1]
    assert (last.type.value, last.notes) == ("sync.finished", "3 requests (floor 3), 3 applied, 0 failed")
    assert set(Result().as_json()) == {"requests", "floor", "applied", "failed", "held", "waiting", "seconds"}


def test_provisioning_that_is_off(each_world: World) -> None:
    each_world.make_app("provisioning=off")
    with pytest.raises(
        Problem, match="provisioning is off for aws: turn it on with `lockstep idp app set aws provisioning=on`"
    ):
        each_world.sync()
    assert each_world.plan()


def test_an_app_that_is_stopped(each_world: World) -> None:
    each_world.make_app()
    stop(each_world)
    with pytest.raises(Problem, match="aws is stopped: let it run again with `lockstep idp app start aws`"):
        each_world.sync()


def test_a_stop_in_the_middle_ends_the_run_after_its_batch(each_world: World) -> None:
    each_world.make_app()
    each_world.become(everyone(*many(250)))
    with pytest.raises(Problem, match="aws is stopped"):
        each_world.sync(report=lambda _done, _of: stop(each_world))
    assert len(each_world.target.users) == 100


async def test_a_run_whose_lease_is_lost_sends_no_further_batch(each_world: World) -> None:
    """Not even between two looks of the worker at its lease."""
    each_world.make_app()
    each_world.become(everyone(*many(250)))
    halt = Halt(lost=lambda: len(each_world.target.users) >= 100)
    one = Run(each_world.db, each_world.vault, each_world.app().id, Orders(), clock=each_world.clock, halt=halt)
    sending = asyncio.ensure_future(flow(one, Orders()))
    try:
        async with asyncio.timeout(30):
            while not halt.standing:  # noqa: ASYNC110 - the run sets it, and knows nothing of events
                await asyncio.sleep(0.01)
    finally:
        sending.cancel()
        await asyncio.wait({sending})
        await one.close()
    assert len(each_world.target.users) == 100


def test_an_app_in_quarantine_is_left_alone(each_world: World) -> None:
    each_world.make_app()
    each_world.become(AB)
    with each_world.write() as c:
        set_quarantine(c, each_world.app_id(c), "too much failed")
    result = each_world.sync(Orders(full=True))
    assert (result.quarantine, result.requests, each_world.target.log) == ("too much failed", 0, [])
    assert result.as_json()["quarantine"] == "too much failed"


def test_too_much_that_fails_ends_the_run_and_what_is_left_stays(each_world: World) -> None:
    each_world.make_app()
    each_world.become(everyone(*many(150)))
    each_world.target.faults = lambda sent: Fault(400) if sent.body["externalId"] < "E0050" else None
    result = each_world.sync()
    assert result.quarantine.startswith("50 of 100 changes failed")
    assert (result.requests, result.applied, result.failed) == (100, 50, 50)
    assert each_world.events()[-1].type.value == "sync.finished"
    with each_world.write() as c:
        actions.start(c, apps.find_app(c, "aws"), each_world.now)
    each_world.target.faults = lambda _sent: None
    assert (each_world.sync().failed, len(each_world.target.users)) == (0, 150)


def test_an_app_that_is_gone(world: World) -> None:
    with world.write() as c, pytest.raises(Problem, match="the app is gone"):
        run.ready_app(c, 99)


def test_a_refused_token_is_a_problem_and_the_next_run_does_the_rest(each_world: World) -> None:
    each_world.make_app()
    each_world.become(AB)
    each_world.target.faults = lambda _sent: Fault(401)
    with pytest.raises(TargetProblem, match="the target refused the access token"):
        each_world.sync()
    each_world.target.faults = lambda _sent: None
    assert each_world.sync().applied == 2


def test_a_run_by_hand_tries_three_times(each_world: World) -> None:
    each_world.make_app()
    each_world.become(everyone("A"))
    each_world.target.faults = lambda _sent: Fault(400)
    result = each_world.sync()
    assert (result.requests, result.failed, result.floor) == (3, 1, 1)


def test_a_run_by_hand_mends_what_fails_once(each_world: World) -> None:
    each_world.make_app()
    each_world.become(AB)
    each_world.target.faults = lambda _sent: Fault(400) if len(each_world.target.log) == 1 else None
    result = each_world.sync()
    assert (result.requests, result.applied, result.failed) == (3, 2, 0)


def test_a_run_by_itself_counts_what_failed_and_tries_it_later(each_world: World) -> None:
    each_world.make_app()
    each_world.become(AB)
    each_world.target.faults = lambda sent: Fault(400) if "A@x" in str(sent.body) else None
    result = each_world.sync(Orders(by_hand=False))
    assert (result.requests, result.failed, result.applied) == (2, 1, 1)
    assert each_world.events()[-1].notes == "2 requests (floor 2), 1 applied, 1 failed"


def test_a_run_by_itself_that_does_nothing_says_nothing(each_world: World) -> None:
    each_world.make_app()
    each_world.synced(AB)
    before = len(each_world.events())
    each_world.sync(Orders(by_hand=False))
    assert len(each_world.events()) == before
    each_world.sync()
    assert each_world.events()[-1].type.value == "sync.finished"


def test_what_waits_and_what_is_held_is_said(each_world: World) -> None:
    each_world.make_app()
    each_world.synced(everyone(*many(10)))
    each_world.set("approve-create=on")
    each_world.become(everyone("new", *many(10)[7:]))
    result = each_world.sync(Orders(by_hand=False))
    assert (result.held, result.waiting) == (7, 1)
    said = [(event.type.value, event.notes) for event in each_world.events()[-2:]]
    assert said == [("plan.held", "7 held"), ("approval.asked", "1 wait")]


def test_reading_is_counted_apart(each_world: World) -> None:
    each_world.make_app()
    each_world.synced(AB, {"G": ("Team", ["A"])})
    each_world.become({"A": {"title": "x"}, "B": {}}, {"G": ("Team", ["A"])})
    result = each_world.sync(Orders(full=True))
    assert (result.requests, result.floor) == (1, 1)
    assert result.check == {"requests": 3, "floor": 3, "differences": 0, "undecided": 0, "unmatched": 0}


def test_one_user_alone(each_world: World) -> None:
    each_world.make_app()
    each_world.become(AB, {"G": ("Team", ["A", "B"])})
    result = each_world.sync(Orders(only="A"))
    assert (result.applied, list(each_world.target.people())) == (1, ["A"])
    assert brief(each_world.changes()) == ["user create B@x.example", "group create Team"]


def planned(world: World) -> None:
    world.plan()


def test_a_plan_made_beside_a_run_does_not_cut_it_short(each_world: World) -> None:
    each_world.make_app()
    each_world.become(everyone(*many(250)))
    result = each_world.sync(report=lambda _done, _of: planned(each_world))
    assert (result.applied, len(each_world.target.users)) == (250, 250)


def test_progress_is_reported_against_the_floor(world: World) -> None:
    world.make_app()
    world.become(everyone(*many(150)))
    seen: list[tuple[int, int]] = []
    world.sync(report=lambda done, of: seen.append((done, of)))
    assert seen[:2] == [(100, 150), (150, 150)]


def exactly(world: World, digest: str, only: str | None = None) -> Result:
    return world.sync(Orders(digest=digest, only=only))


def test_exactly_the_plan_that_was_read_is_applied_and_counts_as_approved(each_world: World) -> None:
    each_world.make_app("approve-create=on")
    each_world.become(AB)
    plan, _ = each_world.plan(retry_now=True)
    result = exactly(each_world, plan.digest)
    assert (result.applied, result.waiting) == (2, 0)


def test_a_plan_that_has_changed_since_is_refused(each_world: World) -> None:
    each_world.make_app("approve-create=on")
    each_world.become(AB)
    plan, _ = each_world.plan(retry_now=True)
    each_world.become({"A": {"title": "x"}, "B": {}})
    with pytest.raises(Problem, match="this is not the plan that was read any more: something has changed since"):
        exactly(each_world, plan.digest)
    assert each_world.target.log == []
    with each_world.db.read() as c:
        assert ledger.decided(c, each_world.app_id(c)).approved == frozenset()


def test_a_plan_that_was_applied_already_is_refused(each_world: World) -> None:
    each_world.make_app()
    each_world.become(AB)
    plan, _ = each_world.plan(retry_now=True)
    exactly(each_world, plan.digest)
    with pytest.raises(Problem, match="this is not the plan that was read"):
        exactly(each_world, plan.digest)


def test_the_plan_of_one_user_is_applied_for_that_user(each_world: World) -> None:
    each_world.make_app("approve-create=on")
    each_world.become(AB)
    plan, _ = each_world.plan(only="A", retry_now=True)
    with pytest.raises(Problem):
        exactly(each_world, plan.digest)
    assert exactly(each_world, plan.digest, "A").applied == 1


def test_what_changes_while_a_plan_is_applied_is_not_applied_with_it(each_world: World) -> None:
    """Exactly that plan: also where a first try failed and it is gone over again."""
    each_world.make_app()
    each_world.become(everyone("A"))
    plan, _ = each_world.plan(retry_now=True)

    def meanwhile(sent: Sent) -> Fault | None:
        if len(each_world.target.log) == 1:
            each_world.become(AB)
            return Fault(400)
        return None

    each_world.target.faults = meanwhile
    exactly(each_world, plan.digest)
    assert set(each_world.target.people()) <= {"A"}


def test_people_are_named_by_user_name_or_employee_id(world: World) -> None:
    world.become({"A": {"user_name": "Ann@x"}, "B": {"user_name": "A"}})
    with world.db.read() as c:
        assert [employee_id(c, name) for name in ("ann@X", "B", "a")] == ["A", "B", "B"]
        with pytest.raises(Problem, match="no user is called nobody"):
            employee_id(c, "nobody")
        assert store.user_by_employee_id(c, "A") is not None


def test_the_token_is_opened_for_the_run(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[tuple[str, str, Any]] = []
    client = world.target.client

    def watched(base_url: str, token: str, **options: Any) -> Any:
        given.append((base_url, token, options["rate"]))
        return client(base_url, token, **options)

    monkeypatch.setattr(tokens, "ScimClient", watched)
    world.make_app("rate=7")
    world.synced(AB)
    assert given == [("https://scim.example/tenant/scim/v2", "secret", 7.0)]
