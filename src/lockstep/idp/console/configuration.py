"""The tab Configuration: the service provider, where the app is, the tokens for it, and whether the connection works."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response

from lockstep.idp.apps import actions
from lockstep.idp.apps.capabilities import actions as capabilities
from lockstep.idp.apps.capabilities.asking import ask
from lockstep.idp.apps.capabilities.records import Found
from lockstep.idp.apps.connect import Connection as Connected
from lockstep.idp.apps.connect import test_connection
from lockstep.idp.apps.connectors import CONNECTORS
from lockstep.idp.apps.records import App
from lockstep.idp.apps.saml import store as saml_store
from lockstep.idp.apps.saml.records import SamlConfig
from lockstep.idp.apps.template import actions as templates
from lockstep.idp.apps.tokens import actions as tokens
from lockstep.idp.apps.tokens import store as token_store
from lockstep.idp.apps.tokens.records import Token, reminder
from lockstep.idp.apps.tokens.trying import Tried, try_tokens
from lockstep.idp.apps.tokens.words import day, last_answer, left
from lockstep.idp.console import provider
from lockstep.idp.console.apps import WRONG, app_of, tab
from lockstep.idp.console.context import number
from lockstep.idp.console.desk import Desk
from lockstep.idp.console.hints import TOKENS, hints_of, waiting_of
from lockstep.idp.provisioning import moving
from lockstep.kit.db import Connection
from lockstep.kit.problems import ValueProblem, sentence

LONGEST = 1024 * 1024
"""Bytes of the form with its file; metadata is far smaller."""
ANOTHER_URL = "Another URL needs its token typed, too: the stored one is never sent elsewhere."
LOOPBACK = "This URL is on this machine, which this app may not use. That is chosen when an app is added."
NEW_TENANT = "NEW TENANT"
"""What is typed to start at another tenant with no links."""
HERE = Tried((("", Connected(True)),))
"""A target that Lockstep keeps itself always answers."""


class _Wrong(Exception):
    """Fields that cannot be taken: nothing of the form is written.  `other`: the new URL is another tenant, as it seems."""

    def __init__(self, errors: dict[str, str], *, other: bool = False) -> None:
        super().__init__()
        self.errors = errors
        self.other = other


@dataclass
class _Errors:
    """Collects what is wrong with a form, so that all of it is said at once."""

    found: dict[str, str] = field(default_factory=dict)

    @contextlib.contextmanager
    def collected(self) -> Iterator[None]:
        """Note a ValueProblem that the block raises."""
        try:
            yield
        except ValueProblem as problem:
            self.found[problem.field] = sentence(problem.what)

    def check(self) -> None:
        """Raise _Wrong if there is any."""
        if "loopback" in self.found:
            self.found["scim_url"] = LOOPBACK
        if self.found:
            raise _Wrong(self.found)


@dataclass(frozen=True, slots=True)
class _Typed:
    """What the form holds."""

    scim_url: str
    token: str
    provider: provider.Typed
    word: str = ""


@dataclass(frozen=True, slots=True)
class _Checked:
    """The app, the URL and the tokens that the form would use, and the SAML configuration that it asks for (None: as it is)."""

    app: App
    move: moving.Move | None
    """None where the target is kept by Lockstep itself."""
    saml: SamlConfig | None


async def configuration(desk: Desk) -> Response:
    """The form."""
    return await page(desk, None, {})


async def configure(desk: Desk) -> Response:
    """Save, or Enable (which tests what is typed, and saves it if it works), or Disable."""
    app_id, do = number(desk.request), desk.value("do", "save")
    home = f"/admin/apps/{app_id}/configuration"
    if do == "disable":
        await desk.write(lambda c: actions.stop(c, app_of(c, app_id), desk.now, actor=desk.actor))
        return desk.go(home, "The API connection is disabled: nothing is sent.", "info")
    typed = _Typed(desk.value("scim_url"), desk.value("token"), provider.typed_of(desk), desk.value("word"))
    tested: Tried | None = None
    try:
        checked = await desk.read(lambda c: _check(c, desk, app_id, typed))
        move = checked.move
        can: Found | None = None
        if do == "enable":
            tested = HERE if move is None else await try_tokens(move.url, move.secrets, test_connection)
            if not tested.connection.ok:
                return await _does_not_work(desk, app_id, typed, tested)
            can = None if move is None else await ask(move.url, tested.works, desk.now)
        proof = None if move is None else await _proof(move)
        await desk.write(lambda c: _write(c, desk, app_id, typed, proof, tested, can))
    except _Wrong as wrong:
        return await page(desk, typed, wrong.errors, WRONG, other=wrong.other)
    if tested is None:
        return desk.go(home, "The configuration has been saved.")
    return desk.go(home, f"The API connection is enabled: the target answers. {tested.words}".strip())


async def _does_not_work(desk: Desk, app_id: int, typed: _Typed, tested: Tried) -> Response:
    found = tested.connection
    await desk.write(lambda c: _record_failure(c, desk, app_of(c, app_id), typed, tested))
    return await page(desk, typed, {found.about: found.problem} if found.about else {}, WRONG, tested=found)


async def _proof(move: moving.Move) -> moving.Proof:
    """Whether the URL is one of the same tenant.  Raises _Wrong where that cannot be found out."""
    try:
        return await moving.prove(move)
    except moving.NotProvenProblem as problem:
        raise _Wrong({"scim_url": sentence(problem.what)}) from None


def _check(c: Connection, desk: Desk, app_id: int, typed: _Typed) -> _Checked:
    """Raises _Wrong with all that is wrong."""
    app, errors = app_of(c, app_id), _Errors()
    local, saml = CONNECTORS[app.connector].local, None
    url = app.scim_url if local else _check_target(app, typed, errors)
    with errors.collected():
        saml = provider.wanted(c, app, typed.provider)
    with errors.collected():  # apart, so that a wrong file does not hide a wrong number
        provider.told(typed.provider)
    errors.check()
    move = None if local else moving.prepare(c, desk.context.vault, app, url, typed.token)
    return _Checked(app, move, saml)


def _check_target(app: App, typed: _Typed, errors: _Errors) -> str:
    """The URL that the form would use; what is wrong with it and with the token is noted."""
    url = app.scim_url
    with errors.collected():
        url = actions.check_scim_url(typed.scim_url, allow_loopback=app.allow_loopback)
    if not typed.token and typed.scim_url != app.scim_url:
        errors.found["token"] = ANOTHER_URL
    with errors.collected():
        if typed.token:
            tokens.check_token(typed.token)
    return url


def _write(
    c: Connection,
    desk: Desk,
    app_id: int,
    typed: _Typed,
    proof: moving.Proof | None,
    tested: Tried | None,
    can: Found | None,
) -> None:
    """Write the form, looked through again; `tested` (and it works) if the connection is to be enabled."""
    checked = _check(c, desk, app_id, typed)
    app = checked.app
    if checked.move is not None and proof is not None:
        app = _move(c, desk, app, checked.move, typed, proof)
    provider.apply(c, app, checked.saml, desk.now, actor=desk.actor)
    if tested is None:
        return
    if can is not None:
        capabilities.record(c, app, can, desk.now, actor=desk.actor)
    actions.record_connection(c, app, "", desk.now, actor=desk.actor)
    tokens.note_answers(c, desk.context.vault, app, tested.answers, desk.now, actor=desk.actor)
    if app.stopped and not app.quarantine:  # a quarantine stays: that is ended in so many words only
        actions.start(c, app, desk.now, actor=desk.actor)


def _move(c: Connection, desk: Desk, before: App, move: moving.Move, typed: _Typed, proof: moving.Proof) -> App:
    """The app with the URL and the token that were typed."""
    given, sure = moving.Given(typed.token), typed.word == NEW_TENANT
    try:
        app = moving.take(c, desk.context.vault, move, proof, given, desk.now, new_tenant=sure, actor=desk.actor)
    except moving.NotProvenProblem as problem:
        word = {"word": f"Type {NEW_TENANT}, in capitals."} if problem.other and typed.word else {}
        raise _Wrong({"scim_url": sentence(problem.what), **word}, other=problem.other) from None
    if typed.token and app.scim_url == before.scim_url:
        tokens.give(c, desk.context.vault, app, typed.token, desk.now, actor=desk.actor)
    return app


def _record_failure(c: Connection, desk: Desk, app: App, typed: _Typed, tested: Tried) -> None:
    """What is stored has been tested only if nothing else was typed."""
    if not typed.token and typed.scim_url == app.scim_url:
        actions.record_connection(c, app, tested.connection.said, desk.now, actor=desk.actor)
        tokens.note_answers(c, desk.context.vault, app, tested.answers, desk.now, actor=desk.actor)


async def page(
    desk: Desk,
    typed: _Typed | None,
    errors: dict[str, str],
    status: int = 200,
    *,
    tested: Connected | None = None,
    other: bool = False,
    token_form: dict[str, str] | None = None,
    template_form: dict[str, Any] | None = None,
) -> Response:
    """The tab: with what was `typed` in its form, or in those of the tokens or the template, and what is wrong with it."""

    def look(c: Connection, app: App) -> dict[str, Any]:
        stored = provider.stored_of(saml_store.of_app(c, app.id))
        kept = {} if typed is None else {**typed.provider.shown, "scim_url": typed.scim_url}
        if not kept.get("sign"):
            kept["sign"] = stored["sign"]
        shown = {**stored, "scim_url": app.scim_url, **kept}
        hints = hints_of(c, app, waiting_of(c, app), desk.now)
        known = token_store.of_app(c, app.id)
        return {
            "typed": shown,
            "api": api_status(app),
            "local": CONNECTORS[app.connector].local,
            "labels": provider.LABELS.get(app.connector, provider.OTHER_LABELS),
            "hints": [one for one in hints if tested is None or one.link not in ("configuration", TOKENS)],
            "tokens": [token_row(one, known, desk.now) for one in known],
            "scim_template": {**_template(c, app), **(template_form or {})},
        }

    again = {"token_typed": typed is not None and bool(typed.token), "file_chosen": bool(typed and typed.provider.file)}
    tenant = {"other": other, "word": typed.word if typed else "", "new_tenant": NEW_TENANT}
    more = {"errors": errors, "tested": tested, "signed": provider.SIGNED, **again, **tenant}
    return await tab(desk, "console/app_configuration.html", look, status, token_form=token_form or {}, **more)


def _template(c: Connection, app: App) -> dict[str, Any]:
    """What the section of the template shows before anything is typed."""
    text, own = templates.template_of(c, app)
    shown = {"text": text.rstrip("\n"), "own": own, "schemas": templates.schemas_for(c, app).words}
    return {**shown, "user": "", "problem": "", "faults": [], "more": 0, "preview": None}


def token_row(one: Token, known: list[Token], now: int) -> dict[str, Any]:
    """What the table of tokens shows of one."""
    kind = "not-started" if not one.answer else "error" if one.refused else "success"
    return {
        "one": one,
        "name": "Old" if one.spare and one.refused else one.which.capitalize(),
        "answer": (kind, last_answer(one).capitalize()),
        "ends": day(one.expires_at) if one.expires_at else "",
        "left": left(one, now),
        "soon": bool(reminder(one, known, now)),
    }


def api_status(app: App) -> tuple[str, str]:
    """(kind of indicator, word) of API Status."""
    if app.stopped or app.quarantine:
        return "stopped", "Disabled"
    if app.connect_problem:
        return "error", "Broken"
    return ("success", "Enabled") if app.connected_at else ("not-started", "Not tested yet")
