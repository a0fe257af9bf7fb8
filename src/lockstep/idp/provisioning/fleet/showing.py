"""Who is at work, for people."""

from typing import Any

from lockstep.idp.apps import store as apps
from lockstep.idp.provisioning import jobs
from lockstep.idp.provisioning.fleet import store
from lockstep.idp.provisioning.fleet.records import Fleet
from lockstep.kit.clock import iso
from lockstep.kit.db import Database


def at_work(db: Database, fleet: Fleet) -> list[dict[str, Any]]:
    """Every worker, `{worker, apps: [names]}`; where there can be several, also `host`, `pid` and `since` (ISO 8601)."""
    fleet.bury()
    with db.read() as c:
        names = {app.id: app.name for app in apps.all_apps(c)}
        if fleet.side_by_side:
            return [
                {
                    "worker": worker.name,
                    "apps": [names[one] for one in found if one in names],
                    "host": worker.host,
                    "pid": worker.pid,
                    "since": iso(worker.began),
                }
                for worker, found in store.at_work(c)
            ]
        running = [names[job.app_id] for job in jobs.running(c) if job.app_id in names]
    return [{"worker": "the worker", "apps": running}] if fleet.busy() else []
