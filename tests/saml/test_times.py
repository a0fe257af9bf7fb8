"""Moments on the wire."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.saml.problems import Reason
from lockstep.saml.times import read_time, write_time
from tests.saml.documents import reason_of

LAST = 32_503_679_999_999


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-11-24T08:00:00Z", 1_795_507_200_000),
        ("2026-11-24T08:00:00+00:00", 1_795_507_200_000),
        ("2026-11-24T08:00:00.5Z", 1_795_507_200_500),
        ("2026-11-24T08:00:00.123Z", 1_795_507_200_123),
        ("2026-11-24T08:00:00.1239999Z", 1_795_507_200_123),
        ("2026-11-24T08:00:00.000000001Z", 1_795_507_200_000),
        ("2024-02-29T23:59:59Z", 1_709_251_199_000),
    ],
)
def test_moments_are_read(written: str, moment: int) -> None:
    assert read_time(written) == moment


@pytest.mark.parametrize(
    "written",
    [
        "",
        "2026-11-24",
        "2026-11-24T08:00:00",
        "2026-11-24T08:00:00z",
        "2026-11-24 08:00:00Z",
        "2026-11-24T08:00:00+01:00",
        "2026-11-24T08:00:00-00:00",
        "2026-11-24T08:00:00.Z",
        "2026-11-24T08:00:00.1234567890Z",
        "2026-02-29T08:00:00Z",
        "2026-13-01T08:00:00Z",
        "2026-11-24T24:00:00Z",
        "2026-11-24T08:00:60Z",
        "٢٠٢٦-11-24T08:00:00Z",
        "2026-11-24T08:00:00Z\n",
        "0001-01-01T00:00:00Z",
        "1969-12-31T23:59:59Z",
        "3000-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "12026-11-24T08:00:00Z",
    ],
)
def test_anything_else_is_refused(written: str) -> None:
    assert reason_of(lambda: read_time(written, Reason.EXPIRED)) is Reason.EXPIRED


def test_whole_seconds_are_written_whole() -> None:
    assert write_time(1_795_507_200_000) == "2026-11-24T08:00:00Z"
    assert write_time(1_795_507_200_007) == "2026-11-24T08:00:00.007Z"


@given(st.integers(0, LAST))
def test_what_is_written_is_read(moment: int) -> None:
    assert read_time(write_time(moment)) == moment
