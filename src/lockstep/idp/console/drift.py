"""The page Drift of an app: what the last check found at the target, and what people say about it."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from starlette.responses import Response

from lockstep.idp.apps.records import App
from lockstep.idp.console.apps import app_of, tab
from lockstep.idp.console.context import number
from lockstep.idp.console.desk import Desk
from lockstep.idp.console.words import ago, counted, joined, short
from lockstep.idp.provisioning import drift, drift_actions, drift_store, links
from lockstep.idp.provisioning.drift import DECISIONS, Decision, TakenOver
from lockstep.idp.provisioning.drift_actions import PastProblem
from lockstep.idp.provisioning.drift_store import PAGE, Found
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem

KINDS = {
    ("user", drift.CHANGED): "Users changed",
    ("user", drift.MISSING): "Users deleted",
    ("user", drift.FOUND): "Users there again",
    ("group", drift.RENAMED): "Groups renamed",
    ("group", drift.MISSING): "Groups deleted",
    ("group", drift.FOUND): "Groups there again",
    ("membership", drift.MEMBER_EXTRA): "Members put in",
    ("membership", drift.MEMBER_MISSING): "Members taken out",
}
STANDS = {
    "value": "The value there stands",
    "name": "The name there stands",
    "in": "Stays in the group",
    "out": "Stays out of the group",
    "gone": "Stays deleted",
}
VIEWS = ("open", "ignored", "taken", "past")
SAID: dict[Decision, str] = {
    "put-back": "{} to be put back. A running worker does it at once; otherwise press “Sync now” in Plan.",
    "take-over": "{} taken over: what is at the target stands until our own side changes.",
    "ignore": "{} ignored: neither reported nor changed as long as it is exactly this.",
}
PAST = {
    "put-back": ("success", "Put back"),
    "take-over": ("info", "Taken over"),
    "ignore": ("stopped", "Ignored, and past"),
    "": ("success", "Past by itself"),
}
MOVED = "Some of it has changed since this page was made, and nothing was decided. This is what is known now."


@dataclass
class Row:
    """A difference as the page shows it: (attribute, as it was left, as it is there), and how it stands."""

    name: str
    digest: str
    lines: list[tuple[str, str, str]]
    since: int
    decision: Decision
    kind: str = ""
    at: int = 0
    by: str = ""
    label: str = ""
    """What it is called where its row is not seen."""
    word: str = ""
    status: str = ""


@dataclass
class View:
    """What one page shows."""

    show: str
    check: drift_store.Check | None = None
    counts: dict[str, int] = field(default_factory=dict)
    taken: int = 0
    waiting: str = ""
    """What all that waits is known by, in the form that decides about all of it."""
    groups: list[tuple[str, list[Row]]] = field(default_factory=list)
    exceptions: list[tuple[TakenOver, str]] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    next: str = ""

    @property
    def undecided(self) -> int:
        """Differences that wait for a word."""
        return self.counts.get("", 0)

    @property
    def mending(self) -> int:
        """Differences on their way back."""
        return self.counts.get("put-back", 0)


async def page(desk: Desk) -> Response:
    """The last check, and what is open, ignored, taken over or past of all that was found."""
    show = desk.query("show") if desk.query("show") in VIEWS else "open"
    after = desk.query("after")
    return await tab(desk, "console/app_drift.html", lambda c, app: _look(c, app, show, after, desk.now), stands=STANDS)


def _look(c: Connection, app: App, show: str, after: str, now: int) -> dict[str, Any]:
    target = links.find_target(c, app.id, app.scim_url)
    view = View(show, drift_store.last_check(c, target), drift_store.counts(c, target), drift_store.count_taken(c, target))
    view.waiting = waiting_digest(drift_store.undecided(c, target))
    if show == "taken":
        _taken(c, target, view, _number(after))
    elif show == "past":
        _past(c, target, view, _number(after))
    else:
        _open(c, target, view, after)
    base = f"/admin/apps/{app.id}/drift"
    checked = "" if view.check is None else ago(now - view.check.at)
    shown = f"{base}?show={show}"
    return {
        "view": view,
        "checked": checked,
        "first": shown if after else "",
        "next": f"{shown}&after={view.next}" if view.next else "",
    }


def waiting_digest(digests: Iterable[str]) -> str:
    """What a form is bound to that decides about everything; "" for nothing."""
    chosen = list(digests)
    return hashlib.sha256("".join(chosen).encode()).hexdigest()[:32] if chosen else ""


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < len("9007199254740992") else 0


def _open(c: Connection, target: int, view: View, after: str) -> None:
    """By kind; `after` is object.kind.id."""
    obj, _, rest = after.partition(".")
    kind, _, last = rest.rpartition(".")
    found = drift_store.page(c, target, (obj, kind, _number(last)), ignored=view.show == "ignored")
    if len(found) > PAGE:
        end = found[PAGE - 1]
        view.next = f"{end.difference.object}.{end.difference.kind}.{end.id}".replace(" ", "+")
    for about, ones in groupby(found[:PAGE], key=lambda one: (one.difference.object, one.difference.kind)):
        view.groups.append((KINDS.get(about, " ".join(about)), [row_of(one) for one in ones]))


def _taken(c: Connection, target: int, view: View, after: int) -> None:
    found = drift_store.taken_page(c, target, after)
    view.next = str(found[PAGE - 1].id) if len(found) > PAGE else ""
    view.exceptions = [(one, _standing(one)) for one in found[:PAGE]]


def _standing(one: TakenOver) -> str:
    """What stands, in words."""
    if one.kind == "value":
        return f"{drift.short_name(one.attribute)}: {joined(_plain(one.theirs))} (ours: {joined(_plain(one.ours))})"
    return f"{joined(one.theirs)} (ours: {joined(one.ours)})" if one.kind == "name" else ""


def _plain(value: Any) -> Any:
    """The one value of a multi-valued attribute, or of a manager."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value["value"] if isinstance(value, dict) and "value" in value else value


def _past(c: Connection, target: int, view: View, before: int) -> None:
    found = drift_store.settled(c, target, before or 1 << 53)
    view.next = str(found[PAGE - 1].id) if len(found) > PAGE else ""
    view.rows = [row_of(one) for one in found[:PAGE]]


def row_of(found: Found) -> Row:
    """A difference for people."""
    one = found.difference
    lines = [(name, _text(values["before"]), _text(values["after"])) for name, values in drift.detail(one).items()]
    row = Row(one.name, found.digest, lines, found.first_seen, found.decision)
    row.kind = KINDS.get((one.object, one.kind), one.kind)
    row.label = f"{one.name}: {one.here or one.there}" if one.member else one.name
    row.at, row.by = found.settled_at, found.decided_by
    if found.settled_at:
        row.status, row.word = PAST[found.decision]
    return row


def _text(value: Any) -> str:
    return "" if value is None else joined(value)


async def put_back(desk: Desk) -> Response:
    """Put back one thing that was taken over."""
    app_id, taken = number(desk.request), _number(desk.value("taken"))
    back = f"/admin/apps/{app_id}/drift?show=taken"
    try:
        one = await desk.write(lambda c: drift_actions.end(c, app_of(c, app_id), taken, desk.now, actor=desk.actor))
    except PastProblem:
        return desk.go(back, MOVED, "warning")
    return desk.go(back, SAID["put-back"].format(short(one.name)))


async def decide(desk: Desk) -> Response:
    """Put back, take over or ignore what is ticked, or all that waits; exactly what was on the page, or nothing."""
    app_id, whole = number(desk.request), desk.value("all")
    decision = next((one for one in DECISIONS if one == desk.value("do")), None)
    chosen = {value for name, value in desk.form if name == "difference"}
    back = f"/admin/apps/{app_id}/drift" + (f"?show={desk.value('show')}" if desk.value("show") in VIEWS[1:] else "")
    if decision is None or not (chosen or whole):
        await desk.read(lambda c: app_of(c, app_id))
        return desk.go(back, "Nothing was ticked, and nothing was decided. Tick what you want to decide about.", "warning")

    def act(c: Connection) -> int:
        app = app_of(c, app_id)
        target = links.find_target(c, app.id, app.scim_url)
        if whole and whole != waiting_digest(drift_store.undecided(c, target)):
            raise PastProblem("something else waits by now")
        return drift_actions.decide(c, app, decision, None if whole else chosen, desk.now, actor=desk.actor)

    try:
        count = await desk.write(act)
    except PastProblem:
        return desk.go(back, MOVED, "warning")
    except Problem as problem:
        return desk.go(back, f"Nothing was decided: {problem.text}.", "warning")
    return desk.go(back, SAID[decision].format(counted(count, "difference")))
