"""Documents of a target that are needed once more: kept in memory while they are few, else in a file without a name."""

from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import IO, Any

import msgspec

IN_MEMORY = 16 * 1024 * 1024
"""Bytes; what is more lies on disk, and is gone with the process."""


class Shelf:
    """Values by the number in which they were put, in a file that is open for reading and writing."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._starts = array("Q", [0])

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


@contextmanager
def open_shelf(in_memory: int = IN_MEMORY) -> Iterator[Shelf]:
    """An empty shelf, for as long as the block lasts."""
    with SpooledTemporaryFile(max_size=in_memory) as file:
        yield Shelf(file)
