"""Conditions on the wire: there and back, what is wrong by its path, and the lists."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.idp.directory.conditions import wire
from lockstep.idp.directory.conditions.attributes import DERIVED, USER_ATTRIBUTES
from lockstep.idp.directory.conditions.records import (
    CHOICE_OPERATORS,
    DAY_OPERATORS,
    NUMERIC,
    OPERATORS,
    ROLE,
    STATUS,
    Condition,
    Operator,
)
from lockstep.idp.directory.conditions.wire import (
    OF_ROLES,
    UNVERIFIED,
    VERIFIED,
    FieldError,
    WireProblem,
    label_of,
    name_of,
    read_conditions,
    source_of,
    write_condition,
)
from lockstep.idp.directory.records import Role, Status

SOURCES = st.sampled_from([*sorted(USER_ATTRIBUTES), *DERIVED, "custom_attribute_cost-center"])
CHOICES: st.SearchStrategy[Operator] = st.sampled_from(CHOICE_OPERATORS)
TEXTS: st.SearchStrategy[Operator] = st.sampled_from([one for one in OPERATORS if one not in NUMERIC])
NUMBERS: st.SearchStrategy[Operator] = st.sampled_from(sorted(NUMERIC))
CONDITIONS = st.one_of(
    st.builds(Condition, SOURCES, TEXTS, st.text(min_size=1, max_size=40).filter(str.strip)),
    st.builds(Condition, SOURCES, NUMBERS, st.integers(-(10**9), 10**9).map(str)),
    st.builds(
        Condition, st.just(ROLE), CHOICES, st.lists(st.integers(1, 10**9).map(str), min_size=1, max_size=3).map("|".join)
    ),
    st.builds(Condition, st.just(STATUS), CHOICES, st.sampled_from([str(int(one)) for one in Status])),
    st.builds(Condition, st.just("group_id"), CHOICES, st.sampled_from(["", "7", "7|8"])),
    st.builds(Condition, st.just("last_login"), st.sampled_from(DAY_OPERATORS), st.integers(0, 999).map(str)),
)


@given(st.lists(CONDITIONS, max_size=4).map(tuple))
def test_there_and_back(conditions: tuple[Condition, ...]) -> None:
    sent = json.loads(json.dumps([write_condition(one) for one in conditions]))
    assert read_conditions(sent) == conditions


def test_as_onelogin_s_documents_write_them() -> None:
    sent: list[dict[str, Any]] = [
        {"source": "has_role", "operator": "ri", "value": "340475"},
        {"source": "firstname", "operator": "~", "value": "a"},
        {"source": "status", "operator": "=", "value": 1},
        {"source": "has_role", "operator": "!=", "value": 7},
    ]
    conditions = (
        Condition(ROLE, "equals", "340475"),
        Condition("given_name", "contains", "a"),
        Condition(STATUS, "equals", "1"),
        Condition(ROLE, "does not equal", "7"),
    )
    assert read_conditions(sent) == conditions
    assert [write_condition(one)["operator"] for one in conditions] == ["ri", "~", "=", "rin"]
    assert read_conditions(None) == ()


def test_each_operator_has_one_code() -> None:
    codes = {**VERIFIED, **UNVERIFIED}
    assert sorted(codes.values()) == sorted(OPERATORS)
    assert not codes.keys() & OF_ROLES.keys()


@pytest.mark.parametrize(
    ("sent", "field", "first"),
    [
        ({"source": "has_role", "operator": "ri", "value": "12345"}, ".value", "Invalid condition value: 12345"),
        ({"source": "has_role", "operator": "ri", "value": "Cooks"}, ".value", "Invalid condition value: Cooks"),
        ({"source": "has_role", "operator": "~", "value": "7"}, ".operator", "Invalid condition operator: ~"),
        ({"source": "title", "operator": "?", "value": "7"}, ".operator", "Invalid condition operator: ?"),
        ({"source": "shoe", "operator": "=", "value": "7"}, ".source", "Invalid condition source: shoe"),
        ({"source": "title", "operator": ">", "value": "x"}, ".value", "Invalid condition value: x"),
        ({"source": "title", "operator": "="}, ".value", "Invalid condition value: send a text."),
        ({"source": True, "operator": "=", "value": ""}, ".source", "Invalid condition source: send a text."),
        ("title", "", "Invalid condition: send source, operator and value."),
    ],
)
def test_what_is_wrong_is_said_by_its_path(sent: Any, field: str, first: str) -> None:
    good = {"source": "title", "operator": "=", "value": ""}
    with pytest.raises(WireProblem) as problem:
        read_conditions([good, sent, sent], roles={7})
    errors = problem.value.errors
    assert [error.field for error in errors] == [f"conditions.[{number}]{field}" for number in (1, 2)]
    assert errors[0].message[0] == first
    assert str(problem.value).startswith(f"conditions.[1]{field}: ")


def test_no_list() -> None:
    with pytest.raises(WireProblem) as problem:
        read_conditions({})
    assert problem.value.errors == (FieldError("conditions", ("Invalid conditions: send a list.",)),)


def test_everything_that_is_listed_can_be_sent() -> None:
    """Whatever somebody picks from the three lists makes a condition that is taken."""
    roles = [Role(id=7, group_id="g", name="Cooks")]
    for source in wire.sources(["site"]):
        for operator in wire.operators(source.value):
            listed = wire.values(source.value, roles) or [wire.Option("", "1")]
            for value in listed:
                sent = {"source": source.value, "operator": operator.value, "value": value.value}
                assert len(read_conditions([sent], roles={7})) == 1
    assert wire.values("has_role", roles) == [wire.Option("Cooks", "7")]
    assert wire.Option("First name", "firstname") in wire.sources()
    assert (label_of("custom_attribute_site"), label_of("department")) == ("site", "Department")
    assert all(source_of(name_of(one)) == one for one in (*USER_ATTRIBUTES, ROLE, STATUS))
