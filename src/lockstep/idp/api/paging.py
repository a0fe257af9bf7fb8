"""Which part of a list is wanted, and the headers that say how to go on.

Lists are cut by the key of the last row, never by counting from the start: `cursor` holds that key, and says nothing to
anybody.  `page` is taken as OneLogin's clients send it, up to REACH rows; it reads the keys before it, so it is bounded.
"""

import base64
import binascii
from dataclasses import dataclass
from typing import Any

import msgspec

from lockstep.idp.api.call import LARGEST_ID, Call
from lockstep.idp.api.problems import BAD, ApiProblem

REACH = 10_000
"""Rows that pages by number reach; `cursor` reaches all."""


class Place(msgspec.Struct, frozen=True, array_like=True):
    """A place between two rows: the one with the key `key`, and whether what comes after it is wanted, or before."""

    key: int
    before: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """A page: at most `limit` rows, after or before a place, or the one of that number (1 for the first).

    `descending` where the highest ids come first.
    """

    limit: int
    place: Place | None = None
    page: int = 0
    descending: bool = False


def wanted(call: Call, *, default: int, most: int) -> Wanted:
    """What the parameters limit, page, cursor and sort say.  Raises ApiProblem (400)."""
    limit = call.number("limit", default, least=1, most=most)
    descending = _descending(call.text("sort"))
    cursor = call.text("cursor")
    if cursor and "page" in call.query:
        raise ApiProblem(BAD, "Use cursor alone, or page: the two exclude each other.")
    if cursor:
        return Wanted(limit, read_cursor(cursor), descending=descending)
    page = call.number("page", 0, least=1, most=LARGEST_ID)
    if page * limit > REACH:
        raise ApiProblem(BAD, f"Pages by number reach {REACH} rows: go on with cursor, from the header After-Cursor.")
    return Wanted(limit, page=page, descending=descending)


def _descending(sort: str) -> bool:
    if sort not in ("", "id", "+id", " id", "-id"):  # a plus sign in an address is a blank
        raise ApiProblem(BAD, "Lists are sorted by id: the parameter sort is id, +id or -id.")
    return sort == "-id"


def write_cursor(place: Place) -> str:
    """A place as it stands in a header."""
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def read_cursor(text: str) -> Place:
    """The place that a cursor means.  Raises ApiProblem (400)."""
    try:
        raw = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        found = msgspec.json.decode(raw, type=Place)
        if not 0 <= found.key < LARGEST_ID:
            raise ValueError
    except (binascii.Error, ValueError, msgspec.DecodeError):
        raise ApiProblem(BAD, "The cursor is none of ours: take it from Before-Cursor or After-Cursor.") from None
    return found


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of a page with their ids, and whether there are others before and after it.

    `total` is how many there are, None where they were not counted.
    """

    rows: list[Any]
    ids: list[int]
    earlier: bool
    later: bool
    total: int | None = None
    number: int = 0
    limit: int = 0

    @property
    def before(self) -> str:
        """The cursor of the page before, "" where there is none."""
        return write_cursor(Place(self.ids[0], before=True)) if self.earlier and self.ids else ""

    @property
    def after(self) -> str:
        """The cursor of the page after, "" where there is none."""
        return write_cursor(Place(self.ids[-1])) if self.later and self.ids else ""

    @property
    def headers(self) -> dict[str, str]:
        """Before-Cursor, After-Cursor, and with a number of the page what OneLogin says of numbers."""
        found = {"Page-Items": str(len(self.ids))}
        if self.before:
            found["Before-Cursor"] = self.before
        if self.after:
            found["After-Cursor"] = self.after
        if self.number:
            found["Current-Page"] = str(self.number)
        if self.total is not None:
            found["Total-Count"] = str(self.total)
            found["Total-Pages"] = str(-(-self.total // self.limit))
        return found
