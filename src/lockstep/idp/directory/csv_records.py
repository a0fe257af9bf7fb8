"""The records of a CSV file with the line each begins on; strict, since a damaged file must not look like a short one.

Python's `csv` reads; around it stand the checks that it does not make: UTF-8, NUL bytes, quotes in cells that are not
quoted (RFC 4180 forbids them), empty lines, size.
"""

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from lockstep.kit.problems import Problem

MAX_FILE_BYTES = 200 * 1024 * 1024
MAX_CELL = 1024 * 1024
MAX_COLUMNS = 1000

_BOM = b"\xef\xbb\xbf"
_CELL = r'(?:"(?:[^"]|"")*+"|[^",\r\n]*+)'
_WELL_QUOTED = re.compile(rf"{_CELL}(?:,{_CELL})*+\r?\n?")


class Record(NamedTuple):
    """The cells of one record, and the line of the file that it begins on."""

    line: int
    cells: list[str]


def malformed(file: str, line: int, what: str) -> Problem:
    """The problem with one line of a file."""
    return Problem(f"{file}, line {line}: {what}; nothing was applied")


def records(path: Path) -> Iterator[Record]:
    """The records of the file, header included.  Raises Problem for anything that RFC 4180 in UTF-8 does not allow."""
    csv.field_size_limit(MAX_CELL)
    lines = _Lines(path)
    reader = csv.reader(lines, strict=True)
    blank = 0
    while True:
        start = lines.number + 1
        lines.pending.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise malformed(path.name, start, _in_words(error)) from None
        if not cells:
            blank = blank or start
            continue
        if blank:
            raise malformed(path.name, blank, "an empty line")
        if len(cells) > MAX_COLUMNS:
            raise malformed(path.name, start, f"{len(cells)} cells; at most {MAX_COLUMNS} are read")
        lines.check_quotes(start)
        yield Record(start, cells)


class _Lines:
    """The lines of a file as text, counted, and those of the record that is being read."""

    def __init__(self, path: Path) -> None:
        self.file = path.name
        self.number = 0
        self.pending: list[str] = []
        self._texts = self._decoded(path)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        text = next(self._texts)
        self.pending.append(text)
        return text

    def check_quotes(self, line: int) -> None:
        """Raise Problem for a quote inside a cell that is not quoted: `csv` would take it as it is."""
        text = self.pending[0] if len(self.pending) == 1 else "".join(self.pending)
        if '"' in text and not _WELL_QUOTED.fullmatch(text):
            raise malformed(self.file, line, 'a quotation mark in a cell that is not quoted; write "a ""b"" c"')

    def _decoded(self, path: Path) -> Iterator[str]:
        try:
            if path.stat().st_size > MAX_FILE_BYTES:
                raise Problem(f"{self.file} is larger than {MAX_FILE_BYTES // 1024 // 1024} MB; nothing was applied")
            with path.open("rb") as lines:
                for raw in lines:
                    self.number += 1
                    yield self._text(raw.removeprefix(_BOM) if self.number == 1 else raw)
        except FileNotFoundError:
            raise Problem(f"{self.file} is missing in {path.parent}; nothing was applied") from None
        except OSError as error:
            raise Problem(f"{self.file} cannot be read: {error.strerror}; nothing was applied") from None

    def _text(self, raw: bytes) -> str:
        try:
            text = raw.decode()
        except UnicodeDecodeError as error:
            where = f"byte {error.start + 1} of the line"
            raise malformed(self.file, self.number, f"this is not UTF-8 ({where}); save the file as UTF-8") from None
        if "\0" in text:
            raise malformed(self.file, self.number, "a NUL byte")
        return text


def _in_words(error: csv.Error) -> str:
    text = str(error)
    if "unexpected end of data" in text:
        return "a quoted cell begins here and is never closed"
    if "field larger" in text:
        return f"a cell is longer than {MAX_CELL} characters; perhaps a quotation mark is never closed"
    if "new-line character" in text:
        return "a carriage return outside of quotes; lines end with LF or CRLF"
    return f"this is not CSV ({text})"
