"""What can be kept as a rule, and which field is to blame."""

from typing import Any

import msgspec
import pytest

from lockstep.idp.apps.connectors import CONNECTORS, parameters_of
from lockstep.idp.apps.records import Parameter
from lockstep.idp.apps.rules.checks import problems_of, settable
from lockstep.idp.apps.rules.records import GROUPS, Existing, Macro, Mapped, Rule
from lockstep.idp.directory.conditions.records import Condition

TAG = Parameter("Tag", "none", macro=False, include_in_saml_assertion=True)
KEYS = settable((*parameters_of(CONNECTORS["scim2"], [TAG]), Parameter("nameid", "email", macro=False)))
GOOD = Rule("A", (Mapped("role", "AWS-(.*)"),))

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"name": " "}, "name"),
    ({"name": "x" * 257}, "name"),
    ({"name": "a\nb"}, "name"),
    ({"actions": (Existing(()),)}, "names-0"),
    ({"actions": (Existing(("a", " ")),)}, "names-0"),
    ({"actions": (Existing(("x" * 1025,)),)}, "names-0"),
    ({"actions": (Existing(tuple(str(n) for n in range(501))),)}, "names-0"),
    ({"actions": (Mapped("role", ""),)}, "pattern-0"),
    ({"actions": (Mapped("role", "(a"),)}, "pattern-0"),
    ({"actions": (Mapped("shoe_size", ".*"),)}, "for-each-0"),
    ({"actions": (Mapped("status", ".*"),)}, "for-each-0"),
    ({"actions": ()}, "actions"),
    ({"actions": (Mapped("role", ".*"), Macro(" ", "title"))}, "macro-1"),
    ({"actions": (Macro("a\nb", "title"),)}, "macro-0"),
    ({"actions": (Macro("{shoe_size}", "title"),)}, "macro-0"),
    ({"actions": (Existing(("x",), "shoe"),)}, "parameter-0"),
    ({"actions": (Existing(("x",), "nameid"),)}, "parameter-0"),
    ({"actions": (Existing(("x",), "manager"),)}, "parameter-0"),
    ({"actions": (Existing(("x",)),) * 51}, "parameter-50"),
    ({"conditions": (Condition("title", "is greater than", "1|x"),)}, "value-0"),
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
    assert [problem.field for problem in problems_of(msgspec.structs.replace(GOOD, **what), KEYS)] == [field]


@pytest.mark.parametrize(
    "what",
    [
        {},
        {"actions": (Existing(("Ops & Audit <x>",)),)},
        {"actions": (Mapped("custom_attribute_site", "^."),)},
        {
            "actions": (
                Macro("{firstname}.{lastinitial}", "userName"),
                Existing(("Cost",), "Tag"),
                Mapped("role", ".*", "title"),
            )
        },
        {"conditions": (Condition("cost_center", "is less than", "7|-2.5"),)},
        {"conditions": (Condition("title", "equals", ""), Condition("role", "does not equal", "1|2"))},
        {"conditions": (Condition("status", "equals", "2"), Condition("email_domain_part", "ends with", ".com"))},
    ],
)
def test_what_is_good_is_kept(what: dict[str, Any]) -> None:
    assert problems_of(msgspec.structs.replace(GOOD, **what), KEYS) == []


def test_what_rules_of_an_app_can_set() -> None:
    assert KEYS[0] == GROUPS
    assert {"userName", "title", "emails", "Tag"} < set(KEYS)
    assert not {"nameid", "manager"} & set(KEYS)
    alike = Parameter("Groups", "none", macro=False, include_in_saml_assertion=True)
    assert "Groups" not in settable([alike])  # set_groups is one parameter
