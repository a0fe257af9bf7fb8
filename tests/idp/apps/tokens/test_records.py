"""Which reminder of a token's end is due."""

from dataclasses import replace

import pytest

from lockstep.idp.apps.tokens.records import DAY_MS, ENDED, Token, reminder

NOW = 1_700_000_000_000


def token(days: float, *, number: int = 1, answer: int = 0) -> Token:
    """A token that ends so many days from now, 0 for one whose end is not known."""
    ends = NOW + int(days * DAY_MS) if days else 0
    return Token(number, 1, b"", number == 2, 0, ends, "entered", answer=answer)


@pytest.mark.parametrize(
    ("days", "due"),
    [
        (0, 0),
        (90.1, 0),
        (90, 90),
        (31, 90),
        (30, 30),
        (7.1, 30),
        (7, 7),
        (1.5, 7),
        (1, 1),
        (0.01, 1),
        (-0.01, ENDED),
        (-9, ENDED),
    ],
)
def test_which_is_due(days: float, due: int) -> None:
    assert reminder(token(days), [token(days)], NOW) == due


def test_no_reminder_where_the_other_one_lasts_longer() -> None:
    soon = token(5)
    for other in (token(100, number=2), token(6, number=2), token(0, number=2)):
        assert reminder(soon, [soon, other], NOW) == 0
    assert reminder(soon, [soon, token(4, number=2)], NOW) == 7
    assert reminder(soon, [soon, token(100, number=2, answer=401)], NOW) == 7  # which is of no use


def test_no_reminder_of_one_that_is_refused_already() -> None:
    refused = token(5, answer=403)
    assert refused.refused
    assert reminder(refused, [refused], NOW) == 0


def test_how_long_is_left() -> None:
    assert [token(days).days_left(NOW) for days in (0, 12.5, 0.5, -0.5)] == [None, 12, 0, -1]
    assert (token(1).which, replace(token(1), spare=True).which) == ("current", "next")
