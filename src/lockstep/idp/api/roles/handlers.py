"""`/api/2/roles`, and what of `/api/1/roles` reads (facts 16, 66)."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from lockstep.idp.api.bodies import ids_of, read_ids, read_object
from lockstep.idp.api.call import CREATED, LARGEST_ID, NO_CONTENT, Answer, Call, enveloped
from lockstep.idp.api.filters import Pattern
from lockstep.idp.api.listing import page_of
from lockstep.idp.api.paging import wanted
from lockstep.idp.api.problems import BAD, ApiProblem, invalid
from lockstep.idp.api.roles import store
from lockstep.idp.api.users import store as users_store
from lockstep.idp.apps import actions as app_actions
from lockstep.idp.apps import store as app_store
from lockstep.idp.directory import actions
from lockstep.idp.directory import store as directory
from lockstep.idp.directory.lookup import role_of_id
from lockstep.idp.directory.records import Role, User
from lockstep.idp.directory.roles import actions as administering
from lockstep.idp.directory.roles import store as admins_store
from lockstep.kit.db import Connection

LIMIT, MOST = 50, 650
USERS_LIMIT, USERS_MOST = 50, 650
_FIELDS = ("id", "name", "apps", "users", "admins")
_SENT = ("id", "name", "apps", "users", "admins")


def show_all(call: Call, c: Connection) -> Answer:
    """A page of roles: id and name, and what else `fields` names."""
    names = [name.strip() for name in call.text("fields").split(",") if name.strip()]
    unknown = [name for name in names if name not in _FIELDS]
    if unknown:
        raise ApiProblem(BAD, f"A role has no field {unknown[0][:60]}; there are {', '.join(_FIELDS)}.")
    fields = ("id", "name", *(name for name in names if name not in ("id", "name")))
    return _page(call, c, lambda role: _written(c, role, fields), most=MOST)


def _page(call: Call, c: Connection, write: Callable[[Role], dict[str, Any]], *, most: int) -> Answer:
    name, app_id = call.text("role_name") or call.text("name"), call.text("app_id")
    filters = store.Filters(
        name=Pattern(name) if name else None,
        app_id=call.number("app_id", 0, least=0, most=LARGEST_ID) if app_id else None,
        app_name=call.text("app_name") or None,
    )
    page = page_of(wanted(call, default=LIMIT, most=most), partial(store.ids, c, filters), lambda ids: _roles(c, ids, write))
    return Answer(page.rows, headers=page.headers)


def _roles(c: Connection, ids: Iterable[int], write: Callable[[Role], dict[str, Any]]) -> list[dict[str, Any]]:
    return [write(role) for number in ids if (role := directory.role_by_id(c, number)) is not None]


def _written(c: Connection, role: Role, fields: Iterable[str]) -> dict[str, Any]:
    found: dict[str, Callable[[], Any]] = {
        "id": lambda: role.id,
        "name": lambda: role.name,
        "apps": lambda: store.app_ids(c, role.id),
        "users": lambda: store.user_ids(c, role.id),
        "admins": lambda: admins_store.admins_of(c, role.id),
    }
    return {name: found[name]() for name in fields}


def show(call: Call, c: Connection) -> Answer:
    """One role, with all that is around it."""
    return Answer(_written(c, role_of_id(c, call.id()), _FIELDS))


def create(call: Call, c: Connection) -> Answer:
    """A new role."""
    sent = read_object(call, _SENT)
    role = actions.create_role(c, _name(sent, None), actor=call.actor, now=call.now)
    _around(call, c, role, sent)
    return Answer({"id": role.id}, CREATED)


def change(call: Call, c: Connection) -> Answer:
    """A role, renamed; apps, users and admins are what is sent of them."""
    role, sent = role_of_id(c, call.id()), read_object(call, _SENT)
    role = actions.rename_role(c, role.id, _name(sent, role), actor=call.actor, now=call.now)
    _around(call, c, role, sent)
    return Answer({"id": role.id})


def remove(call: Call, c: Connection) -> Answer:
    """Delete a role."""
    actions.remove_role(c, call.id(), actor=call.actor, now=call.now)
    return NO_CONTENT


def _name(sent: dict[str, Any], before: Role | None) -> str:
    name = sent.get("name", None if before is None else before.name)
    if not isinstance(name, str):
        raise invalid("name", "has to be a text")
    return name


def _around(call: Call, c: Connection, role: Role, sent: dict[str, Any]) -> None:
    """Make apps, users and administrators those that were sent, as far as they were."""
    if sent.get("apps") is not None:
        _set_apps(call, c, role, ids_of(sent["apps"], "apps"))
    for name, having, add, take in (
        ("users", store.user_ids, actions.add_members, actions.remove_members),
        ("admins", admins_store.admins_of, administering.add_admins, administering.remove_admins),
    ):
        if sent.get(name) is None:
            continue
        asked, have = ids_of(sent[name], name), having(c, role.id)
        _known_users(c, asked, name)
        have_set, asked_set = set(have), set(asked)
        add(c, role.id, [one for one in asked if one not in have_set], actor=call.actor, now=call.now)
        take(c, role.id, [one for one in have if one not in asked_set], actor=call.actor, now=call.now)


def _known_users(c: Connection, ids: Iterable[int], field: str) -> None:
    for place, number in enumerate(ids):
        if directory.user_by_id(c, number) is None:
            raise invalid(f"{field}.[{place}]" if field else f"[{place}]", f"there is no user {number}")


def users(call: Call, c: Connection) -> Answer:
    """Who is in a role; with include_unassigned everybody, and who is in it."""
    role = role_of_id(c, call.id())
    return _people(call, c, users_store.Filters(role=role.id), lambda user: store.is_in(c, role.id, user.id))


def admins(call: Call, c: Connection) -> Answer:
    """Who administers a role; with include_unassigned everybody, and who does."""
    role = role_of_id(c, call.id())
    having = set(admins_store.admins_of(c, role.id))
    return _people(call, c, users_store.Filters(admins_of=role.id), lambda user: user.id in having)


def _people(call: Call, c: Connection, within: users_store.Filters, belongs: Callable[[User], bool]) -> Answer:
    text = call.text("name")
    name = Pattern(text if "*" in text else f"*{text}*") if text else None
    everybody = call.truth("include_unassigned")
    filters = users_store.Filters(
        role=None if everybody else within.role, admins_of=None if everybody else within.admins_of, name=name
    )

    def rows(ids: list[int]) -> list[dict[str, Any]]:
        found = [user for number in ids if (user := directory.user_by_id(c, number)) is not None]
        return [_person(user, belongs(user)) for user in found]

    page = page_of(wanted(call, default=USERS_LIMIT, most=USERS_MOST), partial(users_store.ids, c, filters), rows)
    return Answer(page.rows, headers=page.headers)


def _person(user: User, assigned: bool) -> dict[str, Any]:
    return {
        "id": user.id,
        "name": user.display_name,
        "username": user.user_name,
        "email": user.email or None,
        "firstname": user.given_name or None,
        "lastname": user.family_name or None,
        "assigned": assigned,
    }


def add_users(call: Call, c: Connection) -> Answer:
    """Put users into a role."""
    role, ids = role_of_id(c, call.id()), read_ids(call, "user_id", "users")
    _known_users(c, ids, "")
    actions.add_members(c, role.id, ids, actor=call.actor, now=call.now)
    return Answer([{"id": number} for number in ids])


def remove_users(call: Call, c: Connection) -> Answer:
    """Take users out of a role."""
    role, ids = role_of_id(c, call.id()), read_ids(call, "user_id", "users")
    _known_users(c, ids, "")
    actions.remove_members(c, role.id, ids, actor=call.actor, now=call.now)
    return NO_CONTENT


def add_admins(call: Call, c: Connection) -> Answer:
    """Let users administer a role."""
    role, ids = role_of_id(c, call.id()), read_ids(call, "user_id", "admins")
    _known_users(c, ids, "")
    administering.add_admins(c, role.id, ids, actor=call.actor, now=call.now)
    return Answer([{"id": number} for number in ids])


def remove_admins(call: Call, c: Connection) -> Answer:
    """Let users administer a role no more."""
    role, ids = role_of_id(c, call.id()), read_ids(call, "user_id", "admins")
    _known_users(c, ids, "")
    administering.remove_admins(c, role.id, ids, actor=call.actor, now=call.now)
    return NO_CONTENT


def apps(call: Call, c: Connection) -> Answer:
    """The apps of a role; with assigned=false those that it does not have."""
    role, assigned = role_of_id(c, call.id()), call.truth("assigned")
    having = set(store.app_ids(c, role.id))
    known = sorted((app.id, app.name) for app in app_store.all_apps(c) if (app.id in having) != (assigned is False))
    names = dict(known)

    def ids(start: int, descending: bool, limit: int) -> list[int]:
        found = [one for one in names if (one < start if descending else one > start)]
        return (found[::-1] if descending else found)[:limit]

    page = page_of(
        wanted(call, default=LIMIT, most=MOST),
        ids,
        lambda found: [{"id": one, "name": names[one], "icon_url": None} for one in found],
    )
    return Answer(page.rows, headers=page.headers)


def set_apps(call: Call, c: Connection) -> Answer:
    """Give a role these apps, and no others."""
    role, ids = role_of_id(c, call.id()), read_ids(call, "apps")
    _set_apps(call, c, role, ids)
    return Answer([{"id": number} for number in ids])


def _set_apps(call: Call, c: Connection, role: Role, ids: list[int]) -> None:
    having = store.app_ids(c, role.id)
    for place, number in enumerate(ids):
        app = app_store.app_by_id(c, number)
        if app is None:
            raise invalid(f"apps.[{place}]", f"there is no app {number}")
        if number not in having:
            app_actions.assign(c, app, role.group_id, call.now, actor=call.actor)
    for number in having:
        app = app_store.app_by_id(c, number)
        if app is not None and number not in ids:
            app_actions.unassign(c, app, role.id, call.now, actor=call.actor)


def show_all_1(call: Call, c: Connection) -> Answer:
    """Roles as version 1 lists them."""
    answer = _page(call, c, _short, most=MOST)
    before, after = answer.headers.get("Before-Cursor"), answer.headers.get("After-Cursor")
    pagination = {"before_cursor": before, "after_cursor": after, "previous_link": None, "next_link": None}
    return enveloped(answer.value, pagination)


def show_1(call: Call, c: Connection) -> Answer:
    """A role as version 1 shows it: a list of one."""
    return enveloped([_short(role_of_id(c, call.id()))])


def _short(role: Role) -> dict[str, Any]:
    return {"id": role.id, "name": role.name}
