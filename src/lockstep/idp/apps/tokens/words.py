"""Access tokens in words, for pages and commands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from lockstep.idp.apps.tokens.records import ENDED, Token, reminder


@dataclass(frozen=True, slots=True)
class Warned:
    """What an administrator should do about the tokens of an app."""

    kind: Literal["error", "warning", "info"]
    text: str


def day(at: int) -> str:
    """`24 Nov 2027`, of an instant (UTC)."""
    moment = datetime.fromtimestamp(at / 1000, UTC)
    return f"{moment.day} {moment:%b} {moment.year}"


def left(token: Token, now: int) -> str:
    """`in 12 days`, `within a day`, `expired`; "" where nobody knows when it ends."""
    days = token.days_left(now)
    if days is None:
        return ""
    if days < 0:
        return "expired"
    if days == 0:
        return "within a day"
    return "in 1 day" if days == 1 else f"in {days:,} days"


def last_answer(token: Token) -> str:
    """What the target last said to it."""
    if not token.answer:
        return "not used yet"
    return f"refused ({token.answer})" if token.refused else "works"


def warned(tokens: Sequence[Token], now: int) -> Warned | None:
    """What is wrong with the tokens of an app (the one in use first), the worst of it; None where nothing is."""
    every = list(tokens)
    if all(one.refused for one in every):
        which = "the access token" if len(every) == 1 else "both access tokens"
        return Warned("error", f"The target refused {which}. Make a new one there, and give it here.")
    due = {one.id: reminder(one, every, now) for one in every}
    ended = [one for one in every if due[one.id] == ENDED]
    if ended:
        text = f"The {_called(ended[0], every)} has expired on {day(ended[0].expires_at)}. "
        return Warned("error", f"{text}Make a new one at the target, and add it.")
    soon = [one for one in every if due[one.id]]
    if soon:
        one = soon[0]
        most = ", at the latest" if one.expiry == "connector" else ""
        text = f"The {_called(one, every)} expires {left(one, now)}, on {day(one.expires_at)}{most}. "
        return Warned("warning", f"{text}Make the next one at the target, and add it: nothing stops meanwhile.")
    if any(one.refused for one in every):
        text = "The target refused one of the two access tokens: remove it here, or paste it again if it is the new one."
        return Warned("info", text)
    return None


def _called(token: Token, every: Sequence[Token]) -> str:
    return "access token" if len(every) == 1 else f"{token.which} access token"
