"""The tab Configuration: where the app is, the token for it, and whether the connection works."""

import contextlib
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response

from lockstep.idp.apps import actions
from lockstep.idp.apps.actions import token_of
from lockstep.idp.apps.connect import Connection as Tested
from lockstep.idp.apps.connect import test_connection
from lockstep.idp.apps.records import App
from lockstep.idp.apps.saml import actions as saml
from lockstep.idp.apps.saml import store as saml_store
from lockstep.idp.console.apps import WRONG, app_of, field_of, tab, without_option
from lockstep.idp.console.context import number
from lockstep.idp.console.desk import Desk
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem

NEEDS_TOKEN = "Another URL needs its token typed, too: the stored one is never sent elsewhere."  # noqa: S105 - a message
FIELDS = ("scim_url", "token", "acs_url", "issuer")


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
    def collected(self) -> Any:
        """Note a Problem that the block raises."""
        try:
            yield
        except Problem as problem:
            self.found[field_of(str(problem))] = without_option(str(problem))

    def check(self) -> None:
        """Raise _Wrong if there is any."""
        if self.found:
            raise _Wrong(self.found)


async def configuration(desk: Desk) -> Response:
    """The form."""
    return await _page(desk, {}, {})


async def configure(desk: Desk) -> Response:
    """Save, or Enable (which tests what is typed, and saves it if it works), or Disable."""
    app_id, do = number(desk.request), desk.value("do", "save")
    typed = {name: desk.value(name) for name in FIELDS}
    if do == "disable":
        await desk.write(lambda c: actions.stop(c, app_of(c, app_id), desk.now, actor=desk.actor))
        return desk.go(f"/admin/apps/{app_id}/configuration", "The API connection is disabled: nothing is sent.", "info")
    try:
        app, token = await desk.write(lambda c: _save(c, desk, app_id, typed, keep=do != "enable"))
        if do != "enable":
            return desk.go(f"/admin/apps/{app_id}/configuration", "The configuration has been saved.")
        tested = await test_connection(typed["scim_url"], token)
        if not tested.ok:
            await desk.write(lambda c: _record_failure(c, desk, app, typed, tested))
            return await _page(desk, typed, {}, tested=tested)
        await desk.write(lambda c: _enable(c, desk, app_id, typed))
    except _Wrong as wrong:
        return await _page(desk, typed, wrong.errors, WRONG)
    return desk.go(f"/admin/apps/{app_id}/configuration", "The API connection is enabled: the target answers.")


def _save(c: Connection, desk: Desk, app_id: int, typed: dict[str, str], *, keep: bool) -> tuple[App, str]:
    """Check the form, write it if `keep`; the app and the token that it would use.  Raises _Wrong."""
    app, errors = app_of(c, app_id), _Errors()
    with errors.collected():
        actions.check_scim_url(typed["scim_url"], allow_loopback=app.allow_loopback)
    token = ""
    if not typed["token"] and typed["scim_url"] != app.scim_url:
        errors.found["token"] = NEEDS_TOKEN
    with errors.collected():
        token = actions.check_token(typed["token"]) if typed["token"] else token_of(c, desk.context.vault, app)
    with errors.collected():
        _service_provider(c, app, typed)
    errors.check()
    if keep:
        app = _write(c, desk, app, typed)
    return app, token


def _write(c: Connection, desk: Desk, app: App, typed: dict[str, str]) -> App:
    app = actions.change_url(c, app, typed["scim_url"], desk.now, actor=desk.actor)
    if typed["token"]:
        actions.change_token(c, desk.context.vault, app, typed["token"], desk.now, actor=desk.actor)
    sp = _service_provider(c, app, typed)
    if sp is not None:
        saml.configure(c, app, desk.now, sp=sp, actor=desk.actor)
    return app


def _service_provider(c: Connection, app: App, typed: dict[str, str]) -> Any:
    """The service provider of the two fields; None where they say nothing new.  Raises Problem."""
    config = saml_store.of_app(c, app.id)
    if (typed["acs_url"], typed["issuer"]) == _sp_values(config):
        return None
    return saml.sp_from_urls(typed["acs_url"], typed["issuer"])


def _sp_values(config: Any) -> tuple[str, str]:
    if config is None:
        return "", ""
    consumers = config.sp.consumers
    chosen = next((one for one in consumers if one.default), consumers[0])
    return chosen.location, config.sp.entity_id


def _record_failure(c: Connection, desk: Desk, app: App, typed: dict[str, str], tested: Tested) -> None:
    """What is stored has been tested only if nothing else was typed."""
    if not typed["token"] and typed["scim_url"] == app.scim_url:
        actions.record_connection(c, app, tested.problem, desk.now, actor=desk.actor)


def _enable(c: Connection, desk: Desk, app_id: int, typed: dict[str, str]) -> None:
    """The test has passed.  A quarantine stays: that is ended in so many words only."""
    app = _write(c, desk, app_of(c, app_id), typed)
    actions.record_connection(c, app, "", desk.now, actor=desk.actor)
    if app.stopped and not app.quarantine:
        actions.start(c, app, desk.now, actor=desk.actor)


async def _page(
    desk: Desk, typed: dict[str, str], errors: dict[str, str], status: int = 200, tested: Tested | None = None
) -> Response:
    def look(c: Connection, app: App) -> dict[str, Any]:
        acs_url, issuer = _sp_values(saml_store.of_app(c, app.id))
        now = {"scim_url": app.scim_url, "acs_url": acs_url, "issuer": issuer}
        return {"typed": {**now, **typed, "token": ""}, "api": api_status(app)}

    token_typed = bool(typed.get("token"))
    more = {"errors": errors, "tested": tested, "token_typed": token_typed}
    return await tab(desk, "console/app_configuration.html", look, status, **more)


def api_status(app: App) -> tuple[str, str]:
    """(kind of indicator, word) of API Status."""
    if app.stopped or app.quarantine:
        return "stopped", "Disabled"
    if app.connect_problem:
        return "error", "Broken"
    return ("success", "Enabled") if app.connected_at else ("not-started", "Not tested yet")
