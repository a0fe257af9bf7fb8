"""Rows of the form of a rule, as its buttons rearrange them; the whole form is in `test_rules`."""

import pytest

from lockstep.idp.apps.rules.records import Existing, Macro, Mapped, Rule
from lockstep.idp.console.rule_typed import ActionRow, Row, Typed, new, rearranged, typed_of
from lockstep.idp.directory.conditions.records import Condition


def typed() -> Typed:
    return Typed(rows=[Row("a"), Row("b")], actions=[ActionRow("x"), ActionRow("y")])


@pytest.mark.parametrize(
    ("do", "rows", "actions"),
    [
        ("more", ["a", "b", ""], ["x", "y"]),
        ("more-actions", ["a", "b"], ["x", "y", ""]),
        ("drop-condition-0", ["b"], ["x", "y"]),
        ("drop-condition-7", ["a", "b"], ["x", "y"]),
        ("drop-action-1", ["a", "b"], ["x"]),
    ],
)
def test_a_row_more_or_less(do: str, rows: list[str], actions: list[str]) -> None:
    found = typed()
    assert rearranged(found.rows, found.actions, ActionRow, do)
    assert ([row.source for row in found.rows], [row.parameter for row in found.actions]) == (rows, actions)


@pytest.mark.parametrize("do", ["save", "", "drop", "drop-rule-1"])
def test_other_buttons_do_something_else(do: str) -> None:
    found = typed()
    assert not rearranged(found.rows, found.actions, ActionRow, do)
    assert found == typed()


def test_a_new_rule_sets_groups_by_role() -> None:
    [action] = new().actions
    assert (action.parameter, action.mode, action.for_each, action.pattern) == ("groups", "map", "role", ".*")


def test_a_rule_is_typed_as_it_is_kept() -> None:
    conditions = (Condition("role", "equals", "7|9"), Condition("custom_attribute_site", "contains", "x"))
    typed = typed_of(Rule("r", (Mapped("custom_attribute_team", "a"),), "any", conditions, False, 3), {"7": "Cooks"})
    [action] = typed.actions
    assert (typed.id, typed.match, action.mode, action.for_each, action.for_custom) == (3, "any", "map", "custom", "team")
    assert [(row.source, row.custom, row.value) for row in typed.rows] == [
        ("role", "", "Cooks|a role that is deleted"),
        ("custom", "site", "x"),
    ]
    again = typed_of(Rule("r", (Existing(("A", "B")), Macro("{title}", "title"))), {})
    assert [(row.parameter, row.mode, row.names, row.macro) for row in again.actions] == [
        ("groups", "existing", "A\nB", ""),
        ("title", "macro", "", "{title}"),
    ]
    assert not typed.enabled
