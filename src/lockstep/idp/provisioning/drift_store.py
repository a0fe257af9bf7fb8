"""SQL of drift: the last check, the differences that were found, what was taken over."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
import sqlalchemy as sa

from lockstep.idp.provisioning.drift import Decision, Difference, Overlay, TakenOver
from lockstep.idp.provisioning.records import Logins
from lockstep.idp.provisioning.tables import drift_checks, drift_differences, drift_taken
from lockstep.kit.db import Connection, Row
from lockstep.kit.sql import Statement, among, listed

PAGE = 100
KEPT = 500
"""Settled differences that are kept for each target."""

_k, _d, _t = drift_checks.c, drift_differences.c, drift_taken.c


def _is(column: sa.ColumnElement[Any], name: str) -> sa.ColumnElement[bool]:
    return column == sa.bindparam(name, type_=column.type)


_CHECK = Statement(sa.select(_k.at, _k.requests, _k.floor, _k.unmatched).where(_is(_k.target, "target")))
_SET_CHECK = Statement(
    lambda insert: (
        insert(drift_checks)
        .values({column.name: sa.bindparam(column.name, type_=column.type) for column in _k})
        .on_conflict_do_update(
            index_elements=["target"],
            set_={column.name: sa.bindparam(column.name, type_=column.type) for column in _k if column.name != "target"},
        )
    )
)
_FIELDS = [column for column in _d if column.name != "target"]
_ADD = Statement(sa.insert(drift_differences).inline(), columns=[column.name for column in _d if column.name != "id"])
_SET = Statement(
    sa.update(drift_differences).where(_is(_d.id, "number")),
    columns=["name", "key", "target_id", "member_key", "made", "here", "there", "digest"],
)
_SEEN = Statement(sa.update(drift_differences).where(_is(_d.id, "number")), columns=["first_seen", "last_seen"])
_DECIDE = Statement(
    sa.update(drift_differences).where(_is(_d.id, "number")),
    columns=["decision", "decided_at", "decided_by", "settled_at"],
)
_SETTLE = Statement(sa.update(drift_differences).where(_is(_d.id, "number")), columns=["settled_at"])
_OPEN = Statement(sa.select(*_FIELDS).where(_is(_d.target, "target"), _d.settled_at == 0).order_by(_d.object, _d.kind, _d.id))
_OPEN_OF = Statement(
    sa.select(*_FIELDS).where(_is(_d.target, "target"), _d.settled_at == 0, among(_d.digest, "digests")).order_by(_d.id)
)
_UNDECIDED = Statement(
    sa.select(_d.digest).where(_is(_d.target, "target"), _d.settled_at == 0, _d.decision == "").order_by(_d.id)
)
_COUNTS = Statement(
    sa.select(_d.decision, sa.func.count()).where(_is(_d.target, "target"), _d.settled_at == 0).group_by(_d.decision)
)
_IS_IGNORED = (_d.decision == "ignore") == (sa.bindparam("ignored", type_=sa.Integer) == 1)
_AFTER = sa.or_(
    _d.object > sa.bindparam("object", type_=sa.Text),
    sa.and_(_d.object == sa.bindparam("object", type_=sa.Text), _d.kind > sa.bindparam("kind", type_=sa.Text)),
    sa.and_(
        _d.object == sa.bindparam("object", type_=sa.Text),
        _d.kind == sa.bindparam("kind", type_=sa.Text),
        _d.id > sa.bindparam("number", type_=_d.id.type),
    ),
)
_PAGE = Statement(
    sa.select(*_FIELDS)
    .where(_is(_d.target, "target"), _d.settled_at == 0, _IS_IGNORED, _AFTER)
    .order_by(_d.object, _d.kind, _d.id)
    .limit(PAGE + 1)
)
_SETTLED = Statement(
    sa.select(*_FIELDS)
    .where(_is(_d.target, "target"), _d.settled_at > 0, _d.id < sa.bindparam("before", type_=_d.id.type))
    .order_by(_d.id.desc())
    .limit(PAGE + 1)
)
_OLD = Statement(
    sa.select(_d.id)
    .where(_is(_d.target, "target"), _d.settled_at > 0)
    .order_by(_d.id.desc())
    .limit(1)
    .offset(sa.bindparam("kept", type_=sa.Integer))
)
_PURGE = Statement(
    sa.delete(drift_differences).where(
        _is(_d.target, "target"), _d.settled_at > 0, _d.id <= sa.bindparam("last", type_=_d.id.type)
    )
)
_TAKEN = [column for column in _t if column.name != "target"]
_ADD_TAKEN = Statement(sa.insert(drift_taken).inline(), columns=[column.name for column in _t if column.name != "id"])
_ALL_TAKEN = Statement(sa.select(*_TAKEN).where(_is(_t.target, "target")).order_by(_t.id))
_ABOUT_TAKEN = Statement(sa.select(_t.kind, _t.object, _t.key).where(_is(_t.target, "target")).distinct())
_TAKEN_OF_ONE = Statement(
    sa.select(*_TAKEN)
    .where(_is(_t.target, "target"), sa.or_(_is(_t.key, "key"), _t.object == "group", _t.key == "", _t.kind == "gone"))
    .order_by(_t.id)
)
_TAKEN_PAGE = Statement(
    sa.select(*_TAKEN)
    .where(_is(_t.target, "target"), _t.id > sa.bindparam("after", type_=_t.id.type))
    .order_by(_t.id)
    .limit(PAGE + 1)
)
_TAKEN_BY_DIGEST = Statement(sa.select(*_TAKEN).where(_is(_t.target, "target"), among(_t.digest, "digests")).order_by(_t.id))
_COUNT_TAKEN = Statement(sa.select(sa.func.count()).select_from(drift_taken).where(_is(_t.target, "target")))
_END_TAKEN = Statement(sa.delete(drift_taken).where(_is(_t.id, "number")))
_END_SAME = Statement(
    sa.delete(drift_taken).where(
        _is(_t.target, "target"),
        _is(_t.kind, "kind"),
        _is(_t.object, "object"),
        _is(_t.key, "key"),
        _is(_t.attribute, "attribute"),
        sa.func.coalesce(_t.link_id, 0) == sa.bindparam("link", type_=_t.id.type),
    )
)


_END_IN = Statement(
    sa.delete(drift_taken).where(
        _is(_t.target, "target"),
        _t.kind == "in",
        _is(_t.link_id, "link"),
        sa.or_(sa.bindparam("member", type_=sa.Text) == "", _t.attribute == sa.bindparam("member", type_=sa.Text)),
    )
)


@dataclass(frozen=True, slots=True)
class Check:
    """The last time a target was read: when (ms), what it cost beside its floor, how many users there are nobody of ours."""

    at: int
    requests: int
    floor: int
    unmatched: int


@dataclass(frozen=True, slots=True)
class Found:
    """A stored difference: what it is, when it was seen (ms), what was decided by whom ("" for the settings), when it ended."""

    id: int
    difference: Difference
    digest: str
    first_seen: int
    last_seen: int
    decision: Decision = ""
    decided_at: int = 0
    decided_by: str = ""
    settled_at: int = 0


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _found(row: Row) -> Found:
    number, obj, kind, name, link, key, target_id, member, member_key, made, here, there = row[:12]
    digest, first, last, decision, at, by, settled = row[12:]
    decode = msgspec.json.decode
    one = Difference(obj, name, kind, link, key, target_id, decode(here), decode(there), member, member_key, bool(made))
    return Found(number, one, digest, first, last, decision, at, by, settled)


def _values(one: Difference) -> dict[str, Any]:
    return {
        "name": one.name,
        "key": one.key,
        "target_id": one.target_id,
        "member_key": one.member_key,
        "made": int(one.made),
        "here": _json(one.here),
        "there": _json(one.there),
        "digest": one.digest,
    }


def last_check(c: Connection, target: int) -> Check | None:
    """What is known of the last check."""
    row = c.one(_CHECK, target=target)
    return None if row is None else Check(*row)


def set_check(c: Connection, target: int, check: Check) -> None:
    """The target has been read."""
    c.run(_SET_CHECK, target=target, at=check.at, requests=check.requests, floor=check.floor, unmatched=check.unmatched)


def add(c: Connection, target: int, new: Iterable[tuple[Difference, Decision]], now: int) -> None:
    """Differences that were not known, each with what is decided about it at once by the settings."""
    c.many(
        _ADD,
        [
            {
                "target": target,
                "object": one.object,
                "kind": one.kind,
                "link_id": one.link_id,
                "member": one.member,
                **_values(one),
                "first_seen": now,
                "last_seen": now,
                "decision": decision,
                "decided_at": now if decision else 0,
                "decided_by": "",
                "settled_at": 0,
            }
            for one, decision in new
        ],
    )


def seen(c: Connection, again: Iterable[tuple[int, int]], now: int) -> None:
    """(id, first seen) of differences that are there still."""
    c.many(_SEEN, [{"number": number, "first_seen": first, "last_seen": now} for number, first in again])


def replace(c: Connection, moved: Iterable[tuple[int, Difference]]) -> None:
    """What is different now where something else was before; who said something said it about that."""
    c.many(_SET, [{"number": number, **_values(one)} for number, one in moved])


def decide(c: Connection, numbers: Iterable[int], decision: Decision, by: str, now: int, *, settled: bool) -> None:
    """Write down a decision, "" for none.  `settled` for one after which nothing is left to do."""
    end = now if settled else 0
    at = now if decision else 0
    c.many(
        _DECIDE,
        [{"number": number, "decision": decision, "decided_at": at, "decided_by": by, "settled_at": end} for number in numbers],
    )


def settle(c: Connection, target: int, numbers: Collection[int], now: int) -> None:
    """These are past.  The oldest of what is past is forgotten."""
    if not numbers:
        return
    c.many(_SETTLE, [{"number": number, "settled_at": now} for number in numbers])
    purge(c, target)


def purge(c: Connection, target: int) -> None:
    """Forget the oldest of what is past."""
    last = c.value(_OLD, target=target, kept=KEPT)
    if last is not None:
        c.run(_PURGE, target=target, last=last)


def open_differences(c: Connection, target: int) -> Iterator[Found]:
    """Everything that is not settled, by kind."""
    return map(_found, c.stream(_OPEN, target=target))


def open_of(c: Connection, target: int, digests: Collection[str]) -> list[Found]:
    """Those of them with these digests."""
    return [_found(row) for row in c.all(_OPEN_OF, target=target, digests=listed(digests))]


def undecided(c: Connection, target: int) -> Iterator[str]:
    """The digests of what nobody has decided."""
    return (digest for (digest,) in c.stream(_UNDECIDED, target=target))


def counts(c: Connection, target: int) -> dict[str, int]:
    """How many are not settled, by decision; "" is nobody's yet."""
    return {decision: int(number) for decision, number in c.all(_COUNTS, target=target)}


def page(c: Connection, target: int, after: tuple[str, str, int] = ("", "", 0), *, ignored: bool = False) -> list[Found]:
    """What is not settled, by kind, after (object, kind, id): one more than a page where there are more."""
    obj, kind, number = after
    rows = c.all(_PAGE, target=target, object=obj, kind=kind, number=number, ignored=int(ignored))
    return [_found(row) for row in rows]


def settled(c: Connection, target: int, before: int) -> list[Found]:
    """What is past, newest first, before a number: one more than a page where there are more."""
    return [_found(row) for row in c.all(_SETTLED, target=target, before=before)]


def _taken(row: Row) -> TakenOver:
    number, kind, obj, key, name, link, attribute, ours, theirs, digest, at, by = row
    decode = msgspec.json.decode
    return TakenOver(kind, obj, key, name, link or 0, attribute, decode(ours), decode(theirs), digest, number, at, by)


def take_over(c: Connection, target: int, taken: Iterable[TakenOver], by: str, now: int) -> None:
    """Remember what was taken over, in the place of what was taken over there before."""
    for one in taken:
        where = {"kind": one.kind, "object": one.object, "key": one.key, "attribute": one.attribute}
        for kind in ("in", "out") if one.object == "membership" else (one.kind,):
            c.run(_END_SAME, target=target, link=one.link_id, **{**where, "kind": kind})
        values = {"ours": _json(one.ours), "theirs": _json(one.theirs), "digest": one.digest, "at": now, "taken_by": by}
        c.run(_ADD_TAKEN, target=target, name=one.name, link_id=one.link_id or None, **where, **values)


def all_taken(c: Connection, target: int) -> Iterator[TakenOver]:
    """Everything that was taken over, oldest first."""
    return map(_taken, c.stream(_ALL_TAKEN, target=target))


def taken_page(c: Connection, target: int, after: int) -> list[TakenOver]:
    """The same after a number: one more than a page where there are more."""
    return [_taken(row) for row in c.all(_TAKEN_PAGE, target=target, after=after)]


def taken_of(c: Connection, target: int, digests: Collection[str]) -> list[TakenOver]:
    """What was taken over with the differences of these digests."""
    return [_taken(row) for row in c.all(_TAKEN_BY_DIGEST, target=target, digests=listed(digests))]


def count_taken(c: Connection, target: int) -> int:
    """How much was taken over."""
    return int(c.value(_COUNT_TAKEN, target=target))


def end_taken(c: Connection, numbers: Iterable[int]) -> None:
    """It does not hold any more."""
    c.many(_END_TAKEN, [{"number": number} for number in numbers])


def end_in(c: Connection, target: int, link: int, member: str = "") -> None:
    """A member who was put in there has gone from the group, or (without `member`) all of them have, with the group."""
    c.run(_END_IN, target=target, link=link, member=member)


def about_taken(c: Connection, target: int) -> list[tuple[str, str, str]]:
    """(kind, object, key) of what was taken over and stands."""
    return [(kind, obj, key) for kind, obj, key in c.all(_ABOUT_TAKEN, target=target)]


def overlay_of(c: Connection, target: int, logins: Logins, only: str | None = None) -> Overlay:
    """What was taken over, to be laid over a plan for everyone (`logins` have the app), or for one person."""
    rows = c.all(_ALL_TAKEN, target=target) if only is None else c.all(_TAKEN_OF_ONE, target=target, key=only)
    return Overlay(map(_taken, rows), logins, only)
