"""How far the engine has read the stream of events, for whoever removes old ones.

An app that works by itself needs every event since its last plan.  One that is off, stopped or in quarantine, and a target that
its app has left, hold nothing back: where events are removed that they have not seen, their next plan looks at everybody.
"""

import sqlalchemy as sa

from lockstep.idp.apps import store as apps
from lockstep.idp.apps.records import App
from lockstep.idp.eventlog import readers
from lockstep.idp.provisioning import ledger, links, touched
from lockstep.idp.provisioning.tables import targets
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement

_t = targets.c
_FORGET = Statement(
    sa.update(targets)
    .where(_t.planned_seq > 0, _t.planned_seq < sa.bindparam("last", type_=sa.BigInteger))
    .values(planned_seq=0, planned_by="")
)


def works_by_itself(app: App) -> bool:
    """Whether a worker runs the app when something happens."""
    return app.settings.provisioning and not app.stopped and not app.quarantine


def unread(c: Connection) -> tuple[int, str] | None:
    """As `readers.Unread`."""
    found = [(seq, f"the app {app.name}") for app in apps.all_apps(c) if (seq := _first_unread(c, app))]
    return min(found, default=None)


def _first_unread(c: Connection, app: App) -> int:
    """The first event that an app has yet to see; 0 where it needs none."""
    if not works_by_itself(app):
        return 0
    target = links.find_target(c, app.id, app.scim_url)
    read = [ledger.watermark(c, app.id), touched.planned_up_to(c, target) if target else 0]
    return min((seq + 1 for seq in read if seq), default=0)


def told(c: Connection, first_seq: int) -> None:
    """Targets whose plans have not come as far look at everybody next time."""
    c.run(_FORGET, last=first_seq - 1)


readers.register(readers.Reader("provisioning", unread, told))
