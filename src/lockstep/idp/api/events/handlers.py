"""`/api/1/events` (facts 129 to 134).

OneLogin's client refuses an event whose type it does not know.  So an event of a type that OneLogin does not have has null for
`event_type_id`, and its id and name in fields of our own, which that client does not look at.
"""

from typing import Any
from urllib.parse import urlencode

from lockstep.idp import events
from lockstep.idp.api.call import LARGEST_ID, Answer, Call, enveloped, whole
from lockstep.idp.api.filters import instant
from lockstep.idp.api.paging import Place, read_cursor, write_cursor
from lockstep.idp.api.problems import BAD, ApiProblem, not_found
from lockstep.idp.eventlog.onelogin import render
from lockstep.idp.eventlog.search import MOST, Cursor, Page, Search, search, search_types
from lockstep.idp.eventlog.types import OWN_FROM, all_kinds, id_of
from lockstep.idp.events import Event
from lockstep.kit.db import Connection

_MOST_TYPES = 100
_SORTS = {"": False, "-id": False, "+id": True, " id": True, "id": True}  # a plus sign in an address is a blank
_ONE = ("id", "created_at")
DAY_MS = 86_400_000


def show_all(call: Call, c: Connection) -> Answer:
    """A page of events, the newest first, or from the oldest on with sort=+id."""
    limit = call.number("limit", MOST, least=1, most=MOST)
    sort = call.query.get("sort", "")
    if sort not in _SORTS:
        raise ApiProblem(BAD, "Events are sorted by id: the parameter sort is +id or -id.")
    one = call.text("id")
    if one:
        found = events.by_number(c, whole(one) or 0)
        return enveloped([_written(found)] if found else [], _pagination(call, Page()))
    if call.text("resolution"):
        return enveloped([], _pagination(call, Page()))  # nothing here has a resolution
    text = call.text("cursor")
    cursor = _cursor(text) if text else None
    page = search(c, _wanted(call), cursor=cursor, rising=_SORTS[sort], limit=limit)
    return enveloped([_chosen(call, _written(event)) for event in page.events], _pagination(call, page))


def show(call: Call, c: Connection) -> Answer:
    """One event."""
    found = events.by_number(c, call.id())
    if found is None:
        raise not_found(f"There is no event {call.id()}.")
    return enveloped(_written(found))


def types(_call: Call, _c: Connection) -> Answer:
    """Every type of event that there is; it changes with the version only."""
    return enveloped([kind.as_json() for kind in all_kinds()])


def _wanted(call: Call) -> Search:
    kinds = call.text("event_type_id")
    numbers = [whole(part.strip()) for part in kinds.split(",") if part.strip()]
    if None in numbers or len(numbers) > _MOST_TYPES:
        raise ApiProblem(BAD, f"The parameter event_type_id is a list of at most {_MOST_TYPES} ids with commas between.")
    since, until = call.text("since"), call.text("until")
    at = call.text("created_at")
    first = instant("created_at", at) if at else 0
    return Search(
        types=search_types(one for one in numbers if one is not None) if kinds else None,
        since=instant("since", since) if since else first,
        until=instant("until", until) if until else first + (DAY_MS if at and "T" not in at else 1) if at else 0,
        user_id=_id(call, "user_id"),
        client_id=call.text("client_id"),
        directory_id=_id(call, "directory_id"),
    )


def _id(call: Call, name: str) -> int | None:
    return call.number(name, 0, least=0, most=LARGEST_ID) if call.text(name) else None


def _cursor(text: str) -> Cursor:
    place = read_cursor(text)
    return Cursor(place.key, place.before)


def _pagination(call: Call, page: Page) -> dict[str, Any]:
    """The cursors, and addresses that use them, without a host: that is the one that was asked."""
    before, after = (write_cursor(Place(one.seq, one.back)) if one is not None else None for one in (page.before, page.after))

    def link(cursor: str | None) -> str | None:
        query = {name: value for name, value in call.query.items() if name != "cursor"}
        return None if cursor is None else f"{call.path}?{urlencode({**query, 'cursor': cursor})}"

    return {
        "before_cursor": before,
        "after_cursor": after,
        "previous_link": link(before),
        "next_link": link(after),
    }


def _written(event: Event) -> dict[str, Any]:
    """With the names that have a minus sign in OneLogin's documents, too."""
    found, number = render(event), id_of(event.type)
    found["app-name"], found["group-name"] = found["app_name"], found["group_name"]
    found["event_type_id"] = number if number < OWN_FROM else None
    found["lockstep_event_type_id"], found["lockstep_event_type"] = number, event.type.value
    return found


def _chosen(call: Call, event: dict[str, Any]) -> dict[str, Any]:
    """The fields that the parameter `fields` names."""
    names = [name.strip() for name in call.text("fields").split(",") if name.strip()]
    return {name: event.get(name) for name in ("id", *names)} if names else event
