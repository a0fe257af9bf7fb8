"""The tables of rules, and their SQL.

`app_rules` holds the rules as an administrator edits them, `app_rules_applied` those that the engine works by.
"""

from dataclasses import dataclass
from typing import Any

import msgspec
import sqlalchemy as sa

from lockstep.idp.apps.rules.records import Action, Rule
from lockstep.idp.directory.conditions.records import Condition
from lockstep.idp.schema import metadata
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement

app_rules = sa.Table(
    "app_rules",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("app_id", sa.Integer, sa.ForeignKey("apps.id"), nullable=False, index=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("enabled", sa.Integer, nullable=False),
    sa.Column("match", sa.Text, nullable=False),
    sa.Column("conditions", sa.Text, nullable=False),
    sa.Column("actions", sa.Text, nullable=False),
    sqlite_autoincrement=True,
)
app_rules_applied = sa.Table(
    "app_rules_applied",
    metadata,
    sa.Column("app_id", sa.Integer, sa.ForeignKey("apps.id"), primary_key=True),
    sa.Column("rules", sa.Text, nullable=False),
    sa.Column("applied_at", sa.BigInteger, nullable=False),
    sa.Column("applied_by", sa.Text, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Applied:
    """The rules that the engine works by, since when, and who said so ("" where nobody has yet)."""

    rules: tuple[Rule, ...] = ()
    at: int = 0
    by: str = ""


_r, _a = app_rules.c, app_rules_applied.c
_COLUMNS = ("name", "enabled", "match", "conditions", "actions")
_OF_APP = Statement(
    sa.select(_r.id, *(_r[name] for name in _COLUMNS))
    .where(_r.app_id == sa.bindparam("app_id", type_=sa.Integer))
    .order_by(_r.position, _r.id)
)
_LAST = Statement(sa.select(sa.func.max(_r.position)).where(_r.app_id == sa.bindparam("app_id", type_=sa.Integer)))
_ADD = Statement(app_rules.insert().returning(_r.id), ["app_id", "position", *_COLUMNS])
_CHANGE = Statement(sa.update(app_rules).where(_r.id == sa.bindparam("row_id", type_=sa.Integer)), columns=list(_COLUMNS))
_MOVE = Statement(sa.update(app_rules).where(_r.id == sa.bindparam("row_id", type_=sa.Integer)), columns=["position"])
_REMOVE = Statement(sa.delete(app_rules).where(_r.id == sa.bindparam("row_id", type_=sa.Integer)))
_APPLIED = Statement(
    sa.select(_a.rules, _a.applied_at, _a.applied_by).where(_a.app_id == sa.bindparam("app_id", type_=sa.Integer))
)
_APPLIED_COLUMNS = [column.name for column in _a]
_APPLY = Statement(
    lambda insert: (
        insert(app_rules_applied)
        .values({name: sa.bindparam(name) for name in _APPLIED_COLUMNS})
        .on_conflict_do_update(
            index_elements=["app_id"], set_={name: sa.bindparam(name) for name in _APPLIED_COLUMNS if name != "app_id"}
        )
    )
)
_conditions = msgspec.json.Decoder(tuple[Condition, ...]).decode
_actions = msgspec.json.Decoder(tuple[Action, ...]).decode
_rules = msgspec.json.Decoder(tuple[Rule, ...]).decode


def rules_of(c: Connection, app_id: int) -> tuple[Rule, ...]:
    """The rules as they are edited, in their order."""
    return tuple(
        Rule(name, _actions(actions), match, _conditions(conditions), bool(enabled), number)
        for number, name, enabled, match, conditions, actions in c.all(_OF_APP, app_id=app_id)
    )


def add(c: Connection, app_id: int, rule: Rule) -> int:
    """Write a new rule, the last one; its id."""
    last = c.value(_LAST, app_id=app_id)
    return int(c.value(_ADD, app_id=app_id, position=1 if last is None else last + 1, **_values(rule)))


def change(c: Connection, rule: Rule) -> None:
    """Write the rule of this id."""
    c.run(_CHANGE, row_id=rule.id, **_values(rule))


def remove(c: Connection, rule_id: int) -> None:
    """Delete a rule."""
    c.run(_REMOVE, row_id=rule_id)


def sort(c: Connection, ids: tuple[int, ...]) -> None:
    """Put the rules in this order."""
    for position, number in enumerate(ids, 1):
        c.run(_MOVE, row_id=number, position=position)


def applied(c: Connection, app_id: int) -> Applied:
    """The rules that the engine works by."""
    row = c.one(_APPLIED, app_id=app_id)
    return Applied() if row is None else Applied(_rules(row[0]), row[1], row[2])


def apply(c: Connection, app_id: int, rules: tuple[Rule, ...], now: int, by: str) -> None:
    """Let the engine work by these."""
    c.run(_APPLY, app_id=app_id, rules=msgspec.json.encode(rules).decode(), applied_at=now, applied_by=by)


def _values(rule: Rule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "enabled": int(rule.enabled),
        "match": rule.match,
        "conditions": msgspec.json.encode(rule.conditions).decode(),
        "actions": msgspec.json.encode(rule.actions).decode(),
    }
