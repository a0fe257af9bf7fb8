"""Users > Deleted users: who was deleted in the last 30 days, and can come back."""

from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from lockstep.idp.console.context import number
from lockstep.idp.console.desk import Desk
from lockstep.idp.directory.checks import FieldProblem
from lockstep.idp.directory.removed import actions
from lockstep.idp.directory.removed import store as removed
from lockstep.idp.directory.removed.records import DAY_MS, KEPT_DAYS, RemovedUser
from lockstep.kit.db import Connection

HOME, PAGE, CONFLICT = "/admin/users/deleted", 50, 409


async def deleted(desk: Desk) -> Response:
    """Those who were deleted last, first."""
    return await _list(desk)


async def restore(desk: Desk) -> Response:
    """Bring somebody back under the same id."""
    user_id = number(desk.request)
    try:
        back = await desk.write(lambda c: actions.restore(c, user_id, actor=desk.actor, now=desk.now))
    except FieldProblem as problem:
        text = f"Not restored: this {problem.field.replace('_', ' ')} {problem.what}. Change or delete that user first."
        return await _list(desk, text, CONFLICT)
    return desk.go(f"/admin/users/{back.id}", f"{back.user_name} has been restored, with the roles that are still there.")


async def _list(desk: Desk, problem: str = "", status: int = 200) -> Response:
    at, last = desk.query_number("after"), desk.query_number("id")

    def look(c: Connection) -> list[RemovedUser]:
        return removed.newest(c, after=(at, last), limit=PAGE + 1) if at else removed.newest(c, limit=PAGE + 1)

    found = await desk.read(look)
    shown: dict[str, Any] = {
        "rows": [(one, max(0, KEPT_DAYS - (desk.now - one.removed_at) // DAY_MS)) for one in found[:PAGE]],
        "first": HOME if at else "",
        "next": _after(found[PAGE - 1]) if len(found) > PAGE else "",
        "kept": KEPT_DAYS,
        "problem": problem,
    }
    return desk.page("console/users_deleted.html", status, **shown)


def _after(one: RemovedUser) -> str:
    return f"{HOME}?{urlencode({'after': one.removed_at, 'id': one.user.id})}"
