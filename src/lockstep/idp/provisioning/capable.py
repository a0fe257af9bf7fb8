"""When a run asks the target what it can do: before its first plan, and where an answer contradicts what was found."""

from lockstep.idp import events
from lockstep.idp.apps.capabilities import actions, reading
from lockstep.idp.apps.capabilities.asking import ask_by
from lockstep.idp.apps.connectors.declared import CONNECTORS
from lockstep.idp.apps.records import App
from lockstep.idp.provisioning.settling import Tally
from lockstep.kit.clock import Clock
from lockstep.kit.db import Database
from lockstep.scim.client import ScimClient

ACTOR = "engine"
_ASKED = ("patch", "put", "patch?", "bulk", "bulk-size")
"""What a target says something about; of its limits for members it says nothing."""
_SURE = ("patch", "put", "bulk", "create-members")
_SIZES = ("members", "bulk-size")


def never_asked(db: Database, app: App) -> bool:
    """Whether the app's connector adapts to its target, which nobody has asked yet."""
    if not CONNECTORS[app.connector].asks:
        return False
    with db.read() as c:
        return not actions.found_of(c, app).asked_at


async def ask(db: Database, app: App, client: ScimClient, clock: Clock) -> None:
    """Ask the target and remember what it says."""
    found = await ask_by(client, clock())
    with db.write(serial=events.SERIAL) as c:
        actions.record(c, app, found, clock(), actor=ACTOR)


def note_paging(db: Database, app: App, client: ScimClient, clock: Clock) -> None:
    """Remember that the target has refused a cursor, which is not tried again."""
    if not client.cursorless or not CONNECTORS[app.connector].asks:
        return
    with db.write(serial=events.SERIAL) as c:
        found = actions.found_of(c, app)
        if "cursor" not in found.refused:
            actions.record(c, app, reading.refused(found, "cursor"), clock(), actor=ACTOR)


async def take_in(db: Database, app: App, client: ScimClient, clock: Clock, tally: Tally) -> None:
    """Ask again after answers that contradict what was found, and remember what they showed; they are looked at once."""
    met, tally.contradictions = tally.contradictions, []
    if not met:
        return
    with db.read() as c:
        found = actions.found_of(c, app)
    if any(one.what in _ASKED for one in met):
        found = await ask_by(client, clock(), found)
    for what in sorted({one.what for one in met}):
        if what in _SURE:
            found = reading.refused(found, what)
        elif what in _SIZES:
            size = min(one.size for one in met if one.what == what)
            told = what == "bulk-size" and (found.said.bulk_operations or size) < size
            found = found if told else reading.refused(found, what, size)
    tally.denied.update(one.what for one in met)
    with db.write(serial=events.SERIAL) as c:
        actions.record(c, app, found, clock(), actor=ACTOR)
