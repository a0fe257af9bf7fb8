"""An administrator gives a person a password, or takes the second factor away from who has lost it."""

from typing import Any

from starlette.responses import Response

from lockstep.idp.console.context import number
from lockstep.idp.console.desk import Desk
from lockstep.idp.directory.groups.records import SecondFactor
from lockstep.idp.directory.groups.store import policy_of
from lockstep.idp.directory.lookup import user_of_id
from lockstep.idp.directory.records import Status, User
from lockstep.idp.signin.factors import actions as factors
from lockstep.idp.signin.people.passwords import check_password, set_password
from lockstep.idp.signin.people.store import end_sessions_of
from lockstep.kit.db import Connection
from lockstep.kit.problems import ValueProblem, sentence
from lockstep.kit.web.forms import field

_WRONG = 422


async def password_page(desk: Desk) -> Response:
    """The form."""
    return await _page(desk, {})


async def change_password(desk: Desk) -> Response:
    """A new password; the sessions that the person has here end."""
    user_id = number(desk.request)
    typed, again = field(desk.form, "password") or "", field(desk.form, "again") or ""
    errors = await _problems(desk, user_id, typed, again)
    if errors:
        return await _page(desk, errors, _WRONG)
    stored = await desk.context.hasher.hash(typed)

    def act(c: Connection) -> User:
        user = user_of_id(c, user_id)
        desk.check_person(c, user.employee_id)
        return set_password(c, user.user_name, stored, actor=desk.actor, now=desk.now)

    user = await desk.write(act)
    text = f"{user.user_name} has a new password; the sessions that they had here have ended."
    if user.status != Status.ACTIVE:
        text += " Only active people can sign in."
    return desk.go(f"/admin/users/{user_id}", text)


async def _problems(desk: Desk, user_id: int, typed: str, again: str) -> dict[str, str]:
    try:
        await desk.read(lambda c: check_password(c, user_of_id(c, user_id), typed))
    except ValueProblem as problem:
        return {"password": sentence(problem.what)}
    return {} if typed == again else {"again": "The two are not the same. Type the password twice."}


async def device_page(desk: Desk) -> Response:
    """Asks first."""

    def look(c: Connection) -> dict[str, Any]:
        user = user_of_id(c, number(desk.request))
        return {"user": user, "required": policy_of(c, user.group_id).second_factor is SecondFactor.REQUIRED}

    return desk.page("console/user_factor.html", **await desk.read(look))


async def remove_device(desk: Desk) -> Response:
    """Take the device away; the sessions that the person has here end, in case it was stolen."""
    user_id = number(desk.request)

    def act(c: Connection) -> tuple[str, bool]:
        user = user_of_id(c, user_id)
        desk.check_person(c, user.employee_id)
        removed = factors.remove(c, user, actor=desk.actor, now=desk.now)
        if removed:
            end_sessions_of(c, user_id)
        return user.user_name, removed

    name, removed = await desk.write(act)
    text = f"{name} has no second factor now; the sessions have ended." if removed else f"{name} had no second factor."
    return desk.go(f"/admin/users/{user_id}/authentication", text)


async def _page(desk: Desk, errors: dict[str, str], status: int = 200) -> Response:
    """Passwords are not put back into the page."""

    def look(c: Connection) -> dict[str, Any]:
        return {"user": user_of_id(c, number(desk.request))}

    return desk.page("console/user_password.html", status, errors=errors, **await desk.read(look))
