"""The groups of an app, page by page: put together from what is remembered, and nothing is asked of the target."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from lockstep.idp.apps import store as apps
from lockstep.idp.apps.logins import store as logins
from lockstep.idp.apps.records import App
from lockstep.idp.apps.rules import store as rules
from lockstep.idp.apps.rules.records import GROUPS
from lockstep.idp.directory.records import folded
from lockstep.idp.provisioning import ledger, links
from lockstep.idp.provisioning.groups import store
from lockstep.idp.provisioning.groups.records import Failure, Planned, Pushed, Standing, standing
from lockstep.idp.provisioning.records import GroupLink, State
from lockstep.kit.db import Connection

PAGE = 50
SPAN = 2_000
"""Groups that one page looks through for a state, so that it costs the same however many there are."""
PIECE = 500
_AHEAD = (State.READY, State.WAITING, State.SENDING, State.HELD, State.LATER, State.BLOCKED)


@dataclass(frozen=True, slots=True)
class _Place:
    """An app, and where to look: the links of its target (0 for none), and the last plan for everyone (0 for none)."""

    app: App
    target: int
    plan: int
    protected: tuple[str, ...]
    everyone: bool
    by_role: bool


def _place(c: Connection, app: App) -> _Place:
    target = links.find_target(c, app.id, app.scim_url)
    plan = ledger.newest_whole(c, app.id)
    return _Place(
        app,
        target,
        plan.id if plan is not None and plan.target == target else 0,
        tuple(pattern.casefold() for pattern in app.settings.protected()),
        any(one.role_id is None for one in apps.assignments(c, app.id)),
        not rules.applied(c, app.id).rules and not logins.has_any(c, app.id, GROUPS),
    )


def page(
    c: Connection, app: App, *, state: Standing | None = None, text: str = "", after: str = "", limit: int = PAGE
) -> tuple[list[Pushed], str]:
    """The next groups by name, in one state, whose name holds `text`; and the key to go on after ("" at the end).

    Where few groups are in the state, a page may be short, or empty, and there is still something to go on to.
    """
    place, found, seen, last, held = _place(c, app), list[Pushed](), 0, after, folded(text)
    size = PIECE if state is not None else limit + 1
    while len(found) <= limit and seen < SPAN:
        keys = _keys(c, place, state, text, last, size)
        rows = _rows(c, place, keys)
        found += [rows[key] for key in keys if key in rows and held in key and state in (None, rows[key].state)]
        seen += len(keys)
        last = keys[-1] if len(keys) == size else ""
        if not last:
            break
    if len(found) > limit:
        last = found[limit - 1].key
    return [_counted(c, place, one) for one in found[:limit]], last


def every(c: Connection, app: App) -> Iterator[Pushed]:
    """All groups of the app, by name."""
    after = ""
    while True:
        found, after = page(c, app, after=after, limit=PIECE)
        yield from found
        if not after:
            return


def one(c: Connection, app: App, key: str) -> Pushed | None:
    """The group of that name (without case), where it is linked or planned."""
    place = _place(c, app)
    found = _rows(c, place, [key]).get(key)
    return None if found is None else _counted(c, place, found)


def is_protected(app: App, name: str) -> bool:
    """Whether the app leaves groups of that name alone."""
    return any(fnmatchcase(name.casefold(), pattern.casefold()) for pattern in app.settings.protected())


def _keys(c: Connection, place: _Place, state: Standing | None, text: str, after: str, limit: int) -> list[str]:
    if state is Standing.FAILED:
        return store.failed_keys(c, place.target, after=after, limit=limit)
    if state is Standing.GONE:
        return store.gone_keys(c, place.target, after=after, limit=limit)
    return store.keys(c, place.target, place.plan, text=text, after=after, limit=limit)


def _rows(c: Connection, place: _Place, keys: Sequence[str]) -> dict[str, Pushed]:
    linked = store.links_of(c, place.target, keys)
    planned = store.changes_of(c, place.plan, keys) if place.plan else {}
    failed = store.failures_of(c, place.target, keys)
    rows = {}
    for key in keys:
        link, pushed = linked.get(key, (None, 0))
        row = _row(place, key, link, planned.get(key, []), failed.get(key))
        if row is not None:
            rows[key] = replace(row, last_pushed=pushed)
    return rows


def _row(place: _Place, key: str, link: GroupLink | None, planned: list[Planned], failure: Failure | None) -> Pushed | None:
    name = link.name if link is not None else next((one.name for one in planned), key)
    stands = standing(
        link,
        planned,
        failure,
        protected=any(fnmatchcase(name.casefold(), pattern) for pattern in place.protected),
        managed=place.app.settings.groups,
    )
    if stands is None:
        return None
    state, detail = stands
    feeders = next((one.feeders for one in planned if one.feeders), link.feeders if link is not None else ())
    row = Pushed(key, name, state, detail, feeders=feeders, failure=failure, planned=tuple(planned))
    if link is None:
        return row
    return replace(row, link_id=link.id, id_at_target=link.target_id, made=link.made)


def _counted(c: Connection, place: _Place, row: Pushed) -> Pushed:
    members = store.member_count(c, row.link_id) if row.link_id else 0
    if row.state in (Standing.PROTECTED, Standing.LEFT):
        return replace(row, members=members)
    if place.by_role:
        wanted = store.wanted_count(c, place.app.id, row.feeders, everyone=place.everyone)
    else:
        ahead = [one for one in row.planned if one.state in _AHEAD]
        wanted = members + sum(one.adds - one.removals for one in ahead)
    return replace(row, members=members, wanted=wanted)
