"""Sending a stored plan in batches: written down before, settled after, stopped where the target is at its end."""

import asyncio
from typing import Any

import pytest

from lockstep.idp.apps.actions import find_app
from lockstep.idp.provisioning import actions, apply, ledger
from lockstep.idp.provisioning.apply import Applier, Quarantined, settle_unsettled
from lockstep.idp.provisioning.exchange import TargetProblem
from lockstep.idp.provisioning.records import Kind, State
from lockstep.idp.provisioning.run import Orders
from lockstep.idp.provisioning.settling import Tally
from lockstep.idp.provisioning.source import source_of
from tests.idp.provisioning.target import Fault
from tests.idp.provisioning.world import World, everyone, many


def applier(world: World) -> Applier:
    with world.db.read() as c:
        source, target = source_of(c, find_app(c, "aws")), world.link_target(c)
    return Applier(world.db, source, target, world.target.client("https://x", "t"), world.clock, Tally())


def batch(world: World, plan: int, using: Applier | None = None) -> int:
    return asyncio.run((using or applier(world)).one_batch(plan))


def states(world: World, plan: int) -> dict[str, int]:
    found: dict[str, int] = {}
    with world.db.read() as c:
        for one in ledger.counts(c, plan):
            found[one.state] = found.get(one.state, 0) + one.changes
    return found


def test_a_plan_goes_in_batches_of_one_stage(each_world: World) -> None:
    each_world.make_app()
    each_world.become(everyone(*many(150)), {"G": ("Team", many(150))})
    plan, _ = each_world.plan()
    assert [batch(each_world, plan.id) for _ in range(5)] == [100, 50, 1, 1, 0]
    assert states(each_world, plan.id) == {"done": 152}
    assert len(each_world.target.teams()["Team"]) == 150


def test_each_change_is_written_down_before_it_is_sent(each_world: World) -> None:
    each_world.make_app()
    each_world.become(everyone(*many(20)))
    plan, _ = each_world.plan()
    seen: list[dict[str, int]] = []
    each_world.target.watch = lambda _sent: seen.append(states(each_world, plan.id))
    batch(each_world, plan.id)
    assert seen == [{"sending": 20}] * 20


def test_what_cannot_go_is_put_aside_and_the_rest_is_reached(each_world: World) -> None:
    each_world.make_app()
    each_world.become(everyone("A", "B"), {"G": ("Team", ["A"]), "H": ("Crew", ["B"])})
    each_world.target.faults = lambda sent: Fault(400) if "A@x" in str(sent.body) else None
    plan, _ = each_world.plan()
    while batch(each_world, plan.id):
        pass
    assert states(each_world, plan.id) == {"done": 3, "failed": 1}
    assert each_world.target.teams() == {"Team": set(), "Crew": {"B@x.example"}}


def test_a_refused_token_ends_the_batch_and_takes_back_what_was_not_sent(each_world: World) -> None:
    each_world.make_app()
    each_world.become(everyone(*many(100)))
    plan, _ = each_world.plan()
    each_world.target.faults = lambda _sent: Fault(401) if len(each_world.target.log) > 40 else None
    with pytest.raises(TargetProblem, match="refused the access token"):
        batch(each_world, plan.id)
    assert states(each_world, plan.id) == {"done": 40, "ready": 60}
    each_world.target.faults = lambda _sent: None
    assert each_world.sync().failed == 0
    assert len(each_world.target.users) == 100


def test_what_was_never_sent_is_not_looked_for(world: World) -> None:
    world.make_app()
    world.become(everyone(*many(100)))
    plan, _ = world.plan()
    world.target.faults = lambda _sent: Fault(401)
    with pytest.raises(TargetProblem):
        batch(world, plan.id)
    sent = len(world.target.log)
    assert sent < 100
    with world.db.read() as c:
        assert len(ledger.open_creates(c, world.link_target(c))) <= sent


def test_a_target_that_is_down_ends_the_run(each_world: World) -> None:
    each_world.make_app()
    each_world.become(everyone(*many(apply.MOST_UNREACHABLE + 5)))
    plan, _ = each_world.plan()
    each_world.target.faults = lambda _sent: Fault(0)
    with pytest.raises(TargetProblem, match="the target does not answer: check that it is running, then sync again"):
        batch(each_world, plan.id)
    assert each_world.app().quarantine == ""


def test_a_few_lost_answers_end_nothing(world: World) -> None:
    world.make_app()
    world.become(everyone(*many(60)))
    plan, _ = world.plan()
    world.target.faults = lambda sent: Fault(0) if any(f"E000{one}@" in str(sent) for one in range(9)) else None
    assert batch(world, plan.id) == 60


def test_too_much_that_fails_puts_the_app_in_quarantine(each_world: World) -> None:
    each_world.make_app()
    each_world.become(everyone(*many(150)))
    plan, _ = each_world.plan()
    each_world.target.faults = lambda sent: Fault(400) if sent.body["externalId"] < "E0040" else None
    with pytest.raises(
        Quarantined, match=r"^40 of 100 changes failed: the app is in quarantine\. Look at `lockstep idp events`"
    ):
        batch(each_world, plan.id)
    assert each_world.app().quarantine == "40 of 100 changes failed"
    assert [event.type.value for event in each_world.events()][-1] == "app.quarantined"
    assert states(each_world, plan.id) == {"done": 60, "failed": 40, "ready": 50}


def test_just_under_that_goes_on(world: World) -> None:
    world.make_app()
    world.become(everyone(*many(150)))
    plan, _ = world.plan()
    world.target.faults = lambda sent: Fault(400) if sent.body["externalId"] < "E0039" else None
    using = applier(world)
    assert [batch(world, plan.id, using), batch(world, plan.id, using)] == [100, 50]


def test_too_much_that_vanished_puts_the_app_in_quarantine(each_world: World) -> None:
    each_world.make_app()
    people = many(40)
    each_world.synced(everyone(*people))
    each_world.become({key: {"title": "x"} for key in people})
    for key in people[:5]:
        each_world.target.lose(each_world.target.id_of(f"{key}@x.example"))
    plan, _ = each_world.plan()
    with pytest.raises(Quarantined, match="5 of 40 linked objects are gone at the target, which looks like a wrong tenant"):
        batch(each_world, plan.id)
    assert not any(sent.method == "POST" for sent in each_world.target.log)


def killed(world: World, plan: int, number: int) -> None:
    """As if the worker had died while it was sending: the target has done `number` requests, nothing is settled."""

    def died(*_: Any) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Applier, "_settle", died)
        with pytest.raises(KeyboardInterrupt):
            batch(world, plan)
    assert len(world.target.writes) == number


def test_what_a_dead_worker_was_sending_is_ready_again_in_its_plan(each_world: World) -> None:
    each_world.make_app()
    each_world.synced(everyone("A"))
    each_world.become({"A": {"title": "x"}, "B": {}})
    plan, _ = each_world.plan()
    killed(each_world, plan.id, 2)
    assert states(each_world, plan.id) == {"sending": 2}
    assert settle_unsettled(each_world.db, each_world.app().id) == 2
    assert settle_unsettled(each_world.db, each_world.app().id) == 0
    assert states(each_world, plan.id) == {"ready": 2}
    with each_world.db.read() as c:
        assert [(one.object, one.key) for one in ledger.open_creates(c, each_world.link_target(c))] == [("user", "B")]


def test_after_a_death_nothing_is_there_twice_and_nothing_is_lost(each_world: World) -> None:
    each_world.make_app()
    each_world.become(everyone("A", "B"), {"G": ("Team", ["A"])})
    plan, changes = each_world.plan()
    assert [one.kind for one in changes] == [Kind.CREATE] * 3
    killed(each_world, plan.id, 2)
    result = each_world.sync(Orders(by_hand=False))
    assert (result.failed, len(each_world.target.users), each_world.target.teams()) == (0, 2, {"Team": {"A@x.example"}})
    assert each_world.changes() == []
    assert State.SENDING.value not in states(each_world, plan.id)


def deletions(world: World, count: int) -> None:
    """People who are to be deleted, and are not there any more."""
    world.make_app("leavers=delete", "limit-deletions=1000", "limit-deletions-share=1")
    world.synced(everyone(*many(count), "A"))
    world.become(everyone("A"))
    world.target.users = {key: one for key, one in world.target.users.items() if one["userName"] == "A@x.example"}


def test_many_deletions_of_what_is_not_there_look_like_a_wrong_tenant(each_world: World) -> None:
    """Believed one by one, they would leave everybody active where they really are."""
    deletions(each_world, 20)
    result = each_world.sync()
    assert "20 of 21 linked objects are gone at the target, which looks like a wrong tenant" in result.quarantine
    with each_world.write() as c:
        actions.start(c, find_app(c, "aws"), each_world.now)
    assert (each_world.sync().quarantine, each_world.sync().requests, each_world.changes()) == ("", 0, [])


def test_a_deletion_of_what_is_not_there_is_done(each_world: World) -> None:
    deletions(each_world, 3)
    result = each_world.sync()
    assert (result.applied, result.failed, result.quarantine) == (3, 0, "")
    assert (each_world.sync().requests, each_world.changes()) == (0, [])


@pytest.mark.parametrize("anew", [False, True], ids=["same plan", "planned anew"])
def test_deletions_that_a_dead_worker_had_sent_are_no_wrong_tenant(each_world: World, anew: bool) -> None:
    deletions(each_world, 20)
    plan, changes = each_world.plan()
    with each_world.write() as c:
        ledger.set_states(c, plan.id, [(position, State.SENDING, "") for position in range(len(changes))])
    assert settle_unsettled(each_world.db, each_world.app().id) == 20
    if anew:
        plan, _ = each_world.plan()
    assert batch(each_world, plan.id) == 20
    assert states(each_world, plan.id) == {"done": 20}
    assert each_world.changes() == []
