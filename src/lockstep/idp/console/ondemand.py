"""The page "Provision on demand" of an app: one user or group, step by step, with the exact requests, and a button.

To look leaves nothing behind: the plan that it takes is made and undone.  The button is bound to the digest of what was on the
page; if that has moved, nothing is sent, and the page shows what it is now.
"""

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from lockstep.idp.apps.records import App
from lockstep.idp.console.apps import app_of, tab
from lockstep.idp.console.context import NOT_FOUND, number
from lockstep.idp.console.desk import Desk
from lockstep.idp.console.diff import STATES, WORDS
from lockstep.idp.console.words import RULE_SOURCES
from lockstep.idp.provisioning import asking, ondemand
from lockstep.idp.provisioning.records import Kind, State
from lockstep.idp.provisioning.shown import Shown, ShownRequest
from lockstep.idp.provisioning.tokens import client_of
from lockstep.idp.signin.preview import with_sign_in
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem, sentence

MOVED = "What would be sent has moved since this page was made, and nothing was sent. This is what it is now."
LABELS = dict(RULE_SOURCES)


class _Looked(Exception):
    """Ends the transaction of a look, so that it leaves nothing behind."""

    def __init__(self, shown: Shown) -> None:
        super().__init__()
        self.shown = shown


@dataclass(frozen=True, slots=True)
class Card:
    """One request as the page shows it; `text` is the request to the letter, "" where there is none."""

    title: str
    kind: str
    word: str
    reason: str
    text: str
    open_ids: bool


async def page(desk: Desk) -> Response:
    """The form; with a name in the address, what would be done."""
    user, group, ask = desk.query("user"), desk.query("group"), desk.query("ask") == "yes"
    shown: Shown | None = None
    error = ""
    if user or group:
        try:
            shown = await _looked(desk, user, group)
            if ask:
                shown = await _asked(desk, shown)
        except Problem as problem:
            error = sentence(str(problem))
    return await tab(
        desk,
        "console/app_ondemand.html",
        None,
        NOT_FOUND if error else 200,
        user=user,
        group="" if user else group,
        ask=ask,
        error=error,
        shown=shown,
        cards=[] if shown is None else [_card(shown, one) for one in shown.requests],
        sends=0 if shown is None or shown.stopped else shown.states(State.READY),
        approves=0 if shown is None or shown.stopped else shown.states(State.WAITING),
    )


async def _looked(desk: Desk, user: str, group: str) -> Shown:
    app_id = number(desk.request)

    def look(c: Connection) -> None:
        app = app_of(c, app_id)
        raise _Looked(with_sign_in(c, app, _look(c, app, user, group, desk.now)))

    try:
        await desk.write(look)
    except _Looked as looked:
        return looked.shown
    raise AssertionError("unreachable")  # pragma: no cover - to look always ends like that


def _look(c: Connection, app: App, user: str, group: str, now: int, *, told: bool = False) -> Shown:
    look = ondemand.look_at_user if user else ondemand.look_at_group
    return look(c, app, user or group, now, labels=LABELS, told=told)


async def _asked(desk: Desk, shown: Shown) -> Shown:
    app_id = number(desk.request)

    engine = desk.context.engine
    app = await desk.read(lambda c: app_of(c, app_id))
    client = await asyncio.to_thread(client_of, engine.db, engine.vault, app, engine.clock, somebody_waits=True)
    answer = await asking.ask(client, shown.place)
    return await desk.read(lambda c: asking.with_answer(c, app, shown, answer))


def _card(shown: Shown, one: ShownRequest) -> Card:
    kind, word = STATES[State(one.state)]
    title = f"{WORDS[Kind(one.kind)]} {one.object} {one.name}" if one.kind != Kind.MEMBERS else f"Members of group {one.name}"
    text = ""
    if one.method:
        lines = [f"{one.method} {shown.scim_url}{one.path}", *(f"{name}: {value}" for name, value in one.headers.items())]
        if one.body is not None:
            lines += ["", msgspec.json.format(msgspec.json.encode(one.body), indent=2).decode()]
        text = "\n".join(lines)
    reason = "" if one.state == State.WAITING else one.reason  # the word says it
    return Card(title, kind, word, reason, text, one.open_ids)


async def send(desk: Desk) -> Response:
    """Send exactly what was on the page, which counts as approved; if it has moved, show what it is now."""
    app_id, digest = number(desk.request), desk.value("digest")
    user, group = desk.value("user"), desk.value("group")
    back = f"/admin/apps/{app_id}/on-demand?{urlencode({'user': user} if user else {'group': group})}"

    def act(c: Connection) -> dict[str, Any]:
        app = app_of(c, app_id)
        shown = _look(c, app, user, group, desk.now, told=True)
        if shown.digest != digest or not shown.states(State.READY) + shown.states(State.WAITING):
            return {}
        if shown.stopped:
            raise Problem(f"nothing is sent: {shown.stopped}")
        ondemand.approve_shown(c, app, shown, desk.now, actor=desk.actor)
        return {"name": shown.name, "job": ondemand.send(c, app, shown, desk.now, actor=desk.actor)}

    filed = await desk.write(act)
    if not filed:
        return desk.go(back, MOVED, "warning")
    return desk.go(f"/admin/apps/{app_id}/jobs/{filed['job']}", f"Sending: {filed['name']}", "info")
