"""The tab Groups of an app, and the page of one group.  Nothing is asked of the target."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from lockstep.idp import events
from lockstep.idp.apps.records import App
from lockstep.idp.apps.rules.evaluate import Fed
from lockstep.idp.apps.rules.words import fed_words
from lockstep.idp.console.apps import tab
from lockstep.idp.console.desk import Desk
from lockstep.idp.console.diff import Row, row_of
from lockstep.idp.console.words import RULE_SOURCES
from lockstep.idp.directory.checks import NotThereProblem
from lockstep.idp.directory.lookup import find_user
from lockstep.idp.directory.records import Role
from lockstep.idp.directory.store import role_by_group_id
from lockstep.idp.provisioning import ledger
from lockstep.idp.provisioning.groups import listing, store
from lockstep.idp.provisioning.groups.records import Pushed, Standing
from lockstep.idp.provisioning.groups.why import Why, why
from lockstep.idp.provisioning.records import State, name_key
from lockstep.kit.db import Connection
from lockstep.kit.problems import sentence

KINDS = {
    Standing.IN_STEP: "success",
    Standing.WAITS: "pending",
    Standing.HELD: "warning",
    Standing.FAILED: "error",
    Standing.GONE: "warning",
    Standing.LEFT: "stopped",
    Standing.PROTECTED: "info",
}
"""The indicator of each state."""
WORDS = {one: one.value.capitalize() for one in Standing}
FEEDERS, CHANGES, TIMELINE, LONGEST = 20, 20, 20, 300
_LABELS = dict(RULE_SOURCES)


async def groups(desk: Desk) -> Response:
    """Every group of the app, and how it stands with each."""
    text, after, asked = desk.query("q"), desk.query("after"), desk.query("state")
    state = next((one for one in Standing if one.value == asked), None)

    def look(c: Connection, app: App) -> dict[str, Any]:
        found, last = listing.page(c, app, state=state, text=text, after=after)
        base, plan = f"/admin/apps/{app.id}/groups", ledger.newest_whole(c, app.id)
        kept = {key: value for key, value in (("q", text), ("state", state.value if state else "")) if value}
        return {
            "groups": [(one, _fed_by(c, one.feeders, 2)) for one in found],
            "made_at": 0 if plan is None else plan.made_at,
            "clear": base if kept else "",
            "first": base + (f"?{urlencode(kept)}" if kept else "") if after else "",
            "next": f"{base}?{urlencode({**kept, 'after': last})}" if last else "",
            "full": len(found) >= listing.PAGE,
        }

    states = [("", "Any state"), *((one.value, WORDS[one]) for one in Standing)]
    return await tab(desk, "console/app_groups.html", look, text=text, state=asked, states=states, kinds=KINDS, words=WORDS)


async def group(desk: Desk) -> Response:
    """One group, by its name: what feeds it, who is in it, what comes, what happened, and why somebody is in it."""
    name, who, after, after_id = desk.query("name"), desk.query("user"), desk.query("after"), desk.query("id")

    def look(c: Connection, app: App) -> dict[str, Any]:
        found = listing.one(c, app, name_key(name))
        asked, problem = _asked(c, app, who, name)
        shown = {"name": found.name if found else name, "group": found, "asked": asked, "problem": problem}
        if found is None:
            return shown
        return {**shown, **_of_group(c, app, found, after, after_id)}

    return await tab(desk, "console/app_group.html", look, who=who, kinds=KINDS, words=WORDS)


def _asked(c: Connection, app: App, who: str, name: str) -> tuple[Why | None, str]:
    """Why somebody is in the group, or what is wrong with the name of that person."""
    if not who:
        return None, ""
    try:
        return why(c, app, find_user(c, who), name, _LABELS), ""
    except NotThereProblem as problem:
        return None, sentence(str(problem)[:LONGEST])


def _of_group(c: Connection, app: App, found: Pushed, after: str, after_id: str) -> dict[str, Any]:
    members = store.members_page(c, found.link_id, after=after, after_id=after_id, limit=listing.PAGE + 1)
    shown = members[: listing.PAGE]
    base = f"/admin/apps/{app.id}/groups/one"
    more = {"name": found.name, "after": shown[-1][0], "id": shown[-1][1]} if len(members) > listing.PAGE else {}
    return {
        "fed": _fed_by(c, found.feeders, FEEDERS),
        "more_fed": max(0, len(found.feeders) - FEEDERS),
        "changes": _changes(c, app, found),
        "members": shown,
        "events": list(reversed(events.for_group(c, app.id, found.name, limit=TIMELINE))),
        "first": f"{base}?{urlencode({'name': found.name})}" if after or after_id else "",
        "next": f"{base}?{urlencode(more)}" if more else "",
    }


def _changes(c: Connection, app: App, found: Pushed) -> list[Row]:
    """What the last plan has for the group, while that is little enough to be read."""
    plan = ledger.newest_whole(c, app.id)
    if plan is None or not found.planned or len(found.planned) > CHANGES:
        return []
    placed = ledger.of_key(c, plan.id, "group", found.key)
    return [row_of(one.change) for one in placed if one.change.state is not State.DONE]


def _fed_by(c: Connection, feeders: Iterable[str], most: int) -> list[tuple[str, Role | None]]:
    """What feeds a group in words, with the role where it is one; at most so many."""
    found: list[tuple[str, Role | None]] = []
    for feeder in tuple(feeders)[:most]:
        role = None if feeder.startswith("\n") else role_by_group_id(c, feeder)
        found.append((fed_words(Fed("", feeder), _LABELS, {}) if role is None else role.name, role))
    return found
