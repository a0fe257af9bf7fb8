"""The tables of mappings, of those in force, and of what they have laid over people; and their SQL.

`mappings` holds them as an administrator edits them, `mappings_applied` those that are in force, in one row.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import sqlalchemy as sa

from lockstep.idp.directory.conditions.records import Condition
from lockstep.idp.directory.mappings.records import Action, Laid, Mapping
from lockstep.idp.directory.store import m, members_table, u, users_table
from lockstep.idp.schema import metadata
from lockstep.kit.db import Connection
from lockstep.kit.sql import KeyText, Statement, among, listed

mappings = sa.Table(
    "mappings",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("enabled", sa.Integer, nullable=False),
    sa.Column("match", sa.Text, nullable=False),
    sa.Column("conditions", sa.Text, nullable=False),
    sa.Column("actions", sa.Text, nullable=False),
    sqlite_autoincrement=True,
)
mappings_applied = sa.Table(
    "mappings_applied",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("mappings", sa.Text, nullable=False),
    sa.Column("applied_at", sa.BigInteger, nullable=False),
    sa.Column("applied_by", sa.Text, nullable=False),
    # The last employee_id that a reapplying has come to; NULL where none goes on.
    sa.Column("reached", KeyText),
    # The day (see `activity.days`) that everybody was last looked at for; conditions may count days.
    sa.Column("day", sa.Integer, nullable=False),
)
mapped_values = sa.Table(
    "mapped_values",
    metadata,
    sa.Column("user_id", sa.BigInteger, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("field", KeyText, primary_key=True),
    sa.Column("base", sa.Text, nullable=False),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("mapping_id", sa.BigInteger, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Applied:
    """The mappings in force, since when, and who said so ("" where nobody has yet).

    `reached` is how far they have been applied to those who are there, by employee_id; None where that is done.
    """

    mappings: tuple[Mapping, ...] = ()
    at: int = 0
    by: str = ""
    reached: str | None = None
    day: int = 0
    """The day for which it was begun."""

    @property
    def none_laid(self) -> bool:
        """Whether nobody has anything by a mapping: none is in force, and everybody has been brought to that."""
        return not self.mappings and self.reached is None


@dataclass(frozen=True, slots=True)
class Seat:
    """One role of a person: who gives it (see `Membership`), and which mapping does besides."""

    role_id: int
    source: int
    mapped: int


_p, _a, _v = mappings.c, mappings_applied.c, mapped_values.c
_COLUMNS = ("name", "enabled", "match", "conditions", "actions")
_ALL = Statement(sa.select(_p.id, *(_p[name] for name in _COLUMNS)).order_by(_p.position, _p.id))
_LAST = Statement(sa.select(sa.func.max(_p.position)))
_ADD = Statement(mappings.insert().returning(_p.id), ["position", *_COLUMNS])
_BACK = Statement(mappings.insert().inline(), ["id", "position", *_COLUMNS])
_ROW = _p.id == sa.bindparam("row_id", type_=sa.Integer)
_CHANGE = Statement(sa.update(mappings).where(_ROW), columns=list(_COLUMNS))
_MOVE = Statement(sa.update(mappings).where(_ROW), columns=["position"])
_REMOVE = Statement(sa.delete(mappings).where(_ROW))
_APPLIED = Statement(sa.select(_a.mappings, _a.applied_at, _a.applied_by, _a.reached, _a.day))
_APPLIED_COLUMNS = ("mappings", "applied_at", "applied_by", "reached", "day")
_APPLY = Statement(
    lambda insert: (
        insert(mappings_applied)
        .values(id=1, **{name: sa.bindparam(name) for name in _APPLIED_COLUMNS})
        .on_conflict_do_update(index_elements=["id"], set_={name: sa.bindparam(name) for name in _APPLIED_COLUMNS})
    )
)
_REACH = Statement(sa.update(mappings_applied), columns=["reached"])
_NEXT = Statement(
    sa.select(u.employee_id)
    .where(u.employee_id > sa.bindparam("after", type_=KeyText))
    .order_by(u.employee_id)
    .limit(sa.bindparam("limit"))
)
_KEYS = "keys"
_SEATS = Statement(
    sa.select(m.user_id, m.role_id, m.source, m.mapped)
    .select_from(users_table.join(members_table, m.user_id == u.id))
    .where(among(u.employee_id, _KEYS))
)
_LAID = Statement(
    sa.select(_v.user_id, _v.field, _v.base, _v.value, _v.mapping_id)
    .select_from(users_table.join(mapped_values, _v.user_id == u.id))
    .where(among(u.employee_id, _KEYS))
)
_LAID_OF_ALL = Statement(
    sa.select(_v.user_id, _v.field, _v.base, _v.value, _v.mapping_id)
    .select_from(users_table.join(mapped_values, _v.user_id == u.id))
    .order_by(u.employee_id)
)
_LAID_OF_ONE = Statement(
    sa.select(_v.user_id, _v.field, _v.base, _v.value, _v.mapping_id).where(_v.user_id == sa.bindparam("user_id"))
)
_VALUE_COLUMNS = ("user_id", "field", "base", "value", "mapping_id")
_LAY = Statement(
    lambda insert: (
        insert(mapped_values)
        .values({name: sa.bindparam(name) for name in _VALUE_COLUMNS})
        .on_conflict_do_update(
            index_elements=["user_id", "field"], set_={name: sa.bindparam(name) for name in _VALUE_COLUMNS[2:]}
        )
    )
)
_LIFT = Statement(sa.delete(mapped_values).where(_v.user_id == sa.bindparam("of_user"), _v.field == sa.bindparam("of_field")))
_FORGET = Statement(sa.delete(mapped_values).where(_v.user_id == sa.bindparam("of_user")))
_MAP_SEAT = Statement(
    sa.update(members_table)
    .where(m.role_id == sa.bindparam("of_role"), m.user_id == sa.bindparam("of_user"))
    .values(mapped=sa.bindparam("mapping"))
)
_ADD_SEAT = Statement(members_table.insert().inline(), ["role_id", "user_id", "attributes", "source", "mapped"])
_DROP_SEAT = Statement(
    sa.delete(members_table).where(m.role_id == sa.bindparam("of_role"), m.user_id == sa.bindparam("of_user"))
)
_conditions = msgspec.json.Decoder(tuple[Condition, ...]).decode
_actions = msgspec.json.Decoder(tuple[Action, ...]).decode
_mappings = msgspec.json.Decoder(tuple[Mapping, ...]).decode


def everything(c: Connection) -> tuple[Mapping, ...]:
    """The mappings as they are edited, in their order."""
    return tuple(
        Mapping(name, _actions(actions), match, _conditions(conditions), bool(enabled), number)
        for number, name, enabled, match, conditions, actions in c.all(_ALL)
    )


def add(c: Connection, mapping: Mapping) -> int:
    """Write a new mapping, the last one; its id."""
    last = c.value(_LAST)
    return int(c.value(_ADD, position=1 if last is None else last + 1, **_values(mapping)))


def put_back(c: Connection, kept: Sequence[Mapping]) -> None:
    """Write mappings under the ids that they had, in this order."""
    c.many(_BACK, [{"id": one.id, "position": number, **_values(one)} for number, one in enumerate(kept, 1)])


def change(c: Connection, mapping: Mapping) -> None:
    """Write the mapping of this id."""
    c.run(_CHANGE, row_id=mapping.id, **_values(mapping))


def remove(c: Connection, mapping_id: int) -> None:
    """Delete a mapping."""
    c.run(_REMOVE, row_id=mapping_id)


def sort(c: Connection, ids: Sequence[int]) -> None:
    """Put the mappings in this order."""
    for position, number in enumerate(ids, 1):
        c.run(_MOVE, row_id=number, position=position)


def applied(c: Connection) -> Applied:
    """The mappings in force."""
    row = c.one(_APPLIED)
    return Applied() if row is None else Applied(_mappings(row[0]), *row[1:])


def apply(c: Connection, found: Applied) -> None:
    """Let these be in force."""
    text = msgspec.json.encode(found.mappings).decode()
    c.run(_APPLY, mappings=text, applied_at=found.at, applied_by=found.by, reached=found.reached, day=found.day)


def reach(c: Connection, reached: str | None) -> None:
    """Say how far a reapplying has come."""
    c.run(_REACH, reached=reached)


def next_keys(c: Connection, after: str, limit: int) -> list[str]:
    """The next employee_ids, in their order."""
    return [key for (key,) in c.all(_NEXT, after=after, limit=limit)]


def seats_of(c: Connection, keys: Iterable[str]) -> dict[int, list[Seat]]:
    """The roles of some people (employee_ids), by user id."""
    found: dict[int, list[Seat]] = {}
    for user_id, role_id, source, mapped in c.all(_SEATS, keys=listed(keys)):
        found.setdefault(user_id, []).append(Seat(role_id, source, mapped))
    return found


def laid_over(c: Connection, keys: Iterable[str]) -> dict[int, dict[str, Laid]]:
    """What mappings have laid over some people (employee_ids): user id → field → value."""
    return _grouped(c.all(_LAID, keys=listed(keys)))


def laid_over_all(c: Connection) -> dict[int, dict[str, Laid]]:
    """The same of everybody."""
    return _grouped(c.stream(_LAID_OF_ALL))


def laid_over_one(c: Connection, user_id: int) -> dict[str, Laid]:
    """The same of one person: field → value."""
    return _grouped(c.all(_LAID_OF_ONE, user_id=user_id)).get(user_id, {})


def lay(c: Connection, rows: Iterable[tuple[int, str, Laid]]) -> None:
    """Write values that mappings have set: user id, field, value."""
    c.many(
        _LAY,
        [
            {"user_id": user_id, "field": field, "base": one.base, "value": one.value, "mapping_id": one.mapping}
            for user_id, field, one in rows
        ],
    )


def lift(c: Connection, rows: Iterable[tuple[int, str]]) -> None:
    """Forget what was laid over: user id, field."""
    c.many(_LIFT, [{"of_user": user_id, "of_field": field} for user_id, field in rows])


def forget(c: Connection, user_ids: Iterable[int]) -> None:
    """Forget all that was laid over some people."""
    c.many(_FORGET, [{"of_user": user_id} for user_id in user_ids])


def map_seats(c: Connection, rows: Iterable[tuple[int, int, int]]) -> None:
    """Say which mapping gives a membership that is there: role id, user id, mapping id (0 for none)."""
    c.many(_MAP_SEAT, [{"of_role": role, "of_user": user, "mapping": mapping} for role, user, mapping in rows])


def add_seats(c: Connection, rows: Iterable[tuple[int, int, int, int]]) -> None:
    """Put people into roles by mappings: role id, user id, source, mapping id."""
    c.many(
        _ADD_SEAT,
        [
            {"role_id": role, "user_id": user, "attributes": "{}", "source": source, "mapped": mapping}
            for role, user, source, mapping in rows
        ],
    )


def drop_seats(c: Connection, rows: Iterable[tuple[int, int]]) -> None:
    """Take people out of roles that mappings alone gave: role id, user id."""
    c.many(_DROP_SEAT, [{"of_role": role, "of_user": user} for role, user in rows])


def _grouped(rows: Iterable[Sequence[Any]]) -> dict[int, dict[str, Laid]]:
    found: dict[int, dict[str, Laid]] = {}
    for user_id, field, base, value, mapping in rows:
        found.setdefault(user_id, {})[field] = Laid(base, value, mapping)
    return found


def _values(mapping: Mapping) -> dict[str, Any]:
    return {
        "name": mapping.name,
        "enabled": int(mapping.enabled),
        "match": mapping.match,
        "conditions": msgspec.json.encode(mapping.conditions).decode(),
        "actions": msgspec.json.encode(mapping.actions).decode(),
    }
