"""What every call goes through, by itself: headers, bodies, cursors, filters, routes, the count of an hour."""

import base64
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.idp.api.authorization import client_of, token_of
from lockstep.idp.api.bodies import MOST_IDS, ids_of, path_of, read_json, shaped
from lockstep.idp.api.budget import HOUR_MS, Budget
from lockstep.idp.api.call import LARGEST_ID, Answer, enveloped, whole
from lockstep.idp.api.credentials.records import Need
from lockstep.idp.api.filters import Pattern, instant, moment
from lockstep.idp.api.listing import page_of
from lockstep.idp.api.paging import Place, Wanted, read_cursor, write_cursor
from lockstep.idp.api.problems import ApiProblem, FieldError, body_of, invalid
from lockstep.idp.api.routing import Route, Router


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("bearer abc", "abc"),
        ("Bearer:abc", "abc"),
        ("BEARER : abc", "abc"),
        ("  bearer   abc  ", "abc"),
        ("bearer", ""),
        ("bearer a b", ""),
        ("abc", ""),
        ("basic abc", ""),
        ("bearer " + "x" * 2_000, ""),
    ],
)
def test_tokens_of_headers(header: str, token: str) -> None:
    assert token_of(header) == token


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("header", "client"),
    [
        ("client_id:abc, client_secret:def", ("abc", "def")),
        ("client_id: abc,client_secret: def", ("abc", "def")),
        (basic("abc:d:ef"), ("abc", "d:ef")),
        (basic("abc"), None),
        ("Basic ?", None),
        ("Basic " + base64.b64encode(b"\xff:x").decode(), None),
        ("client_id:abc", None),
        ("bearer abc", None),
        ("x" * 2_000, None),
        ("", None),
    ],
)
def test_clients_of_headers(header: str, client: tuple[str, str] | None) -> None:
    assert client_of(header) == client


def test_an_hour_has_so_many_calls() -> None:
    budget, start = Budget(), 1_000
    assert budget.look(2, start).headers == {
        "X-RateLimit-Limit": "2",
        "X-RateLimit-Remaining": "2",
        "X-RateLimit-Reset": "3600",
    }
    assert [budget.take(2, start + n * 1_000).remaining for n in range(2)] == [1, 0]
    refused = budget.take(2, start + 2_000)
    assert (refused.fits, refused.remaining, refused.reset) == (False, 0, 3_598)
    assert not budget.take(2, start + HOUR_MS - 1).fits
    assert budget.take(2, start + HOUR_MS).remaining == 1
    assert budget.take(0, start + HOUR_MS).headers == {}
    assert budget.take(2, start).fits  # a clock that was set back begins anew


def test_problems_in_both_shapes() -> None:
    problem = ApiProblem(422, "Validation Failed", [FieldError("conditions.[0].value", ("Invalid condition value: 1",))])
    assert body_of(problem, version=2) == {
        "message": "Validation Failed",
        "statusCode": 422,
        "name": "UnprocessableEntityError",
        "code": 422,
        "errors": [{"field": "conditions.[0].value", "message": ["Invalid condition value: 1"]}],
    }
    assert body_of(problem, version=1) == {
        "status": {
            "error": True,
            "code": 422,
            "type": "unprocessable entity",
            "message": "Validation Failed; conditions.[0].value: Invalid condition value: 1",
        }
    }
    assert body_of(ApiProblem(401, "Unauthorized"), version=2) == {
        "message": "Unauthorized",
        "statusCode": 401,
        "name": "UnauthorizedError",
    }
    assert enveloped([1], {"after_cursor": None}).value == {
        "status": {"error": False, "code": 200, "type": "success", "message": "Success"},
        "pagination": {"after_cursor": None},
        "data": [1],
    }


class Shape(msgspec.Struct, forbid_unknown_fields=True):
    value: list[int]


@pytest.mark.parametrize(
    ("sent", "field"), [({"value": [1, "x"]}, "value.[1]"), ({}, ""), ({"value": [], "x": 1}, ""), ([], ""), (None, "")]
)
def test_shapes_name_the_field(sent: Any, field: str) -> None:
    with pytest.raises(ApiProblem) as problem:
        shaped(sent, Shape)
    assert problem.value.status == 422
    assert [one.field for one in problem.value.errors] == [field]
    assert path_of("$.actions[0].value[2]") == "actions.[0].value.[2]"
    assert path_of("$[1]") == "[1]"
    assert path_of("$") == ""


@pytest.mark.parametrize("body", [b"{", b"\xff", b'"\\ud800"', b"[" * 100_000, b"nul"])
def test_what_is_no_json(body: bytes) -> None:
    with pytest.raises(ApiProblem) as problem:
        read_json(body)
    assert problem.value.status == 400
    assert read_json(b"") is None


@pytest.mark.parametrize("sent", [None, {}, "1", [0], [-1], [True], ["1"], [1.5], [LARGEST_ID], list(range(1, MOST_IDS + 2))])
def test_what_is_no_list_of_ids(sent: Any) -> None:
    with pytest.raises(ApiProblem):
        ids_of(sent, "ids")
    assert ids_of([3, 1, 3], "ids") == [3, 1]


@pytest.mark.parametrize(("text", "number"), [("1", 1), ("007", 7), ("0", 0), ("", None), ("-1", None), ("٣", None)])
def test_whole_numbers(text: str, number: int | None) -> None:
    assert whole(text) == number
    assert whole(str(LARGEST_ID)) is None
    assert whole("9" * 5_000) is None


@given(st.integers(0, LARGEST_ID - 1), st.booleans())
def test_a_cursor_comes_back(key: int, before: bool) -> None:
    assert read_cursor(write_cursor(Place(key, before))) == Place(key, before)


@given(st.text(max_size=40))
def test_no_other_text_breaks_a_cursor(text: str) -> None:
    try:
        found = read_cursor(text)
    except ApiProblem as problem:
        assert problem.status == 400
    else:
        assert 0 <= found.key < LARGEST_ID


@given(st.sets(st.integers(1, 1_000)), st.integers(1, 9), st.booleans(), st.data())
def test_cursors_meet_every_row_once_forwards_and_backwards(
    known: set[int], limit: int, down: bool, data: st.DataObject
) -> None:
    ordered = sorted(known, reverse=down)

    def ids(start: int, descending: bool, count: int) -> list[int]:
        found = sorted((one for one in known if (one < start if descending else one > start)), reverse=descending)
        return found[:count]

    def page(place: Place | None = None, number: int = 0) -> Any:
        return page_of(Wanted(limit, place, number, down), ids, lambda found: [f"row {one}" for one in found])

    met, pages, last = [], [], None
    while True:
        found = page(last)
        pages.append(found)
        met += found.ids
        assert found.rows == [f"row {one}" for one in found.ids]
        if not found.after:
            break
        last = read_cursor(found.after)
    assert met == ordered
    for earlier, later in pairwise(pages):
        back = page(read_cursor(later.before))
        assert (back.ids, back.earlier, back.later) == (earlier.ids, earlier.earlier, True)
    number = data.draw(st.integers(1, 5))
    numbered = page(number=number)
    assert numbered.ids == ordered[(number - 1) * limit : number * limit]
    assert numbered.total == len(known)
    assert numbered.headers["Total-Pages"] == str(-(-len(known) // limit))


def test_patterns_and_instants() -> None:
    assert Pattern("50%_\\*").like == "50\\%\\_\\\\%"
    assert Pattern("ÄB*").folded_like == "äb%"
    assert not Pattern("a%").wild
    assert instant("since", "2027-01-15T08:00:00.123Z") == 1_800_000_000_123
    assert instant("since", "1970-01-02") == 86_400_000
    assert moment(instant("since", "2026-11-24T08:22:45.123+01:00")) == "2026-11-24T07:22:45.123Z"
    assert moment(0) is None
    for wrong in ("yesterday", "", "2026-13-01"):
        with pytest.raises(ApiProblem):
            instant("since", wrong)


def test_routes_are_found_and_a_written_part_goes_first() -> None:
    def route(method: str, path: str) -> Route:
        return Route(method, path, Need.ALL_READ, lambda _call, _c: Answer(path), "does it")

    named, written, change = route("GET", "/a/{id}"), route("GET", "/a/types"), route("PUT", "/a/{id}")
    router = Router([named, written, change])
    assert router.find("GET", "/a/7") == (named, {"id": "7"}, [])
    assert router.find("GET", "/a/types")[0] is written
    assert router.find("PUT", "/a/7")[0] is change
    assert router.find("DELETE", "/a/7") == (None, {}, ["GET", "PUT"])
    assert router.find("GET", "/a") == (None, {}, [])
    assert not named.writes
    assert change.writes


def test_invalid_names_one_field() -> None:
    assert invalid("name", "is missing").errors == (FieldError("name", ("is missing",)),)


@pytest.mark.parametrize(
    ("pattern", "fits", "not_fits"),
    [
        ("a*b", ["ab", "AxB"], ["a", "abx"]),
        ("*a*", ["bab"], ["bb"]),
        ("aa*a", ["aaa", "aaba"], ["aa"]),
        ("é[?]", ["É[?]"], ["éx"]),
    ],
)
def test_patterns_without_the_database(pattern: str, fits: list[str], not_fits: list[str]) -> None:
    assert all(Pattern(pattern).fits(one) for one in fits)
    assert not any(Pattern(pattern).fits(one) for one in not_fits)
