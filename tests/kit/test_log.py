"""Logs: one JSON object a line, without the values of variables."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

CALL = """
from lockstep.kit import log

def fail(given):
    token = "".join(reversed(given))
    nested = {"password": token}
    try:
        raise LookupError("first\\nsecond line")
    except LookupError as error:
        raise RuntimeError("späte Folge") from error

for event in ("request failed", "again\\nwith a line break"):
    try:
        fail("terces-detnalp")
    except RuntimeError:
        log.exception(event, request_id="r1", odd={1, 2}, path="/Users\\n")
"""


@pytest.fixture(scope="module")
def written() -> str:
    """What two errors leave on standard error."""
    done = subprocess.run(
        [sys.executable, "-c", CALL], capture_output=True, text=True, encoding="utf-8", check=True, timeout=60
    )
    assert done.stdout == ""
    return done.stderr


def lines(written: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.splitlines()]


def test_one_json_object_a_line_on_standard_error(written: str) -> None:
    first, second = lines(written)
    assert first.keys() == {"event", "level", "timestamp", "exception", "request_id", "odd", "path"}
    assert (first["event"], first["level"], first["request_id"], first["path"]) == ("request failed", "error", "r1", "/Users\n")
    assert second["event"] == "again\nwith a line break"


def test_the_time_is_utc(written: str) -> None:
    timestamp = lines(written)[0]["timestamp"]
    assert timestamp.endswith("Z")
    assert abs(datetime.now(UTC) - datetime.fromisoformat(timestamp)) < timedelta(minutes=5)


def test_the_traceback_names_causes_and_lines(written: str) -> None:
    traceback = lines(written)[0]["exception"]
    assert "LookupError: first\nsecond line" in traceback
    assert traceback.endswith("RuntimeError: späte Folge")
    assert ", in fail" in traceback


def test_no_value_of_a_variable_is_written(written: str) -> None:
    assert len(lines(written)) == 2
    assert "planted-secret" not in written
