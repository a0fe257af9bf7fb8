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
        ("state", "equals", "1|3", []),
        ("state", "equals", "4", ["value"]),
        ("group_id", "does not equal", "", []),
        ("group_id", "equals", "7|8", []),
        ("group_id", "equals", "Staff", ["value"]),
        ("group_id", "contains", "7", ["operator"]),
        ("last_login", "is greater than", "90", []),
        ("last_login", "equals", "", []),
        ("last_login", "is less than", "", ["value"]),
        ("last_login", "contains", "-9", ["operator", "value"]),
        ("custom_attribute_x", "equals", "x" * 1025, ["value"]),
    ],
)
def test_fields_to_blame(source: str, operator: Any, value: str, fields: list[str]) -> None:
    assert [field for field, _ in condition_problems(Condition(source, operator, value))] == fields
