"""Provision on demand: one user or group, step by step, with the exact requests, before anything is sent.

To look makes a plan of that user or group alone, and sends nothing.  To send files a job for the same scope; bound to the
digest that was shown, it sends exactly that, or nothing.
"""

from collections.abc import Iterable
from types import MappingProxyType
from typing import Any

from lockstep.idp import events
from lockstep.idp.apps.records import App
from lockstep.idp.apps.rules.words import Labels
from lockstep.idp.directory import store as directory
from lockstep.idp.events import Event, EventType
from lockstep.idp.provisioning import actions, group_steps, jobs, ledger, links, person_steps, plan_groups
from lockstep.idp.provisioning.common_steps import hindrances, said_before, would_send
from lockstep.idp.provisioning.group_steps import Group
from lockstep.idp.provisioning.grouping import of_one
from lockstep.idp.provisioning.ledger import Plan
from lockstep.idp.provisioning.person_steps import Person
from lockstep.idp.provisioning.plan import name_of
from lockstep.idp.provisioning.plan_groups import Match
from lockstep.idp.provisioning.planner import make_plan
from lockstep.idp.provisioning.records import ObjectKind, State, UserLink, name_key
from lockstep.idp.provisioning.scope import one_group
from lockstep.idp.provisioning.shown import Place, Shown, Step
from lockstep.idp.provisioning.source import Source, source_of
from lockstep.idp.provisioning.to_send import requests_of
from lockstep.kit.clock import iso
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem

_RECENT = 50
NO_LABELS: Labels = MappingProxyType({})


def look_at_user(c: Connection, app: App, who: str, now: int, *, labels: Labels = NO_LABELS, told: bool = False) -> Shown:
    """The person of this user name or employee_id; somebody who has left is known by theirs, as long as they are linked.

    `labels` are what attributes are called.  `told`: what is said next about approval is about this.  `c` is a write
    transaction.  Raises Problem where nobody is called so.
    """
    source, target = source_of(c, app, asked=True), links.target_of(c, app.id, app.scim_url)
    person = _person(c, source, target, who, labels)
    plan = make_plan(c, app, now, only=person.key, retry_now=True, shown=told)
    value = None if person.link is None else person.link.value
    place = Place("user", person.name, _id_of(person.link), _look_ups(person), value)
    return _shown(c, person_steps.steps_of(person), app, plan, ("user", person.key), person.name, place)


def _person(c: Connection, source: Source, target: int, who: str, labels: Labels) -> Person:
    user = link = None
    if "\0" not in who:
        user = directory.user_by_user_name(c, who) or directory.user_by_employee_id(c, who)
        key = who if user is None else user.employee_id
        link = links.user_by_key(c, target, key)
        if user is None and link is None:
            left = links.holder_of_user_name(c, target, who)
            link = None if left is None else links.user_by_key(c, target, left)
    if user is None and link is None:
        raise Problem(f"no user is called {who}")
    key = user.employee_id if user is not None else str(link and link.key)
    return Person(c, source, target, key, user, link, labels)


def _id_of(link: UserLink | None) -> str:
    return "" if link is None else link.target_id


def _look_ups(person: Person) -> tuple[tuple[str, str], ...]:
    name = person.name if person.link is None else name_of(person.link.value)
    return tuple((attribute, value) for attribute, value in (("externalId", person.key), ("userName", name)) if value)


def look_at_group(c: Connection, app: App, name: str, now: int, *, labels: Labels = NO_LABELS, told: bool = False) -> Shown:
    """The group of this name, as it is called here or at the target, without regard to case.  As `look_at_user`."""
    key, target = name_key(name), links.target_of(c, app.id, app.scim_url)
    about = one_group(c, app, target, now, key)
    source = source_of(c, app, asked=about.few)
    grouping = of_one(c, source, target, about.asked)
    match = next((one for one in plan_groups.match(grouping.groups, links.groups(c, target)) if _is_named(one, key)), None)
    if match is None or "\0" in name:
        raise Problem(f"{app.name} has no group called {name}: no role or rule gives one, and none is linked")
    wanted = {} if match.desired is None else grouping.wanted(match.desired)
    group = Group(c, source, target, match, wanted, labels)
    steps = tuple(group_steps.steps_of(group))
    place = _place_of_group(c, match, group.name)
    plan = make_plan(c, app, now, group=key, retry_now=True, shown=told)
    return _shown(c, steps, app, plan, ("group", key), group.name, place)


def _is_named(one: Match, key: str) -> bool:
    """Whether a group is called so, here or at the target."""
    return any(found is not None and found.key == key for found in (one.desired, one.link))


def _place_of_group(c: Connection, match: Match, name: str) -> Place:
    link = match.link
    if link is None:
        return Place("group", name, "", (("displayName", name),))
    members = frozenset(member for member, _, _ in links.members(c, link.id))
    return Place("group", link.name, link.target_id, (("displayName", link.name),), members=members)


def _shown(
    c: Connection, steps: Iterable[Step], app: App, plan: Plan, about: tuple[ObjectKind, str], name: str, place: Place
) -> Shown:
    stopped = "; ".join(hindrances(app))
    sends = requests_of(c, plan.target, plan.id, ledger.all_changes(c, plan.id))
    every = (*steps, said_before(c, plan.target, plan, about, sends), would_send(sends, stopped))
    return Shown(about[0], about[1], name, app.name, app.scim_url, plan.digest, every, sends, place, stopped)


def approve_shown(c: Connection, app: App, shown: Shown, now: int, *, actor: str) -> int:
    """Approve what waits in what was just looked at (and told), because somebody sends it exactly so; how many changes."""
    if not shown.states(State.WAITING):
        return 0
    return actions.approve(c, app, shown.digest, now, actor=actor)


def send(c: Connection, app: App, shown: Shown, now: int, *, actor: str) -> int:
    """File the job that sends exactly what is shown; its number."""
    name = shown.name if shown.object == "user" else ""
    asked = Event(
        type=EventType.SYNC_ASKED,
        actor=actor,
        user_name=name,
        app_id=app.id,
        app_name=app.name,
        object=shown.object,
        object_name="" if name else shown.name,
        notes="provision on demand",
    )
    events.append(c, asked, now)
    return jobs.add(c, app.id, "sync", {**shown.orders, "digest": shown.digest}, now)


def came_back(c: Connection, app: App, shown: Shown, since: int) -> list[dict[str, Any]]:
    """What the engine has done to the objects shown since an event, in the order in which it was settled."""
    about = {(one.object, one.name) for one in shown.requests} | {(shown.object, shown.name)}
    found = []
    for event in events.follow(c, since):
        name = event.user_name if event.object == "user" else event.object_name
        if event.app_id == app.id and event.type.value.endswith("_in_app") and (event.object, name) in about:
            found.append(_outcome(event, name))
    return found


def last_done(c: Connection, app: App, shown: Shown) -> dict[str, Any] | None:
    """What the engine did to the object last, `{..., at}`, where nothing is left to do for it; else None."""
    if shown.requests:
        return None
    if shown.object == "user":
        user = directory.user_by_employee_id(c, shown.key)
        number = None if user is None else user.id
        found, _ = events.of_user_in_app(c, app.id, user_id=number, user_name=shown.name, limit=_RECENT)
    else:
        found = events.for_group(c, app.id, shown.name, limit=_RECENT)[::-1]
    for event in found:
        if event.app_id == app.id and event.type.value.endswith("_in_app"):
            return {**_outcome(event, shown.name), "at": iso(event.at)}
    return None


def _outcome(event: Event, name: str) -> dict[str, Any]:
    return {
        "event": event.type.value,
        "object": event.object,
        "name": name,
        "ok": not event.error_description,
        "notes": event.notes,
        "error": event.error_description,
    }
