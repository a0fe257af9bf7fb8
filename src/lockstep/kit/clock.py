"""The one place that asks what time it is, so that tests and pure code are handed it."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], int]
"""Milliseconds since 1970-01-01 UTC."""


def now_ms() -> int:
    """The wall clock."""
    return time.time_ns() // 1_000_000


def iso(ms: int) -> str:
    """`2026-11-24T07:22:45Z`, second precision, as SCIM's meta uses it."""
    return datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def from_iso(text: str) -> int:
    """The instant that `iso` wrote; raises ValueError for another text."""
    return int(datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z").timestamp()) * 1000
