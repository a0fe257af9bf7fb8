"""Cuts a page out of a list that is read by its ids."""

from collections.abc import Callable, Iterable
from typing import Any

from lockstep.idp.api.paging import REACH, Page, Wanted

Ids = Callable[[int, bool, int], list[int]]
"""(after this id, highest first, how many) → ids in that order.  Highest first, it is those below the id."""
END = 2**62


def page_of(wanted: Wanted, ids: Ids, rows: Callable[[list[int]], Iterable[Any]]) -> Page:
    """The page that is wanted.  `ids` reads keys by an index, `rows` what belongs to some of them, in their order."""
    if wanted.page:
        return _numbered(wanted, ids, rows)
    backwards = wanted.place is not None and wanted.place.before
    descending = wanted.descending != backwards
    start = wanted.place.key if wanted.place is not None else END if descending else 0
    found = ids(start, descending, wanted.limit + 1)
    more = len(found) > wanted.limit
    found = found[: wanted.limit]
    if backwards:
        found.reverse()
    earlier = more if backwards else wanted.place is not None
    later = True if backwards else more
    return Page(list(rows(found)), found, earlier, later)


def _numbered(wanted: Wanted, ids: Ids, rows: Callable[[list[int]], Iterable[Any]]) -> Page:
    """By number: reads the keys up to REACH, and counts those that there are where they are no more."""
    start = END if wanted.descending else 0
    known = ids(start, wanted.descending, REACH + 1)
    first = (wanted.page - 1) * wanted.limit
    found = known[first : first + wanted.limit]
    total = len(known) if len(known) <= REACH else None
    later = len(known) > first + wanted.limit
    return Page(list(rows(found)), found, wanted.page > 1, later, total, wanted.page, wanted.limit)
