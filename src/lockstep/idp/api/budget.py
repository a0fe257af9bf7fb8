"""How many calls the account has left in this hour.  Kept in the memory of one server process.

The hour begins with the first call, as OneLogin's does.
"""

from dataclasses import dataclass

HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Left:
    """What the account has: calls in an hour, calls left, and seconds until all are there again.

    `limit` 0 is no limit.
    """

    limit: int
    remaining: int
    reset: int
    fits: bool = True

    @property
    def headers(self) -> dict[str, str]:
        """As every answer says it; nothing where there is no limit."""
        if not self.limit:
            return {}
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.reset),
        }


class Budget:
    """Counts the calls of an hour."""

    def __init__(self) -> None:
        self._began = 0
        self._used = 0

    def look(self, limit: int, now: int) -> Left:
        """What is left, without a call."""
        self._turn(now)
        return self._left(limit, now)

    def take(self, limit: int, now: int) -> Left:
        """One call more; `fits` is False where there are none left, and it is not counted."""
        self._turn(now)
        if limit and self._used >= limit:
            left = self._left(limit, now)
            return Left(limit, 0, left.reset, fits=False)
        if not self._used:
            self._began = now
        self._used += 1
        return self._left(limit, now)

    def _turn(self, now: int) -> None:
        if now - self._began >= HOUR_MS or now < self._began:
            self._began, self._used = now, 0

    def _left(self, limit: int, now: int) -> Left:
        ends = self._began + HOUR_MS if self._used else now + HOUR_MS
        return Left(limit, max(0, limit - self._used), -(-(ends - now) // 1_000))
