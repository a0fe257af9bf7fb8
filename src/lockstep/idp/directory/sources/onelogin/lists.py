"""Lists of OneLogin's API to their end, page by page, or an error that says where one broke off.

Version 2 gives bare arrays, with the cursor of the next page in a header; version 1 wraps them in an object.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from lockstep.idp.directory.sources.onelogin.wire import Answer, Api, ApiProblem, not_understood

Row = dict[str, Any]
_OF_PAGES = ("After-Cursor", "Before-Cursor", "Total-Count", "Total-Pages", "Current-Page", "Page-Items")
"""Headers of which an answer has some, if it says anything of pages."""


async def rows(api: Api, path: str, query: Mapping[str, str], what: str) -> AsyncIterator[Row]:
    """Every row of a list, each with an `id`.  `what` says in words what they are.  Raises ApiProblem.

    A page that comes twice, a row that comes twice, and fewer rows than the total that the last page names are no end.
    """
    asked = dict(query)
    cursors: set[str] = set()
    seen: set[int] = set()
    number, last = 0, ""
    while True:
        number += 1
        place = f"page {number} of {what}{f', after {last}' if last else ''}"
        answer = await api.get(path, asked, place)
        page, after, link = _page(answer, place)
        for row in page:
            found = row.get("id")
            if not isinstance(found, int):
                raise not_understood(f"{place}: a row without an id")
            if found in seen:
                raise ApiProblem(
                    f"page {number} of {what} has {found} again, which came on an earlier page: the API repeats itself",
                    "It is tried again at the next run; if it stays, ask OneLogin.",
                )
            seen.add(found)
            last = str(found)
            yield row
        if not after and _may_go_on(answer, page, query):
            asked = {**query, "page": str(number + 1)}
            continue
        if not after:
            _check_total(answer, len(seen), place)
            return
        if after in cursors:
            raise ApiProblem(
                f"{place}: the cursor of the next page is one that came before: the API repeats itself",
                "It is tried again at the next run; if it stays, ask OneLogin.",
            )
        cursors.add(after)
        asked = following(query, after, link)


def following(query: Mapping[str, str], after: str, link: str) -> dict[str, str]:
    """What to ask for next: what the link says, where there is one (its host does not count)."""
    if link:
        return dict(parse_qsl(urlsplit(link).query))
    # A cursor excludes limit and page, and keeps what they said.
    return {**{name: value for name, value in query.items() if name not in ("limit", "page")}, "cursor": after}


def _page(answer: Answer, place: str) -> tuple[list[Row], str, str]:
    """The rows of a page, the cursor of the next one, "" for none, and in version 1 the link to it."""
    body = answer.body
    paging = body.get("pagination") or {} if isinstance(body, dict) else {"after_cursor": answer.headers.get("After-Cursor")}
    page = body.get("data") if isinstance(body, dict) else body
    if not isinstance(page, list) or not isinstance(paging, dict) or not all(isinstance(row, dict) for row in page):
        raise not_understood(place)
    after, link = (found if isinstance(found := paging.get(name), str) else "" for name in ("after_cursor", "next_link"))
    return page, after, link


def _may_go_on(answer: Answer, page: list[Row], query: Mapping[str, str]) -> bool:
    """Whether a page is full and its answer says nothing of pages at all: then the next one by number tells."""
    silent = isinstance(answer.body, list) and not any(name in answer.headers for name in _OF_PAGES)
    return silent and len(page) >= int(query.get("limit", 0)) > 0


def _check_total(answer: Answer, count: int, place: str) -> None:
    total = answer.headers.get("Total-Count", "")
    if total.isascii() and total.isdigit() and count < int(total):
        raise ApiProblem(
            f"{place}: the list ends after {count:,} rows, and the API says that there are {int(total):,}",
            "It is tried again at the next run.",
        )
