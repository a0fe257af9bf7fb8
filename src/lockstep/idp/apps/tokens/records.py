"""What an access token of an app is."""

from dataclasses import dataclass
from typing import Literal

Which = Literal["current", "next"]
Expiry = Literal["", "entered", "connector"]
"""Where the end of a token is known from: nowhere, an administrator, or what the connector's targets give."""

REFUSED = (401, 403)
"""Statuses by which a target refuses a token."""
DAY_MS = 86_400_000
REMIND_DAYS = (90, 30, 7, 1)
"""So many days before the end of a token there is a reminder."""
ENDED = -1
"""In the place of such a number of days: it has ended."""


@dataclass(frozen=True, slots=True)
class Token:
    """One access token, encrypted.  Instants are milliseconds, 0 where there is none.

    `spare` is the second one, which is tried when the one in use is refused.  `answer` is the HTTP status of the target's last
    known answer to it, as of `answered_at`; `reminded` the last reminder: 0, one of REMIND_DAYS, or ENDED.
    """

    id: int
    app_id: int
    sealed: bytes
    spare: bool
    added_at: int
    expires_at: int
    expiry: Expiry
    answered_at: int = 0
    answer: int = 0
    reminded: int = 0

    @property
    def which(self) -> Which:
        """How commands and pages call it."""
        return "next" if self.spare else "current"

    @property
    def refused(self) -> bool:
        """Whether the target refused it when it was last asked."""
        return self.answer in REFUSED

    def days_left(self, now: int) -> int | None:
        """Whole days until it ends, negative afterwards; None where that is not known."""
        return (self.expires_at - now) // DAY_MS if self.expires_at else None


def reminder(token: Token, others: list[Token], now: int) -> int:
    """Which reminder of a token is due at `now`: 0 for none, one of REMIND_DAYS, or ENDED.

    None for one that is refused already, and none where another one is there that lasts longer.
    """
    if token.refused or not token.expires_at or any(_lasts_longer(one, token) for one in others):
        return 0
    left = token.expires_at - now
    if left <= 0:
        return ENDED
    return min((days for days in REMIND_DAYS if left <= days * DAY_MS), default=0)


def _lasts_longer(one: Token, token: Token) -> bool:
    return one.id != token.id and not one.refused and (not one.expires_at or one.expires_at > token.expires_at)
