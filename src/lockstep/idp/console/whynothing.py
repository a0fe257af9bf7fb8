"""Why is nothing happening?  Every check of an app, what is in the way first, each with what mends it."""

from typing import Any

from starlette.responses import Response

from lockstep.idp.apps import actions
from lockstep.idp.apps.connect import Connection as Tested
from lockstep.idp.apps.connect import test_connection
from lockstep.idp.apps.connectors import CONNECTORS
from lockstep.idp.apps.records import App
from lockstep.idp.apps.tokens import actions as tokens
from lockstep.idp.apps.tokens.trying import try_tokens
from lockstep.idp.console.apps import app_of, tab
from lockstep.idp.console.context import number
from lockstep.idp.console.desk import Desk
from lockstep.idp.provisioning.whynothing.checks import findings, in_the_way
from lockstep.idp.provisioning.whynothing.looking import look
from lockstep.kit.db import Connection


async def page(desk: Desk) -> Response:
    """The findings."""

    def show(c: Connection, app: App) -> dict[str, Any]:
        found = findings(look(c, app, desk.now))
        return {"found": found, "wrong": len(list(in_the_way(found)))}

    return await tab(desk, "console/app_why.html", show)


async def test(desk: Desk) -> Response:
    """Ask the target now, with each token that there is, and record what came of it."""
    app_id, context = number(desk.request), desk.context

    def known(c: Connection) -> tuple[App, list[str]]:
        app = app_of(c, app_id)
        return app, [one.secret for one in tokens.opened(c, context.vault, app.id)]

    app, secrets = await desk.read(known)
    ask = _here if CONNECTORS[app.connector].local else test_connection
    tried = await try_tokens(app.scim_url, secrets, ask)

    def note(c: Connection) -> None:
        actions.record_connection(c, app_of(c, app_id), tried.connection.said, desk.now, actor=desk.actor)
        tokens.note_answers(c, context.vault, app, tried.answers, desk.now, actor=desk.actor)

    await desk.write(note)
    found = tried.connection
    text = "The target answers as it should." if found.ok else f"The test failed. {found.said}"
    return desk.go(f"/admin/apps/{app_id}/why", f"{text} {tried.words}".strip(), "success" if found.ok else "error")


async def _here(_url: str, _secret: str) -> Tested:
    """A target that Lockstep keeps itself always answers."""
    return Tested(True)
