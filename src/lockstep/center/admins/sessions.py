"""Log-in, sessions, log-out of administrators.

The cookie holds 256 random bits, the database their digest.  An attempt is counted before the password is looked at and
forgiven afterwards, so that many at the same time count as many; all is in the database, so every process sees it.
"""

from dataclasses import dataclass

import msgspec

from lockstep.center import events
from lockstep.center.admins import store
from lockstep.center.admins.records import AdminSession
from lockstep.center.events import Call, Operation
from lockstep.kit.db import Connection
from lockstep.kit.pauses import DAY_MS, Key, account_key, address_key, pause_ms
from lockstep.kit.web.secrets import digest, new_secret

LONGEST_MS = 28_800_000
IDLE_MS = 3_600_000
_SEEN_EVERY_MS = 60_000
_OK, _REFUSED = 200, 401


@dataclass(frozen=True, slots=True)
class Attempt:
    """A log-in that has been asked for.  `stored` is the password to compare with; None where nothing may succeed."""

    name: str
    account: Key
    address: Key
    stored: str | None
    paused: bool


def begin(connection: Connection, name: str, address: str, now: int) -> Attempt:
    """Look up who wants to log in, and count the attempt as failed for now.  Whatever is wrong shows in `finish` only."""
    keys = account_key(name), address_key(address)
    store.forget_failures(connection, now - DAY_MS)
    counts = [store.failed(connection, key.name) for key in keys]
    if any(until > now for _, _, until in counts):
        return Attempt(name, *keys, None, paused=True)
    for key, (number, last, _) in zip(keys, counts, strict=True):
        failures = 1 if last <= now - key.memory_ms else number + 1
        store.count_failure(connection, key.name, failures, now, now + pause_ms(failures, key.free))
    return Attempt(name, *keys, store.password_of(connection, name), paused=False)


def finish(connection: Connection, attempt: Attempt, call: Call, *, right: bool, old: str | None) -> str | None:
    """The cookie's new value after a right password; None otherwise.  `old` is the cookie until now, whose session ends.

    A pause writes no event: a stranger must not fill the trail.  Neither is a name written down that nobody has: it may be a
    password in the wrong field.
    """
    known = store.password_of(connection, attempt.name)
    if not right or attempt.stored is None or known != attempt.stored:
        if not attempt.paused:
            told = call if known is None else msgspec.structs.replace(call, actor=attempt.name)
            events.append(
                connection, events.NO_INSTANCE, told, _REFUSED, error=("Failed authentication", "wrong name or password")
            )
        return None
    _forgive(connection, attempt)
    store.forget_sessions(connection, call.at, call.at - IDLE_MS)
    if old is not None:
        store.end_session(connection, digest(old))
    secret = new_secret()
    store.add_session(connection, digest(secret), attempt.name, call.at, call.at + LONGEST_MS)
    events.append(
        connection, events.NO_INSTANCE, msgspec.structs.replace(call, actor=attempt.name), _OK, resource_id=attempt.name
    )
    return secret


def _forgive(connection: Connection, attempt: Attempt) -> None:
    """The account starts anew; of the address only this attempt is taken back.

    Otherwise one password that somebody knows would pay for guesses at all the others.
    """
    store.failed(connection, attempt.account.name)
    store.count_failure(connection, attempt.account.name, 0, 0, 0)
    number, last, _ = store.failed(connection, attempt.address.name)
    store.count_failure(connection, attempt.address.name, max(number - 1, 0), last, 0)


def find(connection: Connection, secret: str, now: int) -> AdminSession | None:
    """The session of the cookie's value, if it is alive; there is none once its administrator is removed."""
    return store.session(connection, digest(secret), now, now - IDLE_MS)


def needs_touch(session: AdminSession, now: int) -> bool:
    """Whether it should be written down that the session is in use."""
    return now - session.seen_at >= _SEEN_EVERY_MS


def touch(connection: Connection, session: AdminSession, now: int) -> None:
    """Write down that the session is in use."""
    store.touch(connection, session.digest, now)


def end(connection: Connection, secret: str, call: Call) -> None:
    """Log out.  Where there is no session, nothing happens."""
    session = find(connection, secret, call.at)
    if session is None:
        return
    store.end_session(connection, session.digest)
    told = msgspec.structs.replace(call, operation=Operation.CONSOLE_LOGOUT, actor=session.admin)
    events.append(connection, events.NO_INSTANCE, told, _OK, resource_id=session.admin)
