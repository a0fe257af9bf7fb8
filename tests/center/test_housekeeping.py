"""What is done now and then."""

import asyncio

from lockstep.center import events
from lockstep.center.events import DIRECTORY_SOURCE, SCIM_SOURCE, Call, Operation
from lockstep.center.housekeeping import forget_old_events, keep_house
from lockstep.kit.clock import iso, now_ms
from lockstep.kit.db import Database
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
        await forget_old_events(runner, instance.key, instance.profile.trail_days, now)
    await runner.close()
    assert "GetUser" not in {record["eventName"] for record in await scim.trail()}
    assert len([record for record in await keeps.trail() if record["eventName"] == "GetUser"]) == 1200


async def test_events_of_administrators_are_forgotten_after_a_year(each_center: Database) -> None:
    now = now_ms()
    with each_center.write() as connection:
        for days in (366, 364):
            old = Call(Operation.CONSOLE_LOGIN, DIRECTORY_SOURCE, events.new_request_id(), now - days * DAY, "alice")
            events.append(connection, events.NO_INSTANCE, old, 200)
    runner = open_runner(each_center)
    house = asyncio.get_running_loop().create_task(keep_house(runner, lambda: now))
    for _ in range(200):
        with each_center.read() as connection:
            left = [record["eventTime"] for record in events.records(connection, events.NO_INSTANCE, "")]
        if len(left) == 1:
            break
        await asyncio.sleep(0.05)
    house.cancel()
    await runner.close()
    assert left == [iso(now - 364 * DAY)]
