"""Heads as text."""

import pytest

from lockstep.idp.eventlog.records import Head, read_head
from lockstep.kit.problems import Problem


def test_a_head_is_read_as_it_is_written() -> None:
    head = Head(12, b"\x01" + bytes(range(32)))
    assert read_head(f" {head}\n") == head


@pytest.mark.parametrize(
    "text", ["", "12", "12:", ":00", "x:00", "-1:00", "1:xyz", "1:0", "١:00", "12:00 01:", "1:" + "00" * 34]
)
def test_what_is_no_head(text: str) -> None:
    with pytest.raises(Problem, match="NUMBER:DIGEST"):
        read_head(text)
