"""What can be kept as a condition."""

from typing import Any

import pytest

from lockstep.idp.directory.conditions.checks import condition_problems
from lockstep.idp.directory.conditions.records import Condition


@pytest.mark.parametrize(
    ("source", "operator", "value", "fields"),
    [
        ("title", "equals", "", []),
        ("title", "contains", "x", []),
        ("title", "contains", " ", ["value"]),
        ("title", "is less than", "1|-2", []),
        ("title", "is less than", "1|", ["value"]),
        ("title", "was", "1", ["operator"]),
        ("shoe", "contains", "", ["source", "value"]),
        ("role", "equals", "1|2", []),
        ("role", "equals", "Cooks", ["value"]),
        ("role", "is greater than", "1", ["operator"]),
        ("status", "does not equal", "2", []),
        ("status", "contains", "6", ["operator", "value"]),
        ("custom_attribute_x", "equals", "x" * 1025, ["value"]),
    ],
)
def test_fields_to_blame(source: str, operator: Any, value: str, fields: list[str]) -> None:
    assert [field for field, _ in condition_problems(Condition(source, operator, value))] == fields
