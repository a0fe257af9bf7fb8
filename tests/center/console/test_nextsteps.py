"""What to do about refusals."""

from dataclasses import replace

from lockstep.center.console.nextsteps import next_step
from lockstep.center.console.store import TrailEvent
from lockstep.center.events import SCIM_SOURCE, SIGNIN_SOURCE
from lockstep.saml.problems import Reason
from tests.center.console.world import Desk

EVENT = TrailEvent(1, 1, "CreateUser", SCIM_SOURCE, "r", 201, None, None, "token", None, None, None, None)


async def test_every_refusal_has_a_next_step_and_a_success_has_none(desk: Desk) -> None:
    assert next_step(EVENT, desk.instance) is None
    for status in (400, 401, 403, 404, 409, 413, 429, 500, 503):
        step = next_step(replace(EVENT, status=status, error_code="X"), desk.instance)
        assert step is not None
        assert step.text
    for reason in [*Reason, "something new"]:
        step = next_step(replace(EVENT, source=SIGNIN_SOURCE, status=403, error_code=str(reason)), desk.instance)
        assert step is not None
        assert step.url == desk.path("settings")


def test_a_failed_log_in_has_one_too() -> None:
    step = next_step(replace(EVENT, operation="ConsoleLogin", status=401, error_code="Failed authentication"), None)
    assert step is not None
    assert "IP address" in step.text
    assert next_step(replace(EVENT, operation="ConsoleLogin"), None) is None
