"""How a filed job goes, and what came of it."""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from lockstep.idp.console.apps import app_of, tab
from lockstep.idp.console.context import NOT_FOUND, number
from lockstep.idp.console.desk import Desk
from lockstep.idp.provisioning import jobs, summary
from lockstep.idp.provisioning.waiting import progress
from lockstep.kit.db import Connection

FAILURES = 10
"""Failures that the page names; the tab Failures has them all."""


async def job(desk: Desk) -> Response:
    """One job; with script the page follows it until it is over."""
    filed = number(desk.request, "job")
    return await tab(desk, "console/app_job.html", lambda c, app: state_of(c, app.id, filed), now=desk.now)


def state_of(c: Connection, app_id: int, filed: int) -> dict[str, Any]:
    """What `job_state.html` shows of a job of the app.  Raises HTTPException (404) where there is none."""
    app, found = app_of(c, app_id), jobs.get(c, filed)
    if found is None or found.app_id != app.id:
        raise HTTPException(NOT_FOUND)
    done, total = progress(c, app.id) if found.state == jobs.RUNNING else (0, 0)
    some_failed = found.state == jobs.DONE and found.result.get("failed")
    failures, more_failures = summary.failures(c, app, FAILURES) if some_failed else ([], 0)
    return {
        "app": app,
        "job": found,
        "over": found.state in (jobs.DONE, jobs.FAILED),
        "done": done,
        "total": total,
        "failures": failures,
        "more_failures": more_failures,
    }
