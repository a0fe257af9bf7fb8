"""The access tokens of an app, on its tab Configuration: the next one beside the one in use, when they end."""

from typing import Any

from starlette.responses import Response

from lockstep.idp.apps.records import App
from lockstep.idp.apps.tokens import actions, store
from lockstep.idp.apps.tokens.records import Which
from lockstep.idp.console.apps import WRONG, app_of, tab
from lockstep.idp.console.configuration import page, token_row
from lockstep.idp.console.context import number
from lockstep.idp.console.desk import Desk
from lockstep.kit.db import Connection
from lockstep.kit.problems import ValueProblem, sentence


def _home(app_id: int) -> str:
    return f"/admin/apps/{app_id}/configuration#tokens"


async def add_next(desk: Desk) -> Response:
    """Keep another token beside the one in use."""
    app_id, secret, ends = number(desk.request), desk.value("next_token"), desk.value("next_expires")

    def act(c: Connection) -> None:
        app = app_of(c, app_id)
        at = actions.expiry_of(ends, desk.now)
        actions.give(c, desk.context.vault, app, secret, desk.now, spare=True, expires_at=at, actor=desk.actor)

    try:
        await desk.write(act)
    except ValueProblem as problem:
        errors = {f"next_{problem.field}": sentence(problem.what)}
        return await page(desk, None, errors, WRONG, token_form={"next_expires": ends})
    text = "The next token has been added. Press Enable to test both, then delete the old one at the target."
    return desk.go(_home(app_id), text)


async def set_expiry(desk: Desk) -> Response:
    """Say when a token ends."""
    app_id, ends = number(desk.request), desk.value("expires")
    which: Which = "next" if desk.value("which") == "next" else "current"

    def act(c: Connection) -> None:
        actions.set_expiry(c, app_of(c, app_id), which, actions.expiry_of(ends, desk.now), desk.now, actor=desk.actor)

    try:
        await desk.write(act)
    except ValueProblem as problem:
        errors = {problem.field: sentence(problem.what)}
        return await page(desk, None, errors, WRONG, token_form={"expires": ends, "which": which})
    return desk.go(_home(app_id), f"The end of the {which} token has been saved.")


async def remove_page(desk: Desk) -> Response:
    """Asks first."""

    def look(c: Connection, app: App) -> dict[str, Any]:
        known = store.of_app(c, app.id)
        return {"row": next((token_row(one, known, desk.now) for one in known if one.spare), None)}

    return await tab(desk, "console/app_token_remove.html", look)


async def remove(desk: Desk) -> Response:
    """Forget the token beside the one in use."""
    app_id = number(desk.request)
    await desk.write(lambda c: actions.remove_next(c, app_of(c, app_id), desk.now, actor=desk.actor))
    return desk.go(_home(app_id), "The token has been removed. The one in use stays as it is.")
