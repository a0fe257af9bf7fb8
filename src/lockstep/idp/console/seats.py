"""The tabs of a role besides Info: Applications, Users and Admins."""

from typing import Any, get_args

from starlette.responses import Response

from lockstep.idp.apps import actions as giving
from lockstep.idp.apps import store as apps
from lockstep.idp.console import store
from lockstep.idp.console.apps import app_of
from lockstep.idp.console.context import number
from lockstep.idp.console.desk import Desk
from lockstep.idp.console.finding import address, source_name
from lockstep.idp.console.inside import look_inside
from lockstep.idp.console.person import touchable
from lockstep.idp.directory import actions
from lockstep.idp.directory import store as directory
from lockstep.idp.directory.checks import NotThereProblem
from lockstep.idp.directory.lookup import find_user, role_of_id
from lockstep.idp.directory.mappings import store as mappings
from lockstep.idp.directory.nesting import store as nesting
from lockstep.idp.directory.records import MAPPED, Membership, User
from lockstep.idp.directory.roles import actions as admins
from lockstep.idp.directory.roles import store as admins_store
from lockstep.idp.directory.search import store as search
from lockstep.idp.directory.search.records import Filter, Giver
from lockstep.kit.db import Connection

WRONG = 422
CHECKED = 10
"""People whom "Check" shows."""
GIVERS: list[tuple[str, str]] = [
    ("", "Everybody"),
    ("hand", "Users Added Manually"),
    ("mapping", "Added by a mapping"),
    ("source", "Added by a source"),
]


async def applications(desk: Desk) -> Response:
    """Which apps the role gives, in itself or by a role that contains it."""

    def look(c: Connection, role_id: int) -> dict[str, Any]:
        around = nesting.load(c).above(role_id)
        given, others = [], []
        for app in apps.all_apps(c):
            roles = [one.role_id for one in apps.assignments(c, app.id)]
            if role_id in roles or None in roles or set(roles) & set(around):
                by = [directory.role_by_id(c, one) for one in roles if one is not None and one in around and one != role_id]
                given.append((app, role_id in roles, None in roles, [one for one in by if one is not None]))
            else:
                others.append(app)
        return {"given": given, "others": others}

    return await _tab(desk, "console/role_applications.html", look)


async def give(desk: Desk) -> Response:
    """One more app that the role gives."""
    role_id, app_id = number(desk.request), desk.value("app")

    def act(c: Connection) -> str:
        role = role_of_id(c, role_id)
        app = app_of(c, int(app_id) if app_id.isascii() and app_id.isdigit() and len(app_id) < len("9007199254740992") else 0)
        giving.assign(c, app, role.group_id, desk.now, actor=desk.actor)
        return app.name

    name = await desk.write(act)
    return desk.go(f"/admin/roles/{role_id}/applications", f"The members of this role have {name}.")


async def users(desk: Desk) -> Response:
    """Who is in the role, and since what; and whom one could add."""
    return await _users(desk, "", "")


async def add_member(desk: Desk) -> Response:
    """One more member, by user name or employee_id."""
    role_id, typed = number(desk.request), desk.value("user")

    def add(c: Connection) -> tuple[str, int]:
        role_of_id(c, role_id)
        found = find_user(c, typed)
        desk.check_person(c, found.employee_id)
        return found.user_name, actions.add_members(c, role_id, [found.id], actor=desk.actor, now=desk.now)

    try:
        name, added = await desk.write(add)
    except NotThereProblem as problem:
        await desk.read(lambda c: role_of_id(c, role_id))
        return await _users(desk, typed, f"{str(problem)[:300].capitalize()}.", WRONG)
    return desk.go(f"/admin/roles/{role_id}/users", f"{name} {'is in the role' if added else 'was in the role already'}.")


async def remove_member(desk: Desk) -> Response:
    """One member less."""
    role_id, user_id = number(desk.request), number(desk.request, "user")

    def act(c: Connection) -> None:
        role_of_id(c, role_id)
        touchable(c, desk, user_id)
        actions.remove_members(c, role_id, [user_id], actor=desk.actor, now=desk.now)

    await desk.write(act)
    return desk.go(f"/admin/roles/{role_id}/users", "The member has been taken out.")


async def role_admins(desk: Desk) -> Response:
    """Who administers the role."""
    return await _admins(desk, "", "")


async def add_admin(desk: Desk) -> Response:
    """Somebody more, by user name or employee_id."""
    role_id, typed = number(desk.request), desk.value("user")

    def add(c: Connection) -> tuple[str, int]:
        role_of_id(c, role_id)
        found = find_user(c, typed)
        return found.user_name, admins.add_admins(c, role_id, [found.id], actor=desk.actor, now=desk.now)

    try:
        name, added = await desk.write(add)
    except NotThereProblem as problem:
        await desk.read(lambda c: role_of_id(c, role_id))
        return await _admins(desk, typed, f"{str(problem)[:300].capitalize()}.", WRONG)
    text = "administers this role" if added else "administered this role already"
    return desk.go(f"/admin/roles/{role_id}/admins", f"{name} {text}.")


async def remove_admin(desk: Desk) -> Response:
    """Somebody less."""
    role_id, user_id = number(desk.request), number(desk.request, "user")
    await desk.write(lambda c: admins.remove_admins(c, role_id, [user_id], actor=desk.actor, now=desk.now))
    return desk.go(f"/admin/roles/{role_id}/admins", "The user does not administer this role any more.")


async def _users(desk: Desk, typed: str, error: str, status: int = 200) -> Response:
    text, after, check = desk.query("q"), desk.query("after"), desk.query("check")
    giver: Giver = next((one for one in get_args(Giver) if one == desk.query("by")), "")

    def look(c: Connection, role_id: int) -> dict[str, Any]:
        role = role_of_id(c, role_id)
        inside = look_inside(c, role)
        names = {one.id: one.name[:80] for one in mappings.applied(c).mappings}
        members, last = store.members_page(
            c, role_id, after=after, text=text, giver=giver, inside=bool(inside.contains) and not giver
        )
        base, given = f"/admin/roles/{role_id}/users", {"q": text, "by": giver}
        given = {name: value for name, value in given.items() if value}
        checked = search.page(c, Filter(text=check), after="", limit=CHECKED) if check else []
        return {
            "inside": inside,
            "ways": inside.ways(c, members),
            "members": [(user, _how(directory.membership(c, role_id, user.id), names)) for user in members],
            "count": store.member_count(c, role_id),
            "checked": [(user, directory.membership(c, role_id, user.id) is not None) for user in checked],
            "given": given,
            "first": address(base, {}, **given) if after else "",
            "next": address(base, {}, **given, after=last) if last else "",
        }

    return await _tab(desk, "console/role_users.html", look, status, typed=typed, error=error, check=check, givers=GIVERS)


async def _admins(desk: Desk, typed: str, error: str, status: int = 200) -> Response:
    def look(c: Connection, role_id: int) -> dict[str, Any]:
        found = (directory.user_by_id(c, one) for one in admins_store.admins_of(c, role_id))
        return {"admins": sorted((one for one in found if one is not None), key=_by_name)}

    return await _tab(desk, "console/role_admins.html", look, status, typed=typed, error=error)


def _by_name(user: User) -> str:
    return user.user_name.casefold()


def _how(found: Membership | None, names: dict[int, str]) -> str:
    """Who put somebody there; "" for who is in it only through other roles."""
    if found is None:
        return ""
    mapping = f"Mapping {names.get(found.mapped, found.mapped)}" if found.mapped else ""
    if found.source == MAPPED:
        return mapping
    giver = "Manually" if not found.source else source_name(found.source)
    return f"{giver}, {mapping}" if mapping else giver


async def _tab(desk: Desk, template: str, look: Any, status: int = 200, **more: Any) -> Response:
    role_id = number(desk.request)

    def all_of_it(c: Connection) -> dict[str, Any]:
        return {"role": role_of_id(c, role_id), **look(c, role_id)}

    return desk.page(template, status, **await desk.read(all_of_it), **more)
