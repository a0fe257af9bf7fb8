"""What is left to do between a right password and a session; each request asks anew, so that no page can be passed by."""

from lockstep.idp.directory import actions as directory
from lockstep.idp.directory.groups.records import DAY_MS, Policy, SecondFactor
from lockstep.idp.directory.groups.store import policy_of
from lockstep.idp.directory.records import Status, User
from lockstep.idp.events import Event, EventType, append
from lockstep.idp.signin.factors import actions as factors
from lockstep.idp.signin.people import passwords, sessions, throttle
from lockstep.idp.signin.people import store as people
from lockstep.idp.signin.steps import store
from lockstep.idp.signin.steps.records import Begun, Step
from lockstep.kit.db import Connection
from lockstep.kit.pauses import DAY_MS as REMEMBERED_MS
from lockstep.kit.pauses import Key
from lockstep.kit.vault import Vault
from lockstep.kit.web.secrets import digest, new_secret

ACTOR = "server"
_FREE = 5


def begin(c: Connection, vault: Vault, user: User, now: int) -> str:
    """Begin the steps of somebody who has given a right password: the value of the cookie that opens them."""
    secret = new_secret()
    store.add(c, digest(secret), user.id, now)
    if step_of(c, user, now, factor_given=False) is Step.SET_UP:
        factors.begin(c, vault, user.id, now)
    return secret


def find(c: Connection, secret: str | None, now: int) -> Begun | None:
    """The sign-in of the cookie's value, if it may be finished and its person may come in by it now."""
    found = None if secret is None else store.get(c, digest(secret), now)
    return found if found is not None and sessions.may_begin(found.user) else None


def next_step(c: Connection, begun: Begun, now: int) -> Step:
    """What has to be done next."""
    return step_of(c, begun.user, now, factor_given=begun.factor_at > 0)


def step_of(c: Connection, user: User, now: int, *, factor_given: bool) -> Step:
    """What somebody has to do before a session begins; the second factor comes before a password is changed."""
    policy = policy_of(c, user.group_id)
    if policy.second_factor is not SecondFactor.OFF and not factor_given:
        if factors.is_set_up(c, user.id):
            return Step.CODE
        if policy.second_factor is SecondFactor.REQUIRED:
            return Step.SET_UP
    return Step.RENEW if user.status != Status.ACTIVE or is_aged(c, user, policy, now) else Step.NONE


def is_aged(c: Connection, user: User, policy: Policy, now: int) -> bool:
    """Whether the password is older than the policy lets it be."""
    if not policy.max_age_days:
        return False
    return people.password_changed_at(c, user.id) + policy.max_age_days * DAY_MS <= now


def expire(c: Connection, user: User, now: int) -> User:
    """Say of somebody whose password is aged that it is (Password expired); the person as they are then."""
    aged = user.status == Status.ACTIVE and is_aged(c, user, policy_of(c, user.group_id), now)
    return directory.set_status(c, user.id, Status.PASSWORD_EXPIRED, actor=ACTOR, now=now) if aged else user


def try_code(c: Connection, vault: Vault, begun: Begun, code: str, now: int) -> bool:
    """Whether the second factor is given.  Wrong ones make pauses of their own, which a right password does not end."""
    if not throttle.begin(c, (key_of(begun.user.id),), now):
        return False
    if not factors.check(c, vault, begun.user, code, now):
        append(c, _failed(begun.user), now)
        return False
    _given(c, begun, now)
    return True


def set_up(c: Connection, vault: Vault, begun: Begun, code: str, now: int) -> list[str] | None:
    """Set up the device of this code: the recovery codes, once; None for a wrong code."""
    if next_step(c, begun, now) is not Step.SET_UP or not throttle.begin(c, (key_of(begun.user.id),), now):
        return None
    fresh = factors.confirm(c, vault, begun.user, code, now)
    if fresh is not None:
        _given(c, begun, now)
    return fresh


def complete(c: Connection, begun: Begun, old: str | None, now: int) -> str | None:
    """A session, if nothing is left to do: the value of its cookie.  `old` is the session's cookie until now."""
    if next_step(c, begun, now) is not Step.NONE or not store.end(c, begun.digest):
        return None
    return sessions.start(c, begun.user, old, now)


def renew(c: Connection, begun: Begun, stored: str, old: str | None, now: int) -> str | None:
    """Another password, hashed already, and a session: the value of its cookie.  None where that is not the next step."""
    if next_step(c, begun, now) is not Step.RENEW:
        return None
    user = passwords.renew(c, begun.user, stored, now)
    return sessions.start(c, user, old, now)


def key_of(user_id: int) -> Key:
    """What wrong codes of a user are counted by."""
    return Key(f"factor {user_id}", free=_FREE, memory_ms=REMEMBERED_MS)


def _given(c: Connection, begun: Begun, now: int) -> None:
    throttle.clear(c, key_of(begun.user.id))
    store.factor_given(c, begun.digest, now)


def _failed(user: User) -> Event:
    return Event(type=EventType.SECOND_FACTOR_FAILED, user_id=user.id, user_name=user.user_name, user_key=user.employee_id)
