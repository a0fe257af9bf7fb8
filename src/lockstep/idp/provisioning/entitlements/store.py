"""The groups of a target cut by key, and whose each is.  SQL and nothing else; every list goes along an index, by keys."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from lockstep.idp.provisioning.entitlements.records import UNSAID, Kind, LastRead, Seen
from lockstep.idp.provisioning.entitlements.tables import entitlement_reads, entitlements
from lockstep.idp.provisioning.records import name_key
from lockstep.idp.provisioning.tables import group_links, link_members
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement

_e, _g, _r, _m = entitlements.c, group_links.c, entitlement_reads.c, link_members.c
_TARGET = sa.bindparam("target", type_=sa.Integer)
_LIMIT = sa.bindparam("limit", type_=sa.BigInteger)
_KEY, _ID = sa.bindparam("after", type_=sa.Text), sa.bindparam("after_id", type_=sa.Text)
_LINKED = sa.and_(_g.target == _e.target, _g.target_id == _e.target_id)
_SAME = sa.and_(_e.target == _g.target, _e.target_id == _g.target_id)


def _like(column: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    like = sa.bindparam("like", type_=sa.Text)
    return sa.or_(like == "", column.like(like, escape="\\"))


_OF_KIND = sa.or_(
    sa.bindparam("kind", type_=sa.Text) == "",
    sa.and_(sa.bindparam("kind", type_=sa.Text) == Kind.OURS.value, _g.made == 1),
    sa.and_(sa.bindparam("kind", type_=sa.Text) == Kind.ADOPTED.value, _g.made == 0),
    sa.and_(sa.bindparam("kind", type_=sa.Text) == Kind.FOREIGN.value, _g.id.is_(None)),
)
_THERE = Statement(
    sa.select(_e.key, _e.name, _e.target_id, _e.members, _g.id, _g.made)
    .select_from(entitlements.outerjoin(group_links, _LINKED))
    .where(
        _e.target == _TARGET,
        sa.or_(_e.key > _KEY, sa.and_(_e.key == _KEY, _e.target_id > _ID)),
        _like(_e.key),
        _OF_KIND,
    )
    .order_by(_e.key, _e.target_id)
    .limit(_LIMIT)
)
# A link that was made since the read is not missing: its group was not there to be read.
_IS_GONE = sa.and_(
    _g.target == _TARGET,
    sa.or_(_g.missing == 1, _g.pushed_at <= sa.bindparam("at", type_=sa.BigInteger)),
    ~sa.exists().where(_SAME),
)
_GONE = Statement(
    sa.select(_g.key, _g.name, _g.target_id, _g.id)
    .where(_IS_GONE, sa.or_(_g.key > _KEY, sa.and_(_g.key == _KEY, _g.target_id > _ID)), _like(_g.key))
    .order_by(_g.key, _g.target_id)
    .limit(_LIMIT)
)
_COUNT_GONE = Statement(sa.select(sa.func.count()).select_from(group_links).where(_IS_GONE))
_COUNT_LINKED = Statement(
    sa.select(_g.made, sa.func.count())
    .select_from(entitlements.join(group_links, _LINKED))
    .where(_e.target == _TARGET)
    .group_by(_g.made)
)
_COUNT = Statement(sa.select(sa.func.count()).select_from(entitlements).where(_e.target == _TARGET))
_HAS = Statement(sa.select(_e.target_id).where(_e.target == _TARGET, _e.key == sa.bindparam("key", type_=sa.Text)).limit(1))
_NAMES = Statement(sa.select(_e.name).where(_e.target == _TARGET, _like(_e.key)).order_by(_e.key, _e.target_id).limit(_LIMIT))
_UNLINKED = Statement(sa.select(_e.key).where(_e.target == _TARGET, ~sa.exists().where(_LINKED)).order_by(_e.key))
_MEMBERS = Statement(sa.select(sa.func.count()).select_from(link_members).where(_m.link_id == sa.bindparam("link")))
_ADD = Statement(sa.insert(entitlements).inline(), columns=["target", "key", "target_id", "name", "members"])
_DROP = Statement(sa.delete(entitlements).where(_e.target == _TARGET))
_LAST = Statement(sa.select(_r.at, _r.groups, _r.requests, _r.problem, _r.tried_at).where(_r.target == _TARGET))
_READ: dict[str, Any] = {
    "at": sa.bindparam("read_at"),
    "groups": sa.bindparam("number"),
    "requests": sa.bindparam("cost"),
    "problem": sa.bindparam("why"),
    "tried_at": sa.bindparam("tried"),
}
_SET_READ = Statement(
    lambda insert: (
        insert(entitlement_reads).values(target=_TARGET, **_READ).on_conflict_do_update(index_elements=["target"], set_=_READ)
    )
)

Row = tuple[str, str, str, Kind, int, int]
"""(key, name, id at the target, kind, members by the target's list or UNSAID, link id or 0)."""


def there(c: Connection, target: int, *, kind: str, like: str, after: tuple[str, str], limit: int) -> list[Row]:
    """The next groups that were there, by (key, id), of one kind ("" for any)."""
    rows = c.all(_THERE, target=target, kind=kind, like=like, after=after[0], after_id=after[1], limit=limit)
    return [
        (key, name, number, Kind.FOREIGN if link is None else Kind.OURS if made else Kind.ADOPTED, members, link or 0)
        for key, name, number, members, link, made in rows
    ]


def gone(c: Connection, target: int, *, at: int, like: str, after: tuple[str, str], limit: int) -> list[Row]:
    """The next groups that are remembered and were not there in the read of the instant `at`."""
    rows = c.all(_GONE, target=target, at=at, like=like, after=after[0], after_id=after[1], limit=limit)
    return [(key, name, number, Kind.MISSING, UNSAID, link) for key, name, number, link in rows]


def counts(c: Connection, target: int, at: int) -> dict[Kind, int]:
    """How many there are of each kind, by the read of the instant `at`."""
    linked: dict[int, int] = dict(c.all(_COUNT_LINKED, target=target))
    ours, adopted = int(linked.get(1, 0)), int(linked.get(0, 0))
    foreign = int(c.value(_COUNT, target=target) or 0) - ours - adopted
    missing = int(c.value(_COUNT_GONE, target=target, at=at) or 0)
    return {Kind.OURS: ours, Kind.ADOPTED: adopted, Kind.FOREIGN: foreign, Kind.MISSING: missing}


def has(c: Connection, target: int, key: str) -> bool:
    """Whether the target had a group of that name (without case) when it was last read."""
    return c.one(_HAS, target=target, key=key) is not None


def names(c: Connection, target: int, *, like: str = "", limit: int) -> list[str]:
    """The names of the groups that were there, in order."""
    return [name for (name,) in c.all(_NAMES, target=target, like=like, limit=limit)]


def unlinked_keys(c: Connection, target: int) -> list[str]:
    """The keys of the groups that were there and are not linked."""
    return [key for (key,) in c.all(_UNLINKED, target=target)]


def members_remembered(c: Connection, link_id: int) -> int:
    """How many are in a linked group, as remembered."""
    return int(c.value(_MEMBERS, link=link_id) or 0)


def put(c: Connection, target: int, groups: Iterable[Seen]) -> None:
    """Remember all groups of a target; what is not among them is forgotten."""
    c.run(_DROP, target=target)
    c.many(
        _ADD,
        [
            {"target": target, "key": name_key(one.name), "target_id": one.target_id, "name": one.name, "members": one.members}
            for one in groups
        ],
    )


def last_read(c: Connection, target: int) -> LastRead:
    """When the target's groups were last read."""
    row = c.one(_LAST, target=target)
    return LastRead() if row is None else LastRead(*row)


def set_read(c: Connection, target: int, read: LastRead) -> None:
    """Write down a read, or one that did not come to its end."""
    c.run(
        _SET_READ,
        target=target,
        read_at=read.at,
        number=read.groups,
        cost=read.requests,
        why=read.problem,
        tried=read.tried_at,
    )
