"""Settings of signing in: where the identity provider is, and how long sessions last of those who are in no group."""

from dataclasses import dataclass

from msgspec.structs import replace

from lockstep.idp import events
from lockstep.idp.directory.groups import store as groups
from lockstep.idp.events import Event, EventType
from lockstep.idp.signin import store
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem

_PUBLIC_URL = "public-url"
_MINUTES = ("session-minutes", "idle-minutes")
"""Fields of the default policy, under the names that they had before there were groups."""
_MOST_MINUTES = 30 * 24 * 60


@dataclass(frozen=True, slots=True)
class Settings:
    """`public_url` is the origin under which browsers reach this identity provider; "" before a server has ever run."""

    public_url: str
    session_minutes: int
    idle_minutes: int


def read(c: Connection) -> Settings:
    """The settings as they are."""
    stored = store.all_settings(c)
    policy = groups.policy_of(c, None)
    return Settings(stored.get(_PUBLIC_URL, ""), policy.session_minutes, policy.idle_minutes)


def change(c: Connection, given: list[str], now: int) -> Settings:
    """Apply `KEY=VALUE` settings.  Raises Problem, naming the key, and changes nothing."""
    values = dict(_parsed(one) for one in given)
    if values:
        fields = {key.replace("-", "_"): value for key, value in values.items()}
        groups.set_default(c, replace(groups.policy_of(c, None), **fields))
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
