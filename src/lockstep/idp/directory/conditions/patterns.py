"""Patterns of rules, by RE2: their time grows with the length of the text alone, whatever somebody writes."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import re2

MOST_MEMORY = 1 << 20
LONGEST = 1_000


class PatternError(Exception):
    """A pattern that cannot be used, in RE2's words."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern that is ready for use."""

    _compiled: Any
    _group: int

    def value_in(self, text: str) -> str:
        """What the first brackets hold where the pattern is found in `text`, without brackets what it matched; else ""."""
        found = self._compiled.search(text)
        return "" if found is None else (found.group(self._group) or "").strip()


@lru_cache(maxsize=65_536)
def value_in(written: str, text: str) -> str:
    """What the pattern `written` takes out of `text`; remembered, because many people have the same role or department."""
    return pattern(written).value_in(text)


@lru_cache(maxsize=512)
def pattern(text: str) -> Pattern:
    """The pattern.  Raises PatternError."""
    if len(text) > LONGEST:
        raise PatternError(f"it is longer than {LONGEST} characters")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = MOST_MEMORY
    try:
        compiled = re2.compile(text, options)
    except re2.error as error:
        why = error.args[0]
        raise PatternError(why.decode("utf-8", "replace") if isinstance(why, bytes) else str(why)) from None
    return Pattern(compiled, 1 if compiled.groups else 0)
