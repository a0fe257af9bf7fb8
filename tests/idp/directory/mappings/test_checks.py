"""What cannot be a mapping, and which field says so."""

import msgspec
import pytest

from lockstep.idp.directory.conditions.records import Condition
from lockstep.idp.directory.mappings.checks import MOST_ACTIONS, MOST_CONDITIONS, MOST_ROLES, problems_of
from lockstep.idp.directory.mappings.records import Action, Mapping

GIVES = Action("add_role", ("1",))


def fields(mapping: Mapping) -> list[str]:
    return [problem.field for problem in problems_of(mapping)]


@pytest.mark.parametrize(
    "action",
    [
        GIVES,
        Action("set_status", ("2",)),
        Action("set_group", ("7",)),
        Action("set_department", ("",)),
        Action("set_userprincipalname", ("{username}@example.com",)),
        Action("set_custom_attribute_badge", ("{firstinitial}{lastname}",)),
    ],
)
def test_what_can_be_kept(action: Action) -> None:
    assert fields(Mapping("m", (action,), conditions=(Condition("department", "contains", "a|b"),))) == []


@pytest.mark.parametrize(
    ("action", "field"),
    [
        (Action("add_role", ()), "values-0"),
        (Action("add_role", ("x",)), "values-0"),
        (Action("add_role", ("²",)), "values-0"),
        (Action("add_role", ("9" * 19,)), "values-0"),
        (Action("add_role", ("1",) * (MOST_ROLES + 1)), "values-0"),
        (Action("set_status", ("3",)), "values-0"),
        (Action("set_status", ("active",)), "values-0"),
        (Action("set_group", ("",)), "values-0"),
        (Action("set_department", ()), "values-0"),
        (Action("set_department", ("a", "b")), "values-0"),
        (Action("set_department", ("a\0b",)), "values-0"),
        (Action("set_department", ("{nobody}",)), "values-0"),
        (Action("set_user_name", ("x",)), "action-0"),
        (Action("set_employee_id", ("x",)), "action-0"),
        (Action("set_custom_attribute_", ("x",)), "action-0"),
        (Action("remove_role", ("1",)), "action-0"),
        (Action("department", ("1",)), "action-0"),
    ],
)
def test_actions_that_cannot_be_kept(action: Action, field: str) -> None:
    assert fields(Mapping("m", (action,))) == [field]


@pytest.mark.parametrize("name", ["", "  ", "x" * 257, "a\nb"])
def test_names_that_cannot_be_kept(name: str) -> None:
    assert fields(Mapping(name, (GIVES,))) == ["name"]


def test_the_rest() -> None:
    assert fields(Mapping("m", ())) == ["actions"]
    assert fields(msgspec.structs.replace(Mapping("m", (GIVES,)), match="some")) == ["match"]
    assert fields(Mapping("m", (GIVES,) * (MOST_ACTIONS + 1))) == [f"action-{MOST_ACTIONS}"]
    many = (Condition("title", "equals", "x"),) * (MOST_CONDITIONS + 1)
    assert fields(Mapping("m", (GIVES,), conditions=many)) == [f"source-{MOST_CONDITIONS}"]
    assert fields(Mapping("m", (GIVES,), conditions=(Condition("nothing", "equals", "x"),))) == ["source-0"]
