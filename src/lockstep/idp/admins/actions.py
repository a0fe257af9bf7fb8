"""What may be done with administrators, and what they do to get in and out."""

from dataclasses import replace

from lockstep.idp.admins import store
from lockstep.idp.admins.records import ABSOLUTE_MS, Admin, AdminSession
from lockstep.idp.events import Event, EventType, Wanted, append, page
from lockstep.kit.db import Connection
from lockstep.kit.passwords import LONGEST, SHORTEST
from lockstep.kit.problems import Problem, ValueProblem
from lockstep.kit.web.secrets import digest, new_secret

LONGEST_NAME = 200
SEEN_EVERY_MS = 60_000
"""A session that is in use is written down as such no more often than this."""


SIGN_INS = 200
"""Sign-ins that are looked through for those who have no session any more."""


class NoAdminProblem(Problem):
    """An administrator who is asked for and is not there."""


class LastAdminProblem(Problem):
    """Without this administrator nobody could get in."""


def check(name: str, password: str) -> None:
    """Raise ValueProblem for a name or a password that cannot be an administrator's."""
    check_name(name)
    check_password(password)


def check_name(name: str) -> None:
    """Raise ValueProblem for a name that cannot be an administrator's."""
    if not name.strip() or name != name.strip() or not name.isprintable() or len(name) > LONGEST_NAME:
        what = f"an administrator needs a name of 1 to {LONGEST_NAME} printable characters, without blanks around it"
        raise ValueProblem("name", what, what)


def check_password(password: str) -> None:
    """Raise ValueProblem for a password that cannot be an administrator's."""
    if not SHORTEST <= len(password) <= LONGEST:
        what = f"a password has {SHORTEST} to {LONGEST} characters"
        raise ValueProblem("password", what, what)


def create(c: Connection, name: str, stored: str, *, actor: str, now: int) -> None:
    """A new administrator; `stored` is the hashed password, both having been checked.  Raises ValueProblem for a taken name."""
    if store.password_of(c, name) is not None:
        raise ValueProblem("name", "another administrator has this name", f"there is an administrator {name!r} already")
    store.add(c, name, stored, now)
    append(c, Event(type=EventType.ADMIN_CREATED, actor=actor, object="administrator", object_name=name), now)


def remove(c: Connection, name: str, *, actor: str, now: int) -> None:
    """Remove an administrator, whose sessions end with this transaction.

    Raises NoAdminProblem for a name that is nobody's, and LastAdminProblem.
    """
    known = [one.name for one in store.everyone(c)]
    if name not in known:
        raise NoAdminProblem(f"there is no administrator {name!r}")
    if len(known) == 1:
        raise LastAdminProblem(f"{name} is the last administrator: make another one first")
    store.remove(c, name)
    append(c, Event(type=EventType.ADMIN_REMOVED, actor=actor, object="administrator", object_name=name), now)


def everyone(c: Connection) -> list[Admin]:
    """Every administrator, by name; last seen in a session, or else at one of the last sign-ins of all."""
    entered, _ = page(c, Wanted(type=EventType.ADMIN_SIGNED_IN.value), limit=SIGN_INS)
    last = {event.actor: event.at for event in reversed(entered)}
    return [replace(one, seen_at=max(one.seen_at, last.get(one.name, 0))) for one in store.everyone(c)]


def sign_in(c: Connection, name: str, old: str | None, now: int) -> str:
    """A new session for an administrator whose password was right: the cookie's new value.  `old` is the one until now."""
    store.forget_sessions(c, now)
    if old is not None:
        store.end_session(c, digest(old))
    secret = new_secret()
    store.add_session(c, digest(secret), name, now, now + ABSOLUTE_MS)
    append(c, _event(EventType.ADMIN_SIGNED_IN, name), now)
    return secret


def failed(c: Connection, name: str, now: int) -> None:
    """Somebody gave a wrong password.  A name that is nobody's is not written down: it may be a password in the wrong field."""
    known = store.password_of(c, name) is not None
    notes = "wrong password" if known else "no such administrator"
    event = Event(type=EventType.ADMIN_SIGN_IN_FAILED, object="administrator", object_name=name if known else "", notes=notes)
    append(c, event, now)


def find(c: Connection, secret: str | None, now: int) -> AdminSession | None:
    """The session of the cookie's value, if it is alive."""
    return None if secret is None else store.session(c, digest(secret), now)


def needs_touch(session: AdminSession, now: int) -> bool:
    """Whether it should be written down that the session is in use."""
    return now - session.seen_at >= SEEN_EVERY_MS


def sign_out(c: Connection, session: AdminSession, now: int) -> None:
    """End the session."""
    if store.end_session(c, session.digest):
        append(c, _event(EventType.ADMIN_SIGNED_OUT, session.name), now)


def _event(what: EventType, name: str) -> Event:
    return Event(type=what, actor=name, object="administrator", object_name=name)
