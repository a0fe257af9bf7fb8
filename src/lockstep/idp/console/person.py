"""The page of a user: the tabs User Info, Authentication, Applications and Activity."""

from collections.abc import Callable
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from lockstep.idp import events
from lockstep.idp.apps import store as apps
from lockstep.idp.apps.logins import store as own_values
from lockstep.idp.console.context import NOT_FOUND, number
from lockstep.idp.console.desk import Desk
from lockstep.idp.console.finding import source_name
from lockstep.idp.console.policies import summary
from lockstep.idp.console.profile import Profile, profile_now, profile_of, sections, sentence, with_manager
from lockstep.idp.console.states import login_states
from lockstep.idp.console.why import why
from lockstep.idp.console.words import counted
from lockstep.idp.directory import actions
from lockstep.idp.directory.actions import CHANGEABLE
from lockstep.idp.directory.activity import store as activity
from lockstep.idp.directory.checks import FieldProblem
from lockstep.idp.directory.fields import store as custom_fields
from lockstep.idp.directory.groups.store import all_groups, policy_of
from lockstep.idp.directory.lookup import user_of_id
from lockstep.idp.directory.nesting.store import roles_held
from lockstep.idp.directory.records import State, Status, User
from lockstep.idp.directory.store import reports_keys, roles_of_user, user_by_employee_id
from lockstep.idp.signin.factors import actions as factors
from lockstep.idp.signin.people import sessions
from lockstep.kit.db import Connection

WRONG = 422
TIMELINE = 50
Act = Callable[..., User]
Look = Callable[[Connection, User], dict[str, Any]]

_STATUS: dict[str, tuple[Act, str]] = {
    "suspended": (actions.suspend, "is suspended, and cannot sign in"),
    "active": (actions.reactivate, "is active"),
    "locked": (actions.lock, "is locked, and cannot sign in until somebody unlocks"),
    "unlocked": (actions.unlock, "is active"),
}
_STATES = {
    "approved": (State.APPROVED, "is approved"),
    "rejected": (State.REJECTED, "is rejected: no app, and no sign-in; the roles are kept"),
    "unapproved": (State.UNAPPROVED, "is unapproved: no app, and no sign-in; the roles are kept"),
    "unlicensed": (State.UNLICENSED, "is unlicensed: no app, and no sign-in; the roles are kept"),
}
STATUS_MEANS = {
    Status.UNACTIVATED: "Has not been activated yet, and cannot sign in.",
    Status.ACTIVE: "Can sign in.",
    Status.SUSPENDED: "Cannot sign in. All roles are kept; accounts follow each app's setting for suspended users.",
    Status.LOCKED: "Cannot sign in for now. Accounts at targets are not touched.",
    Status.PASSWORD_EXPIRED: "Has to change the password before signing in. Accounts at targets are not touched.",
    Status.AWAITING_PASSWORD_RESET: "Has been asked to reset the password, and cannot sign in before.",
    Status.PASSWORD_PENDING: "Has no password yet, and cannot sign in.",
    Status.SECURITY_QUESTIONS_REQUIRED: "Has to answer security questions first.",
}
"""What each status means for the person, in a sentence."""


async def user(desk: Desk) -> Response:
    """User Info."""
    return await _info(desk, number(desk.request), None, {})


async def change_user(desk: Desk) -> Response:
    """The profile, changed."""
    user_id, typed = number(desk.request), profile_of(desk, CHANGEABLE)

    def act(c: Connection) -> User:
        touchable(c, desk, user_id)
        given = with_manager(c, typed)
        return actions.change_user(c, user_id, given.fields, custom=given.custom, actor=desk.actor, now=desk.now)

    try:
        await desk.write(act)
    except FieldProblem as problem:
        return await _info(desk, user_id, typed, {problem.field: sentence(problem)}, WRONG)
    return desk.go(f"/admin/users/{user_id}", "The user has been saved.")


async def set_status(desk: Desk) -> Response:
    """Suspend or lock a person, or end that."""
    act, words = _known(_STATUS, desk.value("to"))
    user_id = number(desk.request)
    changed = await desk.write(lambda c: act(c, touchable(c, desk, user_id), actor=desk.actor, now=desk.now))
    return desk.go(f"/admin/users/{user_id}", f"{changed.user_name} {words}.")


async def set_state(desk: Desk) -> Response:
    """Approve a person, or reject."""
    state, words = _known(_STATES, desk.value("to"))
    user_id = number(desk.request)
    changed = await desk.write(
        lambda c: actions.set_state(c, touchable(c, desk, user_id), state, actor=desk.actor, now=desk.now)
    )
    return desk.go(f"/admin/users/{user_id}", f"{changed.user_name} {words}.")


async def log_out(desk: Desk) -> Response:
    """Log a person out everywhere."""
    user_id = number(desk.request)
    found, ended = await desk.write(lambda c: sessions.end_all(c, touchable(c, desk, user_id), actor=desk.actor, now=desk.now))
    text = f"{found.user_name} was logged out: {counted(ended, 'session')} ended." if ended else "There was no session to end."
    return desk.go(f"/admin/users/{user_id}/authentication", text)


async def authentication(desk: Desk) -> Response:
    """Whether and since when the person can sign in."""

    def look(c: Connection, found: User) -> dict[str, Any]:
        return {
            "activity": activity.of(c, found.id),
            "means": STATUS_MEANS.get(Status(found.status), ""),
            "groups": [("", "No group: the default policy"), *((str(one.id), one.name) for one in all_groups(c))],
            "policy": summary(policy_of(c, found.group_id)),
            "device": factors.is_set_up(c, found.id),
        }

    return await _tab(desk, number(desk.request), "console/user_authentication.html", look)


async def applications(desk: Desk) -> Response:
    """Roles, and what they give."""

    def look(c: Connection, found: User) -> dict[str, Any]:
        given = [app for app in apps.all_apps(c) if apps.has_app(c, app.id, found.id)]
        roles = roles_of_user(c, found.id)
        return {
            "roles": roles,
            "above": [one for one in roles_held(c, found.id) if one.id not in {role.id for role in roles}],
            "logins": [(app, login_states(c, app, [found])[found.id], why(c, app, found)) for app in given],
            "overridden": {app.id: tuple(own) for app in given if (own := own_values.of_user(c, app.id, found.id))},
        }

    return await _tab(desk, number(desk.request), "console/user_applications.html", look)


async def history(desk: Desk) -> Response:
    """What happened to the person, newest first."""

    def look(c: Connection, found: User) -> dict[str, Any]:
        happened = events.for_user(c, user_id=found.id, user_name=found.user_name, limit=TIMELINE)
        return {"timeline": list(reversed(happened))}

    return await _tab(desk, number(desk.request), "console/user_activity.html", look)


async def _info(desk: Desk, user_id: int, typed: Profile | None, errors: dict[str, str], status: int = 200) -> Response:
    def look(c: Connection, found: User) -> dict[str, Any]:
        now = profile_now(found)
        shown = now if typed is None else Profile({**now.fields, **typed.fields}, {**now.custom, **typed.custom})
        return {
            "sections": sections(shown, errors, custom_fields.everything(c)),
            "manager": user_by_employee_id(c, found.manager_id) if found.manager_id else None,
            "reports": len(reports_keys(c, found.employee_id)),
            "source": source_name(found.source),
        }

    return await _tab(desk, user_id, "console/user.html", look, status, errors=errors)


async def _tab(desk: Desk, user_id: int, template: str, look: Look, status: int = 200, **more: Any) -> Response:
    def all_of_it(c: Connection) -> dict[str, Any]:
        found = user_of_id(c, user_id)
        until = activity.of(c, found.id).locked_until
        return {"user": found, "locked": desk.lock_person(c, found), "locked_until": until, **look(c, found)}

    shown = await desk.read(all_of_it)
    return desk.page(template, status, **{"errors": {}, **shown, **more})


def touchable(c: Connection, desk: Desk, user_id: int) -> int:
    """The id of a person whom this administrator may touch.  Raises NotThereProblem, NotAllowedProblem."""
    desk.check_person(c, user_of_id(c, user_id).employee_id)
    return user_id


def _known(table: dict[str, Any], name: str) -> Any:
    """What a button asks for.  Raises HTTPException (404) for what no button does."""
    if name not in table:
        raise HTTPException(NOT_FOUND)
    return table[name]
