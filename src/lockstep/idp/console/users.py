"""Users > Users: the list, new ones, and their deletion."""

from typing import Any

from starlette.responses import Response

from lockstep.idp.console import follows, store
from lockstep.idp.console.context import number
from lockstep.idp.console.desk import Desk
from lockstep.idp.console.finding import FILTERS, address, applications, groups, sources, states, statuses, understood
from lockstep.idp.console.person import touchable
from lockstep.idp.console.profile import Profile, profile_of, sections, sentence, with_manager
from lockstep.idp.console.words import BATCHES
from lockstep.idp.directory import actions
from lockstep.idp.directory.checks import FieldProblem
from lockstep.idp.directory.fields import store as fields
from lockstep.idp.directory.lookup import user_of_id
from lockstep.idp.directory.records import FIELDS, User
from lockstep.idp.directory.store import roles_of_user
from lockstep.kit.db import Connection

HOME = "/admin/users"
_WRONG = 422


async def users(desk: Desk) -> Response:
    """Everyone, or who is looked for, by user name."""
    given, after = {name: desk.query(name) for name in FILTERS}, desk.query("after")

    def look(c: Connection) -> dict[str, Any]:
        asked = understood(c, given)
        found, last = store.users_page(c, asked.filter, after=after)
        return {
            "asked": asked,
            "chips": asked.chips(HOME),
            "users": found,
            "next": address(HOME, asked.given, after=last) if last else "",
            "first": address(HOME, asked.given) if after else "",
            "applications": applications(c),
            "sources": sources(c),
            "groups": groups(c),
            "total": f"{store.PAGE}+" if last else "" if after else str(len(found)),
            "some": bool(found) or store.any_user(c),
        }

    shown = await desk.read(look)
    return desk.page("console/users.html", statuses=statuses(), states=states(), batches=BATCHES.items(), **shown)


async def new_user(desk: Desk) -> Response:
    """The empty form."""
    return await _form_page(desk, Profile(), {})


async def create_user(desk: Desk) -> Response:
    """Make a user by hand."""

    def act(c: Connection) -> User:
        given = with_manager(c, typed)
        return actions.create_user(c, given.fields, custom=given.custom, actor=desk.actor, now=desk.now)

    typed = profile_of(desk, FIELDS)
    try:
        made = await desk.write(act)
    except FieldProblem as problem:
        return await _form_page(desk, typed, {problem.field: sentence(problem)}, _WRONG)
    return desk.go(f"/admin/users/{made.id}", f"{made.user_name} has been created.")


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
        found = user_of_id(c, touchable(c, desk, user_id))
        names = list(dict.fromkeys(one.app.name for one in follows.of_user(c, found)))
        actions.remove_user(c, user_id, actor=desk.actor, now=desk.now)
        return found.user_name, names

    name, names = await desk.write(act)
    return desk.go("/admin/users", f"{name} has been deleted.{follows.look_at(names)}")


async def _form_page(desk: Desk, typed: Profile, errors: dict[str, str], status: int = 200) -> Response:
    custom = await desk.read(fields.everything)
    shown = sections(typed, errors, custom, key=True)
    return desk.page("console/user_new.html", status, sections=shown, errors=errors)
