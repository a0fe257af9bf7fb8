"""Files what is due by itself: runs for what happened, retries, checks by a schedule, evidence.  Reminds of access tokens."""

import time
from dataclasses import dataclass, field
from typing import Any

from lockstep.idp import events
from lockstep.idp.apps import store as apps
from lockstep.idp.apps.records import App
from lockstep.idp.apps.tokens import actions as app_tokens
from lockstep.idp.provisioning import due, jobs
from lockstep.idp.provisioning.evidence import actions as evidence
from lockstep.idp.provisioning.following import works_by_itself
from lockstep.idp.provisioning.installation import actions as installation
from lockstep.kit.clock import Clock
from lockstep.kit.db import Connection, Database

PAUSE_SECONDS = 30.0
"""After a run that failed as a whole."""
LONGEST_TIMED_PAUSE_SECONDS = 900.0
"""Between two runs for what is due by time alone and cannot go, because a person has to say so first."""
REMIND_SECONDS = 3600.0
"""How often it is looked whether an access token ends soon."""


@dataclass(slots=True)
class Scheduler:
    """What a worker files by itself.  Workers side by side look at the same, and what is due is filed once."""

    db: Database
    clock: Clock
    name: str
    """Of the worker."""
    _not_before: dict[int, float] = field(default_factory=dict)
    """When an app is run by itself again (monotonic seconds)."""
    _timed: dict[int, tuple[float, float]] = field(default_factory=dict)
    """When an app is run again for what is due by time alone (monotonic seconds), and how long the pause before was."""
    _remind_at: float = 0.0
    """When it is looked for access tokens that end soon (monotonic seconds)."""
    _looked: dict[int, int] = field(default_factory=dict)
    """Up to which event an app was looked at."""

    def failed(self, app_id: int) -> None:
        """A run of the app failed as a whole: the next one by itself is after a pause."""
        self._not_before[app_id] = time.monotonic() + PAUSE_SECONDS

    def look(self) -> None:
        """File what is due now, for every app that works by itself."""
        self._remind()
        self._queue_due()

    def _remind(self) -> None:
        """Write down, every now and then, which access tokens end soon."""
        if time.monotonic() < self._remind_at:
            return
        with self.db.read() as c:
            wanted = app_tokens.anything_to_remind(c, self.clock())
        if wanted:
            with self.db.write(serial=events.SERIAL) as c:
                app_tokens.remind(c, self.clock())
        self._remind_at = time.monotonic() + REMIND_SECONDS

    def _queue_due(self) -> None:
        """Queue a run for each app that something has happened for, or that has something due.

        After a run that failed as a whole there is a pause in between.
        """
        now = time.monotonic()
        with self.db.read() as c:
            busy = _busy(c)
            waiting = [
                app for app in apps.all_apps(c) if works_by_itself(app) and app.id not in busy and self._may_try(c, app, now)
            ]
            held = {app.id for app, _ in installation.all_held(c)}
            waiting = [app for app in waiting if app.id not in held]
            found = []
            for app in waiting:
                why, self._looked[app.id] = due.what_is_due(c, app, self.clock(), self._looked.get(app.id, 0))
                found.append((app, why))
            proven = [app.id for app in waiting if evidence.is_due(c, app, self.clock())]
        wanted: list[tuple[int, str, dict[str, Any]]] = [(app_id, evidence.JOB, {}) for app_id in proven]
        for app, why in found:
            if why and self._may_run(app, why, now):
                wanted.append((app.id, "sync", {"by_hand": False, "full": why is due.Due.CHECK}))
        if wanted:
            self._file(wanted)

    def _file(self, wanted: list[tuple[int, str, dict[str, Any]]]) -> None:
        """File these jobs (app, kind, arguments), but for apps that another worker has filed one for meanwhile."""
        with self.db.write(serial=events.SERIAL) as c:
            busy = _busy(c)
            for app_id, kind, arguments in wanted:
                if app_id not in busy:
                    jobs.add(c, app_id, kind, arguments, self.clock())

    def _may_try(self, c: Connection, app: App, now: float) -> bool:
        """Whether no run of the app has failed as a whole just now, here or at another worker."""
        since = self.clock() - int(PAUSE_SECONDS * 1000)
        return now >= self._not_before.get(app.id, 0.0) and not jobs.failed_elsewhere(c, app.id, self.name, since)

    def _may_run(self, app: App, why: due.Due, now: float) -> bool:
        """What happened is followed at once; what is due by time alone may wait for a person, so the pauses grow."""
        if why is due.Due.EVENT:
            self._timed.pop(app.id, None)
            return True
        not_before, pause = self._timed.get(app.id, (0.0, PAUSE_SECONDS / 2))
        if now < not_before:
            return False
        pause = min(2 * pause, LONGEST_TIMED_PAUSE_SECONDS)
        self._timed[app.id] = (now + pause, pause)
        return True


def _busy(c: Connection) -> set[int]:
    """The apps that have a job already."""
    return {job.app_id for job in (*jobs.queued(c), *jobs.running(c))}
