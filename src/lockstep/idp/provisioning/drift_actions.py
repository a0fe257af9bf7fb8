"""Drift: what a check found is taken in, people decide about it, and what is done is settled.  In the caller's transaction."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from lockstep.idp import events
from lockstep.idp.apps import actions as apps
from lockstep.idp.apps.records import App
from lockstep.idp.events import Event, EventType
from lockstep.idp.provisioning import check, drift, drift_store, ledger, links
from lockstep.idp.provisioning.check import Checked
from lockstep.idp.provisioning.drift import Decision, Difference, TakenOver
from lockstep.idp.provisioning.drift_store import Check, Found
from lockstep.idp.provisioning.plan import manager_of
from lockstep.idp.provisioning.records import GroupLink, State, UserLink
from lockstep.kit.clock import iso
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem

ALL = "all"
_UNDONE = {State.READY, State.WAITING, State.HELD, State.BLOCKED, State.LATER, State.SENDING, State.FAILED}
_SAID: dict[Decision, str] = {"put-back": "to be put back", "take-over": "taken over", "ignore": "ignored"}
_Identity = tuple[str, int, str, str]


@dataclass(slots=True)
class TakenIn:
    """What came of a check: differences that nobody wants ignored, and those of them that wait for somebody's word."""

    shown: int = 0
    waiting: int = 0


def take_in(c: Connection, app: App, target: int, found: Checked, now: int, *, by_itself: bool) -> TakenIn:
    """Store what a check found.  `by_itself`: what the app's settings want put back is on its way from now on."""
    given = TakenIn()
    known = {one.difference.identity: one for one in drift_store.open_differences(c, target)}
    new: list[tuple[Difference, Decision]] = []
    again: list[tuple[int, int]] = []
    moved: list[tuple[int, Difference]] = []
    mending: list[Difference] = []
    past: list[int] = []
    for one in found.differences:
        before = known.pop(one.identity, None)
        if before is not None and before.decision == "put-back" and _is_done(c, app, before):
            past.append(before.id)
            before = None
        standing, decision = _standing(app, one, before, by_itself=by_itself)
        if decision == "put-back":
            mending.append(standing)
        given.shown += decision != "ignore"
        given.waiting += decision == ""
        if before is None:
            new.append((standing, decision))
            continue
        again.append((before.id, before.first_seen if before.digest == standing.digest else now))
        if before.digest != standing.digest:
            moved.append((before.id, standing))
        if before.decision != decision:
            drift_store.decide(c, [before.id], decision, "", now, settled=False)
    drift_store.add(c, target, new, now)
    drift_store.seen(c, again, now)
    drift_store.replace(c, moved)
    past += [one.id for one in known.values() if one.decision != "put-back" or _is_done(c, app, one)]
    drift_store.settle(c, target, past, now)
    drift_store.set_check(c, target, Check(now, found.requests, found.floor, found.unmatched))
    _record(c, target, mending)
    return given


def _standing(app: App, one: Difference, before: Found | None, *, by_itself: bool) -> tuple[Difference, Decision]:
    """A difference as it stands after a check, and what is decided about it: another than before asks again."""
    if before is not None and before.decision == "put-back":
        # The links hold an earlier state of the target, and what is on its way goes on from this one.
        return drift.continued(one, before.difference), "put-back"
    decision: Decision = before.decision if before is not None and before.digest == one.digest else ""
    if decision != "ignore" and by_itself and drift.policy_of(app.settings, one) == "put-back":
        return one, "put-back"
    return one, decision


def _record(c: Connection, target: int, differences: Collection[Difference]) -> None:
    """Take differences into the links.  Who was put in there and has gone again does not stand any more."""
    check.record(c, target, differences)
    for one in differences:
        if one.kind == drift.MEMBER_MISSING:
            drift_store.end_in(c, target, one.link_id, one.member)
        elif one.kind == drift.MISSING and one.object == "group":
            drift_store.end_in(c, target, one.link_id)


def settle_done(c: Connection, app: App, now: int) -> None:
    """After a run for everyone: what is put back is past."""
    target = links.find_target(c, app.id, app.scim_url)
    if not target or not drift_store.counts(c, target).get("put-back"):
        return
    mending = (one for one in drift_store.open_differences(c, target) if one.decision == "put-back")
    drift_store.settle(c, target, [one.id for one in mending if _is_done(c, app, one)], now)


def _is_done(c: Connection, app: App, one: Found) -> bool:
    """Whether nothing is left of what puts a difference back: no plan for everyone since then has anything for the object."""
    plan = ledger.newest_whole(c, app.id)
    if plan is None or plan.made_at < one.decided_at:
        return False
    kind = "user" if one.difference.object == "user" else "group"
    return not any(placed.change.state in _UNDONE for placed in ledger.of_key(c, plan.id, kind, one.difference.key))


def decide(
    c: Connection, app: App, decision: Decision, digests: Collection[str] | None, now: int, *, actor: str = apps.ADMIN
) -> int:
    """Put back, take over or ignore differences of the last check: those of `digests`, or all that nobody has decided (None).

    "put-back" of something that was taken over ends that.  Returns how many.  Raises Problem, and then nothing is decided.
    """
    target = links.find_target(c, app.id, app.scim_url)
    asked = [one for one in digests or () if one.isalnum()]  # whatever else somebody sends is no digest
    if digests is None:
        chosen = [one for one in drift_store.open_differences(c, target) if one.decision == ""]
    else:
        chosen = drift_store.open_of(c, target, asked)
    taken = drift_store.taken_of(c, target, asked) if decision == "put-back" else []
    known = {one.digest for one in chosen} | {one.digest for one in taken}
    _all_known(app, digests, known)
    for one in chosen:
        _decide(c, target, one, decision, now, actor)
    drift_store.purge(c, target)
    drift_store.end_taken(c, [one.id for one in taken])
    what = Counter(one.difference.kind for one in chosen) + Counter(f"{one.kind} taken over before" for one in taken)
    notes = f"{_SAID[decision]}: " + ", ".join(f"{count} {kind}" for kind, count in sorted(what.items()))
    _event(c, app, notes, now, actor, chosen, taken)
    return len(known)


def end(c: Connection, app: App, number: int, now: int, *, actor: str = apps.ADMIN) -> TakenOver:
    """Put back one thing that was taken over, of several that came with one difference.  Raises Problem."""
    target = links.find_target(c, app.id, app.scim_url)
    found = drift_store.taken_page(c, target, number - 1)[:1]
    if not found or found[0].id != number:
        raise PastProblem("that is not taken over any more")
    drift_store.end_taken(c, [number])
    _event(c, app, f"{_SAID['put-back']}: 1 {found[0].kind} taken over before", now, actor, (), found)
    return found[0]


class PastProblem(Problem):
    """A decision about what is not there any more, or is something else by now."""


def _all_known(app: App, digests: Collection[str] | None, known: set[str]) -> None:
    look = f"look at the target: `lockstep idp drift {app.name}`"
    if digests is None and not known:
        raise PastProblem(f"nothing waits for a decision in {app.name}", look)
    for digest in sorted(set(digests or ()) - known):
        raise PastProblem(f"no difference with the digest {digest} is known in {app.name}: it has changed, or is past", look)


def _event(
    c: Connection, app: App, notes: str, now: int, actor: str, chosen: Collection[Found], taken: Collection[TakenOver]
) -> None:
    """One event, which names the object where it is about one."""
    names = {one.difference.name for one in chosen} | {one.name for one in taken}
    name = names.pop() if len(names) == 1 else ""
    event = Event(
        type=EventType.DRIFT_SETTLED,
        actor=actor,
        app_id=app.id,
        app_name=app.name,
        object="drift",
        object_name=name,
        notes=notes,
    )
    events.append(c, event, now)


def _decide(c: Connection, target: int, found: Found, decision: Decision, now: int, actor: str) -> None:
    one = found.difference
    if decision == "ignore":
        if found.decision == "put-back":
            raise Problem(f"{one.name} is being put back already: throw the change away in the plan, or take it over")
        drift_store.decide(c, [found.id], decision, actor, now, settled=False)
        return
    link = _linked(c, target, one)
    if decision == "take-over":
        _take_over(c, target, one, link, actor, now)
    elif found.decision != "put-back":
        _record(c, target, [_as_recorded(one, link)])
    drift_store.decide(c, [found.id], decision, actor, now, settled=decision == "take-over")


def _linked(c: Connection, target: int, one: Difference) -> UserLink | GroupLink:
    """What is remembered of the object.  Raises Problem where that is something else by now."""
    find = links.user_by_key if one.object == "user" else links.group_by_key
    link = find(c, target, one.key)
    if link is None or link.id != one.link_id or link.target_id != one.target_id:
        raise PastProblem(f"{one.name} is not what it was when the target was read: look at the target again")
    if isinstance(link, UserLink) and one.kind == drift.CHANGED:
        held = drift.flat(link.value)
        if any(held.get(path) not in values for path, values in drift.moved(one.here, one.there).items()):
            raise PastProblem(f"{one.name} has changed here since the target was read: look at the target again")
    return link


def _as_recorded(one: Difference, link: UserLink | GroupLink) -> Difference:
    """The difference as it goes into the links: what else has changed of a user since stays as it is."""
    if isinstance(link, GroupLink) or one.kind != drift.CHANGED:
        return one
    theirs = {path: value for path, (_, value) in drift.moved(one.here, one.there).items()}
    return replace(one, there=drift.laid_over(link.value, theirs))


def _take_over(c: Connection, target: int, one: Difference, link: UserLink | GroupLink, actor: str, now: int) -> None:
    feeders = link.feeders if isinstance(link, GroupLink) else ()
    manager = manager_of(one.there) if one.kind == drift.CHANGED else ""
    try:
        taken = drift.takes_over(one, links.target_ids(c, target, [manager] if manager else []), feeders)
    except ValueError as error:
        raise Problem(f"{one.name} cannot be taken over: {error}") from None
    recorded = _as_recorded(one, link)
    # Somebody who was put in there is no member that we hold.
    _record(c, target, [replace(recorded, made=False) if one.kind == drift.MEMBER_EXTRA else recorded])
    if one.kind == drift.MISSING and one.object == "user":
        links.drop_user(c, target, link.id, link.target_id)
    elif one.kind == drift.MISSING:
        links.drop_group(c, link.id)
    drift_store.take_over(c, target, taken, actor, now)


def report(c: Connection, app: App) -> dict[str, Any]:
    """What is known of the last check: `lockstep idp drift --json`.  Nothing is asked of the target.

    Raises Problem where the target was never read.
    """
    target = links.find_target(c, app.id, app.scim_url)
    last = drift_store.last_check(c, target)
    if last is None:
        raise Problem(f"the target of {app.name} was never read", f"read it: `lockstep idp drift {app.name}`")
    every = list(drift_store.open_differences(c, target))
    return {
        "requests": last.requests,
        "floor": last.floor,
        "differences": [as_json(one) for one in every if one.decision != "ignore"],
        "unmatched": last.unmatched,
        "checked_at": iso(last.at),
        "ignored": [as_json(one) for one in every if one.decision == "ignore"],
        "taken_over": [taken_json(one) for one in drift_store.all_taken(c, target)],
    }


def as_json(found: Found) -> dict[str, Any]:
    """One difference as JSON."""
    one = found.difference
    shown: dict[str, Any] = {"object": one.object, "name": one.name, "kind": one.kind}
    shown |= {"digest": found.digest, "detail": drift.detail(one), "decision": found.decision}
    return shown | {"first_seen": iso(found.first_seen), "last_seen": iso(found.last_seen)}


def taken_json(one: TakenOver) -> dict[str, Any]:
    """One thing that was taken over as JSON."""
    shown: dict[str, Any] = {"object": one.object, "name": one.name, "kind": one.kind, "digest": one.digest}
    if one.kind == "value":
        shown["attribute"] = drift.short_name(one.attribute)
    return shown | {"at": iso(one.at), "by": one.by}


def waiting(c: Connection, app: App) -> int:
    """Differences that nobody has decided."""
    target = links.find_target(c, app.id, app.scim_url)
    return drift_store.counts(c, target).get("", 0) if target else 0
