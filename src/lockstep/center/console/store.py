"""The trail as the console reads it: newest first, by filters, in pages by key.  SQL and nothing else."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
import sqlalchemy as sa

from lockstep.center.events import trail
from lockstep.kit.db import Connection, Row
from lockstep.kit.sql import Statement

_LATEST = 2**62
_COLUMNS = [column.name for column in trail.columns if column.name != "instance_key"]


@dataclass(frozen=True, slots=True)
class TrailEvent:
    """One event.  `parameters` is what was asked, decoded; personal values are not in it."""

    key: int
    at: int
    operation: str
    source: str
    request_id: str
    status: int
    error_code: str | None
    error_message: str | None
    actor: str
    ip: str | None
    agent: str | None
    resource_id: str | None
    parameters: Any


@dataclass(frozen=True, slots=True)
class Sought:
    """Which events are wanted; what is None does not matter.  `since` is part of the time, `until` is not."""

    operation: str | None = None
    failed: bool | None = None
    actor: str | None = None
    resource_id: str | None = None
    since: int | None = None
    until: int | None = None


_HERE = trail.c.instance_key == sa.bindparam("instance_key")
_CONDITIONS = {
    "operation": trail.c.operation == sa.bindparam("operation"),
    "failed": trail.c.error_code.is_not(None),
    "worked": trail.c.error_code.is_(None),
    "actor": trail.c.actor == sa.bindparam("actor"),
    "resource_id": trail.c.resource_id == sa.bindparam("resource_id"),
    "since": trail.c.at >= sa.bindparam("since"),
    "until": trail.c.at < sa.bindparam("until"),
}
_BEFORE = (trail.c.at < sa.bindparam("before_at")) | (
    (trail.c.at == sa.bindparam("before_at")) & (trail.c.key < sa.bindparam("before_key"))
)
_select = sa.select(*(trail.c[name] for name in _COLUMNS))
_ONE = Statement(_select.where(_HERE, trail.c.key == sa.bindparam("of")))


@cache
def _page(names: frozenset[str]) -> Statement:
    conditions = [_CONDITIONS[name] for name in sorted(names)]
    newest_first = _select.where(_HERE, _BEFORE, *conditions).order_by(trail.c.at.desc(), trail.c.key.desc())
    return Statement(newest_first.limit(sa.bindparam("most", type_=sa.Integer)))


def _event(row: Row) -> TrailEvent:
    given: dict[str, Any] = dict(zip(_COLUMNS, row, strict=True))
    if given["parameters"] is not None:
        given["parameters"] = msgspec.json.decode(given["parameters"])
    return TrailEvent(**given)


def events(
    connection: Connection, instance_key: int, sought: Sought, before: tuple[int, int] | None, most: int
) -> list[TrailEvent]:
    """At most `most` events before the one at (`at`, `key`), newest first."""
    wanted = {name: value for name in Sought.__slots__ if (value := getattr(sought, name)) is not None}
    failed = wanted.pop("failed", None)
    names = frozenset(wanted) | (frozenset() if failed is None else {"failed" if failed else "worked"})
    at, key = before or (_LATEST, _LATEST)
    rows = connection.all(_page(names), instance_key=instance_key, before_at=at, before_key=key, most=most, **wanted)
    return [_event(row) for row in rows]


def event(connection: Connection, instance_key: int, key: int) -> TrailEvent | None:
    """One event of an instance."""
    row = connection.one(_ONE, instance_key=instance_key, of=key)
    return None if row is None else _event(row)
