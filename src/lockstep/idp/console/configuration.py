"""The tab Configuration: the service provider, where the app is, the token for it, and whether the connection works."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response

from lockstep.idp.apps import actions
from lockstep.idp.apps.actions import token_of
from lockstep.idp.apps.capabilities import actions as capabilities
from lockstep.idp.apps.capabilities.asking import ask
from lockstep.idp.apps.capabilities.records import Found
from lockstep.idp.apps.connect import Connection as Tested
from lockstep.idp.apps.connect import test_connection
from lockstep.idp.apps.connectors import CONNECTORS
from lockstep.idp.apps.records import App
from lockstep.idp.apps.saml import store as saml_store
from lockstep.idp.apps.saml.records import SamlConfig
from lockstep.idp.console import provider
from lockstep.idp.console.apps import WRONG, app_of, tab
from lockstep.idp.console.context import number
from lockstep.idp.console.desk import Desk
from lockstep.idp.console.hints import hints_of, waiting_of
from lockstep.kit.db import Connection
from lockstep.kit.problems import ValueProblem, sentence

LONGEST = 1024 * 1024
"""Bytes of the form with its file; metadata is far smaller."""
ANOTHER_URL = "Another URL needs its token typed, too: the stored one is never sent elsewhere."
LOOPBACK = "This URL is on this machine, which this app may not use. That is chosen when an app is added."


class _Wrong(Exception):
    """Fields that cannot be taken: nothing of the form is written."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__()
        self.errors = errors


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


@dataclass(frozen=True, slots=True)
class _Checked:
    """The app, the token that the form would use, and the SAML configuration that it asks for (None: as it is)."""

    app: App
    token: str
    saml: SamlConfig | None


async def configuration(desk: Desk) -> Response:
    """The form."""
    return await _page(desk, None, {})


async def configure(desk: Desk) -> Response:
    """Save, or Enable (which tests what is typed, and saves it if it works), or Disable."""
    app_id, do = number(desk.request), desk.value("do", "save")
    home = f"/admin/apps/{app_id}/configuration"
    if do == "disable":
        await desk.write(lambda c: actions.stop(c, app_of(c, app_id), desk.now, actor=desk.actor))
        return desk.go(home, "The API connection is disabled: nothing is sent.", "info")
    typed = _Typed(desk.value("scim_url"), desk.value("token"), provider.typed_of(desk))
    try:
        if do != "enable":
            await desk.write(lambda c: _write(c, desk, _check(c, desk, app_id, typed), typed))
            return desk.go(home, "The configuration has been saved.")
        checked = await desk.read(lambda c: _check(c, desk, app_id, typed))
        remote = not CONNECTORS[checked.app.connector].local
        tested = await test_connection(typed.scim_url, checked.token) if remote else Tested(True)
        if not tested.ok:
            await desk.write(lambda c: _record_failure(c, desk, app_of(c, app_id), typed, tested))
            return await _page(desk, typed, {tested.about: tested.problem} if tested.about else {}, WRONG, tested=tested)
        can = await ask(typed.scim_url, checked.token, desk.now) if remote else None
        await desk.write(lambda c: _enable(c, desk, app_id, typed, can))
    except _Wrong as wrong:
        return await _page(desk, typed, wrong.errors, WRONG)
    return desk.go(home, "The API connection is enabled: the target answers.")


def _check(c: Connection, desk: Desk, app_id: int, typed: _Typed) -> _Checked:
    """Raises _Wrong with all that is wrong."""
    app, errors = app_of(c, app_id), _Errors()
    token = "" if CONNECTORS[app.connector].local else _check_target(c, desk, app, typed, errors)
    saml = None
    with errors.collected():
        saml = provider.wanted(c, app, typed.provider)
    with errors.collected():  # apart, so that a wrong file does not hide a wrong number
        provider.told(typed.provider)
    errors.check()
    return _Checked(app, token, saml)


def _check_target(c: Connection, desk: Desk, app: App, typed: _Typed, errors: _Errors) -> str:
    """The token that the form would use; what is wrong with it and with the URL is noted."""
    with errors.collected():
        actions.check_scim_url(typed.scim_url, allow_loopback=app.allow_loopback)
    if not typed.token and typed.scim_url != app.scim_url:
        errors.found["token"] = ANOTHER_URL
    with errors.collected():
        return actions.check_token(typed.token) if typed.token else token_of(c, desk.context.vault, app)
    return ""


def _write(c: Connection, desk: Desk, checked: _Checked, typed: _Typed) -> App:
    app = checked.app
    if not CONNECTORS[app.connector].local:
        app = actions.change_url(c, app, typed.scim_url, desk.now, actor=desk.actor)
        if typed.token:
            actions.change_token(c, desk.context.vault, app, typed.token, desk.now, actor=desk.actor)
    provider.apply(c, app, checked.saml, desk.now, actor=desk.actor)
    return app


def _record_failure(c: Connection, desk: Desk, app: App, typed: _Typed, tested: Tested) -> None:
    """What is stored has been tested only if nothing else was typed."""
    if not typed.token and typed.scim_url == app.scim_url:
        actions.record_connection(c, app, tested.said, desk.now, actor=desk.actor)


def _enable(c: Connection, desk: Desk, app_id: int, typed: _Typed, can: Found | None) -> None:
    """The test has passed.  A quarantine stays: that is ended in so many words only."""
    app = _write(c, desk, _check(c, desk, app_id, typed), typed)
    if can is not None:
        capabilities.record(c, app, can, desk.now, actor=desk.actor)
    actions.record_connection(c, app, "", desk.now, actor=desk.actor)
    if app.stopped and not app.quarantine:
        actions.start(c, app, desk.now, actor=desk.actor)


async def _page(
    desk: Desk, typed: _Typed | None, errors: dict[str, str], status: int = 200, tested: Tested | None = None
) -> Response:
    def look(c: Connection, app: App) -> dict[str, Any]:
        stored = provider.stored_of(saml_store.of_app(c, app.id))
        kept = {} if typed is None else {**typed.provider.shown, "scim_url": typed.scim_url}
        if not kept.get("sign"):
            kept["sign"] = stored["sign"]
        shown = {**stored, "scim_url": app.scim_url, **kept}
        hints = hints_of(c, app, waiting_of(c, app))
        return {
            "typed": shown,
            "api": api_status(app),
            "local": CONNECTORS[app.connector].local,
            "labels": provider.LABELS.get(app.connector, provider.OTHER_LABELS),
            "hints": [one for one in hints if tested is None or one.link != "configuration"],
        }

    again = {"token_typed": typed is not None and bool(typed.token), "file_chosen": bool(typed and typed.provider.file)}
    more = {"errors": errors, "tested": tested, "signed": provider.SIGNED, **again}
    return await tab(desk, "console/app_configuration.html", look, status, **more)


def api_status(app: App) -> tuple[str, str]:
    """(kind of indicator, word) of API Status."""
    if app.stopped or app.quarantine:
        return "stopped", "Disabled"
    if app.connect_problem:
        return "error", "Broken"
    return ("success", "Enabled") if app.connected_at else ("not-started", "Not tested yet")
