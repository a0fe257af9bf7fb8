"""The steps of the first run."""

import pytest

from lockstep.cli.demo import first_run
from lockstep.cli.demo.processes import StepFailed
from lockstep.cli.demo.walk import Walk
from tests.cli.demo.scripted import Scripted

DONE = {"requests": 227, "floor": 227, "applied": 227, "failed": 0, "held": 0, "waiting": 0, "seconds": 1.25}


def test_a_plan_is_told_in_words(walk: Walk, scripted: Scripted) -> None:
    counts = {"user create": 200, "group create": 25, "group members": 2, "user update": 1}
    scripted.answer("idp", "plan", json={"requests": 228, "counts": counts})
    lines = first_run.plan(walk)
    assert walk.planned == 228
    assert str(lines[0]) == ("[bold]228 requests[/]: 200 new users + 25 new groups + 2 for members after 100 + 1 × user update")


def test_a_sync_that_asks_nobody_is_a_failure(walk: Walk, scripted: Scripted) -> None:
    scripted.answer("idp", "sync", json=DONE)
    with pytest.raises(StepFailed, match="ended with exit code 0"):
        first_run.sync_waits(walk)


def test_a_sync_that_waits_says_for_whom(walk: Walk, scripted: Scripted) -> None:
    scripted.answer("idp", "sync", code=3, json={**DONE, "requests": 0, "floor": 0, "waiting": 227})
    assert "227 changes wait[/] for a person" in str(first_run.sync_waits(walk)[0])


@pytest.mark.parametrize(("floor", "least"), [(227, True), (226, False)])
def test_requests_stand_beside_the_floor(walk: Walk, scripted: Scripted, floor: int, least: bool) -> None:
    scripted.answer("idp", "sync", json={**DONE, "floor": floor})
    line = str(first_run.sync(walk)[0])
    assert (walk.result.requests, walk.result.floor) == (227, floor)
    assert ("fewer cannot do it" in line) is least


def test_what_did_not_arrive_is_explained_by_the_events(walk: Walk, scripted: Scripted) -> None:
    scripted.answer("idp", "sync", code=4, json={**DONE, "failed": 1})
    scripted.answer(
        "idp", "events", json={"type": "x", "user_name": "zoe", "error_description": "the centre refused the e-mail address"}
    )
    with pytest.raises(StepFailed, match=r"failed: 1\)\nzoe: the centre refused the e-mail address"):
        first_run.sync(walk)
