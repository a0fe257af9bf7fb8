"""Users > Users."""

from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from lockstep.idp import events
from lockstep.idp.apps import store as apps
from lockstep.idp.console import follows, store
from lockstep.idp.console.context import number
from lockstep.idp.console.desk import Desk
from lockstep.idp.console.states import login_states
from lockstep.idp.console.why import why
from lockstep.idp.console.words import FIELD_NAMES
from lockstep.idp.directory import actions
from lockstep.idp.directory.actions import CHANGEABLE
from lockstep.idp.directory.checks import FieldProblem
from lockstep.idp.directory.lookup import user_of_id
from lockstep.idp.directory.nesting.store import roles_held
from lockstep.idp.directory.records import FIELDS, Status
from lockstep.idp.directory.store import roles_of_user
from lockstep.kit.db import Connection

_WRONG = 422
TIMELINE = 20
STATUSES = [("", "Any status"), *((str(int(one)), one.name.replace("_", " ").capitalize()) for one in Status)]


async def users(desk: Desk) -> Response:
    """Everyone, by user name."""
    text, status, after = desk.query("q"), desk.query("status"), desk.query("after")
    known = status if status in dict(STATUSES) else ""
    found, last = await desk.read(lambda c: store.users_page(c, text=text, status=int(known) if known else -1, after=after))
    kept = {key: value for key, value in (("q", text), ("status", known)) if value}
    return desk.page(
        "console/users.html",
        users=found,
        text=text,
        chosen=known,
        statuses=STATUSES,
        filtered=bool(kept),
        first=_address(kept) if after else "",
        next=_address({**kept, "after": last}) if last else "",
    )


def _address(query: dict[str, str]) -> str:
    return "/admin/users" + (f"?{urlencode(query)}" if query else "")


async def new_user(desk: Desk) -> Response:
    """The empty form."""
    return _form_page(desk, {}, {})


async def create_user(desk: Desk) -> Response:
    """Make a user by hand."""
    values = _values(desk, FIELDS)
    try:
        made = await desk.write(lambda c: actions.create_user(c, values, actor=desk.actor, now=desk.now))
    except FieldProblem as problem:
        return _form_page(desk, values, {problem.field: sentence(problem)}, _WRONG)
    return desk.go(f"/admin/users/{made.id}", f"{made.user_name} has been created.")


async def user(desk: Desk) -> Response:
    """One person."""
    return await _detail(desk, number(desk.request), {}, {})


async def change_user(desk: Desk) -> Response:
    """The profile, changed."""
    user_id, values = number(desk.request), _values(desk, CHANGEABLE)
    try:
        await desk.write(lambda c: actions.change_user(c, _touched(c, desk, user_id), values, actor=desk.actor, now=desk.now))
    except FieldProblem as problem:
        return await _detail(desk, user_id, values, {problem.field: sentence(problem)}, _WRONG)
    return desk.go(f"/admin/users/{user_id}", "The user has been saved.")


async def set_status(desk: Desk) -> Response:
    """Suspend a person, or end that."""
    user_id, suspend = number(desk.request), desk.value("to") == "suspended"
    act = actions.suspend if suspend else actions.reactivate
    changed = await desk.write(lambda c: act(c, _touched(c, desk, user_id), actor=desk.actor, now=desk.now))
    words = "is suspended, and cannot sign in" if suspend else "is active"
    return desk.go(f"/admin/users/{user_id}", f"{changed.user_name} {words}.")


async def remove_page(desk: Desk) -> Response:
    """Asks first, and says what follows."""
    user_id = number(desk.request)

    def look(c: Connection) -> dict[str, Any]:
        found = user_of_id(c, user_id)
        return {"user": found, "roles": roles_of_user(c, user_id), "follows": follows.of_user(c, found)}

    return desk.page("console/user_remove.html", **await desk.read(look))


async def remove(desk: Desk) -> Response:
    """Delete the user."""
    user_id = number(desk.request)

    def act(c: Connection) -> tuple[str, list[str]]:
        found = user_of_id(c, _touched(c, desk, user_id))
        names = list(dict.fromkeys(one.app.name for one in follows.of_user(c, found)))
        actions.remove_user(c, user_id, actor=desk.actor, now=desk.now)
        return found.user_name, names

    name, names = await desk.write(act)
    return desk.go("/admin/users", f"{name} has been deleted.{follows.look_at(names)}")


def _touched(c: Connection, desk: Desk, user_id: int) -> int:
    """The id of a person whom this administrator may touch.  Raises NotThereProblem, NotAllowedProblem."""
    desk.check_person(c, user_of_id(c, user_id).employee_id)
    return user_id


def sentence(problem: FieldProblem) -> str:
    """The problem without the field's own name, which stands beside it."""
    return f"This {problem.what}."


def _values(desk: Desk, names: tuple[str, ...]) -> dict[str, str]:
    """The fields that the form has; a browser ends lines of text its own way, and none of these has any."""
    sent = {key for key, _ in desk.form}
    return {name: desk.value(name) for name in names if name in sent}


def _fields(values: dict[str, str], errors: dict[str, str], names: tuple[str, ...]) -> list[dict[str, Any]]:
    return [
        {"name": name, "label": FIELD_NAMES[name], "value": values.get(name, ""), "error": errors.get(name, "")}
        for name in names
    ]


def _form_page(desk: Desk, values: dict[str, str], errors: dict[str, str], status: int = 200) -> Response:
    fields = _fields(values, errors, FIELDS)
    return desk.page("console/user_new.html", status, fields=fields, errors=errors)


async def _detail(desk: Desk, user_id: int, typed: dict[str, str], errors: dict[str, str], status: int = 200) -> Response:
    def look(c: Connection) -> dict[str, Any]:
        found = user_of_id(c, user_id)
        given = [app for app in apps.all_apps(c) if apps.has_app(c, app.id, found.id)]
        happened = events.for_user(c, user_id=found.id, user_name=found.user_name, limit=TIMELINE)
        roles = roles_of_user(c, found.id)
        return {
            "user": found,
            "locked": desk.lock_person(c, found),
            "roles": roles,
            "above": [one for one in roles_held(c, found.id) if one.id not in {role.id for role in roles}],
            "logins": [(app, login_states(c, app, [found])[found.id], why(c, app, found)) for app in given],
            "timeline": list(reversed(happened)),
        }

    shown = await desk.read(look)
    now = {name: getattr(shown["user"], name) for name in CHANGEABLE}
    fields = _fields({**now, **typed}, errors, CHANGEABLE)
    suspended = shown["user"].status == Status.SUSPENDED
    return desk.page("console/user.html", status, fields=fields, errors=errors, suspended=suspended, **shown)
