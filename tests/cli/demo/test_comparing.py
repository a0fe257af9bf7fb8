"""Both sides held against each other, to the letter."""

from typing import Any

import pytest

from lockstep.cli.demo.comparing import ENTERPRISE, Group, compare_groups, compare_users, reading_floor, wanted_groups

Document = dict[str, Any]
FIELDS = (
    "employee_id user_name given_name middle_name family_name suffix nickname display_name email phone title department "
    "division cost_center manager_id"
)


def person(number: int, **more: Any) -> Document:
    return {**dict.fromkeys(FIELDS.split(), ""), "employee_id": f"E{number}", "user_name": f"user{number}", "status": 1, **more}


def user(number: int, **more: Any) -> Document:
    work = {"employeeNumber": f"E{number}", **more.pop("work", {})}
    return {
        "id": f"id{number}",
        "externalId": f"E{number}",
        "userName": f"user{number}",
        "active": True,
        ENTERPRISE: work,
        **more,
    }


def role(group_id: str, name: str, *members: str) -> Document:
    return {"group_id": group_id, "name": name, "members": list(members)}


def test_people_that_are_the_same() -> None:
    everything = {
        "given_name": "Zoë",
        "middle_name": "J.",
        "family_name": "Ö",
        "suffix": "III",
        "nickname": "Z",
        "display_name": "Zoë Ö",
        "email": "z@example.com",
        "phone": "1",
        "title": "T",
        "department": "D",
        "division": "V",
        "cost_center": "C",
        "manager_id": "E2",
    }
    there = user(
        1,
        name={"givenName": "Zoë", "middleName": "J.", "familyName": "Ö", "honorificSuffix": "III"},
        nickName="Z",
        displayName="Zoë Ö",
        emails=[{"value": "z@example.com"}],
        phoneNumbers=[{"value": "1"}],
        title="T",
        work={"department": "D", "division": "V", "costCenter": "C", "manager": {"value": "id2"}},
    )
    side = compare_users([person(1, **everything), person(2)], [user(2), there])
    assert (side.idp, side.center, side.differences) == (2, 2, [])


@pytest.mark.parametrize(
    ("here", "there", "difference"),
    [
        ({"title": "Ä"}, {"title": "A"}, "user1: title is 'A' at the centre, and 'Ä' here"),
        ({"phone": "1"}, {}, "user1: phone is '' at the centre, and '1' here"),
        ({}, {"nickName": "N"}, "user1: nickname is 'N' at the centre, and '' here"),
        ({}, {"active": False}, "user1: active is 'no' at the centre, and 'yes' here"),
        ({"status": 2}, {}, "user1: active is 'yes' at the centre, and 'no' here"),
        ({"department": "D"}, {"work": {"department": "E"}}, "user1: department is 'E' at the centre, and 'D' here"),
        ({}, {"work": {"manager": {"value": "who"}}}, "user1: manager is 'who' at the centre, and '' here"),
    ],
)
def test_a_person_that_differs(here: Document, there: Document, difference: str) -> None:
    side = compare_users([person(1, **here)], [user(1, **there)])
    assert side.differences == [difference]
    assert not side.equal


@pytest.mark.parametrize("manager", ["E9", "E1"])
def test_a_manager_who_is_unknown_or_oneself_is_not_sent(manager: str) -> None:
    assert compare_users([person(1, manager_id=manager)], [user(1)]).equal


def test_people_of_one_side_only() -> None:
    side = compare_users([person(1)], [user(2)])
    assert side.differences == ["user1 is not at the centre", "user2 is at the centre only"]


def test_roles_of_one_name_are_one_group_spelt_as_by_the_lowest_id() -> None:
    roles = [role("G2", "admins", "b"), role("G1", "Admins", "a"), role("G3", "Empty")]
    assert wanted_groups(roles) == [Group("Admins", frozenset("ab")), Group("Empty", frozenset())]


def test_groups_that_are_the_same() -> None:
    wanted = [Group("A", frozenset("xy")), Group("B", frozenset())]
    groups, seats = compare_groups(wanted, wanted[::-1])
    assert (groups.idp, groups.center, groups.equal) == (2, 2, True)
    assert (seats.idp, seats.center, seats.equal) == (2, 2, True)


def test_groups_that_differ() -> None:
    groups, seats = compare_groups(
        [Group("A", frozenset("xy")), Group("B", frozenset("z"))], [Group("A", frozenset("yw")), Group("C", frozenset())]
    )
    assert groups.differences == ["B is not at the centre", "C is at the centre only"]
    assert seats.differences == ["x is not in A at the centre", "w is in A at the centre only", "z is not in B at the centre"]


@pytest.mark.parametrize(
    ("users", "groups", "floor"), [(0, [], 2), (100, [0, 100], 4), (101, [101], 5), (200, [200, 125, *[20] * 23], 30)]
)
def test_the_floor_of_reading(users: int, groups: list[int], floor: int) -> None:
    assert reading_floor(users, groups, 100) == floor
