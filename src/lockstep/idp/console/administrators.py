"""Settings > Administrators: who may use these pages, and for what."""

from collections.abc import Callable
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from lockstep.idp.admins import actions
from lockstep.idp.admins.permissions import Rights
from lockstep.idp.admins.records import Admin
from lockstep.idp.console.apps import WRONG
from lockstep.idp.console.context import NOT_FOUND, Result
from lockstep.idp.console.desk import Desk
from lockstep.idp.console.privileges import KINDS, Typed, read_grants, read_user, typed_in, typed_of, words_of
from lockstep.idp.directory.store import user_by_employee_id
from lockstep.kit.db import Connection
from lockstep.kit.problems import ValueProblem, sentence
from lockstep.kit.web.forms import field

HOME = "/admin/administrators"
CONFLICT = 409
LISTED = 5
"""Privileges of one administrator that the list names."""
YOURSELF = "You cannot remove yourself. Another administrator has to do it."
NOT_YOURSELF = "Nobody changes what they themselves may. Another administrator has to do it."
DIFFERENT = "The two passwords are not the same. Type both again."


async def administrators(desk: Desk) -> Response:
    """Everyone, and the form for one more."""
    return await _list(desk, Typed(), {})


async def add(desk: Desk) -> Response:
    """One more, with a name, a password that was typed twice, and privileges.  A password is taken to the letter."""
    typed, password = typed_in(desk), field(desk.form, "password") or ""
    errors: dict[str, str] = {}
    for check, value in ((actions.check_name, typed.name), (actions.check_password, password)):
        try:
            check(value)
        except ValueProblem as problem:
            errors[problem.field] = sentence(problem.what)
    if "password" not in errors and (field(desk.form, "again") or "") != password:
        errors["again"] = DIFFERENT
    if not errors:
        await desk.read(lambda c: (read_grants(c, typed, errors), read_user(c, typed.user, "", errors)))
    if errors:
        return await _list(desk, typed, errors, WRONG)
    stored = await desk.context.hasher.hash(password)

    def make(c: Connection) -> None:
        grants, user = read_grants(c, typed, errors), read_user(c, typed.user, "", errors)
        if errors:  # the role or the user has gone meanwhile
            return
        by = _rights(c, desk)
        actions.create(c, typed.name, stored, actor=desk.actor, now=desk.now, grants=grants, employee_id=user, by=by)

    try:
        await desk.write(make)
    except ValueProblem as problem:
        errors[problem.field] = sentence(problem.what)
    if errors:
        return await _list(desk, typed, errors, WRONG)
    return desk.go(HOME, f"Administrator {typed.name} has been added, and can sign in.")


async def edit_page(desk: Desk) -> Response:
    """What somebody may."""
    name = desk.query("name")

    def look(c: Connection) -> Typed:
        found = actions.find_admin(c, name)
        return typed_of(c, found.grants, found.employee_id, name)

    return await _edit_page(desk, name, await _known(desk, look), {})


async def edit(desk: Desk) -> Response:
    """Other privileges, in the place of those there were; who it is signs in anew."""
    typed, errors = typed_in(desk), dict[str, str]()

    def act(c: Connection) -> bool:
        before = actions.find_admin(c, typed.name)
        grants, user = read_grants(c, typed, errors), read_user(c, typed.user, before.employee_id, errors)
        if errors:
            return False
        return actions.change(c, typed.name, grants, user, actor=desk.actor, now=desk.now, by=_rights(c, desk))

    try:
        changed = await desk.write(act)
    except actions.NoAdminProblem:
        raise HTTPException(NOT_FOUND) from None
    except actions.LastAdminProblem as problem:
        errors["privilege"] = sentence(str(problem))
    except ValueProblem as problem:
        errors[problem.field] = sentence(problem.what)
    if errors:
        return await _edit_page(desk, typed.name, typed, errors, WRONG)
    words = "has been changed; the sessions have ended" if changed else "is as before"
    return desk.go(HOME, f"Administrator {typed.name} {words}.")


async def remove_page(desk: Desk) -> Response:
    """Asks first."""
    return await _remove_page(desk, desk.query("name"))


async def remove(desk: Desk) -> Response:
    """Remove somebody else, whose sessions end at once."""
    name = desk.value("name")
    if name == desk.actor:
        return await _remove_page(desk, name, CONFLICT)
    try:
        await desk.write(lambda c: actions.remove(c, name, actor=desk.actor, now=desk.now, by=_rights(c, desk)))
    except actions.NoAdminProblem:
        raise HTTPException(NOT_FOUND) from None
    except actions.LastAdminProblem as problem:
        return await _remove_page(desk, name, CONFLICT, sentence(str(problem)))
    return desk.go(HOME, f"Administrator {name} has been removed; the sessions have ended.")


def _rights(c: Connection, desk: Desk) -> Rights:
    """What the administrator may in the transaction that changes something: it may be less than when the request came."""
    return actions.rights_of(c, desk.actor)


async def _known(desk: Desk, look: Callable[[Connection], Result]) -> Result:
    try:
        return await desk.read(look)
    except actions.NoAdminProblem:
        raise HTTPException(NOT_FOUND) from None


async def _edit_page(desk: Desk, name: str, typed: Typed, errors: dict[str, str], status: int = 200) -> Response:
    why = NOT_YOURSELF if name == desk.actor else ""
    shown: dict[str, Any] = {"name": name, "typed": typed, "errors": errors, "kinds": KINDS, "problem": why}
    return desk.page("console/administrator.html", status, **shown)


async def _remove_page(desk: Desk, name: str, status: int = 200, problem: str = "") -> Response:
    await _known(desk, lambda c: actions.find_admin(c, name))
    why = YOURSELF if name == desk.actor else problem
    return desk.page("console/administrator_remove.html", status, name=name, problem=why)


async def _list(desk: Desk, typed: Typed, errors: dict[str, str], status: int = 200) -> Response:
    def row(c: Connection, one: Admin) -> dict[str, Any]:
        user = user_by_employee_id(c, one.employee_id) if one.employee_id else None
        touchable = one.name != desk.actor and desk.rights.covers(one.grants)
        return {"admin": one, "words": words_of(c, one.grants), "user": user, "touchable": touchable}

    rows = await desk.read(lambda c: [row(c, one) for one in actions.everyone(c)])
    shown: dict[str, Any] = {"rows": rows, "typed": typed, "errors": errors, "kinds": KINDS, "listed": LISTED}
    return desk.page("console/administrators.html", status, **shown)
