"""What pages within an instance share."""

import pytest

from lockstep.center.console.inside import days_left, standing

DAY = 86_400_000


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (400 * DAY, ("success", "400 days left")),
        (91 * DAY, ("success", "91 days left")),
        (90 * DAY, ("warning", "90 days left")),
        (DAY, ("warning", "1 day left")),
        (0, ("warning", "0 days left")),
        (-1, ("error", "Expired")),
    ],
)
def test_how_something_stands_that_ends(left: int, expected: tuple[str, str]) -> None:
    assert standing(1_000_000 + left, 1_000_000) == expected


def test_days_are_whole_ones() -> None:
    assert [days_left(at, 0) for at in (DAY, DAY - 1, -1)] == [1, 0, -1]
