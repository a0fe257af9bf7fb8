"""Conditions as they are written on the command line."""

import pytest

from lockstep.cli.idp.conditions import parsed_condition
from lockstep.idp.directory.conditions.records import Condition
from lockstep.kit.problems import Problem


def test_conditions_are_read_and_others_say_how_they_are_written() -> None:
    assert parsed_condition("department does not equal Sales|Legal ") == Condition(
        "department", "does not equal", "Sales|Legal"
    )
    assert parsed_condition("title equals") == Condition("title", "equals", "")
    with pytest.raises(Problem, match="write ATTRIBUTE OPERATOR VALUE; the operators are equals, "):
        parsed_condition("department is Sales")
