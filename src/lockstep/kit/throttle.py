"""How often something may happen."""

import time
from collections.abc import Callable


class Throttle:
    """A bucket for each name, filled at a rate and never holding more than one second's worth."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: dict[int, tuple[float, float]] = {}

    def takes(self, key: int, rate: float) -> bool:
        """Whether one more request fits now; if it does, it is counted."""
        now = self._clock()
        most = max(1.0, rate)
        left, since = self._buckets.get(key, (most, now))
        left = min(most, left + (now - since) * rate)
        fits = left >= 1.0
        self._buckets[key] = (left - 1.0 if fits else left, now)
        return fits
