"""What a template is, and what can be wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LONGEST = 64 * 1024
"""Characters of a template."""


@dataclass(frozen=True, slots=True)
class Read:
    """A template as JSON, and the line (from 1) of each value by its JSON pointer (RFC 6901; "" is the whole)."""

    value: Any
    lines: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a template: where (a JSON pointer and its line), and what to do."""

    pointer: str
    line: int
    what: str

    @property
    def words(self) -> str:
        """`line 4, /emails/0/value: …`."""
        where = f"line {self.line}, {self.pointer}" if self.pointer else f"line {self.line}"
        return f"{where}: {self.what}"
