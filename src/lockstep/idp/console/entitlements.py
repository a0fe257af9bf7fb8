"""Provisioning > Entitlements: the groups of the target, and whose each is.  Nothing is asked of the target but by Refresh."""

from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from lockstep.idp.apps.records import App
from lockstep.idp.console.apps import tab
from lockstep.idp.console.desk import Desk
from lockstep.idp.provisioning.entitlements import actions
from lockstep.idp.provisioning.entitlements.records import Kind
from lockstep.kit.db import Connection

KINDS = {Kind.OURS: "success", Kind.ADOPTED: "info", Kind.FOREIGN: "stopped", Kind.MISSING: "warning"}
"""The indicator of each kind."""
WORDS = {one: one.value.capitalize() for one in Kind}


async def entitlements(desk: Desk) -> Response:
    """The list, page by page."""
    text, after, after_id, asked = desk.query("q"), desk.query("after"), desk.query("id"), desk.query("kind")
    kind = next((one for one in Kind if one.value == asked), None)

    def look(c: Connection, app: App) -> dict[str, Any]:
        found, place = actions.page(c, app, kind=kind, text=text, after=(after, after_id))
        last, counts = actions.summary(c, app)
        base = f"/admin/apps/{app.id}/provisioning/entitlements"
        kept = {key: value for key, value in (("q", text), ("kind", kind.value if kind else "")) if value}
        more = {} if place is None else {**kept, "after": place[0], "id": place[1]}
        return {
            "found": found,
            "last": last,
            "counts": [(one, WORDS[one], KINDS[one], counts[one]) for one in Kind],
            "clear": base if kept else "",
            "first": base + (f"?{urlencode(kept)}" if kept else "") if after else "",
            "next": f"{base}?{urlencode(more)}" if more else "",
        }

    states = [("", "Any"), *((one.value, WORDS[one]) for one in Kind)]
    return await tab(
        desk, "console/app_entitlements.html", look, text=text, kind=asked, states=states, kinds=KINDS, words=WORDS
    )
