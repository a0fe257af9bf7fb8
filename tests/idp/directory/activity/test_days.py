"""Days of the calendar."""

from lockstep.idp.directory.activity.days import DAY_MS, day_of, days_since

NOON = 20_000 * DAY_MS + DAY_MS // 2


def test_days_are_those_of_the_calendar() -> None:
    assert day_of(NOON) == 20_000
    assert days_since(20_000, NOON) == 0
    assert days_since(20_001, 20_001 * DAY_MS - 1) == 1  # a moment before midnight was yesterday
    assert days_since(20_090, NOON) == 90


def test_never_and_ahead() -> None:
    assert days_since(20_000, 0) is None
    assert days_since(19_999, NOON) == 0
