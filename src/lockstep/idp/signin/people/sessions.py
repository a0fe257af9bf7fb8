"""Log-in, sessions, log-out.

The cookie holds 256 random bits, the database their digest.  Every look-up asks for the user's status too, so that a session
of somebody who was suspended or deleted is dead from the next request on, in every process.
"""

from dataclasses import dataclass

from lockstep.idp.directory import store as directory
from lockstep.idp.directory.records import Status, User
from lockstep.idp.events import Event, EventType, append
from lockstep.idp.signin.people import store, throttle
from lockstep.idp.signin.people.records import Limits, Session
from lockstep.kit.db import Connection
from lockstep.kit.pauses import Key, address_key
from lockstep.kit.web.secrets import digest, new_secret

SEEN_EVERY_MS = 60_000
"""A session that is in use is written down as such no more often than this."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A log-in that has been asked for.  `stored` is the password to compare with; None where nothing may succeed."""

    account: Key
    address: Key
    user: User | None
    stored: str | None
    paused: bool


def begin(c: Connection, user_name: str, address: str, now: int) -> Attempt:
    """Look up who wants to log in, and count the attempt.  Whatever is wrong shows in `finish` only."""
    account, place = throttle.account_key(user_name), address_key(address)
    if not throttle.begin(c, (account, place), now):
        return Attempt(account, place, None, None, paused=True)
    user = directory.user_by_user_name(c, user_name)
    stored = store.password_of(c, user.id) if user is not None and user.status == Status.ACTIVE else None
    return Attempt(account, place, user, stored, paused=False)


def finish(c: Connection, attempt: Attempt, *, right: bool, old: str | None, now: int, limits: Limits) -> str | None:
    """The cookie's new value after a right password; None otherwise.  `old` is the cookie until now, whose session ends.

    A pause writes no event: a stranger must not fill the log.
    """
    user = None if attempt.user is None else directory.user_by_id(c, attempt.user.id)
    allowed = user is not None and user.status == Status.ACTIVE and store.password_of(c, user.id) == attempt.stored
    if user is None or not right or attempt.stored is None or not allowed:
        if not attempt.paused:
            append(c, _failed(attempt.user, _network(attempt)), now)
        return None
    throttle.forgive(c, attempt.account, attempt.address)
    store.forget_sessions(c, now)
    if old is not None:
        store.end_session(c, digest(old))
    secret = new_secret()
    store.add_session(c, digest(secret), user.id, now, now + limits.absolute_ms)
    append(c, _about(EventType.SIGNED_IN, user, _ipaddr(_network(attempt))), now)
    return secret


def find(c: Connection, secret: str | None, now: int, limits: Limits) -> Session | None:
    """The session of the cookie's value, if it is alive and its user may be signed in now."""
    return None if secret is None else store.session(c, digest(secret), now, limits)


def needs_touch(session: Session, now: int) -> bool:
    """Whether it should be written down that the session is in use."""
    return now - session.seen_at >= SEEN_EVERY_MS


def end(c: Connection, session: Session, now: int) -> None:
    """Log out."""
    if store.end_session(c, session.digest):
        append(c, _about(EventType.SIGNED_OUT, session.user), now)


def _about(what: EventType, user: User, ipaddr: str = "") -> Event:
    return Event(
        type=what, actor=user.user_name, actor_user_id=user.id, user_id=user.id, user_name=user.user_name, ipaddr=ipaddr
    )


def _network(attempt: Attempt) -> str:
    """Where an attempt came from, as it is counted: one address, or of IPv6 a network."""
    return attempt.address.name.removeprefix("address ")


def _ipaddr(network: str) -> str:
    """The same for a field that holds an address: of a network its first, "" for what is not known."""
    return "" if network == "unknown" else network.partition("/")[0]


def _failed(user: User | None, address: str) -> Event:
    where = _ipaddr(address)
    if user is None:
        # What was typed is not written down: it may be a password in the wrong field.
        return Event(type=EventType.SIGN_IN_FAILED, ipaddr=where, notes=f"no such user, from {address}")
    why = "wrong password, or none set" if user.status == Status.ACTIVE else f"status {Status(user.status).name.lower()}"
    notes = f"{why}, from {address}"
    return Event(type=EventType.SIGN_IN_FAILED, user_id=user.id, user_name=user.user_name, ipaddr=where, notes=notes)
