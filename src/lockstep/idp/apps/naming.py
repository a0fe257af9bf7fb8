"""Another name for an app: a label, by which commands and pages call it; nothing else hangs on it."""

import sqlalchemy as sa

from lockstep.idp import events
from lockstep.idp.apps.actions import ADMIN, check_name
from lockstep.idp.apps.records import App
from lockstep.idp.apps.store import apps
from lockstep.idp.events import Event, EventType
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement

_SET_NAME = Statement(sa.update(apps).where(apps.c.id == sa.bindparam("app")), columns=["name"])


def rename(c: Connection, app: App, name: str, now: int, *, actor: str = ADMIN) -> None:
    """Call the app something else from now on.  Raises ValueProblem for a name that cannot be, or is another's."""
    if name == app.name:
        return
    check_name(c, name)
    c.run(_SET_NAME, app=app.id, name=name)
    notes = f"renamed, until now {app.name}"
    events.append(c, Event(type=EventType.APP_UPDATED, actor=actor, app_id=app.id, app_name=name, notes=notes), now)
