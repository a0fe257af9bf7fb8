"""Makes a plan for one app: reads the directory and the links, has the pure parts decide, and stores what they decided.

A plan is made of one state of the world.  Changes are streamed into their table; a plan is only seen once it is complete.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from lockstep.idp import events
from lockstep.idp.apps.records import App
from lockstep.idp.apps.settings import LimitedKind
from lockstep.idp.directory.activity import store as activity
from lockstep.idp.directory.activity.actions import begin_day
from lockstep.idp.events import EventType
from lockstep.idp.provisioning import desired, drift_store, ledger, links, order, plan, renames, scope, summary, touched
from lockstep.idp.provisioning.ledger import Plan
from lockstep.idp.provisioning.levels import levels_of
from lockstep.idp.provisioning.making import Apart, Inside, Making, Storing
from lockstep.idp.provisioning.plan import Leaver
from lockstep.idp.provisioning.planner_groups import plan_groups_of
from lockstep.idp.provisioning.records import Change, Kind, Stage, State, UserLink, at_stage
from lockstep.idp.provisioning.safety import NEVER_BY_SHARE, Held, over_limits
from lockstep.idp.provisioning.scope import Scope
from lockstep.idp.provisioning.source import people_given, pieces, source_of
from lockstep.kit.db import Connection, Database

SHORT = 500
"""People whose plan is made in one transaction: it is over before anybody waits for it."""
DROPPED = 2_000
"""Changes of older plans that go with a short one, beside as many as it has itself."""


def make_plan(
    c: Connection,
    app: App,
    now: int,
    *,
    only: str | None = None,
    group: str | None = None,
    everything: bool = False,
    retry_now: bool = False,
    shown: bool = False,
) -> Plan:
    """Plan all that is to be done for `app`; or what concerns one person (`only`, an employee_id), or one group (its key).

    A plan of all looks at those of whom anything was heard since the last one, or (`everything`) at everybody.
    `retry_now` tries again what failed before, without waiting for its time.  `shown` says that a person asked for the plan, so
    that what they say next is about it.  `c` is a write transaction.
    """
    target = links.target_of(c, app.id, app.scim_url)
    begin_day(c, now)
    about = scope.one_user(only) if only is not None else None
    if group is not None:
        about = scope.one_group(c, app, target, now, group)
    about = _scope(c, app, target, now, about, everything=everything)
    made = _make(c, Inside(c), app, target, now, about, retry_now, shown)
    _drop_some_of_old(c, app, made)
    return made


def make_plan_apart(
    db: Database,
    app: App,
    now: int,
    *,
    everything: bool = False,
    retry_now: bool = False,
    shown: bool = False,
    interrupted: Callable[[], bool] = lambda: False,
) -> Plan:
    """Like `make_plan` of all.  A long plan is made from a state of its own of the database, while others write.

    Raises Interrupted, once `interrupted` says so.
    """
    with db.write(serial=events.SERIAL) as c:
        target = links.target_of(c, app.id, app.scim_url)
        begin_day(c, now)
    with db.snapshot() as c:
        about = _scope(c, app, target, now, None, everything=everything)
        if about.users is None or len(about.users) > SHORT or about.match:
            store = Apart(db, interrupted)
            made = _make(c, store, app, target, now, about, retry_now, shown)
            _drop_old(store, app, made.id)
            return made
    with db.write(serial=events.SERIAL) as c:
        return make_plan(c, app, now, everything=everything, retry_now=retry_now, shown=shown)


def _scope(c: Connection, app: App, target: int, now: int, about: Scope | None, *, everything: bool) -> Scope:
    if about is not None:
        return about
    return scope.of_everything(c, target) if everything else scope.of_what_happened(c, app, target, now)


def _make(c: Connection, store: Storing, app: App, target: int, now: int, about: Scope, retry_now: bool, shown: bool) -> Plan:
    only = next(iter(about.users), None) if about.users and not about.whole else None
    source = source_of(c, app, asked=about.few)
    overlay = drift_store.overlay_of(c, target, source.logins, only)
    source = replace(source, logins=overlay.logins)
    sent_before = ledger.sent_before(c, app.id)
    with store.write() as w:
        number = ledger.begin_plan(w, app.id, target, about.name, now, shown=shown)
    decisions, troubles = ledger.decided(c, app.id), ledger.troubled(c, target)
    making = Making(c, store, source, target, number, now, about, overlay, decisions, troubles, retry_now, sent_before)
    _plan_users(making)
    making.flush()
    held = _hold_users(making)
    detours: list[Change] = []
    with store.write() as w:
        if not making.new:  # else there are no names to free, and the levels are known
            detours = order.settle(w, number, making.managed, making.made)
        making.not_made = ledger.creates_that_wait(w, number)
    _put_before(making, detours)
    if app.settings.groups:
        plan_groups_of(making, held=False)
        making.flush()
        held |= _hold_groups(making)
        _order_renames(making)
    with store.write() as w:
        _remember(making, w)
        return summary.finish(w, number, _held_values(making, w, held), source.connector)


def _drop_some_of_old(c: Connection, app: App, made: Plan) -> None:
    """Plans that this one takes the place of go; of a long one so much that a short plan does not wait for it.

    The rest goes with the next plans: each takes away more than it brings.
    """
    most = DROPPED + ledger.length(c, made.id)
    for old in ledger.replaced(c, app.id, made.id):
        while most > 0 and (gone := ledger.drop_some(c, old, most)):
            most -= gone


def _put_before(m: Making, detours: Iterable[Change]) -> None:
    """What goes before changes that are let through; so nobody has to say more about it."""
    for change in detours:
        m.place(change)
    m.flush()


def _order_renames(m: Making) -> None:
    stages, detours = renames.ordered(m.renames)
    if any(stage != Stage.NAMES_FREED for stage in stages.values()):
        with m.store.write() as w:
            ledger.set_stages(w, m.plan_id, stages.items())
    _put_before(m, detours)


def _drop_old(store: Storing, app: App, number: int) -> None:
    """Plans that a long one takes the place of go, a few thousand changes at a time."""
    with store.write() as w:
        old = ledger.replaced(w, app.id, number)
    for one in old:
        rest = True
        while rest:
            with store.write() as w:
                rest = ledger.drop_some(w, one) > 0


def _plan_users(m: Making) -> None:
    settings = m.source.app.settings
    source = m.source
    everyone = people_given(m.c, source.rules, m.scope.users)
    wanted = desired.for_users(everyone, source.recipe, settings, source.logins, source.pilot, _is_linked(m))
    levels = levels_of(m.c, source) if m.new else None
    for step in plan.for_users(map(m.overlay.user, wanted), _user_links(m), settings, _holder(m), m.now, source.is_outside):
        if isinstance(step, Change):
            if levels is None:
                _note_user(m, m.put(step))
            else:
                m.put(at_stage(step, Stage.USERS + levels.of(step.key, step.payload["document"])))
        elif isinstance(step, plan.Ignored):
            m.leaving.add(step.key)
        else:
            m.marks.append(step)


def _user_links(m: Making) -> Iterator[UserLink]:
    if m.scope.users is None:
        yield from links.users(m.c, m.target)
        return
    for keys in pieces(sorted(m.scope.users)):
        yield from sorted(links.users_by_keys(m.c, m.target, keys), key=lambda link: link.key)


def _is_linked(m: Making) -> Callable[[str], bool]:
    return lambda key: bool(links.target_ids(m.c, m.target, [key]))


def _holder(m: Making) -> plan.Holder:
    if m.new:
        return lambda _kind, _value: None

    def holder(kind: plan.NameKind, value: str) -> str | None:
        find = links.holder_of_user_name if kind == "userName" else links.holder_of_email
        return find(m.c, m.target, value)

    return holder


def _note_user(m: Making, change: Change) -> None:
    if change.kind is Kind.DELETE:
        m.leaving.add(change.key)
        return
    if change.kind is Kind.CREATE:
        m.made.add(change.key)
    manager = plan.manager_of(change.payload["document"])
    if manager:
        m.managed[change.key] = (manager, m.position - 1)


_COUNT = {
    "user-deletions": links.count_users,
    "switch-offs": links.count_users,
    "group-deletions": links.count_groups,
    "removals": links.count_members,
}


def _over(m: Making, kinds: Iterable[LimitedKind]) -> dict[LimitedKind, Held]:
    """Those of `kinds` that are over their limit.  What is linked is counted only where a share of it matters."""
    many: list[LimitedKind] = [kind for kind in kinds if m.counts.get(kind, 0) > NEVER_BY_SHARE]
    linked = {kind: _COUNT[kind](m.c, m.target) for kind in many}
    held = over_limits(m.counts, linked, m.source.app.settings, _by_hand(m))
    return {kind: held[kind] for kind in kinds if kind in held}


def _hold_users(m: Making) -> dict[LimitedKind, Held]:
    """Hold the kinds of users that are over their limits."""
    held = _over(m, ("user-deletions", "switch-offs"))
    with m.store.write() as w:
        extra = _hold_changes(m, w, held)
    for change in extra:
        m.put(change)
    m.flush()
    return held


def _hold_groups(m: Making) -> dict[LimitedKind, Held]:
    """Hold the kinds of groups that are over their limits; held removals are planned anew, apart from the rest."""
    held = _over(m, ("group-deletions", "removals"))
    if "removals" in held:
        with m.store.write() as w:
            ledger.drop_group_changes(w, m.plan_id)
        del m.counts["group-deletions"]  # counted again
        plan_groups_of(m, held=True)
        m.flush()
    with m.store.write() as w:
        _hold_changes(m, w, {kind: why for kind, why in held.items() if kind != "removals"})
    return held


def _hold_changes(m: Making, w: Connection, held: dict[LimitedKind, Held]) -> list[Change]:
    """Hold every change of these kinds, but for what a person let through.

    Returns what is left of the held ones, which is to be done all the same.
    """
    states: list[tuple[int, State, str]] = []
    extra: list[Change] = []
    for kind, why in held.items():
        for placed in ledger.limited_to(w, m.plan_id, kind):
            if placed.change.digest in m.decisions.released or placed.change.state is State.DROPPED:
                continue
            states.append((placed.position, State.HELD, why.reason))
            extra.extend(_rest(m, placed.change))
    ledger.set_states(w, m.plan_id, states)
    return extra


def _rest(m: Making, change: Change) -> Iterator[Change]:
    """A held switch-off does not hold the person's other changes."""
    if change.kind is Kind.SWITCH_OFF:
        link = links.user_by_key(m.c, m.target, change.key)
        rest = None if link is None else plan.without_switch_off(change, link.value)
        if rest is not None:
            yield rest


def _held_values(m: Making, w: Connection, held: dict[LimitedKind, Held]) -> list[dict[str, Any]]:
    waiting = ledger.held_counts(w, m.plan_id)
    return [{"kind": kind, "reason": why.reason, "count": waiting[kind]} for kind, why in held.items() if waiting.get(kind, 0)]


_BY_HAND: dict[LimitedKind, set[EventType]] = {
    "user-deletions": {EventType.USER_REMOVED, EventType.LOGIN_REMOVED},
    "switch-offs": {EventType.USER_REMOVED, EventType.USER_SUSPENDED, EventType.LOGIN_REMOVED},
    "group-deletions": {EventType.ROLE_REMOVED},
    "removals": {EventType.ROLE_MEMBER_REMOVED, EventType.USER_REMOVED},
}


def _by_hand(m: Making) -> dict[LimitedKind, int]:
    """Of the kinds with a single change, those that a person asked for in so many words."""
    found: dict[LimitedKind, int] = {}
    for kind, types in _BY_HAND.items():
        if m.counts.get(kind) == 1:
            name = m.single[kind]
            if kind == "group-deletions":
                recent = events.for_role(m.c, name, limit=20)
            else:
                recent = events.for_user(m.c, user_name=name, limit=20)
            if any(event.type in types and not events.is_automatic(event.actor) for event in recent):
                found[kind] = 1
    return found


def _remember(m: Making, w: Connection) -> None:
    """Leavers are noted, what is gone on both sides is forgotten, decisions about what has changed since are dropped."""
    for mark in m.marks:
        if isinstance(mark, Leaver):
            links.set_left(w, mark.link_id, m.now if mark.left else 0)
        else:
            links.drop_user(w, m.target, mark.link_id, "")
    for write in m.later:
        write(w)
    drift_store.end_taken(w, m.overlay.ended)
    if not m.scope.whole:
        return
    if links.count_missing(w, m.target):
        m.meet(ledger.BELIEVED)
    ledger.undecide(w, m.source.app.id, m.decided - m.met)
    for what in m.troubles.keys() - m.planned:
        ledger.end_trouble(w, m.target, what)
    touched.planned(w, m.target, m.scope.seq, m.scope.last, activity.today(m.c))
