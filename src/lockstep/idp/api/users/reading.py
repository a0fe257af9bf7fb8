"""Reads users for the API: one, or a page of them, with what is shown besides their row."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from lockstep.idp.api.call import LARGEST_ID, Answer, Call, whole
from lockstep.idp.api.filters import Pattern, instant
from lockstep.idp.api.listing import page_of
from lockstep.idp.api.paging import wanted
from lockstep.idp.api.problems import BAD, ApiProblem
from lockstep.idp.api.users import store
from lockstep.idp.api.users.records import LONG, SHOWN
from lockstep.idp.api.users.store import INSTANTS, TEXTS, Filters
from lockstep.idp.api.users.wire import Around, write
from lockstep.idp.directory import store as directory
from lockstep.idp.directory.activity import store as activity
from lockstep.idp.directory.fields import store as custom_fields
from lockstep.idp.directory.records import User
from lockstep.kit.db import Connection

LIMIT, MOST = 50, 100
CUSTOM = "custom_attributes."
_MOST_IDS = 1_000
_SHORT = tuple(name for name in SHOWN if name not in LONG)


def shown(c: Connection, user: User) -> dict[str, Any]:
    """One user, with every field."""
    return next(iter(_written(c, [user], SHOWN)))


def listed(call: Call, c: Connection, filters: Filters, *, default: int = LIMIT, most: int = MOST) -> Answer:
    """A page of users."""
    fields = wanted_fields(call)
    page = page_of(wanted(call, default=default, most=most), partial(store.ids, c, filters), lambda ids: _rows(c, ids, fields))
    return Answer(page.rows, headers=page.headers)


def wanted_fields(call: Call) -> tuple[str, ...]:
    """The fields that the parameter `fields` names, and the id.  Raises ApiProblem (400)."""
    text = call.text("fields")
    if not text:
        return _SHORT
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name.removeprefix(CUSTOM) == name and name not in SHOWN]
    if unknown:
        raise ApiProblem(BAD, f"A user has no field {unknown[0][:60]}; there are {', '.join(SHOWN)}.")
    return tuple(dict.fromkeys(["id", *("custom_attributes" if name.startswith(CUSTOM) else name for name in names)]))


def filters_of(call: Call) -> Filters:
    """What the parameters of the address want.  Raises ApiProblem (400)."""
    directory_id = call.text("directory_id")
    return Filters(
        texts={name: Pattern(call.text(name)) for name in TEXTS if call.text(name)},
        instants={name: instant(name, call.text(name)) for name in INSTANTS if call.text(name)},
        custom={
            name.removeprefix(CUSTOM): Pattern(call.text(name))
            for name in call.query
            if name.startswith(CUSTOM) and call.text(name)
        },
        ids=_ids(call.text("user_ids")),
        directory=call.number("directory_id", 0, least=0, most=LARGEST_ID) if directory_id else None,
    )


def _ids(text: str) -> tuple[int, ...] | None:
    if not text:
        return None
    found = [whole(part.strip()) for part in text.split(",") if part.strip()]
    if None in found or len(found) > _MOST_IDS:
        raise ApiProblem(BAD, f"The parameter user_ids is a list of at most {_MOST_IDS} ids with commas between.")
    return tuple(one for one in found if one is not None)


def _rows(c: Connection, ids: list[int], fields: tuple[str, ...]) -> Iterable[dict[str, Any]]:
    users = [user for number in ids if (user := directory.user_by_id(c, number)) is not None]
    return _written(c, users, fields)


def _written(c: Connection, users: list[User], fields: tuple[str, ...]) -> Iterable[dict[str, Any]]:
    """Asks for what the fields need, and no more."""
    wanted_ones = frozenset(fields)
    managers = (
        store.ids_by_key(c, {one.manager_id for one in users if one.manager_id}) if "manager_user_id" in wanted_ones else {}
    )
    names = tuple(one.shortname for one in custom_fields.everything(c)) if "custom_attributes" in wanted_ones else ()
    for user in users:
        roles = store.role_ids(c, user.id) if "role_ids" in wanted_ones else []
        around = Around(roles, managers.get(user.manager_id), activity.of(c, user.id), names)
        yield write(user, around, fields)
