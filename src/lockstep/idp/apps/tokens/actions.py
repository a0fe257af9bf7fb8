"""What may be done with the access tokens of an app: give, take into use, remove, say when they end, remind.

A change-over: give the second one as the next; delete the first at the target; the next request finds it refused, is sent again
with the other one, and from then on that is the one in use.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

from lockstep.idp import events
from lockstep.idp.apps import store as apps
from lockstep.idp.apps.connectors import CONNECTORS
from lockstep.idp.apps.records import App
from lockstep.idp.apps.tokens import store
from lockstep.idp.apps.tokens.records import DAY_MS, ENDED, REFUSED, REMIND_DAYS, Expiry, Token, Which, reminder
from lockstep.idp.events import Event, EventType
from lockstep.kit.clock import iso
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem, ValueProblem
from lockstep.kit.vault import Vault

MAX_TOKEN = 8_192
ADMIN = "admin"
ENGINE = "engine"
_MOST_DAYS = 36_500
_WORKS = 200


@dataclass(frozen=True, slots=True)
class Opened:
    """A token with its secret, which goes nowhere but to the target."""

    token: Token
    secret: str


def check_remote(app: App, field: str) -> None:
    """Raise ValueProblem for an app whose target is kept here, and has neither URL nor token."""
    if CONNECTORS[app.connector].local:
        what = "the target of this app is kept here: it has no URL and no token"
        raise ValueProblem(field, what, f"{app.name}: {what}")


def check_token(token: str) -> str:
    """The token without blanks around it.  Raises ValueProblem."""
    token = token.strip()
    if not token or len(token) > MAX_TOKEN or not token.isascii() or not token.isprintable() or " " in token:
        what = "the access token is empty, or holds characters that a token cannot have: copy it again, whole"
        raise ValueProblem("token", what, what)
    return token


def expiry_of(text: str, now: int) -> int:
    """The instant (ms) that a date (`2027-11-24`: the end of that day, UTC) or an instant of ISO 8601 names; 0 for "".

    Raises ValueProblem for another text, and for what is over.
    """
    text = text.strip()
    if not text:
        return 0
    try:
        if len(text) == len("2027-11-24"):
            moment = datetime.combine(date.fromisoformat(text), time(23, 59, 59), UTC)
        else:
            moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueProblem("expires", "write the date as year, month and day: 2027-11-24") from None
    at = int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()) * 1000
    if at <= now:
        raise ValueProblem("expires", "this date is over: a token that has expired is of no use")
    if at > now + _MOST_DAYS * DAY_MS:
        raise ValueProblem("expires", "this date is more than 100 years away")
    return at


def token_place(app_id: int) -> str:
    """What the encrypted tokens of an app are bound to."""
    return f"apps|token|{app_id}"


def opened(c: Connection, vault: Vault, app_id: int) -> list[Opened]:
    """The tokens of an app, the one in use first.  Raises VaultError if the key is another one."""
    return [Opened(one, vault.open(one.sealed, token_place(app_id))) for one in store.of_app(c, app_id)]


def add_first(c: Connection, vault: Vault, app: App, secret: str, now: int, *, expires_at: int = 0) -> None:
    """The token of a new app."""
    _add(c, vault, app, check_token(secret), now, spare=False, expires_at=expires_at)


def give(
    c: Connection,
    vault: Vault,
    app: App,
    secret: str,
    now: int,
    *,
    spare: bool = False,
    expires_at: int = 0,
    actor: str = ADMIN,
) -> Token:
    """Use this token from now on, in the place of the one in use; or (`spare`) keep it beside that one, as the next.

    One that is there already is not kept twice: it is taken into use, or its end is set.  Raises ValueProblem.
    """
    check_remote(app, "token")
    secret = check_token(secret)
    known = opened(c, vault, app.id)
    same = next((one.token for one in known if one.secret == secret), None)
    if same is not None and spare and not same.spare:
        raise ValueProblem("token", "this token is the one in use: give the other one", "this token is the one in use")
    if same is not None:
        if same.spare and not spare:
            _change_over(c, app, [one.token for one in known], now, "", actor)
        if expires_at:
            set_expiry(c, app, "next" if spare else "current", expires_at, now, actor=actor)
        return _find(c, app, "next" if spare else "current")
    for one in known:
        if one.token.spare == spare:
            store.remove(c, one.token.id)
    made = _add(c, vault, app, secret, now, spare=spare, expires_at=expires_at)
    ends = f", expires on {iso(made.expires_at)}" if made.expires_at else ""
    if spare:
        _event(c, EventType.TOKEN_GIVEN, app, now, actor, f"next access token{ends}")
    else:
        _event(c, EventType.APP_UPDATED, app, now, actor, "access token replaced")
    return made


def _add(c: Connection, vault: Vault, app: App, secret: str, now: int, *, spare: bool, expires_at: int) -> Token:
    expiry: Expiry = "entered" if expires_at else ""
    days = CONNECTORS[app.connector].token_days
    if not expires_at and days:
        expires_at, expiry = now + days * DAY_MS, "connector"
    sealed = vault.seal(secret, token_place(app.id))
    store.add(c, Token(0, app.id, sealed, spare, now, expires_at, expiry))
    return _find(c, app, "next" if spare else "current")


def _find(c: Connection, app: App, which: Which) -> Token:
    for one in store.of_app(c, app.id):
        if one.which == which:
            return one
    raise Problem(f"{app.name} has no {which} token")


def set_expiry(c: Connection, app: App, which: Which, expires_at: int, now: int, *, actor: str = ADMIN) -> None:
    """Say when a token ends (0: nobody knows).  Raises Problem if it is not there."""
    check_remote(app, "token")
    token = _find(c, app, which)
    if (token.expires_at, token.expiry != "connector") == (expires_at, True):
        return
    store.set_expiry(c, token.id, expires_at, "entered" if expires_at else "")
    ends = f"expires on {iso(expires_at)}" if expires_at else "its end is not known"
    _event(c, EventType.TOKEN_EXPIRY_CHANGED, app, now, actor, f"{which} access token: {ends}")


def remove_next(c: Connection, app: App, now: int, *, actor: str = ADMIN) -> None:
    """Forget the token beside the one in use.  Raises Problem if there is none."""
    store.remove(c, _find(c, app, "next").id)
    _event(c, EventType.TOKEN_REMOVED, app, now, actor, "next access token")


def note_answers(c: Connection, vault: Vault, app: App, answers: Mapping[str, int], now: int, *, actor: str = ENGINE) -> None:
    """Write down what the target said to tokens: secret → HTTP status, 200 for each that it took.

    Where it refused the one in use and took the other, that is the one in use from now on.
    """
    known = [_noted(c, app, one, answers.get(one.secret, 0), now, actor) for one in opened(c, vault, app.id)]
    taken = [one for one in known if one.spare and one.answered_at == now and not one.refused]
    if taken and known[0].refused:
        _change_over(c, app, known, now, "the target refused the one before", actor)


def _noted(c: Connection, app: App, one: Opened, status: int, now: int, actor: str) -> Token:
    """The token with the answer that it got; `status` 0 for none."""
    token = one.token
    if not status:
        return token
    if status in REFUSED and not token.refused:
        why = f"the target refused the {token.which} access token ({status})"
        _event(c, EventType.TOKEN_REFUSED, app, now, actor, error=why)
    store.set_answer(c, token.id, status, now)
    return replace(token, answer=status, answered_at=now)


def works(secret: str) -> dict[str, int]:
    """As `note_answers` wants it: the target took this token."""
    return {secret: _WORKS}


def _change_over(c: Connection, app: App, tokens: list[Token], now: int, why: str, actor: str) -> None:
    current, spare = tokens
    store.change_over(c, current, spare)
    _event(c, EventType.TOKEN_TAKEN_INTO_USE, app, now, actor, f"the next access token is in use{': ' if why else ''}{why}")


def remind(c: Connection, now: int) -> None:
    """Write an event for each token that ends in 90, 30, 7 days or 1 day, or has ended: once for each."""
    for token, due in _due(c, now):
        app = apps.app_by_id(c, token.app_id)
        store.set_reminded(c, token.id, due)
        if app is None:
            continue
        ends = f"{token.which} access token: expires on {iso(token.expires_at)}"
        if due == ENDED:
            _event(c, EventType.TOKEN_EXPIRED, app, now, ENGINE, error=f"the {token.which} access token has expired")
        else:
            _event(c, EventType.TOKEN_EXPIRES, app, now, ENGINE, ends)


def anything_to_remind(c: Connection, now: int) -> bool:
    """Whether `remind` would write an event."""
    return bool(_due(c, now))


def _due(c: Connection, now: int) -> list[tuple[Token, int]]:
    tokens = store.ending(c, now + REMIND_DAYS[0] * DAY_MS)
    found = []
    for token in tokens:
        due = reminder(token, [one for one in tokens if one.app_id == token.app_id], now)
        if due and due != token.reminded:
            found.append((token, due))
    return found


def _event(c: Connection, kind: EventType, app: App, now: int, actor: str, notes: str = "", *, error: str = "") -> None:
    event = Event(type=kind, actor=actor, app_id=app.id, app_name=app.name, notes=notes, error_description=error)
    events.append(c, event, now)
