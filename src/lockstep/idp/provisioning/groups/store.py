"""Groups of an app cut by key, and what belongs to them.  SQL and nothing else.

A key is the name without case.  Every list goes along an index in the order of the keys, however many groups there are.
"""

from collections.abc import Iterable
from typing import Any

import msgspec
import sqlalchemy as sa

from lockstep.idp.apps.store import app_assignments
from lockstep.idp.directory.nesting.store import within
from lockstep.idp.directory.records import folded
from lockstep.idp.directory.store import members_table, roles_table, users_table
from lockstep.idp.provisioning.groups.records import Failure, Planned
from lockstep.idp.provisioning.records import GroupLink, Kind, State
from lockstep.idp.provisioning.tables import changes, group_links, link_members, troubles, user_links
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement, among, listed

_g, _k, _t, _l = group_links.c, changes.c, troubles.c, link_members.c
_m, _r, _a, _u = members_table.c, roles_table.c, app_assignments.c, users_table.c


def _is(column: sa.ColumnElement[Any], name: str) -> sa.ColumnElement[bool]:
    return column == sa.bindparam(name, type_=column.type)


def _after(column: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    return column > sa.bindparam("after", type_=column.type)


def _like(column: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    like = sa.bindparam("like", type_=sa.Text)
    return sa.or_(like == "", column.like(like, escape="\\"))


_LIMIT = sa.bindparam("limit", type_=sa.BigInteger)
_LINK_KEYS = Statement(
    sa.select(_g.key).where(_is(_g.target, "target"), _after(_g.key), _like(_g.key)).order_by(_g.key).limit(_LIMIT)
)
_GONE_KEYS = Statement(
    sa.select(_g.key).where(_is(_g.target, "target"), _g.missing == 1, _after(_g.key)).order_by(_g.key).limit(_LIMIT)
)
_PLANNED_KEYS = Statement(
    sa.select(_k.key)
    .distinct()
    .where(_is(_k.plan_id, "plan"), _k.object == "group", _after(_k.key), _like(_k.key))
    .order_by(_k.key)
    .limit(_LIMIT)
)
_FAILED_KEYS = Statement(
    sa.select(_t.key)
    .distinct()
    .where(_is(_t.target, "target"), _t.object == "group", _after(_t.key))
    .order_by(_t.key)
    .limit(_LIMIT)
)
_LINKS = Statement(
    sa.select(_g.id, _g.key, _g.name, _g.target_id, _g.made, _g.feeders, _g.missing, _g.pushed_at).where(
        _is(_g.target, "target"), among(_g.key, "keys")
    )
)
_CHANGES = Statement(
    # Without an order: with one, SQLite would rather go through the whole plan than use the index of keys.
    sa.select(_k.key, _k.position, _k.kind, _k.state, _k.reason, _k.name, _k.payload).where(
        _is(_k.plan_id, "plan"), _k.object == "group", among(_k.key, "keys")
    )
)
_FAILURES = Statement(
    sa.select(_t.key, _t.error, _t.attempts, _t.next_at).where(
        _is(_t.target, "target"), _is(_t.object, "object"), among(_t.key, "keys")
    )
)
_COUNT = Statement(sa.select(sa.func.count()).select_from(link_members).where(_is(_l.link_id, "link")))
_MEMBER = Statement(sa.select(_l.added).where(_is(_l.link_id, "link"), _is(_l.member_id, "member")))
_MEMBERS = Statement(
    sa.select(_l.key, _l.member_id, _u.id, _u.user_name, _u.display_name)
    .select_from(link_members.outerjoin(users_table, _l.key == _u.employee_id))
    .where(
        _is(_l.link_id, "link"),
        sa.or_(_after(_l.key), sa.and_(_l.key == sa.bindparam("after", type_=sa.Text), _l.member_id > sa.bindparam("id"))),
    )
    .order_by(_l.key, _l.member_id)
    .limit(_LIMIT)
)
_FEEDING = within(sa.select(_r.id.label("role_id")).where(among(_r.group_id, "feeders")), "feeding")
_GIVING = within(
    sa.select(sa.cast(_a.role_id, sa.BigInteger).label("role_id")).where(_is(_a.app_id, "app"), _a.role_id.is_not(None)),
    "giving",
)
_other = members_table.alias("other")
_WANTED = sa.select(sa.func.count(sa.distinct(_m.user_id))).where(_m.role_id.in_(sa.select(_FEEDING.c.role_id)))
_OF_EVERYONE = Statement(_WANTED)
_OF_ROLES = Statement(
    _WANTED.where(
        sa.exists().where(
            _other.c.role_id == _GIVING.c.role_id,
            _other.c.user_id == _m.user_id,
        )
    )
)
_USER_ID = Statement(sa.select(user_links.c.target_id).where(_is(user_links.c.target, "target"), _is(user_links.c.key, "key")))


def like_of(text: str) -> str:
    """The pattern for names that hold `text`, without case; "" for any."""
    escaped = folded(text).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%" if text else ""


def keys(c: Connection, target: int, plan: int, *, text: str, after: str, limit: int) -> list[str]:
    """The next keys of groups that are linked or in the plan."""
    asked = {"like": like_of(text), "after": after, "limit": limit}
    found = {key for (key,) in c.all(_LINK_KEYS, target=target, **asked)}
    found.update(key for (key,) in c.all(_PLANNED_KEYS, plan=plan, **asked))
    return sorted(found)[:limit]


def failed_keys(c: Connection, target: int, *, after: str, limit: int) -> list[str]:
    """The next keys of groups of which a change failed."""
    return [key for (key,) in c.all(_FAILED_KEYS, target=target, after=after, limit=limit)]


def gone_keys(c: Connection, target: int, *, after: str, limit: int) -> list[str]:
    """The next keys of groups that the target says are gone."""
    return [key for (key,) in c.all(_GONE_KEYS, target=target, after=after, limit=limit)]


def links_of(c: Connection, target: int, some: Iterable[str]) -> dict[str, tuple[GroupLink, int]]:
    """The links of these keys, each with when it was last pushed."""
    found: dict[str, tuple[GroupLink, int]] = {}
    for number, key, name, target_id, made, feeders, missing, pushed in c.all(_LINKS, target=target, keys=listed(some)):
        link = GroupLink(number, key, name, target_id, bool(made), tuple(msgspec.json.decode(feeders)), bool(missing))
        found[key] = (link, int(pushed))
    return found


def changes_of(c: Connection, plan: int, some: Iterable[str]) -> dict[str, list[Planned]]:
    """The changes of these groups in a plan, each group's in the order of the plan."""
    found: dict[str, list[tuple[int, Planned]]] = {}
    for key, position, kind, state, reason, name, payload in c.all(_CHANGES, plan=plan, keys=listed(some)):
        what = msgspec.json.decode(payload) or {}
        adds, removals = len(what.get("add", ())), len(what.get("remove", ()))
        one = Planned(Kind(kind), State(state), reason, name, tuple(what.get("feeders", ())), adds, removals)
        found.setdefault(key, []).append((position, one))
    return {key: [one for _, one in sorted(several, key=lambda placed: placed[0])] for key, several in found.items()}


def failures_of(c: Connection, target: int, some: Iterable[str], kind: str = "group") -> dict[str, Failure]:
    """What last failed of these groups (or users, by employee_id)."""
    rows = c.all(_FAILURES, target=target, object=kind, keys=listed(some))
    return {key: Failure(error, attempts, next_at) for key, error, attempts, next_at in rows}


def member_count(c: Connection, link_id: int) -> int:
    """How many are in a group at the target, as remembered."""
    return int(c.value(_COUNT, link=link_id) or 0)


def membership(c: Connection, link_id: int, member_id: str) -> bool | None:
    """Whether we put that user of the target into the group; None where they are not in it, as remembered."""
    row = c.one(_MEMBER, link=link_id, member=member_id)
    return None if row is None else bool(row[0])


def user_at_target(c: Connection, target: int, key: str) -> str:
    """The target's id of a person, "" where they are not linked."""
    return str(c.value(_USER_ID, target=target, key=key) or "")


def members_page(
    c: Connection, link_id: int, *, after: str, after_id: str, limit: int
) -> list[tuple[str, str, int | None, str, str]]:
    """(employee_id, id at the target, user id, user name, display name) of members, by employee_id.

    Who is not in the directory any more has None and two empty names.
    """
    rows = c.all(_MEMBERS, link=link_id, after=after, id=after_id, limit=limit)
    return [(key, member, number, name or "", shown or "") for key, member, number, name, shown in rows]


def wanted_count(c: Connection, app_id: int, feeders: Iterable[str], *, everyone: bool) -> int:
    """How many of those who have the app are in these roles (group_ids), or in roles in them."""
    if everyone:
        return int(c.value(_OF_EVERYONE, feeders=listed(feeders)) or 0)
    return int(c.value(_OF_ROLES, feeders=listed(feeders), app=app_id) or 0)
