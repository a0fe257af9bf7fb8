"""Security > Administrators: who may use these pages."""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from lockstep.idp.admins import actions, store
from lockstep.idp.admins.records import Admin
from lockstep.idp.console.apps import WRONG
from lockstep.idp.console.context import NOT_FOUND
from lockstep.idp.console.desk import Desk
from lockstep.kit.db import Connection
from lockstep.kit.problems import ValueProblem, sentence
from lockstep.kit.web.forms import field

HOME = "/admin/administrators"
CONFLICT = 409
YOURSELF = "You cannot remove yourself. Another administrator has to do it."
DIFFERENT = "The two passwords are not the same. Type both again."


async def administrators(desk: Desk) -> Response:
    """Everyone, and the form for one more."""
    return await _list(desk, "", {})


async def add(desk: Desk) -> Response:
    """One more, with a name and a password that was typed twice.  A password is taken to the letter."""
    name, password = desk.value("name"), field(desk.form, "password") or ""
    errors: dict[str, str] = {}
    for check, value in ((actions.check_name, name), (actions.check_password, password)):
        try:
            check(value)
        except ValueProblem as problem:
            errors[problem.field] = sentence(problem.what)
    if "password" not in errors and (field(desk.form, "again") or "") != password:
        errors["again"] = DIFFERENT
    if errors:
        return await _list(desk, name, errors, WRONG)
    stored = await desk.context.hasher.hash(password)
    try:
        await desk.write(lambda c: actions.create(c, name, stored, actor=desk.actor, now=desk.now))
    except ValueProblem as problem:
        return await _list(desk, name, {problem.field: sentence(problem.what)}, WRONG)
    return desk.go(HOME, f"Administrator {name} has been added, and can sign in.")


async def remove_page(desk: Desk) -> Response:
    """Asks first."""
    return await _remove_page(desk, desk.query("name"))


async def remove(desk: Desk) -> Response:
    """Remove somebody else, whose sessions end at once."""
    name = desk.value("name")
    if name == desk.actor:
        return await _remove_page(desk, name, CONFLICT)
    try:
        await desk.write(lambda c: actions.remove(c, name, actor=desk.actor, now=desk.now))
    except actions.NoAdminProblem:
        raise HTTPException(NOT_FOUND) from None
    except actions.LastAdminProblem as problem:
        return await _remove_page(desk, name, CONFLICT, sentence(str(problem)))
    return desk.go(HOME, f"Administrator {name} has been removed; the sessions have ended.")


async def _remove_page(desk: Desk, name: str, status: int = 200, problem: str = "") -> Response:
    found = await desk.read(lambda c: [one.name for one in store.everyone(c)])
    if name not in found:
        raise HTTPException(NOT_FOUND)
    why = YOURSELF if name == desk.actor else problem
    return desk.page("console/administrator_remove.html", status, name=name, problem=why)


async def _list(desk: Desk, typed: str, errors: dict[str, str], status: int = 200) -> Response:
    def look(c: Connection) -> list[Admin]:
        return actions.everyone(c)

    shown: dict[str, Any] = {"rows": await desk.read(look), "typed": typed, "errors": errors}
    return desk.page("console/administrators.html", status, **shown)
