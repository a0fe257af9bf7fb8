"""Values in their canonical form."""

from typing import Any

import pytest
from hypothesis import given, settings

from lockstep.scim.matching import is_present
from lockstep.scim.messages import ENTERPRISE, ScimError
from lockstep.scim.schemas import find
from lockstep.scim.values import compact, conform
from tests.scim import strategies


@pytest.mark.parametrize(
    ("value", "result"),
    [
        ({"a": None, "b": "", "c": [], "d": {}, "e": {"f": [{"g": None}, ""]}}, {}),
        ({"a": False, "b": 0, "c": [0, None], "d": " "}, {"a": False, "b": 0, "c": [0], "d": " "}),
        ([], []),
        ("", ""),
        (None, None),
    ],
)
def test_compact(value: Any, result: Any) -> None:
    assert compact(value) == result


@settings(deadline=None)
@given(strategies.json_values)
def test_compact_keeps_what_is_present_and_nothing_else(value: Any) -> None:
    once = compact(value)
    assert compact(once) == once
    assert is_present(once) == is_present(value)


def test_compact_copies() -> None:
    value = {"a": [{"b": 1}]}
    compact(value)["a"][0]["b"] = 2
    assert value == {"a": [{"b": 1}]}


def test_nesting_is_bounded() -> None:
    value: Any = "x"
    for _ in range(32):
        value = {"a": value}
    assert compact(value) == value
    with pytest.raises(ScimError, match="nests more than 32 levels"):
        compact({"a": value})


@pytest.mark.parametrize(
    ("name", "value", "result"),
    [
        ("title", "x", "x"),
        ("title", "", ""),
        ("title", None, None),
        ("active", "TRUE", True),
        ("active", "False", False),
        ("active", False, False),
        ("active", "", ""),
        ("name", {"GIVENNAME": "x", "other": 5, "familyName": None}, {"givenName": "x", "other": 5, "familyName": None}),
        ("name", [{"givenName": "x"}], {"givenName": "x"}),
        ("emails", {"value": "x", "primary": "true"}, [{"value": "x", "primary": True}]),
        ("emails", "x", [{"value": "x"}]),
        ("emails", ["x", None, {}, {"value": ""}], [{"value": "x"}, {"value": ""}]),
        ("schemas", "urn:x", ["urn:x"]),
    ],
)
def test_conform(name: str, value: Any, result: Any) -> None:
    assert conform(find(name), value) == result


def test_conform_in_an_extension() -> None:
    extension = find("", None, ENTERPRISE)
    assert conform(extension, {"DEPARTMENT": "x", "manager": "7"}) == {"department": "x", "manager": {"value": "7"}}
    assert conform(None, {"a": [None, 1]}) == {"a": [1]}


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("title", 5, "title is a string; it cannot be a number"),
        ("title", 5.5, "a number"),
        ("title", True, "a boolean"),
        ("title", ["x"], "a list"),
        ("title", {"x": 1}, "an object"),
        ("active", "maybe", "active is a boolean; it cannot be a string"),
        ("active", 1, "a number"),
        ("name", "x", "name is complex; it cannot be a string"),
        ("name", [{"givenName": "x"}, {}], "a list"),
        ("name", {"givenName": 5}, "givenName is a string"),
        ("addresses", ["x"], "addresses is complex"),
        ("emails", [["x"]], "a list"),
    ],
)
def test_values_that_cannot_be(name: str, value: Any, words: str) -> None:
    with pytest.raises(ScimError, match=words) as caught:
        conform(find(name), value)
    assert (caught.value.status, caught.value.scim_type) == (400, "invalidValue")


def test_errors_do_not_tell_the_value() -> None:
    with pytest.raises(ScimError) as caught:
        conform(find("active"), "secret")
    assert "secret" not in caught.value.detail
