"""What a parameter gives: in which order its sources are asked, and how one text becomes several values."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.idp.apps.connectors.values import SEPARATOR, split, value_of, values_of
from lockstep.idp.apps.records import TRANSFORMS, Fixed, Parameter, Transform
from lockstep.idp.directory.records import User

ALICE = User(employee_id="E1", user_name="alice", title="Trader", department="a; b ;;c", custom={"teams": "x,y|z"})
NOBODY = User(employee_id="E2", user_name="nobody")


def parameter(source: str, **more: Any) -> Parameter:
    return Parameter("title", source, macro=False, **more)


def test_the_order_is_login_then_rule_then_attribute_then_values_then_default() -> None:
    one = parameter("title", values="fixed", default_values="default")
    assert values_of(one, ALICE) == ("Trader",)
    assert values_of(one, NOBODY) == ("fixed",)
    assert values_of(parameter("title", default_values="default"), NOBODY) == ("default",)
    assert values_of(one, ALICE, {"title": ("given",)}) == ("given",)
    assert values_of(one, ALICE, {"nickName": ("given",)}) == ("Trader",)
    assert values_of(one, ALICE, {"title": ()}) == ()


@pytest.mark.parametrize(
    ("fixed", "transform", "values"),
    [
        ("a,b", "none", ("a,b",)),  # facts 31: a text stays one
        (("a,b", "c"), "none", ("a,b", "c")),
        (("a,b", "c"), "comma", ("a,b", "c")),  # a list is a list already
        ("a,b", "comma", ("a", "b")),
        ("", "none", ()),
        ((), "none", ()),
        (None, "semicolon", ()),
    ],
)
def test_what_was_written_down_is_taken_as_it_was_given(fixed: Fixed, transform: Transform, values: tuple[str, ...]) -> None:
    assert values_of(parameter("none", values=fixed, transform=transform), ALICE) == values


@pytest.mark.parametrize(
    ("transform", "text", "values"),
    [
        ("none", "a;b", ("a;b",)),
        ("semicolon", " a ; b;;", ("a", "b")),
        ("comma", "a, b", ("a", "b")),
        ("pipe", "a|b c", ("a", "b c")),
        ("space", " a  b\tc ", ("a", "b", "c")),
        ("newline", "a b\n\nc", ("a b", "c")),
    ],
)
def test_transforms(transform: Transform, text: str, values: tuple[str, ...]) -> None:
    assert split(transform, text) == values


def test_as_one_text() -> None:
    assert value_of(parameter("department", transform="semicolon"), ALICE) == "a;b;c"
    assert value_of(parameter("department"), ALICE) == "a; b ;;c"
    assert value_of(parameter("custom_attribute_teams"), ALICE, {"title": ("1", "2")}) == "1;2"


@given(st.text(), st.sampled_from(list(TRANSFORMS)))
def test_no_value_is_empty_and_cutting_again_changes_nothing(text: str, transform: Transform) -> None:
    user = User(employee_id="E1", user_name="u", title=text)
    found = values_of(parameter("title", transform=transform), user)
    assert all(found)
    if transform == "semicolon":
        assert split(transform, SEPARATOR.join(found)) == found
