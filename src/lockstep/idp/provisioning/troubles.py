"""What failed at one target: counted by cause, listed by key, and marked to be tried again now.  SQL and nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import sqlalchemy as sa

from lockstep.idp.provisioning.failures import Cause, Failure, cause_of
from lockstep.idp.provisioning.ledger import TROUBLE_FIELDS
from lockstep.idp.provisioning.records import Trouble
from lockstep.idp.provisioning.retries import NEVER
from lockstep.idp.provisioning.tables import troubles
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement, among, listed

PAGE = 50
NAMED = 3
"""Objects that a group of failures names."""
_t = troubles.c


def _text(name: str) -> sa.BindParameter[str]:
    return sa.bindparam(name, type_=sa.Text)


def _number(name: str) -> sa.BindParameter[int]:
    return sa.bindparam(name, type_=sa.BigInteger)


_TARGET = _t.target == sa.bindparam("target", type_=sa.Integer)
_CHOSEN = (
    _TARGET,
    sa.or_(_text("any_cause") == "yes", _t.cause == _text("cause")),
    sa.or_(_text("object") == "", _t.object == _text("object")),
    sa.or_(_text("key") == "", _t.key == _text("key")),
    sa.or_(_number("dead") == 0, _t.next_at >= NEVER),
)
_OBJECTS = (
    sa.select(
        _t.cause,
        _t.object,
        _t.key,
        sa.func.min(_t.first_at).label("first_at"),
        sa.func.min(_t.next_at).label("next_at"),
    )
    .where(_TARGET)
    .group_by(_t.cause, _t.object, _t.key)
    .subquery()
)
_o = _OBJECTS.c
_BY_CAUSE = Statement(
    sa.select(
        _o.cause,
        sa.func.sum(sa.case((_o.object == "user", 1), else_=0)),
        sa.func.sum(sa.case((_o.object == "group", 1), else_=0)),
        sa.func.sum(sa.case((_o.next_at >= NEVER, 1), else_=0)),
        sa.func.min(_o.first_at),
        sa.func.min(_o.next_at),
    ).group_by(_o.cause)
)
_NEWEST_OF = Statement(
    sa.select(*TROUBLE_FIELDS)
    .where(_TARGET, _t.cause == _text("cause"))
    .order_by(_t.object, _t.key, _t.kind)
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_PAGE = Statement(
    sa.select(*TROUBLE_FIELDS)
    .where(
        *_CHOSEN,
        sa.tuple_(_t.object, _t.key, _t.kind) > sa.tuple_(_text("after_object"), _text("after_key"), _text("after_kind")),
    )
    .order_by(_t.object, _t.key, _t.kind)
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_OF_KEYS = Statement(sa.select(*TROUBLE_FIELDS).where(_TARGET, _t.object == _text("object"), among(_t.key, "keys")))
_COUNT_DEAD = Statement(sa.select(sa.func.count()).select_from(troubles).where(_TARGET, _t.next_at >= NEVER))
_AGAIN = Statement(sa.update(troubles).where(*_CHOSEN), columns=["next_at"])


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which failures: of one cause (None for any), of one object (its kind and key), only those that were given up."""

    cause: str | None = None
    object: str = ""
    key: str = ""
    dead: bool = False

    def _values(self) -> dict[str, str | int]:
        return {
            "any_cause": "yes" if self.cause is None else "",
            "cause": self.cause or "",
            "object": self.object,
            "key": self.key,
            "dead": int(self.dead),
        }


@dataclass(frozen=True, slots=True)
class Group:
    """The failures of one cause: how many users and groups, how many of them given up, since when, next tried when (ms)."""

    cause: Cause
    users: int
    groups: int
    dead: int
    first_at: int
    next_at: int
    names: list[str] = field(default_factory=list)

    @property
    def objects(self) -> int:
        """Users and groups."""
        return self.users + self.groups


def cause_of_trouble(trouble: Trouble) -> Cause:
    """Why something failed, as it was found then."""
    found = cause_of(Failure(trouble.error, trouble.status, trouble.scim_type, trouble.name))
    return Cause(trouble.cause, found.title, found.advice) if trouble.cause else cause_of(Failure(""))


def by_cause(c: Connection, target: int, most: int | None = None) -> tuple[list[Group], int]:
    """What failed, grouped by cause, the most frequent first (at most so many groups), and how many causes more there are."""
    rows = sorted(c.all(_BY_CAUSE, target=target), key=lambda row: (-int(row[1]) - int(row[2]), row[0]))
    found: list[Group] = []
    for cause, users, groups, dead, first_at, next_at in rows[:most]:
        some = [Trouble(*row) for row in c.all(_NEWEST_OF, target=target, cause=cause, most=2 * NAMED)]
        names = list(dict.fromkeys(one.name for one in some))[:NAMED]
        found.append(Group(cause_of_trouble(some[0]), int(users), int(groups), int(dead), first_at, next_at, names))
    return found, len(rows) - len(found)


def page(
    c: Connection, target: int, chosen: Chosen, *, after: tuple[str, str, str] = ("", "", ""), most: int = PAGE
) -> tuple[list[Trouble], tuple[str, str, str] | None]:
    """Single failures, groups before users, by key; and what to go on after, None at the end."""
    last = dict(zip(("after_object", "after_key", "after_kind"), after, strict=True))
    rows = c.all(_PAGE, target=target, most=most + 1, **chosen._values(), **last)
    found = [Trouble(*row) for row in rows[:most]]
    more = len(rows) > most
    return found, (found[-1].object, found[-1].key, found[-1].kind) if more else None


def of_keys(c: Connection, target: int, obj: str, keys: Iterable[str]) -> dict[str, list[Trouble]]:
    """What failed for some objects, by key."""
    found: dict[str, list[Trouble]] = {}
    for row in c.all(_OF_KEYS, target=target, object=obj, keys=listed(keys)):
        found.setdefault(row[1], []).append(Trouble(*row))
    return found


def count_dead(c: Connection, target: int) -> int:
    """How much was given up."""
    return int(c.value(_COUNT_DEAD, target=target) or 0)


def try_again(c: Connection, target: int, chosen: Chosen, now: int) -> int:
    """Let failures be tried again at once, whatever their time; how many."""
    return c.run(_AGAIN, target=target, next_at=now, **chosen._values())
