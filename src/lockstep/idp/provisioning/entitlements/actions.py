"""Reads a target's groups, and shows what became of them, page by page.

One read costs a request for each page of the target's list, and nothing more: who is in a group is not asked.  It is believed
once it has come to its end, or not at all.  A full check reads the same list, and so refreshes this one without a request.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from lockstep.idp import events
from lockstep.idp.apps.records import App
from lockstep.idp.events import Event, EventType
from lockstep.idp.provisioning import links
from lockstep.idp.provisioning.entitlements import store
from lockstep.idp.provisioning.entitlements.records import UNSAID, Entitlement, Kind, LastRead, Seen
from lockstep.idp.provisioning.groups.store import like_of
from lockstep.idp.provisioning.lookup import members_in
from lockstep.idp.provisioning.reading import Reader, Resource
from lockstep.idp.provisioning.touched import touch
from lockstep.kit.db import Connection

JOB = "entitlements"
PAGE = 50
LONGEST_NAME = 1_000
Place = tuple[str, str]
"""(key, id at the target) of the last one shown; ("", "") before the first."""


async def read(reader: Reader) -> list[Seen]:
    """Every group of the target.  Raises TargetProblem where the list cannot be read to its end."""
    return [seen_of(one) async for page in reader.groups() for one in page]


def seen_of(resource: Resource, *, shows_members: bool = True) -> Seen:
    """One group as the target's list shows it."""
    shown = shows_members and isinstance(resource.get("members"), list) and bool(resource["members"])
    count = len(list(members_in(resource))) if shown else UNSAID
    return Seen(str(resource.get("id", "")), str(resource.get("displayName", ""))[:LONGEST_NAME], count)


def take_in(
    c: Connection, app: App, target: int, groups: Iterable[Seen], requests: int, now: int, *, actor: str = ""
) -> LastRead:
    """Remember what a read has found; an event says so where somebody (`actor`) has asked for it.

    Where nothing may be made that is not there, whatever has come is looked at again: it can be taken over now.
    """
    found = {one.target_id: one for one in groups if one.target_id}
    before = set(store.unlinked_keys(c, target)) if not app.settings.safe_entitlements else set()
    store.put(c, target, found.values())
    if not app.settings.safe_entitlements:
        touch(c, target, "group", sorted(set(store.unlinked_keys(c, target)) - before))
    done = LastRead(now, len(found), requests, "", now)
    store.set_read(c, target, done)
    if actor:
        notes = f"{len(found)} groups read"
        event = Event(type=EventType.ENTITLEMENT_CACHE, actor=actor, app_id=app.id, app_name=app.name, notes=notes)
        events.append(c, event, now)
    return done


def failed(c: Connection, target: int, problem: str, now: int) -> None:
    """A read did not come to its end: what an earlier one found stays, and why is said."""
    store.set_read(c, target, replace(store.last_read(c, target), problem=problem[:LONGEST_NAME], tried_at=now))


def page(
    c: Connection, app: App, *, kind: Kind | None = None, text: str = "", after: Place = ("", ""), limit: int = PAGE
) -> tuple[list[Entitlement], Place | None]:
    """The next groups by name, of one kind, whose name holds `text`; and where to go on (None at the end)."""
    target = links.find_target(c, app.id, app.scim_url)
    last, like, most = store.last_read(c, target), like_of(text), limit + 1
    rows: list[store.Row] = []
    if kind is not Kind.MISSING:
        rows += store.there(c, target, kind="" if kind is None else kind.value, like=like, after=after, limit=most)
    if kind in (None, Kind.MISSING) and last.at:
        rows += store.gone(c, target, at=last.at, like=like, after=after, limit=most)
    rows.sort(key=lambda row: (row[0], row[2]))
    shown = rows[:limit]
    place = (shown[-1][0], shown[-1][2]) if len(rows) > limit else None
    return [_entitlement(c, app, row) for row in shown], place


def every(c: Connection, app: App) -> Iterator[Entitlement]:
    """All of them, by name."""
    place: Place | None = ("", "")
    while place is not None:
        found, place = page(c, app, after=place, limit=500)
        yield from found


def _entitlement(c: Connection, app: App, row: store.Row) -> Entitlement:
    key, name, target_id, kind, members, link = row
    known = members if members != UNSAID else store.members_remembered(c, link) if link else None
    return Entitlement(key, name, target_id, kind, known, app.settings.protects(name))


def summary(c: Connection, app: App) -> tuple[LastRead, Mapping[Kind, int]]:
    """When the target was last read, and how many groups of each kind there were."""
    target = links.find_target(c, app.id, app.scim_url)
    last = store.last_read(c, target)
    return last, store.counts(c, target, last.at) if last.at else dict.fromkeys(Kind, 0)


def names_to_choose(c: Connection, app: App, limit: int) -> list[str]:
    """Names for “from existing”: what the target had, or, before it was read, what is remembered of it."""
    target = links.find_target(c, app.id, app.scim_url)
    if not target:
        return []
    if store.last_read(c, target).at:
        return store.names(c, target, limit=limit)
    return sorted((one.name for one in links.groups(c, target)), key=str.casefold)[:limit]


def may_be_made(c: Connection, app: App, target: int, key: str) -> bool:
    """Whether a group that nobody here has made may be: any, or only what the target is known to have, to be taken over."""
    return app.settings.safe_entitlements or store.has(c, target, key)


def as_json(read_last: LastRead, counts: Mapping[Kind, int]) -> dict[str, Any]:
    """A summary as JSON."""
    return {
        "refreshed_at": read_last.at or None,
        "requests": read_last.requests,
        "problem": read_last.problem,
        **{kind.value: counts[kind] for kind in Kind},
    }
