"""The page of a job."""

import asyncio

import pytest

from lockstep.idp.provisioning import jobs
from lockstep.idp.provisioning.waiting import progress
from lockstep.kit.problems import Problem
from tests.idp.console.world import OPEN, World, address, press


async def test_a_sync_waits_runs_and_ends(each_world: World) -> None:
    each_world.set(*OPEN)
    browser = await each_world.signed_in()
    filed = await press(browser, await browser.get(address("/plan")), "/do/sync")
    assert "Waits for the worker" in filed.text
    assert "http-equiv" not in filed.html
    assert 'data-live="/admin/apps/1/jobs/1/stream" data-live-into="job-state"' in filed.html
    assert f'href="{address("/jobs/1")}">Reload</a>' in filed.html
    with each_world.changing() as c:
        jobs.start(c, 1, "somebody")
    assert "Running" in (await browser.get(address("/jobs/1"))).text
    with each_world.changing() as c:
        jobs.requeue(c, 1)
    await asyncio.to_thread(each_world.engine.wait, 1)
    done = await browser.get(address("/jobs/1"))
    assert "data-live" not in done.html
    assert "live.js" not in done.html
    assert "Requests sent 3 (the fewest possible: 3)" in done.text
    app = each_world.app_now()
    with each_world.db.read() as c:
        assert progress(c, app.id)[0] == progress(c, app.id)[1]


async def test_a_sync_that_cannot_be_done_says_why(world: World) -> None:
    browser = await world.signed_in()
    await press(browser, await browser.get(address("/plan")), "/do/sync")
    with pytest.raises(Problem, match="provisioning is off"):
        await asyncio.to_thread(world.engine.wait, 1)
    page = await browser.get(address("/jobs/1"))
    assert "provisioning is off for aws" in page.text


async def test_failures_are_listed(world: World) -> None:
    from tests.idp.provisioning.target import Fault

    world.set(*OPEN)
    world.target.faults = lambda sent: (
        Fault(400, detail="no <b>good") if sent.path == "/Users" and sent.method == "POST" else None
    )
    browser = await world.signed_in()
    await press(browser, await browser.get(address("/plan")), "/do/reapply")
    await asyncio.to_thread(world.engine.wait, 1)
    page = await browser.get(address("/jobs/1"))
    assert "Done, but some failed" in page.text
    assert "no &lt;b&gt;good" in page.html


async def test_a_job_of_another_app_is_not_found(world: World) -> None:
    browser = await world.signed_in()
    assert (await browser.get(address("/jobs/1"))).status == 404
