"""Documents of a target that are needed once more: kept in memory while they are few, else in a file without a name."""

from array import array
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Any, Self

import msgspec

IN_MEMORY = 16 * 1024 * 1024
"""Bytes; what is more lies on disk, and is gone with the process."""


class Shelf:
    """Values by the number in which they were put.  A context manager."""

    def __init__(self, in_memory: int = IN_MEMORY) -> None:
        self._file = SpooledTemporaryFile(max_size=in_memory)  # noqa: SIM115 - closed by __exit__
        self._starts = array("Q", [0])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()

    def put(self, value: Any) -> int:
        """Keep a value that JSON can hold; its number.  All are put before the first is looked at."""
        text = msgspec.json.encode(value)
        self._file.write(text)
        self._starts.append(self._starts[-1] + len(text))
        return len(self._starts) - 2

    def get(self, number: int) -> Any:
        """The value of that number."""
        start, end = self._starts[number], self._starts[number + 1]
        self._file.seek(start)
        return msgspec.json.decode(self._file.read(end - start))
