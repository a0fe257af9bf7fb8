"""Makes a plan for one app: reads the directory and the links, has the pure parts decide, and stores what they decided.

Everything happens in one transaction, so a plan is made of one state of the world.  Changes are streamed into their table.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any

from lockstep.idp import events
from lockstep.idp.apps.records import App
from lockstep.idp.apps.settings import LimitedKind
from lockstep.idp.events import EventType
from lockstep.idp.provisioning import desired, ledger, links, one_group, order, plan, plan_groups, summary
from lockstep.idp.provisioning.approval import Decisions, judged, removal_item
from lockstep.idp.provisioning.grouping import ByRules, Grouping, grouping_of
from lockstep.idp.provisioning.ledger import Placed, Plan, Trouble
from lockstep.idp.provisioning.plan import Forgotten, Leaver
from lockstep.idp.provisioning.plan_groups import Match, Member, MemberDiff
from lockstep.idp.provisioning.records import SENT_BEFORE, Change, DesiredGroup, GroupLink, Kind, State, UserLink
from lockstep.idp.provisioning.safety import Held, over_limits
from lockstep.idp.provisioning.source import Source, people, source_of
from lockstep.kit.db import Connection

BATCH = 500


@dataclass(slots=True)
class _Making:
    """A plan in the making."""

    c: Connection
    source: Source
    target: int
    plan_id: int
    now: int
    only: str | None
    group: str | None
    decisions: Decisions
    troubles: dict[ledger.What, Trouble]
    retry_now: bool
    sent_before: set[ledger.What] = field(default_factory=set)
    grouping: Grouping = field(default_factory=ByRules)
    position: int = 0
    buffer: list[Placed] = field(default_factory=list)
    counts: Counter[LimitedKind] = field(default_factory=Counter)
    single: dict[LimitedKind, str] = field(default_factory=dict)
    """The name of the last object counted: of a kind with one change, the only one."""
    creating: dict[str, State] = field(default_factory=dict)
    leaving: set[str] = field(default_factory=set)
    """People whose memberships fall with them, or are left as they are."""
    managed: order.Managed = field(default_factory=dict)
    met: set[str] = field(default_factory=set)
    """Items of decisions that this plan has met again."""
    planned: set[ledger.What] = field(default_factory=set)
    """Of every change, to know which earlier failures nobody needs mended any more."""
    marks: list[Leaver | Forgotten] = field(default_factory=list)

    def put(self, change: Change) -> Change:
        """Judge a change by people's decisions and by earlier failures, count it, and store it."""
        change = judged(change, self.source.app.settings, self.decisions)
        self.met.add(change.digest)
        what = (change.object, change.key, change.kind.value)
        trouble = self.troubles.get(what)
        self.planned.add(what)
        waits = trouble is not None and not self.retry_now and trouble.next_at > self.now
        if trouble is not None and waits and change.state is State.READY:
            change = replace(change, state=State.LATER, reason=f"failed before ({trouble.error}); tried again later")
        if what in self.sent_before and change.state is State.READY:
            change = replace(change, reason=SENT_BEFORE)
        if change.limited is not None and change.limited != "removals" and change.state is not State.DROPPED:
            self.counts[change.limited] += 1
            self.single[change.limited] = change.name
        self.buffer.append(Placed(self.position, change))
        self.position += 1
        if len(self.buffer) >= BATCH:
            self.flush()
        return change

    def flush(self) -> None:
        """Write what is buffered."""
        ledger.add_changes(self.c, self.plan_id, self.buffer)
        self.buffer.clear()


def make_plan(
    c: Connection,
    app: App,
    now: int,
    *,
    only: str | None = None,
    group: str | None = None,
    retry_now: bool = False,
    shown: bool = False,
) -> Plan:
    """Plan everything for `app`, or what concerns one person (`only`, an employee_id), or one group alone (`group`, its key).

    `retry_now` tries again what failed before, without waiting for its time.  `shown` says that a person asked for the plan, so
    that what they say next is about it.  `c` is a write transaction.
    """
    source = source_of(c, app)
    target = links.target_of(c, app.id, app.scim_url)
    sent_before = ledger.sent_before(c, app.id)
    scope = one_group.scope_of(group) if group is not None else only or ""
    number = ledger.begin_plan(c, app.id, target, scope, now, shown=shown)
    decisions, troubles = ledger.decided(c, app.id), ledger.troubled(c, target)
    making = _Making(c, source, target, number, now, only, group, decisions, troubles, retry_now)
    making.sent_before = sent_before
    if group is None:
        _plan_users(making)
    making.flush()
    held = _hold_users(making)
    order.settle(c, number, making.managed, set(making.creating))
    making.creating = ledger.states_of_creates(c, number)
    if app.settings.groups:
        making.grouping = grouping_of(c, source, target, only)
        _plan_groups(making, held=False)
        making.flush()
        held |= _hold_groups(making)
    _remember(making)
    return summary.finish(c, number, app.id, _held_values(making, held), source.connector.members_per_request)


def _plan_users(m: _Making) -> None:
    settings = m.source.app.settings
    wanted = desired.for_users(people(m.c, m.only), m.source.parameters, settings, m.source.logins)
    for step in plan.for_users(wanted, _user_links(m), settings, _holder(m), m.now):
        if isinstance(step, Change):
            _note_user(m, m.put(step))
        elif isinstance(step, plan.Ignored):
            m.leaving.add(step.key)
        else:
            m.marks.append(step)


def _user_links(m: _Making) -> Iterator[UserLink]:
    if m.only is None:
        return links.users(m.c, m.target)
    link = links.user_by_key(m.c, m.target, m.only)
    return iter([] if link is None else [link])


def _holder(m: _Making) -> plan.Holder:
    def holder(kind: plan.NameKind, value: str) -> str | None:
        find = links.holder_of_user_name if kind == "userName" else links.holder_of_email
        return find(m.c, m.target, value)

    return holder


def _note_user(m: _Making, change: Change) -> None:
    if change.kind is Kind.DELETE:
        m.leaving.add(change.key)
        return
    if change.kind is Kind.CREATE:
        m.creating[change.key] = change.state
    manager = plan.manager_of(change.payload["document"])
    if manager:
        m.managed[change.key] = (manager, m.position - 1)


def _plan_groups(m: _Making, *, held: bool) -> None:
    """Plan the groups; `held` says that membership removals are over their limit."""
    protected = m.source.app.settings.protected()
    wanted = [group for group in m.grouping.groups if not _matches(group.name, protected)]
    known = [link for link in links.groups(m.c, m.target) if not _matches(link.name, protected)]
    for one in plan_groups.match(wanted, known):
        if m.group is not None and not one_group.is_named(one, m.group):
            continue
        if m.group is not None and one.link is not None:
            m.leaving |= one_group.leaving(m.c, m.source, m.target, one.link, m.now)
        if m.only is None:
            _plan_group(m, one, held=held)
        elif one.desired is not None and one.link is not None and not one.link.missing:
            _plan_members(m, one.desired, one.link, held=held)


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name.casefold(), pattern.casefold()) for pattern in patterns)


def _plan_group(m: _Making, one: Match, *, held: bool) -> None:
    limit = m.source.connector.members_per_request
    if one.desired is None:
        if one.link is not None:
            _plan_leftover(m, one.link, held=held)
        return
    if one.link is None or one.link.missing:
        for change in plan_groups.create(one.desired, _first_members(m, one.desired), one.link, limit):
            m.put(change)
        return
    renaming = plan_groups.rename(one.desired, one.link)
    if renaming is not None:
        m.put(renaming)
    elif one.link.feeders != one.desired.feeders:
        links.feed_group(m.c, one.link.id, one.desired.feeders)
    _plan_members(m, one.desired, one.link, held=held)


def _plan_leftover(m: _Making, link: GroupLink, *, held: bool) -> None:
    """A group that no role feeds any more: ours goes; an adopted one loses the members we put in, and is forgotten."""
    if link.missing:
        links.drop_group(m.c, link.id)
        return
    if link.feeders:
        links.feed_group(m.c, link.id, ())  # they feed another group now, and must not take this link along later
    if link.made:
        m.put(plan_groups.delete(link))
    else:
        ours = {member: key for member, key, added in links.members(m.c, link.id) if added}
        _put_members(m, link.key, link.name, link, MemberDiff(removals=_gone(m, ours)), held=held)
        if not ours:
            links.drop_group(m.c, link.id)


def _going(m: _Making, key: str, *, asked: bool) -> bool:
    """Whether a person is made in this run; where the group's own change has to be approved, approval of both is awaited."""
    state = m.creating.get(key)
    return state is State.READY or (asked and state is State.WAITING)


def _first_members(m: _Making, group: DesiredGroup) -> list[Member]:
    asked = m.source.app.settings.approve_create
    wanted = m.grouping.wanted(group)
    there = links.target_ids(m.c, m.target, wanted)
    return [
        Member(key, there.get(key, ""), name) for key, name in wanted.items() if key in there or _going(m, key, asked=asked)
    ]


def _plan_members(m: _Making, group: DesiredGroup, link: GroupLink, *, held: bool) -> None:
    asked = m.source.app.settings.approve_update
    wanted = m.grouping.wanted(group)
    current = {member: key for member, key, _ in links.members(m.c, link.id) if m.only in (None, key)}
    present = set(current.values())
    adding = [key for key in wanted if key not in present]
    there = links.target_ids(m.c, m.target, adding) if adding else {}
    diff = MemberDiff(
        now=[Member(key, there[key], wanted[key]) for key in adding if key in there],
        later=[Member(key, "", wanted[key]) for key in adding if key not in there and _going(m, key, asked=asked)],
        removals=_gone(m, {member: key for member, key in current.items() if key not in wanted}),
    )
    _put_members(m, group.key, group.name, link, diff, held=held)


def _gone(m: _Making, going: dict[str, str]) -> list[Member]:
    """The members to take out; who is deleted, or left as they are, is not taken out."""
    leaving = {member: key for member, key in going.items() if key not in m.leaving}
    names = (
        {link.key: plan.name_of(link.value) for link in links.users_by_keys(m.c, m.target, leaving.values())} if leaving else {}
    )
    return [Member(key, member, names.get(key, member)) for member, key in leaving.items()]


def _put_members(m: _Making, key: str, name: str, link: GroupLink, diff: MemberDiff, *, held: bool) -> None:
    items = {removal_item(link.target_id, member.target_id): member for member in diff.removals}
    m.met.update(items)
    kept = {item: member for item, member in items.items() if item not in m.decisions.discarded}
    released = [member for item, member in kept.items() if not held or item in m.decisions.released]
    waiting = [member for item, member in kept.items() if held and item not in m.decisions.released]
    if not held:
        m.counts["removals"] += len(kept)
        m.single["removals"] = next((member.name for member in kept.values()), m.single.get("removals", ""))
    split = replace(diff, removals=released, held=waiting)
    if split.size == 0 and not waiting:
        return
    for change in plan_groups.members(key, name, link, split, m.source.connector.members_per_request):
        if change.limited == "removals":
            waits = replace(change, state=State.HELD, reason="too many membership removals")
            m.buffer.append(Placed(m.position, waits))
            m.position += 1
        else:
            m.put(change)


def _over(m: _Making, kinds: Iterable[LimitedKind]) -> dict[LimitedKind, Held]:
    """Those of `kinds` that are over their limit."""
    linked: dict[LimitedKind, int] = {
        "user-deletions": links.count_users(m.c, m.target),
        "switch-offs": links.count_users(m.c, m.target),
        "group-deletions": links.count_groups(m.c, m.target),
        "removals": links.count_members(m.c, m.target),
    }
    held = over_limits(m.counts, linked, m.source.app.settings, _by_hand(m))
    return {kind: held[kind] for kind in kinds if kind in held}


def _hold_users(m: _Making) -> dict[LimitedKind, Held]:
    """Hold the kinds of users that are over their limits."""
    held = _over(m, ("user-deletions", "switch-offs"))
    _hold_changes(m, held)
    return held


def _hold_groups(m: _Making) -> dict[LimitedKind, Held]:
    """Hold the kinds of groups that are over their limits; held removals are planned anew, apart from the rest."""
    held = _over(m, ("group-deletions", "removals"))
    if "removals" in held:
        ledger.drop_group_changes(m.c, m.plan_id)
        del m.counts["group-deletions"]  # counted again
        _plan_groups(m, held=True)
        m.flush()
    _hold_changes(m, {kind: why for kind, why in held.items() if kind != "removals"})
    return held


def _hold_changes(m: _Making, held: dict[LimitedKind, Held]) -> None:
    """Hold every change of these kinds, but for what a person let through."""
    states: list[tuple[int, State, str]] = []
    extra: list[Change] = []
    for kind, why in held.items():
        for placed in list(ledger.limited_to(m.c, m.plan_id, kind)):
            if placed.change.digest in m.decisions.released or placed.change.state is State.DROPPED:
                continue
            states.append((placed.position, State.HELD, why.reason))
            extra.extend(_rest(m, placed.change))
    ledger.set_states(m.c, m.plan_id, states)
    for change in extra:
        m.put(change)
    m.flush()


def _rest(m: _Making, change: Change) -> Iterator[Change]:
    """A held switch-off does not hold the person's other changes."""
    if change.kind is Kind.SWITCH_OFF:
        link = links.user_by_key(m.c, m.target, change.key)
        rest = None if link is None else plan.without_switch_off(change, link.value)
        if rest is not None:
            yield rest


def _held_values(m: _Making, held: dict[LimitedKind, Held]) -> list[dict[str, Any]]:
    waiting = ledger.held_counts(m.c, m.plan_id)
    return [{"kind": kind, "reason": why.reason, "count": waiting[kind]} for kind, why in held.items() if waiting.get(kind, 0)]


_BY_HAND: dict[LimitedKind, set[EventType]] = {
    "user-deletions": {EventType.USER_REMOVED, EventType.LOGIN_REMOVED},
    "switch-offs": {EventType.USER_REMOVED, EventType.USER_SUSPENDED, EventType.LOGIN_REMOVED},
    "group-deletions": {EventType.ROLE_REMOVED},
    "removals": {EventType.ROLE_MEMBER_REMOVED, EventType.USER_REMOVED},
}


def _by_hand(m: _Making) -> dict[LimitedKind, int]:
    """Of the kinds with a single change, those that a person asked for in so many words."""
    found: dict[LimitedKind, int] = {}
    for kind, types in _BY_HAND.items():
        if m.counts.get(kind) == 1:
            name = m.single[kind]
            if kind == "group-deletions":
                recent = events.for_role(m.c, name, limit=20)
            else:
                recent = events.for_user(m.c, user_name=name, limit=20)
            if any(event.type in types and event.actor != events.IMPORT_ACTOR for event in recent):
                found[kind] = 1
    return found


def _remember(m: _Making) -> None:
    """Leavers are noted, what is gone on both sides is forgotten, decisions about what has changed since are dropped."""
    for mark in m.marks:
        if isinstance(mark, Leaver):
            links.set_left(m.c, mark.link_id, m.now if mark.left else 0)
        else:
            links.drop_user(m.c, m.target, mark.link_id, "")
    if m.only is None and m.group is None:
        d = m.decisions
        if links.count_missing(m.c, m.target):
            m.met.add(ledger.BELIEVED)
        ledger.undecide(m.c, m.source.app.id, (d.approved | d.rejected | d.released | d.discarded | d.ignored) - m.met)
        for what in m.troubles.keys() - m.planned:
            ledger.end_trouble(m.c, m.target, what)
