"""Log-in, sessions, log-out.

The cookie holds 256 random bits, the database their digest.  Every look-up asks for the person's status and for the policy of
their group, too, so that a session of somebody who was suspended or deleted, or whose policy became shorter, is dead from
the next request on, in every process.
"""

from dataclasses import dataclass, replace

from msgspec.structs import replace as with_fields

from lockstep.idp.directory import actions as directory_actions
from lockstep.idp.directory import store as directory
from lockstep.idp.directory.activity import store as activity
from lockstep.idp.directory.groups.records import MINUTE_MS
from lockstep.idp.directory.groups.store import policy_of
from lockstep.idp.directory.lookup import user_of_id
from lockstep.idp.directory.records import State, Status, User, may_enter
from lockstep.idp.events import Event, EventType, append
from lockstep.idp.signin.people import store, throttle
from lockstep.idp.signin.people.records import Session
from lockstep.kit.db import Connection
from lockstep.kit.pauses import Key, address_key
from lockstep.kit.web.secrets import digest, new_secret

ACTOR = "server"
SEEN_EVERY_MS = 60_000
"""A session that is in use is written down as such no more often than this."""
RENEWING = frozenset({Status.PASSWORD_EXPIRED, Status.AWAITING_PASSWORD_RESET, Status.PASSWORD_PENDING})
"""Who has one of these gives the right password and then chooses another one."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A log-in that has been asked for.  `stored` is the password to compare with; None where nothing may succeed."""

    account: Key
    address: Key
    user: User | None
    stored: str | None
    paused: bool


def may_begin(user: User) -> bool:
    """Whether a right password leads anywhere: to a session, or to the page where another one is chosen."""
    return may_enter(user) or (user.state == State.APPROVED and user.status in RENEWING)


def begin(c: Connection, user_name: str, address: str, now: int) -> Attempt:
    """Look up who wants to log in, and count the attempt.  Whatever is wrong shows in `finish` only."""
    account, place = throttle.account_key(user_name), address_key(address)
    if not throttle.begin(c, (account, place), now):
        return Attempt(account, place, None, None, paused=True)
    user = directory.user_by_user_name(c, user_name)
    if user is not None:
        user = _unlocked(c, user, now)
    stored = store.password_of(c, user.id) if user is not None and may_begin(user) else None
    return Attempt(account, place, user, stored, paused=False)


def finish(c: Connection, attempt: Attempt, *, right: bool, now: int) -> User | None:
    """Who has given the right password, as they are now; None otherwise, and the failure is counted.

    A pause writes no event: a stranger must not fill the log.
    """
    user = None if attempt.user is None else directory.user_by_id(c, attempt.user.id)
    allowed = user is not None and may_begin(user) and store.password_of(c, user.id) == attempt.stored
    if user is None or not right or attempt.stored is None or not allowed:
        if not attempt.paused:
            append(c, _failed(attempt.user, _network(attempt)), now)
            if user is not None and attempt.stored is not None and not right:
                _count(c, user, now)
        return None
    throttle.forgive(c, attempt.account, attempt.address)
    known = activity.of(c, user.id)
    if known.invalid_login_attempts:
        activity.write(c, user.id, with_fields(known, invalid_login_attempts=0))
    return user


def start(c: Connection, user: User, old: str | None, now: int, *, ipaddr: str = "") -> str:
    """A new session, whatever was before: the cookie's new value.  `old` is the cookie until now, whose session ends.

    `ipaddr` is where it is begun from (see `ipaddr_of`).
    """
    store.forget_sessions(c, now)
    if old is not None:
        store.end_session(c, digest(old))
    secret, policy = new_secret(), policy_of(c, user.group_id)
    store.add_session(c, digest(secret), user.id, now, now + policy.session_minutes * MINUTE_MS)
    activity.write(c, user.id, with_fields(activity.of(c, user.id), last_login=now, invalid_login_attempts=0))
    append(c, _about(EventType.SIGNED_IN, user, ipaddr), now)
    return secret


def find(c: Connection, secret: str | None, now: int) -> Session | None:
    """The session of the cookie's value, if it is alive and its user may be signed in now."""
    found = None if secret is None else store.session(c, digest(secret), now)
    if found is None or not may_enter(found.user):
        return None
    policy = policy_of(c, found.user.group_id)
    ends = min(found.expires_at, found.authn_at + policy.session_minutes * MINUTE_MS)
    idle = found.seen_at + policy.idle_minutes * MINUTE_MS
    return replace(found, expires_at=ends) if now < min(ends, idle) else None


def needs_touch(session: Session, now: int) -> bool:
    """Whether it should be written down that the session is in use."""
    return now - session.seen_at >= SEEN_EVERY_MS


def end(c: Connection, session: Session, now: int) -> None:
    """Log out."""
    if store.end_session(c, session.digest):
        append(c, _about(EventType.SIGNED_OUT, session.user), now)


def _unlocked(c: Connection, user: User, now: int) -> User:
    """The person, unlocked if their time is over."""
    if user.status != Status.LOCKED or not 0 < activity.of(c, user.id).locked_until <= now:
        return user
    return directory_actions.unlock(c, user.id, actor=ACTOR, now=now)


def _count(c: Connection, user: User, now: int) -> None:
    """One more wrong password in a row; at the policy's number of them the person is Locked, and counting begins anew."""
    known, policy = activity.of(c, user.id), policy_of(c, user.group_id)
    wrong = known.invalid_login_attempts + 1
    if policy.lock_after and wrong >= policy.lock_after:
        until = now + policy.lock_minutes * MINUTE_MS if policy.lock_minutes else 0
        directory_actions.lock(c, user.id, until=until, actor=ACTOR, now=now)
        return
    activity.write(c, user.id, with_fields(known, invalid_login_attempts=wrong))


def end_all(c: Connection, user_id: int, *, actor: str, now: int) -> tuple[User, int]:
    """Log somebody out everywhere; who it is, and how many sessions ended.  Raises NotThereProblem."""
    user = user_of_id(c, user_id)
    ended = store.end_sessions_of(c, user_id)
    if ended:
        append(c, with_fields(_about(EventType.SIGNED_OUT, user), actor=actor), now)
    return user, ended


def _about(what: EventType, user: User, ipaddr: str = "") -> Event:
    return Event(
        type=what, actor=user.user_name, actor_user_id=user.id, user_id=user.id, user_name=user.user_name, ipaddr=ipaddr
    )


def _network(attempt: Attempt) -> str:
    """Where an attempt came from, as it is counted: one address, or of IPv6 a network."""
    return attempt.address.name.removeprefix("address ")


def ipaddr_of(attempt: Attempt) -> str:
    """Where an attempt came from, for a field that holds an address."""
    return _ipaddr(_network(attempt))


def _ipaddr(network: str) -> str:
    """The same for a field that holds an address: of a network its first, "" for what is not known."""
    return "" if network == "unknown" else network.partition("/")[0]


def _failed(user: User | None, address: str) -> Event:
    where = _ipaddr(address)
    if user is None:
        # What was typed is not written down: it may be a password in the wrong field.
        return Event(type=EventType.SIGN_IN_FAILED, ipaddr=where, notes=f"no such user, from {address}")
    status, state = Status(user.status).name.lower(), State(user.state).name.lower()
    why = f"status {status}" if user.state == State.APPROVED else f"state {state}"
    shown = "wrong password, or none set" if may_begin(user) else why
    notes = f"{shown}, from {address}"
    return Event(type=EventType.SIGN_IN_FAILED, user_id=user.id, user_name=user.user_name, ipaddr=where, notes=notes)
