"""What an administrator may do with apps: check, write, append the event, in the caller's transaction."""

from collections.abc import Iterable
from dataclasses import replace

from lockstep.idp import events
from lockstep.idp.apps import store
from lockstep.idp.apps.connectors import CONNECTORS, check_parameter, parameters_of
from lockstep.idp.apps.connectors.parameters import BUILT_IN, FIRST_NUMBER
from lockstep.idp.apps.memory import client as memory
from lockstep.idp.apps.records import App, Parameter
from lockstep.idp.apps.settings import Settings, changed
from lockstep.idp.apps.tokens import actions as tokens
from lockstep.idp.directory import store as directory
from lockstep.idp.events import Event, EventType
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem, ValueProblem
from lockstep.kit.vault import Vault
from lockstep.scim.client import LoopbackError, UrlError, check_url

LONGEST_NAME = 200
LONGEST_URL = 2_048
LONGEST_SOURCE = 2_000
ADMIN = "admin"
"""The actor where nobody says who it is: a command, whoever runs it."""


def find_app(c: Connection, name: str) -> App:
    """The app of that name.  Raises Problem, naming those that exist."""
    app = store.app_by_name(c, name)
    if app is None:
        known = ", ".join(one.name for one in store.all_apps(c)) or "none yet"
        raise Problem(f"no app is called {name}; there are: {known}")
    return app


def create_app(
    c: Connection,
    vault: Vault,
    now: int,
    *,
    name: str,
    connector: str,
    scim_url: str,
    token: str,
    allow_loopback: bool,
    expires_at: int = 0,
    actor: str = ADMIN,
) -> App:
    """A new app, provisioning off.  `expires_at` is when the token ends (ms), 0 where that is not said.

    Raises ValueProblem, naming what is wrong.
    """
    check_name(c, name)
    if connector not in CONNECTORS:
        text = f"{connector[:LONGEST_NAME]}: no such connector; there are {', '.join(CONNECTORS)}"
        raise ValueProblem("connector", f"choose one of {', '.join(CONNECTORS)}", text)
    kind = CONNECTORS[connector]
    if kind.local:
        url, checked = _local(scim_url, token)
    else:
        url, checked = check_scim_url(scim_url, allow_loopback=allow_loopback), tokens.check_token(token)
    settings = Settings(rate=kind.rate)
    store.insert_app(c, App(0, name, connector, url, allow_loopback, settings, False, "", 0, ""), now)
    made = find_app(c, name)
    tokens.add_first(c, vault, made, checked, now, expires_at=expires_at)
    _event(c, EventType.APP_CREATED, made.id, name, now, actor=actor)
    return made


def _local(scim_url: str, token: str) -> tuple[str, str]:
    """The URL and the token of an app whose target is kept here.  Raises ValueProblem where one was given."""
    for field, value in (("scim_url", scim_url), ("token", token)):
        if value:
            what = "this connector keeps its target here: leave the URL and the token empty"
            raise ValueProblem(field, what, "the connector keeps its target here: leave out --scim-url and --token-file")
    return memory.URL, memory.UNASKED


def check_name(c: Connection, name: str) -> None:
    """Raise ValueProblem for a name that an app cannot have, or that another one has."""
    if not name.strip():
        raise ValueProblem("name", "the app needs a name", "the app needs a name")
    if len(name) > LONGEST_NAME or "\0" in name or not name.isprintable():
        what = f"a name has at most {LONGEST_NAME} characters, all of them printable"
        raise ValueProblem("name", what, what)
    if store.app_by_name(c, name) is not None:
        raise ValueProblem("name", "another app has this name", f"an app called {name} exists already")


def rename(c: Connection, app: App, name: str, now: int, *, actor: str = ADMIN) -> None:
    """Call the app something else from now on; nothing but words hangs on it.  Raises ValueProblem."""
    if name == app.name:
        return
    check_name(c, name)
    store.set_name(c, app.id, name)
    _event(c, EventType.APP_UPDATED, app.id, name, now, f"renamed, until now {app.name}", actor=actor)


def token_of(c: Connection, vault: Vault, app: App) -> str:
    """The bearer token that the app uses.  Raises VaultError if the key is another one."""
    return tokens.opened(c, vault, app.id)[0].secret


def check_scim_url(url: str, *, allow_loopback: bool) -> str:
    """The URL as it is stored.  Raises ValueProblem, of the field `loopback` where only that has to be allowed."""
    if len(url) > LONGEST_URL or not url.isprintable():
        raise ValueProblem("scim_url", f"the SCIM URL has at most {LONGEST_URL} characters, all of them printable")
    try:
        return check_url(url, allow_loopback=allow_loopback)
    except LoopbackError as error:
        raise ValueProblem("loopback", "the SCIM URL is on this machine", f"--scim-url: {error}") from None
    except UrlError as error:
        raise ValueProblem("scim_url", str(error)) from None


def assign(c: Connection, app: App, role: str | None, now: int, *, actor: str = ADMIN) -> None:
    """Give the app to everyone (`role` None), now and later, or to the members of a role (its name or group_id)."""
    role_id = None if role is None else _role(c, role)
    if any(one.role_id == role_id for one in store.assignments(c, app.id)):
        return
    store.assign(c, app.id, role_id)
    whom = "everyone" if role is None else f"role {role}"
    _event(c, EventType.APP_ASSIGNED, app.id, app.name, now, whom, actor=actor)


def unassign(c: Connection, app: App, role_id: int, now: int, *, actor: str = ADMIN) -> None:
    """Take the app from a role: who has it by no other way counts as a leaver there, under the app's settings and limits.

    Everyone's assignment is not taken away like this: that would mean to stop managing the target.
    """
    if store.unassign(c, app.id, role_id):
        role = directory.role_by_id(c, role_id)
        notes = f"role {role.name if role else role_id}"
        _event(c, EventType.APP_UNASSIGNED, app.id, app.name, now, notes, actor=actor)


def assigned(c: Connection, app: App) -> list[str]:
    """The standing rules of who has the app, in words: `everyone`, `role Team (group_id)`."""
    found = []
    for one in store.assignments(c, app.id):
        role = None if one.role_id is None else directory.role_by_id(c, one.role_id)
        found.append(
            "everyone" if one.role_id is None else f"role {role.name} ({role.group_id})" if role else "a role that is gone"
        )
    return sorted(found)


def _role(c: Connection, role: str) -> int:
    if "\0" in role:  # which no database would look for
        raise Problem("no role is called that")
    found = directory.role_by_group_id(c, role)
    if found is not None:
        return found.id
    named = directory.roles_by_name(c, role)
    if len(named) == 1:
        return named[0].id
    if named:
        raise Problem(f"several roles are called {role}: name it by its group_id, {', '.join(one.group_id for one in named)}")
    raise Problem(f"no role is called {role}")


def check_pilot_role(c: Connection, role: str) -> None:
    """Raise ValueProblem unless there is a role of this name or group_id."""
    key = "pilot-role"
    if directory.role_by_group_id(c, role) is None and not directory.roles_by_name(c, role):
        raise ValueProblem(key, "no role has this name or group_id", f"{key}={role}: no role has this name or group_id")


def change_settings(c: Connection, app: App, given: list[str], now: int, *, actor: str = ADMIN) -> App:
    """Apply `KEY=VALUE` settings.  Raises Problem, naming the key, and changes nothing."""
    settings = changed(app.settings, given)
    if settings.pilot_role and settings.pilot_role != app.settings.pilot_role:
        check_pilot_role(c, settings.pilot_role)
    if settings != app.settings:
        store.set_settings(c, app.id, settings)
        _event(c, EventType.APP_UPDATED, app.id, app.name, now, " ".join(given), actor=actor)
    return find_app(c, app.name)


def set_parameter(c: Connection, app: App, parameter: Parameter, now: int, *, actor: str = ADMIN) -> None:
    """Say where the value for one attribute comes from, and whether it goes into the SAML assertion.  Raises ValueProblem."""
    check_parameter(parameter)
    if len(parameter.source) > LONGEST_SOURCE or not parameter.source.isprintable():
        what = f"the value has at most {LONGEST_SOURCE} characters, all of them printable"
        raise ValueProblem("source", what, f"{parameter.key}: {what}")
    known = store.parameters(c, app.id)
    for other in known:
        if other.key != parameter.key and other.key.lower() == parameter.key.lower():
            what = f"there is a parameter {other.key} already, which differs in case only"
            raise ValueProblem("key", what, f"{parameter.key}: {what}")
    store.set_parameter(c, app.id, replace(parameter, number=_number(known, parameter.key)))
    _event(c, EventType.APP_PARAMETER_CHANGED, app.id, app.name, now, parameter.key, actor=actor)


def _number(known: Iterable[Parameter], key: str) -> int:
    """The number of a parameter: fixed for those that come with a connector, else the next that is free."""
    if key in BUILT_IN:
        return BUILT_IN[key]
    own = {one.key: one.number for one in known}
    return own.get(key) or max([FIRST_NUMBER - 1, *own.values()]) + 1


def remove_parameter(c: Connection, app: App, key: str, now: int, *, actor: str = ADMIN) -> None:
    """Forget the app's own parameter; one of the connector's template is what it was.  Raises Problem if there is none."""
    if not store.remove_parameter(c, app.id, key):
        known = ", ".join(one.key for one in store.parameters(c, app.id)) or "none"
        raise Problem(f"{app.name} has no parameter {key} of its own; there are: {known}")
    _event(c, EventType.APP_PARAMETER_CHANGED, app.id, app.name, now, key, actor=actor)


def parameter_of(c: Connection, app: App, key: str) -> Parameter | None:
    """The parameter as it is now: the app's own, else the connector's."""
    rows = parameters_of(CONNECTORS[app.connector], store.parameters(c, app.id))
    return next((one for one in rows if one.key == key), None)


def stop(c: Connection, app: App, now: int, *, actor: str = ADMIN) -> None:
    """Stop everything that the engine does for the app."""
    if not app.stopped:
        store.set_stopped(c, app.id, True)
        _event(c, EventType.APP_STOPPED, app.id, app.name, now, actor=actor)


def start(c: Connection, app: App, now: int, *, actor: str = ADMIN) -> None:
    """Let the engine work on the app again; ends a quarantine."""
    resume(c, app, now, actor=actor)
    if app.quarantine:
        store.set_quarantine(c, app.id, "")
        _event(c, EventType.APP_QUARANTINE_ENDED, app.id, app.name, now, actor=actor)


def resume(c: Connection, app: App, now: int, *, actor: str = ADMIN) -> None:
    """Take back that somebody stopped the app, and nothing else."""
    if app.stopped:
        store.set_stopped(c, app.id, False)
        _event(c, EventType.APP_STARTED, app.id, app.name, now, actor=actor)


def record_connection(c: Connection, app: App, problem: str, now: int, *, actor: str = ADMIN) -> None:
    """Remember what a connection test said."""
    store.set_connected(c, app.id, now, problem)
    kind = EventType.APP_CONNECTOR_BROKEN if problem else EventType.APP_CONNECTED
    event = Event(type=kind, actor=actor, app_id=app.id, app_name=app.name, error_description=problem)
    events.append(c, event, now)


def _event(c: Connection, kind: EventType, app_id: int, name: str, now: int, notes: str = "", *, actor: str) -> None:
    events.append(c, Event(type=kind, actor=actor, app_id=app_id, app_name=name, notes=notes), now)
