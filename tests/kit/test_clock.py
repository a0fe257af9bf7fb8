"""Milliseconds, and how they are written."""

import time

import pytest

from lockstep.kit.clock import iso, now_ms


def test_now_is_the_wall_clock_in_milliseconds() -> None:
    before = time.time()
    now = now_ms()
    after = time.time()
    assert before * 1000 - 1 <= now <= after * 1000


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (999, "1970-01-01T00:00:00Z"),
        (1_000, "1970-01-01T00:00:01Z"),
        (-1, "1969-12-31T23:59:59Z"),
        (1_795_504_965_999, "2026-11-24T07:22:45Z"),
        (951_782_400_000, "2000-02-29T00:00:00Z"),
        (4_102_444_799_999, "2099-12-31T23:59:59Z"),
    ],
)
def test_iso_cuts_off_to_the_second(ms: int, text: str) -> None:
    assert iso(ms) == text


def test_iso_does_not_depend_on_where_the_machine_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    time.tzset()
    try:
        assert iso(0) == "1970-01-01T00:00:00Z"
    finally:
        monkeypatch.undo()
        time.tzset()
