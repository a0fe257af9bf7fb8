"""What can be kept as a rule, and which field is to blame."""

from typing import Any

import msgspec
import pytest

from lockstep.idp.apps.rules.checks import problems_of
from lockstep.idp.apps.rules.records import Condition, Existing, Mapped, Rule

GOOD = Rule("A", Mapped("role", "AWS-(.*)"))

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"name": " "}, "name"),
    ({"name": "x" * 257}, "name"),
    ({"name": "a\nb"}, "name"),
    ({"action": Existing(())}, "names"),
    ({"action": Existing(("a", " "))}, "names"),
    ({"action": Existing(("x" * 1025,))}, "names"),
    ({"action": Existing(tuple(str(n) for n in range(501)))}, "names"),
    ({"action": Mapped("role", "")}, "pattern"),
    ({"action": Mapped("role", "(a")}, "pattern"),
    ({"action": Mapped("shoe_size", ".*")}, "for-each"),
    ({"action": Mapped("status", ".*")}, "for-each"),
    ({"conditions": (Condition("shoe_size", "equals", "1"),)}, "source-0"),
    ({"conditions": (Condition("title", "contains", "x"), Condition("title", "contains", " "))}, "value-1"),
    ({"conditions": (Condition("role", "contains", "7"),)}, "operator-0"),
    ({"conditions": (Condition("role", "equals", "Admins"),)}, "value-0"),
    ({"conditions": (Condition("status", "equals", "6"),)}, "value-0"),
    ({"conditions": (Condition("title", "is", "6"),)}, "operator-0"),  # type: ignore[arg-type]
    ({"conditions": (Condition("title", "equals", "x" * 1025),)}, "value-0"),
    ({"conditions": tuple(Condition("title", "equals", "x") for _ in range(51))}, "source-50"),
]


@pytest.mark.parametrize(("what", "field"), WRONG)
def test_what_is_wrong_is_named(what: dict[str, Any], field: str) -> None:
    assert [problem.field for problem in problems_of(msgspec.structs.replace(GOOD, **what))] == [field]


@pytest.mark.parametrize(
    "what",
    [
        {},
        {"action": Existing(("Ops & Audit <x>",))},
        {"action": Mapped("custom_attribute_site", "^.")},
        {"conditions": (Condition("title", "equals", ""), Condition("role", "does not equal", "1|2"))},
        {"conditions": (Condition("status", "equals", "2"), Condition("email_domain_part", "ends with", ".com"))},
    ],
)
def test_what_is_good_is_kept(what: dict[str, Any]) -> None:
    assert problems_of(msgspec.structs.replace(GOOD, **what)) == []
