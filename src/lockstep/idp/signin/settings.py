"""Settings of signing in: where the identity provider is, and how long sessions last."""

from dataclasses import dataclass

from lockstep.idp import events
from lockstep.idp.events import Event, EventType
from lockstep.idp.signin import store
from lockstep.idp.signin.people.records import Limits
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem

_PUBLIC_URL = "public-url"
_MINUTES = {"session-minutes": 480, "idle-minutes": 60}
_MOST_MINUTES = 30 * 24 * 60
_MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Settings:
    """`public_url` is the origin under which browsers reach this identity provider; "" before a server has ever run."""

    public_url: str
    session_minutes: int
    idle_minutes: int

    @property
    def limits(self) -> Limits:
        """How long sessions last."""
        return Limits(self.session_minutes * _MINUTE_MS, self.idle_minutes * _MINUTE_MS)


def read(c: Connection) -> Settings:
    """The settings as they are."""
    stored = store.all_settings(c)
    minutes = {key: int(stored.get(key, default)) for key, default in _MINUTES.items()}
    return Settings(stored.get(_PUBLIC_URL, ""), minutes["session-minutes"], minutes["idle-minutes"])


def change(c: Connection, given: list[str], now: int) -> Settings:
    """Apply `KEY=VALUE` settings.  Raises Problem, naming the key, and changes nothing."""
    values = dict(_parsed(one) for one in given)
    for key, value in values.items():
        store.set_setting(c, key, str(value))
    if values:
        event = Event(type=EventType.SIGN_IN_SETTINGS_CHANGED, actor="admin", notes=" ".join(given))
        events.append(c, event, now)
    return read(c)


def _parsed(assignment: str) -> tuple[str, int]:
    key, equals, value = assignment.partition("=")
    if not equals:
        raise Problem(f"{assignment}: settings are given as KEY=VALUE")
    if key not in _MINUTES:
        raise Problem(f"{key}: no such setting; there are {', '.join(_MINUTES)}")
    digits = value.isascii() and value.isdigit() and len(value) <= len(str(_MOST_MINUTES))
    if not digits or not 1 <= int(value) <= _MOST_MINUTES:
        raise Problem(f"{key}={value[:20]}: use 1 to {_MOST_MINUTES} minutes")
    return key, int(value)


def set_public_url(c: Connection, origin: str, now: int) -> str:
    """Remember where browsers reach this identity provider; where that was before ("" if nowhere)."""
    before = store.all_settings(c).get(_PUBLIC_URL, "")
    if before != origin:
        store.set_setting(c, _PUBLIC_URL, origin)
        event = Event(type=EventType.SIGN_IN_SETTINGS_CHANGED, actor="server", notes=f"{_PUBLIC_URL}={origin}")
        events.append(c, event, now)
    return before
