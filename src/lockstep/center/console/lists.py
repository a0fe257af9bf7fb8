"""Long lists, in pages by key: what was looked through, and where to go on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import msgspec

from lockstep.center.directory.reads import Entry

Json = dict[str, Any]
PAGE = 50
_MOST_LOOKED_AT = 2_000
"""Entries that one request looks through for those that a filter lets pass."""
_KEY_DIGITS = 18
"""A key of more would not fit into the database's integers."""
_decode = msgspec.json.Decoder(Json).decode


@dataclass(frozen=True, slots=True)
class Listed:
    """One page: documents with their keys, and the key that the next page starts after (None at the end)."""

    entries: list[tuple[Entry, Json]]
    after: int | None


def document_of(entry: Entry) -> Json:
    """The document, decoded."""
    return _decode(entry.document)


def page_of(fetch: Callable[[int, int], list[Entry]], after: int, passes: Callable[[Json], bool] = lambda _: True) -> Listed:
    """The next `PAGE` entries that pass.  `fetch(after, most)` reads entries by key.

    Where few pass, the page ends early, and its `after` goes on behind what was looked through.
    """
    found: list[tuple[Entry, Json]] = []
    looked_at = 0
    while looked_at < _MOST_LOOKED_AT:
        entries = fetch(after, PAGE + 1)
        for entry in entries[:PAGE]:
            document = document_of(entry)
            if passes(document):
                if len(found) == PAGE:
                    return Listed(found, after)
                found.append((entry, document))
            after = entry.key
        looked_at += len(entries)
        if len(entries) <= PAGE:
            return Listed(found, None)
        if len(found) == PAGE:
            return Listed(found, after)
    return Listed(found, after)


def key_in(text: str | None) -> int:
    """The key in an address; 0 for what is none."""
    return int(text) if text and len(text) <= _KEY_DIGITS and text.isascii() and text.isdigit() else 0


def address(path: str, **filters: str | int | None) -> str:
    """`path` with those filters that are set."""
    given = {name: value for name, value in filters.items() if value not in (None, "", 0)}
    return f"{path}?{urlencode(given)}" if given else path


def lines_of(document: Mapping[str, Any], leave_out: frozenset[str] = frozenset()) -> list[tuple[str, str]]:
    """Every attribute of a SCIM document, each on a line of its own: (path, value)."""
    found: list[tuple[str, str]] = []
    for name, value in document.items():
        if name.startswith("urn:") and isinstance(value, Mapping):
            found += [(f"{name}:{path}", text) for path, text in lines_of(value)]
        elif name not in leave_out:
            found += _lines(name, value)
    return found


def _lines(path: str, value: Any) -> list[tuple[str, str]]:
    if isinstance(value, Mapping):
        return [line for name, inner in value.items() for line in _lines(f"{path}.{name}", inner)]
    if isinstance(value, list):
        return [line for number, inner in enumerate(value) for line in _lines(f"{path}{_which(number, inner)}", inner)]
    if isinstance(value, bool):
        return [(path, "true" if value else "false")]
    return [(path, str(value))]


def _which(number: int, element: Any) -> str:
    kind = element.get("type") if isinstance(element, Mapping) else None
    return f'[type eq "{kind}"]' if isinstance(kind, str) else f"[{number}]"
