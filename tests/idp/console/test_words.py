"""Words of the pages."""

from typing import Any

import pytest

from lockstep.idp.console.context import LARGEST
from lockstep.idp.console.desk import guarded
from lockstep.idp.console.words import counted, joined, short, status, status_kind, when


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        ("", "–"),
        (True, "yes"),
        (False, "no"),
        ({"a": 1, "schemas": []}, "a: 1"),
        ([1, "b"], "1, b"),
        ([], "–"),
    ],
)
def test_values_become_one_line(value: Any, text: str) -> None:
    assert joined(value) == text


def test_numbers_times_and_states() -> None:
    assert (counted(1, "user"), counted(12_345, "user"), counted(2, "match", "matches")) == (
        "1 user",
        "12,345 users",
        "2 matches",
    )
    assert (when(0), when(1_800_000_000_000)) == ("–", "2027-01-15 08:00:00 UTC")
    assert (status(2), status(6), status_kind(2)) == ("Suspended", "Status 6", "stopped")
    assert LARGEST < 2**63
    assert callable(guarded)


def test_a_long_name_is_cut() -> None:
    assert short("x" * 80) == "x" * 80
    assert short("x" * 81) == "x" * 79 + "…"
    assert short("abcdef", 3) == "ab…"
