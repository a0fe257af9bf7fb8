"""Activity > Integrity: whether the chain of events is whole, and how long events are kept."""

import asyncio
from typing import Any

from starlette.responses import Response

from lockstep.idp.console.apps import WRONG
from lockstep.idp.console.desk import Desk
from lockstep.idp.eventlog import outside, retention, sealing, store
from lockstep.idp.eventlog.records import BrokenSealError, read_head
from lockstep.idp.eventlog.verify import verify_and_keep
from lockstep.idp.eventlog.walking import Kept
from lockstep.idp.provisioning.evidence import heads
from lockstep.kit.db import Connection
from lockstep.kit.problems import ValueProblem, sentence

HOME = "/admin/events/integrity"
_DIGITS = 9


async def integrity(desk: Desk) -> Response:
    """The last verification, and the form for another one."""
    return await _page(desk)


async def verify(desk: Desk) -> Response:
    """Walk the whole chain now, and compare it with what is kept elsewhere."""
    typed = desk.value("head")
    try:
        given = [Kept(read_head(typed), "the head that was given")] if typed else []
    except ValueProblem as problem:
        return await _page(desk, {problem.field: sentence(problem.what)}, head=typed)
    given += await desk.read(heads.kept)
    engine = desk.context.engine
    file = outside.file_of(engine.db, engine.folder)
    found = await asyncio.to_thread(verify_and_keep, engine.db, desk.context.vault, desk.now, given, file)
    if found.broken is not None:
        return desk.go(HOME)  # which says it
    return desk.go(HOME, "The chain is whole.")


async def keep(desk: Desk) -> Response:
    """How long events are kept from now on."""
    typed = desk.value("days")
    days = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= _DIGITS else -1
    try:
        await desk.write(lambda c: retention.change(c, days, actor=desk.actor, now=desk.now))
    except ValueProblem as problem:
        return await _page(desk, {problem.field: sentence(problem.what)}, days=typed)
    return desk.go(HOME, f"Events are kept for {days} days." if days else "Events are kept for ever.")


async def _page(desk: Desk, errors: dict[str, str] | None = None, *, head: str = "", days: str | None = None) -> Response:
    def look(c: Connection) -> dict[str, Any]:
        try:
            seal = sealing.read(c, desk.context.vault)
        except BrokenSealError:
            seal = None
        return {
            "last": store.verification(c),
            "head": str(store.head(c) or ""),
            "sealed": "" if seal is None else seal.head.seq,
            "standing": retention.standing(c, desk.now),
        }

    shown = await desk.read(look)
    return desk.page(
        "console/integrity.html",
        WRONG if errors else 200,
        errors=errors or {},
        typed=head[:200],
        days=shown["standing"].days if days is None else days[:20],
        **shown,
    )
