"""The records of whether both sides of an app are equal: a list, and each to be downloaded."""

from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.responses import Response

from lockstep.idp.apps.records import App
from lockstep.idp.console.apps import app_of, tab
from lockstep.idp.console.context import NOT_FOUND, number
from lockstep.idp.console.desk import Desk
from lockstep.idp.provisioning.evidence import actions, store
from lockstep.idp.provisioning.evidence.chain import problems
from lockstep.kit.db import Connection

PAGE = 50
_LARGEST = 2**31


async def records(desk: Desk) -> Response:
    """The newest records of an app, newest first."""
    before = min(desk.query_number("before"), _LARGEST - 1)

    def look(c: Connection, app: App) -> dict[str, Any]:
        found = store.newest(c, app.id, PAGE + 1, before=before)
        base = f"/admin/apps/{app.id}/evidence"
        rest = len(found) > PAGE
        return {
            "records": [one.record for one in found[:PAGE]],
            "broken": problems(reversed(found)),
            "first": base if before else "",
            "next": f"{base}?before={found[PAGE - 1].record['number']}" if rest else "",
        }

    return await tab(desk, "console/app_evidence.html", look)


async def download(desk: Desk) -> Response:
    """One record with its signature, as a file."""
    app_id, chosen = number(desk.request), number(desk.request, "number")

    def look(c: Connection) -> bytes:
        app = app_of(c, app_id)
        found = store.one(c, app.id, chosen) if chosen < _LARGEST else None
        if found is None:
            raise HTTPException(NOT_FOUND)
        return msgspec.json.encode(actions.envelope(found)) + b"\n"

    return _file(await desk.read(look), "application/json", f"evidence-{app_id}-{chosen}.json")


async def key(desk: Desk) -> Response:
    """The public key, as a file."""
    app_id = number(desk.request)

    def look(c: Connection) -> str:
        app_of(c, app_id)
        return actions.public_key(c, desk.context.vault, desk.now)

    return _file(f"{await desk.write(look)}\n".encode(), "text/plain", "evidence-key.txt")


def _file(body: bytes, kind: str, name: str) -> Response:
    return Response(body, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
