"""What mappings make of a person: order, alternatives, what a later one sees."""

from collections.abc import Iterable

import pytest

from lockstep.idp.directory.conditions.records import Condition, Operator
from lockstep.idp.directory.mappings.evaluate import Effect, effect_of, text_of, verdicts_of, with_text
from lockstep.idp.directory.mappings.records import Action, Mapping
from lockstep.idp.directory.records import Role, Status, User

ANN = User(employee_id="E1", user_name="ann@example.com", given_name="Ann", department="Sales", custom={"badge": "7"})
ROLES = {number: Role(group_id=f"g{number}", name=f"Role {number}", id=number) for number in (1, 2, 3)}
ABOVE = {1: (3,)}
"""Role 3 contains role 1."""


def held(ids: Iterable[int]) -> list[Role]:
    return [ROLES[one] for own in ids for one in (own, *ABOVE.get(own, ())) if one in ROLES]


def gives(*roles: int) -> Action:
    return Action("add_role", tuple(map(str, roles)))


def sets(field: str, value: str) -> Action:
    return Action(f"set_{field}", (value,))


def when(source: str, value: str, *actions: Action, operator: Operator = "equals", enabled: bool = True) -> Mapping:
    return Mapping("m", actions, conditions=(Condition(source, operator, value),), enabled=enabled)


def made(*mappings: Mapping, user: User = ANN, given: tuple[int, ...] = ()) -> Effect:
    numbered = [
        Mapping(one.name, one.actions, one.match, one.conditions, one.enabled, number) for number, one in enumerate(mappings, 1)
    ]
    return effect_of(numbered, user, given, held, ROLES)


def test_one_that_applies_gives_and_sets() -> None:
    found = made(when("department", "sales", gives(1, 2), sets("title", "Agent"), sets("custom_attribute_desk", "A")))
    assert found.roles == {1: 1, 2: 1}
    assert (found.user.title, found.user.custom) == ("Agent", {"badge": "7", "desk": "A"})
    assert found.fields == {"title": 1, "custom_attribute_desk": 1}


def test_one_that_does_not_apply_or_is_disabled_does_nothing() -> None:
    assert made(when("department", "Legal", gives(1))) == Effect(ANN)
    assert made(when("department", "Sales", gives(1), enabled=False)) == Effect(ANN)


def test_without_conditions_it_is_for_everyone() -> None:
    assert made(Mapping("m", (gives(1),))).roles == {1: 1}


def test_alternatives_and_any() -> None:
    assert made(when("department", "Legal|Sales", gives(1))).roles == {1: 1}
    two = (Condition("department", "equals", "Legal"), Condition("given_name", "equals", "Ann"))
    assert made(Mapping("m", (gives(1),), "any", two)).roles == {1: 1}
    assert made(Mapping("m", (gives(1),), "all", two)).roles == {}


def test_the_later_one_wins_a_field_and_the_first_one_names_a_role() -> None:
    found = made(
        Mapping("a", (sets("title", "One"), gives(1))),
        Mapping("b", (sets("title", "Two"), gives(1, 2))),
    )
    assert (found.user.title, found.fields, found.roles) == ("Two", {"title": 2}, {1: 1, 2: 2})


def test_a_later_one_sees_what_an_earlier_one_did() -> None:
    chain = (
        when("department", "Sales", sets("department", "Field"), gives(1)),
        when("department", "Field", sets("title", "Far")),
        when("role", "3", sets("company", "By role")),
        when("department", "Sales", sets("comment", "never")),
    )
    found = made(*chain)
    assert (found.user.department, found.user.title, found.user.company, found.user.comment) == ("Field", "Far", "By role", "")


def test_an_earlier_one_does_not_see_what_a_later_one_does() -> None:
    found = made(when("role", "1", sets("title", "x")), Mapping("m", (gives(1),)))
    assert (found.user.title, found.roles) == ("", {1: 2})


def test_roles_that_are_given_otherwise_count_in_conditions_with_those_above_them() -> None:
    assert made(when("role", "3", sets("title", "x")), given=(1,)).user.title == "x"
    assert made(when("role", "3", gives(1), operator="does not equal"), given=(1,)).roles == {}


def test_a_role_that_is_not_there_is_not_given() -> None:
    assert made(Mapping("m", (gives(9, 2),))).roles == {2: 1}


def test_macros_take_the_values_of_the_moment() -> None:
    found = made(Mapping("m", (sets("title", "{firstname} of {department}"), sets("comment", "{title}!"))))
    assert (found.user.title, found.user.comment) == ("Ann of Sales", "Ann of Sales!")


@pytest.mark.parametrize("status", list(Status))
def test_nobodys_lock_or_password_is_for_a_mapping_to_say(status: Status) -> None:
    user = with_text(ANN, "status", str(int(status)))
    found = made(Mapping("m", (sets("status", str(int(Status.SUSPENDED))),)), user=user)
    free = status in (Status.UNACTIVATED, Status.ACTIVE, Status.SUSPENDED)
    assert (found.user.status, found.fields) == ((Status.SUSPENDED, {"status": 1}) if free else (status, {}))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "T"),
        ("title", ""),
        ("status", "2"),
        ("group_id", "7"),
        ("group_id", ""),
        ("custom_attribute_x", "1"),
        ("custom_attribute_badge", ""),
    ],
)
def test_what_is_written_as_text_reads_as_that_text(field: str, value: str) -> None:
    assert text_of(with_text(ANN, field, value), field) == value


def test_verdicts_say_of_each_condition_whether_it_held() -> None:
    two = (Condition("department", "equals", "Sales"), Condition("title", "equals", "Boss"))
    first, second = verdicts_of(
        [Mapping("a", (sets("title", "Boss"),), id=1), Mapping("b", (gives(1),), "all", two, id=2)], ANN, (), held, ROLES
    )
    assert (first.holds, first.applies) == ((), True)
    assert (second.holds, second.applies) == ((True, True), True)
