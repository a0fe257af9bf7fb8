"""Faults are named together."""

import pytest

from lockstep.idp.directory.sources.faults import Faults
from lockstep.idp.directory.sources.records import SourceProblem


def test_none_is_none() -> None:
    Faults().check()


def test_each_kind_is_named_once_with_its_entries() -> None:
    faults = Faults()
    faults.add("entry is odd", "entries are odd", "a")
    for number in range(12):
        faults.add("entry is bad", "entries are bad", f"b{number}")
    with pytest.raises(SourceProblem) as found:
        faults.check()
    assert str(found.value) == (
        "1 entry is odd: a. 12 entries are bad: b0; b1; b2; b3; b4; b5; b6; b7; b8; b9 and 2 more. Nothing was taken over."
    )
