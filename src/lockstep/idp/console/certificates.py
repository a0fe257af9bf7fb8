"""Security > Certificates: what signs, and the roll-over."""

import asyncio
from typing import Any

from starlette.responses import Response

from lockstep.idp.console.apps import WRONG
from lockstep.idp.console.context import number
from lockstep.idp.console.desk import Desk
from lockstep.idp.signin.certificates import actions
from lockstep.idp.signin.certificates.store import all_certificates
from lockstep.kit.db import Connection

HOME = "/admin/certificates"
WORD = "REMOVE"


async def certificates(desk: Desk) -> Response:
    """Every certificate."""

    def look(c: Connection) -> list[dict[str, Any]]:
        return [
            {"one": one, "days": actions.days_left(one, desk.now), "soon": actions.ends_soon(one, desk.now)}
            for one in all_certificates(c)
        ]

    return desk.page("console/certificates.html", rows=await desk.read(look))


async def make(desk: Desk) -> Response:
    """A new one: the next, or the first."""
    key = await asyncio.to_thread(actions.make_key, desk.now)
    made = await desk.write(lambda c: actions.add(c, desk.context.vault, key, desk.now, actor=desk.actor))
    text = "It signs." if made.state.value == "active" else "Give the metadata to every service provider, then activate it."
    return desk.go(HOME, f"Certificate {made.id} has been made. {text}")


async def activate(desk: Desk) -> Response:
    """Sign with it from now on."""
    which = number(desk.request)
    await desk.write(lambda c: actions.activate(c, which, desk.now, actor=desk.actor))
    return desk.go(HOME, f"Certificate {which} signs from now on. The one before stays in the metadata until it is removed.")


async def remove_page(desk: Desk) -> Response:
    """Asks first."""
    return await _remove_page(desk, number(desk.request))


async def remove(desk: Desk) -> Response:
    """Take it out of the metadata, and delete its key.  While what it signed may be valid, a word has to be typed."""
    which, typed = number(desk.request), desk.value("word")
    sure = typed == WORD
    try:
        await desk.write(lambda c: actions.remove(c, which, desk.now, at_once=sure, actor=desk.actor))
    except actions.StillValidProblem:
        return await _remove_page(desk, which, typed, f"Type {WORD}, in capitals.", WRONG)
    return desk.go(HOME, f"Certificate {which} has been removed. Give the metadata to every service provider again.")


async def _remove_page(desk: Desk, which: int, typed: str = "", error: str = "", status: int = 200) -> Response:
    def look(c: Connection) -> dict[str, Any]:
        found = actions.find(c, which)
        free_at = actions.valid_until(c, found)
        return {"certificate": found, "free_at": free_at if free_at > desk.now else 0}

    shown = await desk.read(look)
    return desk.page("console/certificate_remove.html", status, typed=typed[:100], error=error, word=WORD, **shown)
