"""What the engine and an administrator may do about the guard.  In the caller's transaction."""

from dataclasses import replace
from typing import Any

from lockstep.idp import events
from lockstep.idp.apps import store as apps
from lockstep.idp.apps.records import App
from lockstep.idp.events import Event, EventType
from lockstep.idp.provisioning.installation import store
from lockstep.idp.provisioning.installation.records import HeldProblem, NotComparedProblem, Watch, Watched
from lockstep.kit.db import Connection

ENGINE = "engine"
ADMIN = "admin"
LISTED = 200
"""Differences of a comparison that are kept to be shown."""


def watch_all(c: Connection, kind: Watch, reason: str, until: int, now: int) -> list[App]:
    """Watch every app; those that are held already stay as they are.  The apps that are watched newly."""
    known = {one.app_id: one for one in store.watched(c)}
    found = []
    for app in apps.all_apps(c):
        before = known.get(app.id)
        if before is not None and (before.watch is Watch.HELD or kind is Watch.LOOK):
            continue
        hold(c, app, reason, until, now) if kind is Watch.HELD else store.watch(c, _new(app, kind, reason, until, now))
        found.append(app)
    return found


def hold(c: Connection, app: App, reason: str, until: int, now: int) -> None:
    """Send nothing to an app any more until somebody has looked."""
    store.watch(c, _new(app, Watch.HELD, reason, until, now))
    _event(c, EventType.INSTALLATION_HELD, app, "", now, ENGINE, error=reason)


def _new(app: App, kind: Watch, reason: str, until: int, now: int) -> Watched:
    return Watched(app.id, kind, reason, now, until, 0, {})


def held(c: Connection, app_id: int) -> Watched | None:
    """The app, if the guard holds it."""
    found = store.of_app(c, app_id)
    return found if found is not None and found.watch is Watch.HELD else None


def all_held(c: Connection) -> list[tuple[App, Watched]]:
    """Every app that the guard holds."""
    known = {one.app_id: one for one in store.watched(c) if one.watch is Watch.HELD}
    return [(app, known[app.id]) for app in apps.all_apps(c) if app.id in known] if known else []


def check(c: Connection, app: App) -> None:
    """Raise HeldProblem where the guard holds the app."""
    found = held(c, app.id)
    if found is not None:
        raise problem_of(app, found)


def problem_of(app: App, found: Watched) -> HeldProblem:
    """Why nothing is sent to an app, and what to do."""
    why = found.reason if found.is_new_tenant else f"this may be a restored backup or a copy: {found.reason}"
    return HeldProblem(
        f"nothing is sent to {app.name}, because {why}. "
        f"Compare with the target: lockstep idp drift {app.name}. Then let it go: lockstep idp app start {app.name}"
    )


def reads_first(c: Connection, app_id: int) -> bool:
    """Whether the next run has to read the target first."""
    found = store.of_app(c, app_id)
    return found is not None and found.watch is Watch.READ


def was_read(c: Connection, app_id: int) -> None:
    """A run has read the target, and the links say what it holds."""
    if reads_first(c, app_id):
        store.forget(c, app_id)


def compared(c: Connection, app_id: int, result: dict[str, Any], now: int) -> None:
    """The target of a held app was read and compared: `result` is what `lockstep idp drift --json` prints."""
    found = held(c, app_id)
    if found is not None:
        differences = result["differences"]
        kept = {**result, "differences": differences[:LISTED], "count": len(differences)}
        store.watch(c, replace(found, compared_at=now, comparison=kept))


def forget_tenant(c: Connection, app_id: int) -> None:
    """The app is at a tenant again that is known: that it was another one holds it no more."""
    found = held(c, app_id)
    if found is not None and found.is_new_tenant:
        store.forget(c, app_id)


def let_go(c: Connection, app: App, now: int, *, actor: str = ADMIN, unseen: bool = False) -> bool:
    """Let an app go; whether the guard held it.  Its next run reads the target first.

    Raises NotComparedProblem where nobody has compared since it is held, unless `unseen`.
    """
    found = held(c, app.id)
    if found is None:
        return False
    if not found.compared_at and not unseen:
        raise NotComparedProblem(f"{app.name} has not been compared with its target yet: first lockstep idp drift {app.name}")
    store.watch(c, replace(found, watch=Watch.READ))
    notes = "let go after a comparison" if found.compared_at else "let go without a comparison"
    _event(c, EventType.INSTALLATION_ACCEPTED, app, notes, now, actor)
    _event(c, EventType.APP_STARTED, app, notes, now, actor)  # which the engine follows
    return True


def accept(c: Connection, now: int, *, unseen: bool = False, steady: bool | None = None, actor: str = ADMIN) -> list[App]:
    """It is this installation still: let every held app go.  The apps.

    `steady` False says that files change their numbers here by themselves, so that these are not looked at any more; True
    takes that back.  Raises NotComparedProblem, which names the apps that nobody has compared; then nothing is let go.
    """
    waiting = all_held(c)
    unseen_apps = [app.name for app, found in waiting if not found.compared_at]
    if unseen_apps and not unseen:
        raise NotComparedProblem(
            f"not compared with the target yet: {', '.join(unseen_apps)}. First: "
            + "; ".join(f"lockstep idp drift {name}" for name in unseen_apps)
            + ". Whoever has just moved this installation can say --unseen"
        )
    found = store.read(c)
    if steady is not None and found is not None:
        store.change(c, found.place, found.mark, files=steady)
    for app, _ in waiting:
        let_go(c, app, now, actor=actor, unseen=unseen)
    return [app for app, _ in waiting]


def restored(c: Connection, words: str, now: int, *, actor: str = ADMIN) -> list[App]:
    """The database was restored from a backup, by our own command: every app waits to be looked at."""
    found = store.read(c)
    _event(c, EventType.BACKUP_RESTORED, None, words, now, actor)
    return watch_all(c, Watch.HELD, words, 0 if found is None else found.alive_at, now)


def describe(c: Connection) -> dict[str, Any]:
    """`lockstep idp installation --json`."""
    found = store.read(c)
    waiting = all_held(c)
    if found is None:
        return {"id": "", "place": "", "state": "new", "since": 0, "apps": []}
    return {
        "id": found.id,
        "place": found.place.where,
        "state": "held" if waiting else "running",
        "since": min((one.since for _, one in waiting), default=found.since),
        "apps": [_shown(app, one) for app, one in waiting],
    }


def _shown(app: App, found: Watched) -> dict[str, Any]:
    shown: dict[str, Any] = {"name": app.name, "reason": found.reason, "since": found.since, "compared_at": found.compared_at}
    return {**shown, **({"comparison": found.comparison} if found.compared_at else {})}


def _event(c: Connection, kind: EventType, app: App | None, notes: str, now: int, actor: str, *, error: str = "") -> None:
    where: dict[str, Any] = {} if app is None else {"app_id": app.id, "app_name": app.name}
    events.append(c, Event(type=kind, actor=actor, notes=notes, error_description=error, **where), now)
