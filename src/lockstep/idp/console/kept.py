"""Plans that the console has made, kept while nothing has happened since: to plan for many people takes long, and alone."""

from dataclasses import dataclass, field

from lockstep.idp import events
from lockstep.idp.apps.records import App
from lockstep.idp.events import Event
from lockstep.idp.provisioning import ledger
from lockstep.idp.provisioning.due import concerns_apps
from lockstep.idp.provisioning.ledger import Plan
from lockstep.kit.db import Connection

KEPT_MS = 600_000
"""A plan is not kept for longer: times of grace end without an event."""
_READ = 500


@dataclass
class KeptPlans:
    """Of each app the plan that was made last in this process, and the newest event that it is known to hold for."""

    _kept: dict[int, tuple[Plan, int]] = field(default_factory=dict)

    def remember(self, app_id: int, plan: Plan, seen: int) -> None:
        """Keep a plan whose transaction has been committed.  `seen` is the number of the newest event in there."""
        self._kept[app_id] = (plan, seen)

    def find(self, c: Connection, app: App, now: int) -> Plan | None:
        """The plan of the app, if it is still the newest one and nothing has happened that could change it; else None."""
        plan, seen = self._kept.get(app.id, (None, 0))
        if plan is None or plan != ledger.newest(c, app.id) or not 0 <= now - plan.made_at < KEPT_MS:
            return None
        news = events.since(c, seen, _READ)
        if len(news) == _READ or any(_matters(event, app) for event in news):
            return None
        return plan


def _matters(event: Event, app: App) -> bool:
    """Whatever is about this app counts, too: what was sent to it, what somebody has decided."""
    return event.app_id == app.id or (event.app_id is None and concerns_apps(event.type))
