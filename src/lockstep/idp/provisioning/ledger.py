"""SQL of plans, their changes and what became of them, and of people's decisions."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa

from lockstep.idp.provisioning.approval import Decisions
from lockstep.idp.provisioning.records import SENT_BEFORE, Change, Kind, State, Trouble
from lockstep.idp.provisioning.tables import changes, decisions, plans, troubles, unsettled, watermarks
from lockstep.kit.db import Connection, Row
from lockstep.kit.sql import Statement, among, listed


def _is(column: sa.ColumnElement[Any], name: str) -> sa.ColumnElement[bool]:
    return column == sa.bindparam(name, type_=column.type)


_c, _p, _t = changes.c, plans.c, troubles.c
_CHANGE = [column for column in _c if column.name != "plan_id"]
_ADD_PLAN = Statement(sa.insert(plans).returning(_p.id), columns=[column.name for column in _p if column.name != "id"])
_PLAN = sa.select(_p.id, _p.digest, _p.floor, _p.held, _p.scope, _p.made_at, _p.target)
_NEWEST = Statement(_PLAN.where(_is(_p.app_id, "app"), _p.digest != "").order_by(_p.id.desc()).limit(1))
_NEWEST_SHOWN = Statement(_PLAN.where(_is(_p.app_id, "app"), _p.digest != "", _p.shown == 1).order_by(_p.id.desc()).limit(1))
_NEWEST_WHOLE = Statement(_PLAN.where(_is(_p.app_id, "app"), _p.digest != "", _p.scope == "").order_by(_p.id.desc()).limit(1))
_PLAN_BY_ID = Statement(_PLAN.where(_is(_p.id, "plan")))
_FINISH_PLAN = Statement(sa.update(plans).where(_is(_p.id, "plan")), columns=["digest", "floor", "held"])
_OLD_PLANS = Statement(
    sa.select(_p.id)
    .where(_is(_p.app_id, "app"), _p.id < sa.bindparam("plan", type_=_p.id.type))
    .where(_p.in_use == 0)
    # One that is not complete may be in the making by another process; after a day its maker is dead.
    .where(sa.or_(_p.digest != "", _p.made_at < sa.bindparam("dead", type_=sa.BigInteger)))
    .where(~sa.exists().where(_c.plan_id == _p.id, _c.state == State.SENDING.value))
)
_USE = Statement(sa.update(plans).where(_is(_p.id, "plan")), columns=["in_use"])
_USE_NONE = Statement(sa.update(plans).where(_is(_p.app_id, "app")), columns=["in_use"])
_FIRST_CHANGE = Statement(sa.select(sa.func.min(_c.position)).where(_is(_c.plan_id, "plan")))
_LAST_CHANGE = Statement(sa.select(sa.func.max(_c.position)).where(_is(_c.plan_id, "plan")))
_DROP_CHANGES = Statement(
    sa.delete(changes).where(_is(_c.plan_id, "plan"), _c.position < sa.bindparam("end", type_=sa.BigInteger))
)
_DROP_PLAN = Statement(sa.delete(plans).where(_is(_p.id, "plan")))
_ADD_CHANGE = Statement(sa.insert(changes).inline(), columns=[column.name for column in _c])
_ALL = Statement(sa.select(*_CHANGE).where(_is(_c.plan_id, "plan")).order_by(_c.stage, _c.position))
_BY_STATE = Statement(
    sa.select(*_CHANGE).where(_is(_c.plan_id, "plan"), _is(_c.state, "state")).order_by(_c.stage, _c.position)
)
_NEXT_STAGE = Statement(sa.select(sa.func.min(_c.stage)).where(_is(_c.plan_id, "plan"), _c.state == State.READY.value))
_NEXT = Statement(
    sa.select(*_CHANGE)
    .where(_is(_c.plan_id, "plan"), _c.state == State.READY.value, _is(_c.stage, "stage"))
    .order_by(_c.position)
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_OF_KEY = Statement(sa.select(*_CHANGE).where(_is(_c.plan_id, "plan"), _is(_c.object, "object"), _is(_c.key, "key")))
"""Without an order: for one by position SQLite would rather walk the whole plan than use the index of keys."""
_OPEN = Statement(
    sa.select(
        *(_c.object, _c.key, _c.kind, _c.link_id),
        sa.case((_c.object == "group", _c.payload), else_="null"),
    ).where(_is(_c.plan_id, "plan"), sa.or_(*(_c.state == state.value for state in State if state is not State.DONE)))
)
_OUTLINE = Statement(
    sa.select(
        *(_c.digest, _c.state, _c.stage, _c.object, _c.key, _c.kind),
        sa.case((_c.object == "group", _c.payload), else_="null"),
    )
    .where(_is(_c.plan_id, "plan"))
    .order_by(_c.stage, _c.position)
)
_WITH_NEEDS = Statement(sa.select(*_CHANGE).where(_is(_c.plan_id, "plan"), _c.needs != "").order_by(_c.position))
_SET_STATE = Statement(sa.update(changes).where(_is(_c.plan_id, "plan"), _is(_c.position, "at")), columns=["state", "reason"])
_SETTLE = Statement(
    sa.update(changes)
    .where(_is(_c.plan_id, "plan"), _is(_c.state, "before"))
    .where(sa.or_(sa.bindparam("one", type_=sa.Text) == "", _c.digest == sa.bindparam("one", type_=sa.Text)))
    .where(sa.or_(sa.bindparam("kind", type_=sa.Text) == "", _c.limited == sa.bindparam("kind", type_=sa.Text))),
    columns=["state", "reason"],
)
_SET_STAGE = Statement(sa.update(changes).where(_is(_c.plan_id, "plan"), _is(_c.position, "at")), columns=["stage"])
_COUNTS = Statement(
    sa.select(_c.object, _c.kind, _c.state, _c.limited, sa.func.count(), sa.func.sum(_c.weight))
    .where(_is(_c.plan_id, "plan"))
    .group_by(_c.object, _c.kind, _c.state, _c.limited)
)
_SENDING = Statement(
    sa.select(_c.plan_id, *_CHANGE)
    .select_from(changes.join(plans, _c.plan_id == _p.id))
    .where(_is(_p.app_id, "app"), _c.state == State.SENDING.value)
    .order_by(_c.plan_id, _c.position)
)
_SENT_BEFORE = Statement(
    sa.select(_c.object, _c.key, _c.kind)
    .select_from(changes.join(plans, _c.plan_id == _p.id))
    .where(_is(_p.app_id, "app"), _c.state == State.READY.value, _c.reason == SENT_BEFORE)
)
_CREATES = Statement(
    sa.select(_c.key, _c.state).where(_is(_c.plan_id, "plan"), _c.object == "user", _c.kind == Kind.CREATE.value)
)
_NOT_MADE = Statement(
    sa.select(_c.key, _c.state).where(
        _is(_c.plan_id, "plan"), _c.object == "user", _c.kind == Kind.CREATE.value, _c.state != State.READY.value
    )
)
_LIMITED = Statement(
    sa.select(*_CHANGE).where(_is(_c.plan_id, "plan"), _is(_c.limited, "limited")).order_by(_c.stage, _c.position)
)
_DROP_GROUP_CHANGES = Statement(sa.delete(changes).where(_is(_c.plan_id, "plan"), _c.object == "group"))
_TARGET_OF_PLAN = Statement(sa.select(_p.target).where(_is(_p.id, "plan")))
_FLOOR_OF_PLAN = Statement(sa.select(_p.floor).where(_is(_p.id, "plan")))
_DECISION = Statement(
    sa.select(decisions.c.at).where(
        _is(decisions.c.app_id, "app"), _is(decisions.c.decision, "decision"), _is(decisions.c.item, "item")
    )
)
_SENT_AT = Statement(sa.select(_p.made_at).where(_is(_p.id, "plan")))
_DECIDED = Statement(sa.select(decisions.c.decision, decisions.c.item).where(_is(decisions.c.app_id, "app")))
_DECIDE = Statement(
    lambda insert: (
        insert(decisions)
        .values({name: sa.bindparam(name, type_=decisions.c[name].type) for name in ("app_id", "decision", "item", "at")})
        .on_conflict_do_nothing()
    )
)
_UNDECIDE = Statement(sa.delete(decisions).where(_is(decisions.c.app_id, "app"), among(decisions.c.item, "items")))
_UNDECIDE_ONE = Statement(
    sa.delete(decisions).where(
        _is(decisions.c.app_id, "app"), _is(decisions.c.decision, "decision"), among(decisions.c.item, "items")
    )
)
_CONTRARY = {"approved": "rejected", "rejected": "approved", "released": "discarded", "discarded": "released"}
IGNORED = "ignored"
"""What `adopt=ignore` has left alone: not a person's word, but kept like one."""
TROUBLE_FIELDS = (
    *(_t.object, _t.key, _t.name, _t.kind, _t.attempts, _t.next_at, _t.error),
    *(_t.status, _t.scim_type, _t.cause, _t.digest, _t.plan, _t.first_at, _t.at),
)
"""The columns of a `Trouble`, in its order."""
_COUNT_TROUBLES = Statement(sa.select(sa.func.count()).select_from(troubles).where(_is(_t.target, "target")))
_TROUBLES = Statement(sa.select(*TROUBLE_FIELDS).where(_is(_t.target, "target")))
_TROUBLE = Statement(
    sa.select(*TROUBLE_FIELDS).where(
        _is(_t.target, "target"), _is(_t.object, "object"), _is(_t.key, "key"), _is(_t.kind, "kind")
    )
)
_ADD_TROUBLE = Statement(
    lambda insert: (
        insert(troubles)
        .values({column.name: sa.bindparam(column.name, type_=column.type) for column in _t})
        .on_conflict_do_update(
            index_elements=["target", "object", "key", "kind"],
            set_={
                column.name: sa.bindparam(column.name, type_=column.type)
                for column in _t
                if column.name not in ("target", "object", "key", "kind")
            },
        )
    )
)
_END_TROUBLE = Statement(
    sa.delete(troubles).where(_is(_t.target, "target"), _is(_t.object, "object"), _is(_t.key, "key"), _is(_t.kind, "kind"))
)
_UNSETTLED = Statement(
    sa.select(unsettled.c.object, unsettled.c.key, unsettled.c.name, unsettled.c.payload, unsettled.c.at).where(
        _is(unsettled.c.target, "target")
    )
)
_ADD_UNSETTLED = Statement(
    lambda insert: (
        insert(unsettled)
        .values({column.name: sa.bindparam(column.name, type_=column.type) for column in unsettled.c})
        .on_conflict_do_nothing()
    )
)
_END_UNSETTLED = Statement(
    sa.delete(unsettled).where(
        _is(unsettled.c.target, "target"), _is(unsettled.c.object, "object"), _is(unsettled.c.key, "key")
    )
)
_WATERMARK = Statement(sa.select(watermarks.c.seq, watermarks.c.checked_at).where(_is(watermarks.c.app_id, "app")))
_ADD_WATERMARK = Statement(
    lambda insert: (
        insert(watermarks)
        .values({name: sa.bindparam(name, type_=watermarks.c[name].type) for name in ("app_id", "seq", "checked_at")})
        .on_conflict_do_nothing()
    )
)
_SET_WATERMARK = Statement(sa.update(watermarks).where(_is(watermarks.c.app_id, "app")), columns=["seq"])
_SET_CHECKED = Statement(sa.update(watermarks).where(_is(watermarks.c.app_id, "app")), columns=["checked_at"])


@dataclass(frozen=True, slots=True)
class Plan:
    """A stored plan.  `held` are the kinds over their limits, as JSON-ready values."""

    id: int
    digest: str
    floor: int
    held: list[dict[str, Any]]
    scope: str
    made_at: int
    target: int


@dataclass(frozen=True, slots=True)
class Placed:
    """A change at its position in a plan."""

    position: int
    change: Change


TOGETHER = 5_000
"""Rows that are written by one statement."""
Item = TypeVar("Item")


def batched(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Items in batches of `TOGETHER`."""
    iterator = iter(items)
    return iter(lambda: list(islice(iterator, TOGETHER)), [])


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _change_row(plan: int, position: int, change: Change) -> dict[str, Any]:
    return {
        "plan_id": plan,
        "position": position,
        "stage": change.stage,
        "kind": change.kind.value,
        "object": change.object,
        "key": change.key,
        "name": change.name,
        "before": _json(change.before),
        "after": _json(change.after),
        "payload": _json(change.payload),
        "link_id": change.link_id,
        "target_id": change.target_id,
        "action": change.action,
        "limited": change.limited or "",
        "weight": change.weight,
        "state": change.state.value,
        "reason": change.reason,
        "needs": _json(change.needs) if change.needs else "",
        "digest": change.digest,
    }


def _placed(row: Row) -> Placed:
    (position, stage, kind, obj, key, name, before, after, payload, link_id, target_id, action, limited, weight) = row[:14]
    state, reason, needs, digest = row[14:]
    decode = msgspec.json.decode
    change = Change(
        Kind(kind),
        obj,
        key,
        name,
        stage,
        decode(before),
        decode(after),
        decode(payload),
        link_id,
        target_id,
        action,
        limited or None,
        weight,
        State(state),
        reason,
        tuple(decode(needs)) if needs else (),
        digest,
    )
    return Placed(position, change)


def begin_plan(c: Connection, app_id: int, target: int, scope: str, now: int, *, shown: bool = False) -> int:
    """A new, empty plan, which nobody sees before it is finished.  Its number."""
    values = {"app_id": app_id, "target": target, "made_at": now, "scope": scope, "shown": int(shown)}
    return int(c.value(_ADD_PLAN, **values, digest="", floor=0, held="[]", in_use=0))


def finish_plan(c: Connection, plan: int, digest: str, floor: int, held: list[dict[str, Any]]) -> Plan:
    """The plan is complete."""
    c.run(_FINISH_PLAN, plan=plan, digest=digest, floor=floor, held=_json(held))
    return _plan_of(c.all(_PLAN_BY_ID, plan=plan)[0])


_DAY_MS = 86_400_000


def replaced(c: Connection, app_id: int, plan: int) -> list[int]:
    """The plans that a finished one takes the place of, and that nothing depends on."""
    kept = {one.id for one in (last_shown(c, app_id), newest_whole(c, app_id)) if one is not None}
    dead = made_at(c, plan) - _DAY_MS
    return [old for (old,) in c.all(_OLD_PLANS, app=app_id, plan=plan, dead=dead) if old not in kept]


def length(c: Connection, plan: int) -> int:
    """How many changes a plan was made with."""
    last = c.value(_LAST_CHANGE, plan=plan)
    return 0 if last is None else int(last) + 1


def drop_some(c: Connection, plan: int, most: int = TOGETHER) -> int:
    """Drop some changes of a plan, how many; when none is left, the plan, and then the answer is 0."""
    first = c.value(_FIRST_CHANGE, plan=plan)
    if first is not None:
        return c.run(_DROP_CHANGES, plan=plan, end=int(first) + most)
    c.run(_DROP_PLAN, plan=plan)
    return 0


def take_into_use(c: Connection, app_id: int, plan: int) -> None:
    """A run works on this plan from now on, and on no other of the app (0: on none)."""
    c.run(_USE_NONE, app=app_id, in_use=0)
    c.run(_USE, plan=plan, in_use=1)


def newest(c: Connection, app_id: int) -> Plan | None:
    """The plan that was made last, by whomever."""
    return _plan(c.one(_NEWEST, app=app_id))


def newest_whole(c: Connection, app_id: int) -> Plan | None:
    """The plan for everyone that was made last; since then there may have been others, of one person each."""
    return _plan(c.one(_NEWEST_WHOLE, app=app_id))


def newest_about(c: Connection, app_id: int, key: str) -> Plan | None:
    """The plan that was made last and that says something of a person (an employee_id)."""
    made = newest(c, app_id)
    return made if made is None or made.scope in ("", key) else newest_whole(c, app_id)


def last_shown(c: Connection, app_id: int) -> Plan | None:
    """The plan that a person has seen last; a worker may have made others since."""
    return _plan(c.one(_NEWEST_SHOWN, app=app_id))


def _plan(row: Row | None) -> Plan | None:
    return None if row is None else _plan_of(row)


def _plan_of(row: Row) -> Plan:
    number, digest, floor, held, scope, made_at, target = row
    return Plan(number, digest, floor, msgspec.json.decode(held), scope, made_at, target)


def add_changes(c: Connection, plan: int, placed: Iterable[Placed]) -> None:
    """Write changes of a plan."""
    c.many(_ADD_CHANGE, [_change_row(plan, one.position, one.change) for one in placed])


def all_changes(c: Connection, plan: int) -> Iterator[Placed]:
    """Every change of a plan in the order of the run."""
    return map(_placed, c.stream(_ALL, plan=plan))


def in_state(c: Connection, plan: int, state: State) -> Iterator[Placed]:
    """The changes in one state, in the order of the run."""
    return map(_placed, c.stream(_BY_STATE, plan=plan, state=state.value))


def next_ready(c: Connection, plan: int, most: int) -> list[Placed]:
    """Up to `most` changes to send now: all of one stage, the first that has any."""
    stage = c.value(_NEXT_STAGE, plan=plan)
    if stage is None:
        return []
    return [_placed(row) for row in c.all(_NEXT, plan=plan, stage=stage, most=most)]


def of_key(c: Connection, plan: int, obj: str, key: str) -> list[Placed]:
    """The changes of one object, in the order of the plan."""
    found = [_placed(row) for row in c.all(_OF_KEY, plan=plan, object=obj, key=key)]
    return sorted(found, key=lambda placed: placed.position)


def outline(c: Connection, plan: int) -> Iterator[tuple[str, str, int, str, str, str, Any]]:
    """(digest, state, stage, object, key, kind, payload of groups) of every change of a plan, in the order of the run."""
    decode = msgspec.json.decode
    return ((*row[:6], decode(row[6])) for row in c.stream(_OUTLINE, plan=plan))


def open_of(c: Connection, plan: int) -> Iterator[tuple[str, str, str, int, dict[str, Any]]]:
    """(object, key, kind, link, payload) of what a plan has not brought to an end; the payload of groups only."""
    decode = msgspec.json.decode
    return ((obj, key, kind, link, decode(payload) or {}) for obj, key, kind, link, payload in c.stream(_OPEN, plan=plan))


def with_needs(c: Connection, plan: int) -> list[Placed]:
    """The changes that need somebody else's to go first."""
    return [_placed(row) for row in c.all(_WITH_NEEDS, plan=plan)]


def set_states(c: Connection, plan: int, states: Iterable[tuple[int, State, str]]) -> None:
    """(position, state, reason) of some changes."""
    for some in batched(states):
        c.many(
            _SET_STATE,
            [{"plan": plan, "at": position, "state": state.value, "reason": why} for position, state, why in some],
        )


def settle(c: Connection, plan: int, before: State, after: State, reason: str, *, digest: str = "", limited: str = "") -> None:
    """Move the changes of a plan that are in the state `before` to another: all of them, one, or those of one limit."""
    c.run(_SETTLE, plan=plan, before=before.value, state=after.value, reason=reason, one=digest, kind=limited)


def set_stages(c: Connection, plan: int, stages: Iterable[tuple[int, int]]) -> None:
    """(position, stage) of some changes."""
    for some in batched(stages):
        c.many(_SET_STAGE, [{"plan": plan, "at": position, "stage": stage} for position, stage in some])


@dataclass(frozen=True, slots=True)
class Count:
    """How many changes of a plan are of one sort; `weight` counts members where they are removals."""

    object: str
    kind: str
    state: str
    limited: str
    changes: int
    weight: int


def counts(c: Connection, plan: int) -> list[Count]:
    """The changes of a plan, counted."""
    return [
        Count(obj, kind, state, limited, int(number), int(weight))
        for obj, kind, state, limited, number, weight in c.all(_COUNTS, plan=plan)
    ]


def limited_to(c: Connection, plan: int, kind: str) -> list[Placed]:
    """The changes that count for one limit."""
    return [_placed(row) for row in c.all(_LIMITED, plan=plan, limited=kind)]


def held_counts(c: Connection, plan: int) -> dict[str, int]:
    """Objects (members, for removals) that are held, by kind of limit."""
    found: dict[str, int] = {}
    for one in counts(c, plan):
        if one.state == State.HELD.value:
            found[one.limited] = found.get(one.limited, 0) + one.weight
    return found


def drop_group_changes(c: Connection, plan: int) -> None:
    """Take the changes of groups out of a plan, to plan them anew."""
    c.run(_DROP_GROUP_CHANGES, plan=plan)


def states_of_creates(c: Connection, plan: int) -> dict[str, State]:
    """How it stands with everyone whom a plan makes, by key."""
    return {key: State(state) for key, state in c.all(_CREATES, plan=plan)}


def creates_that_wait(c: Connection, plan: int) -> dict[str, State]:
    """How it stands with those whom a plan makes, but not now, by key."""
    return {key: State(state) for key, state in c.all(_NOT_MADE, plan=plan)}


def sending(c: Connection, app_id: int) -> list[tuple[int, Placed]]:
    """(plan, change) of everything that was sent, or was about to be, when a worker died."""
    return [(row[0], _placed(row[1:])) for row in c.all(_SENDING, app=app_id)]


def target_of_plan(c: Connection, plan: int) -> int:
    """The target that a plan is for."""
    return int(c.value(_TARGET_OF_PLAN, plan=plan))


def made_at(c: Connection, plan: int) -> int:
    """When a plan was made (ms)."""
    return int(c.value(_SENT_AT, plan=plan) or 0)


def floor_of(c: Connection, plan: int) -> int:
    """The floor of a plan."""
    return int(c.value(_FLOOR_OF_PLAN, plan=plan) or 0)


BELIEVED = "missing objects"
"""The item that is released when a person has seen that much vanished at the target, and lets the engine make it again."""


def is_believed(c: Connection, app_id: int) -> bool:
    """Whether a person has let the engine go on although much has vanished at the target."""
    return c.one(_DECISION, app=app_id, decision="released", item=BELIEVED) is not None


def decided(c: Connection, app_id: int) -> Decisions:
    """What people have decided."""
    found: dict[str, set[str]] = {name: set() for name in (*_CONTRARY, IGNORED)}
    for decision, item in c.all(_DECIDED, app=app_id):
        found[decision].add(item)
    return Decisions(**{name: frozenset(items) for name, items in found.items()})


def decide(c: Connection, app_id: int, decision: str, items: Iterable[str], now: int) -> None:
    """Write a decision about some items.  It replaces its contrary; approval and release are two words, and stand together."""
    chosen = list(items)
    if decision in _CONTRARY:
        c.run(_UNDECIDE_ONE, app=app_id, decision=_CONTRARY[decision], items=listed(chosen))
    c.many(_DECIDE, [{"app_id": app_id, "decision": decision, "item": item, "at": now} for item in chosen])


def undecide(c: Connection, app_id: int, items: Iterable[str]) -> None:
    """Forget decisions: the objects have changed, or it was done."""
    c.run(_UNDECIDE, app=app_id, items=listed(items))


What = tuple[str, str, str]
"""(object, key, kind of change): what a failure is remembered for."""


def sent_before(c: Connection, app_id: int) -> set[What]:
    """What was being sent when a worker died or the target fell silent, and has not been sent again."""
    return {(obj, key, kind) for obj, key, kind in c.all(_SENT_BEFORE, app=app_id)}


def troubled(c: Connection, target: int) -> dict[What, Trouble]:
    """Everything that failed and was not mended yet."""
    return {(row[0], row[1], row[3]): Trouble(*row) for row in c.all(_TROUBLES, target=target)}


def count_troubled(c: Connection, target: int) -> int:
    """How much failed and was not mended yet."""
    return int(c.value(_COUNT_TROUBLES, target=target) or 0)


def trouble_of(c: Connection, target: int, what: What) -> Trouble | None:
    """What is remembered of a change that failed."""
    obj, key, kind = what
    row = c.one(_TROUBLE, target=target, object=obj, key=key, kind=kind)
    return None if row is None else Trouble(*row)


def put_trouble(c: Connection, target: int, trouble: Trouble) -> None:
    """Remember a failure."""
    c.run(_ADD_TROUBLE, target=target, **asdict(trouble))


def end_trouble(c: Connection, target: int, what: What) -> None:
    """It worked, or nobody wants it any more."""
    obj, key, kind = what
    c.run(_END_TROUBLE, target=target, object=obj, key=key, kind=kind)


@dataclass(frozen=True, slots=True)
class OpenCreate:
    """A create whose outcome is not known: what it was to make, and when it was first sent."""

    object: str
    key: str
    name: str
    payload: dict[str, Any]
    at: int


def open_creates(c: Connection, target: int) -> list[OpenCreate]:
    """The creates whose outcome is not known."""
    return [
        OpenCreate(obj, key, name, msgspec.json.decode(payload), at)
        for obj, key, name, payload, at in c.all(_UNSETTLED, target=target)
    ]


def open_create(c: Connection, target: int, change: Change, now: int) -> None:
    """A create was sent, and its outcome is not known."""
    c.run(
        _ADD_UNSETTLED,
        target=target,
        object=change.object,
        key=change.key,
        name=change.name,
        payload=_json(change.payload),
        at=now,
    )


def close_create(c: Connection, target: int, obj: str, key: str) -> None:
    """The outcome of a create is known."""
    c.run(_END_UNSETTLED, target=target, object=obj, key=key)


def watermark(c: Connection, app_id: int) -> int:
    """The last event that a plan for everybody has seen."""
    row = c.one(_WATERMARK, app=app_id)
    return 0 if row is None else int(row[0])


def checked_at(c: Connection, app_id: int) -> int:
    """When the target was last read and compared as a whole (ms), 0 for never."""
    row = c.one(_WATERMARK, app=app_id)
    return 0 if row is None else int(row[1])


def set_watermark(c: Connection, app_id: int, seq: int) -> None:
    """A plan for everybody has seen everything up to `seq`."""
    c.run(_ADD_WATERMARK, app_id=app_id, seq=seq, checked_at=0)
    c.run(_SET_WATERMARK, app=app_id, seq=seq)


def set_checked(c: Connection, app_id: int, at: int) -> None:
    """The target was read and compared as a whole."""
    c.run(_ADD_WATERMARK, app_id=app_id, seq=0, checked_at=at)
    c.run(_SET_CHECKED, app=app_id, checked_at=at)
