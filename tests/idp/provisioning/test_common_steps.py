"""What approvals, limits and failures say of what would be sent."""

from lockstep.idp import events
from lockstep.idp.apps import actions as apps
from lockstep.idp.provisioning import ledger, ondemand
from tests.idp.provisioning.looking import step, user
from tests.idp.provisioning.target import Fault
from tests.idp.provisioning.world import World, everyone


def test_an_earlier_failure_and_a_saved_decision_are_said(world: World) -> None:
    world.make_app()
    world.become(everyone("A"))
    world.target.faults = lambda sent: Fault(400, detail="no good") if sent.method == "POST" else None
    with world.write() as c:
        since = events.latest(c)
    world.sync()
    found = user(world)
    assert step(found, "said").state == "warning"
    assert step(found, "said").rows[-1][2].startswith("the target refused it (400): no good; tried again by itself after ")
    with world.db.read() as c:
        told = ondemand.came_back(c, apps.find_app(c, "aws"), found, since)
    assert [(one["event"], one["ok"]) for one in told] == [("user.creation_failed_in_app", False)] * 3
    with world.write() as c:
        ledger.decide(c, world.app_id(c), "rejected", [found.requests[0].digest], 1)
    found = user(world)
    assert (found.requests[0].state, found.requests[0].method) == ("dropped", "")
    assert "thrown away by an administrator" in step(found, "said").rows[0][2]
    assert step(found, "send").verdict == "Nothing now."
