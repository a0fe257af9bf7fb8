"""Users > Roles: the list, and Info of a role."""

from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from lockstep.idp.admins.permissions import Grant, Privilege
from lockstep.idp.admins.store import holders_of
from lockstep.idp.apps import store as apps
from lockstep.idp.console import follows, store
from lockstep.idp.console.context import number
from lockstep.idp.console.desk import Desk
from lockstep.idp.console.feeding import alike, fed_by
from lockstep.idp.console.inside import LISTED, look_inside
from lockstep.idp.console.profile import sentence
from lockstep.idp.console.words import counted
from lockstep.idp.directory import actions
from lockstep.idp.directory.checks import FieldProblem
from lockstep.idp.directory.lookup import role_of_id
from lockstep.idp.directory.records import Role
from lockstep.idp.directory.roles.store import admins_of
from lockstep.idp.directory.store import user_by_id
from lockstep.idp.provisioning.records import name_key
from lockstep.kit.db import Connection

WRONG = 422
_NAMED = 10
"""Members whom the confirmation names."""


async def roles(desk: Desk) -> Response:
    """Every role, by name."""
    return await _list(desk, "", "")


async def create_role(desk: Desk) -> Response:
    """A new role."""
    name = desk.value("name")

    def act(c: Connection) -> Role:
        _ask_if_alike(c, desk, name)
        return actions.create_role(c, name, actor=desk.actor, now=desk.now)

    try:
        made = await desk.write(act)
    except _SameName as problem:
        return await _list(desk, name, str(problem), WRONG, same=True)
    except FieldProblem as problem:
        return await _list(desk, name, sentence(problem), WRONG)
    return desk.go(f"/admin/roles/{made.id}", f"The role {made.name} has been created.")


class _SameName(Exception):
    """Other roles have the name, and nobody has said that this is meant."""


def _ask_if_alike(c: Connection, desk: Desk, name: str, role_id: int = 0) -> None:
    """Roles of one name are one group, with the members of all: that has to be meant.  Raises _SameName."""
    others = alike(c, name, role_id) if name and not desk.ticked("same") else []
    if others:
        count = sum(store.member_count(c, one.id) for one in others)
        raise _SameName(
            f"Another role is called that ({others[0].group_id}, {counted(count, 'member')}). Roles of one name are one group "
            "at each target, with the members of all. Tick the box if you mean that."
        )


async def _list(desk: Desk, typed: str, error: str, status: int = 200, *, same: bool = False) -> Response:
    text, after, after_id = desk.query("q"), desk.query("after"), desk.query_number("id")

    def look(c: Connection) -> tuple[list[tuple[Any, int]], bool]:
        found = store.roles_page(c, text=text, after=after, after_id=after_id)
        return [(role, store.member_count(c, role.id)) for role in found[: store.PAGE]], len(found) > store.PAGE

    found, more = await desk.read(look)
    kept = {"q": text} if text else {}
    last = {**kept, "after": found[-1][0].name, "id": str(found[-1][0].id)} if more else {}
    return desk.page(
        "console/roles.html",
        status,
        roles=found,
        text=text,
        typed=typed,
        error=error,
        same=same,
        first="/admin/roles" + (f"?{urlencode(kept)}" if kept else "") if after else "",
        next=f"/admin/roles?{urlencode(last)}" if last else "",
    )


async def role(desk: Desk) -> Response:
    """Info of one role."""
    return await detail(desk, number(desk.request))


async def rename_role(desk: Desk) -> Response:
    """Another name."""
    role_id, name = number(desk.request), desk.value("name")

    def act(c: Connection) -> Role:
        if name_key(role_of_id(c, role_id).name) != name_key(name):
            _ask_if_alike(c, desk, name, role_id)
        return actions.rename_role(c, role_id, name, actor=desk.actor, now=desk.now)

    try:
        await desk.write(act)
    except _SameName as problem:
        return await detail(desk, role_id, WRONG, name=name, name_error=str(problem), same="ask")
    except FieldProblem as problem:
        return await detail(desk, role_id, WRONG, name=name, name_error=sentence(problem))
    return desk.go(f"/admin/roles/{role_id}", "The role has been renamed.")


async def remove_page(desk: Desk) -> Response:
    """Asks first, and says what follows."""
    role_id = number(desk.request)

    def look(c: Connection) -> dict[str, Any]:
        found = role_of_id(c, role_id)
        members, _ = store.members_page(c, role_id, after="")
        return {
            "role": found,
            "members": members[:_NAMED],
            "count": store.member_count(c, role_id),
            "follows": follows.of_role(c, found),
        }

    return desk.page("console/role_remove.html", **await desk.read(look))


async def remove(desk: Desk) -> Response:
    """Delete the role."""
    role_id = number(desk.request)

    def act(c: Connection) -> tuple[str, list[str]]:
        found = role_of_id(c, role_id)
        names = list(dict.fromkeys(one.app.name for one in follows.of_role(c, found)))
        actions.remove_role(c, role_id, actor=desk.actor, now=desk.now)
        return found.name, names

    name, names = await desk.write(act)
    return desk.go("/admin/roles", f"The role {name} has been deleted.{follows.look_at(names)}")


async def detail(desk: Desk, role_id: int, status: int = 200, **typed: str) -> Response:
    """Info: the name, the groups it feeds, roles in it; with what was typed and what is wrong with it."""

    def look(c: Connection) -> dict[str, Any]:
        found = role_of_id(c, role_id)
        return {
            "inside": look_inside(c, found),
            "listed": LISTED,
            "role": found,
            "feeds": [(app, name, link) for app in apps.all_apps(c) for name, link in fed_by(c, app, found)],
            "users_admins": [one for number in admins_of(c, role_id) if (one := user_by_id(c, number)) is not None],
            "admins": holders_of(c, Grant(Privilege.ROLE_ADMIN, role_id)),
            "alike": alike(c, found.name, found.id),
            "groups": any(app.settings.groups for app in apps.all_apps(c)),
        }

    return desk.page("console/role.html", status, typed=typed, **await desk.read(look))
