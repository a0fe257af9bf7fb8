"""What a held app's target was found to hold, to be looked at before anything is sent there again."""

from typing import Any

from starlette.responses import Response

from lockstep.idp.apps.records import App
from lockstep.idp.console.apps import tab
from lockstep.idp.console.desk import Desk
from lockstep.idp.provisioning.installation import actions as installation
from lockstep.kit.db import Connection


async def comparison(desk: Desk) -> Response:
    """The last comparison of an app that the guard holds, and the button that lets it go."""

    def look(c: Connection, app: App) -> dict[str, Any]:
        return {"watched": installation.held(c, app.id)}

    return await tab(desk, "console/app_comparison.html", look)
