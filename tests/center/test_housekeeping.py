"""What is done now and then."""

from lockstep.center import events
from lockstep.center.events import SCIM_SOURCE, Call, Operation
from lockstep.center.housekeeping import forget_old_events
from lockstep.kit.clock import now_ms
from lockstep.kit.runner import open_runner
from tests.center.client import Client
from tests.center.conftest import Make

DAY = 86_400_000


async def test_old_events_are_forgotten_as_the_profile_says(scim: Client, scim_with: Make) -> None:
    keeps = scim_with(trail_days=400)
    now = now_ms()
    with scim.stage.database.write() as connection:
        for instance in (scim.instance, keeps.instance):
            for number in range(1200):
                old = Call(Operation.GET_USER, SCIM_SOURCE, events.new_request_id(), now - 91 * DAY - number, "token")
                events.append(connection, instance.key, old, 404)
    runner = open_runner(scim.stage.database)
    for instance in (scim.instance, keeps.instance):
        await forget_old_events(runner, instance, now)
    await runner.close()
    assert "GetUser" not in {record["eventName"] for record in await scim.trail()}
    assert len([record for record in await keeps.trail() if record["eventName"] == "GetUser"]) == 1200
