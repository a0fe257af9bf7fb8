"""SIGINT, SIGTERM and SIGHUP, as one exception that is raised at most once and never where it would lose a process."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, Self

_NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(KeyboardInterrupt):
    """Somebody wants the demo to end.  A KeyboardInterrupt, so that nothing on the way takes it for an ordinary error."""


class Signals:
    """A context manager: inside it the first signal raises Interrupted, and later ones do nothing."""

    def __init__(self) -> None:
        self.asked = False
        self._shields = 0
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        for number in _NUMBERS:
            if signal.getsignal(number) is not signal.SIG_IGN:  # nohup, and what a shell starts in the background
                self._before[number] = signal.signal(number, self._handle)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @contextmanager
    def shielded(self) -> Iterator[None]:
        """What is done inside is done whole; a signal that came meanwhile raises at its end."""
        self._shields += 1
        before = self.asked
        try:
            yield
        finally:
            self._shields -= 1
        if self.asked and not before and not self._shields:
            raise Interrupted

    def _handle(self, _number: int, _frame: FrameType | None) -> None:
        first, self.asked = not self.asked, True
        if first and not self._shields:
            raise Interrupted
