"""Patterns of rules: what they take out of a text, and that none can run for ever."""

import pytest

from lockstep.idp.directory.conditions.patterns import LONGEST, PatternError, pattern


@pytest.mark.parametrize(
    ("written", "text", "value"),
    [
        (".*", "AWS - Admins", "AWS - Admins"),
        ("AWS - (.*)", "AWS - Admins", "Admins"),
        ("AWS - (.*)", "Azure - Admins", ""),
        ("^AWS-.*$", "AWS-Økonomi", "AWS-Økonomi"),
        ("CN=([^,]+)", "CN=Admins,OU=Groups", "Admins"),
        ("(?i)aws-(.*)", "AWS-Admins", "Admins"),
        ("aws-(.*)", "AWS-Admins", ""),
        ("(?:AWS|GCP)-(.*)-(ro)", "GCP-Data-ro", "Data"),
        ("Admin", "Domain Admins", "Admin"),
        ("AWS(-x)?", "AWS", ""),
        (" (.*)", "A  B ", "B"),
    ],
)
def test_what_is_taken(written: str, text: str, value: str) -> None:
    assert pattern(written).value_in(text) == value


@pytest.mark.parametrize("written", ["(a", "[", "a{2,1}", r"\1", "(?=a)", "*"])
def test_what_cannot_be_used_says_why(written: str) -> None:
    with pytest.raises(PatternError, match=r"\w"):
        pattern(written)


def test_one_that_is_too_large_is_refused() -> None:
    with pytest.raises(PatternError, match="longer"):
        pattern("a" * (LONGEST + 1))
    with pytest.raises(PatternError, match=r"too large|repetition"):
        pattern("((a{1,100}){1,100}){1,100}")


def test_one_that_would_run_for_ever_elsewhere_does_not() -> None:
    assert pattern("^(a+)+$").value_in("a" * 100_000 + "b") == ""
