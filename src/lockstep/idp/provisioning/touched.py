"""SQL of what the next plan has to look at although no event tells of it, and of how far the last one came."""

from collections.abc import Iterable

import sqlalchemy as sa

from lockstep.idp.provisioning.records import ObjectKind
from lockstep.idp.provisioning.tables import targets, touched
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement

ENGINE = "2"
"""Raised when a change of the code makes other plans of the same directory: then everything is looked at once again."""

_t = touched.c
_TARGET = sa.bindparam("target", type_=sa.Integer)
_ADD = Statement(sa.insert(touched).inline(), columns=["target", "object", "key"])
_ALL = Statement(sa.select(_t.id, _t.object, _t.key).where(_t.target == _TARGET).order_by(_t.id))
_DROP = Statement(sa.delete(touched).where(_t.target == _TARGET, _t.id <= sa.bindparam("last", type_=_t.id.type)))
_PLANNED = Statement(sa.select(targets.c.planned_seq, targets.c.planned_by).where(targets.c.id == _TARGET))
_PLANNED_DAY = Statement(sa.select(targets.c.planned_day).where(targets.c.id == _TARGET))
_SET_PLANNED = Statement(
    sa.update(targets).where(targets.c.id == _TARGET), columns=["planned_seq", "planned_by", "planned_day"]
)


def touch(c: Connection, target: int, obj: ObjectKind, keys: Iterable[str]) -> None:
    """The next plan looks at these users (employee_ids), or at these groups as a whole (keys), in the caller's transaction."""
    c.many(_ADD, [{"target": target, "object": obj, "key": key} for key in keys])


def touch_everything(c: Connection, target: int) -> None:
    """The next plan compares everybody and every group."""
    c.run(_SET_PLANNED, target=target, planned_seq=0, planned_by="", planned_day=0)


def waiting(c: Connection, target: int) -> tuple[set[str], set[str], int]:
    """The users and groups to look at, and the number to give `planned` once they are in a plan."""
    users: set[str] = set()
    groups: set[str] = set()
    last = 0
    for number, obj, key in c.stream(_ALL, target=target):
        (users if obj == "user" else groups).add(key)
        last = number
    return users, groups, last


def planned_up_to(c: Connection, target: int) -> int:
    """The last event that plans for everybody have taken in; 0 where everything has to be looked at."""
    row = c.one(_PLANNED, target=target)
    return int(row[0]) if row is not None and row[1] == ENGINE else 0


def planned_on(c: Connection, target: int) -> int:
    """The day (`directory.activity.days`) of the last plan for everybody; 0 before."""
    return int(c.value(_PLANNED_DAY, target=target) or 0)


def planned(c: Connection, target: int, seq: int, last: int, day: int = 0) -> None:
    """A plan for everybody, made on `day`, has taken in all events up to `seq`, and what was touched up to number `last`."""
    c.run(_SET_PLANNED, target=target, planned_seq=seq, planned_by=ENGINE, planned_day=day)
    c.run(_DROP, target=target, last=last)
