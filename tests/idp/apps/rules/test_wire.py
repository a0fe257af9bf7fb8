"""Rules on the wire: there and back, as OneLogin's documents write them, what is wrong by its path, and the lists."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.idp.apps.rules import wire
from lockstep.idp.apps.rules.checks import problems_of, settable
from lockstep.idp.apps.rules.records import Existing, Macro, Mapped, Rule
from lockstep.idp.apps.rules.wire import read_rule, write_rule
from lockstep.idp.directory.conditions.records import Condition
from lockstep.idp.directory.conditions.wire import Option, WireProblem
from tests.idp.directory.conditions.test_wire import CONDITIONS, SOURCES

TAG = "https://aws.amazon.com/SAML/Attributes/AccessControl:Cost-Center"
KEYS = (*settable([]), TAG, "amazonusername")
PARAMETERS = st.sampled_from(KEYS)
WORDS = st.text(min_size=1, max_size=30).filter(lambda text: bool(text.strip()) and text.isprintable())
PATTERNS = st.sampled_from([".*", "AWS - (.*)", "/.*/", "/", "//", "a/b", "(?i)^x$", "/x"])
ACTIONS = st.one_of(
    st.builds(Existing, st.lists(WORDS, min_size=1, max_size=3).map(tuple), PARAMETERS),
    st.builds(Mapped, st.one_of(st.just("role"), SOURCES), PATTERNS, PARAMETERS),
    st.builds(Macro, st.sampled_from(["{firstname}.{lastname}", "fixed", "{custom_attribute_site}/x"]), PARAMETERS),
)
RULES = st.builds(
    Rule,
    WORDS,
    st.lists(ACTIONS, min_size=1, max_size=3).map(tuple),
    st.sampled_from(["all", "any"]),
    st.lists(CONDITIONS, max_size=3).map(tuple),
    st.booleans(),
    st.integers(1, 10**9),
)


@given(RULES, st.integers(1, 500))
def test_there_and_back(rule: Rule, position: int) -> None:
    assert problems_of(rule, KEYS) == []
    sent = json.loads(json.dumps(write_rule(rule, position)))
    assert read_rule(sent, KEYS, before=Rule("", (), id=rule.id)) == wire.Sent(rule, position)


DOCUMENTED: dict[str, Any] = {
    "name": "first rule",
    "match": "all",
    "enabled": True,
    "position": None,
    "conditions": [{"source": "has_role", "operator": "ri", "value": "340475"}],
    "actions": [{"action": "set_amazonusername", "value": ["title"], "expression": ".*"}],
}


def test_as_onelogin_s_documents_write_one() -> None:
    found = read_rule(DOCUMENTED, KEYS).rule
    condition = Condition("role", "equals", "340475")
    assert found == Rule("first rule", (Mapped("title", ".*", "amazonusername"),), conditions=(condition,))
    assert write_rule(found) == {
        **DOCUMENTED,
        "id": 0,
        "actions": [{"action": "set_amazonusername", "value": ["title"], "expression": ".*", "scriplet": None, "macro": None}],
    }


@pytest.mark.parametrize(
    ("sent", "action"),
    [
        ({"action": "set_groups", "value": ["AWS-Admins"]}, Existing(("AWS-Admins",))),
        ({"action": "set_groups", "value": "AWS-Admins", "expression": ""}, Existing(("AWS-Admins",))),
        ({"action": "set_groups_from_existing", "value": ["A"], "expression": ".*"}, Existing(("A",))),
        ({"action": "set_groups", "value": ["department"], "expression": "/.*/"}, Mapped("department", ".*")),
        ({"action": "set_groups", "value": ["has_role"], "expression": "AWS - (.*)"}, Mapped("role", "AWS - (.*)")),
        ({"action": "set_scimusername", "macro": "{email}"}, Macro("{email}", "userName")),
        ({"action": "set_COSTCENTER", "value": ["x"], "scriplet": None}, Existing(("x",), "costCenter")),
        ({"action": f"set_{TAG}", "value": ["x"]}, Existing(("x",), TAG)),
    ],
)
def test_ways_to_write_an_action(sent: Any, action: Any) -> None:
    assert read_rule({"name": "r", "actions": [sent]}, KEYS).rule.actions == (action,)


def test_what_is_not_sent_stays() -> None:
    before = Rule("r", (Existing(("A",)),), "any", (Condition("title", "equals", "x"),), False, 7)
    assert read_rule({}, KEYS, before) == wire.Sent(before, None)
    assert read_rule({"enabled": True, "conditions": None}, KEYS, before).rule == Rule("r", before.actions, "any", (), True, 7)


GOOD = {"action": "set_groups", "value": ["A"]}


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"name": ""}, ["name"]),
        ({"name": 7, "match": "some", "enabled": "yes", "position": 0}, ["name", "match", "enabled", "position"]),
        ({"position": True}, ["position"]),
        ({"actions": []}, ["actions"]),
        ({"actions": {}}, ["actions"]),
        ({"actions": [GOOD, "x"]}, ["actions.[1]"]),
        (
            {"actions": [GOOD, {"action": "add_role", "value": ["1"]}, {"action": 7}]},
            ["actions.[1].action", "actions.[2].action"],
        ),
        ({"actions": [{"action": "set_shoe", "value": ["1"]}]}, ["actions.[0].action"]),
        ({"actions": [{"action": "set_groups", "value": [7]}]}, ["actions.[0].value"]),
        ({"actions": [{"action": "set_groups"}]}, ["actions.[0].value"]),
        ({"actions": [{**GOOD, "scriplet": "abc"}]}, ["actions.[0].scriplet"]),
        ({"actions": [{**GOOD, "macro": 7}]}, ["actions.[0].macro"]),
        ({"actions": [{**GOOD, "macro": "{shoe}"}]}, ["actions.[0].macro"]),
        ({"actions": [{**GOOD, "expression": ".*"}]}, ["actions.[0].value"]),
        ({"actions": [{"action": "set_title", "value": ["role"], "expression": "("}]}, ["actions.[0].expression"]),
        ({"actions": [{"action": "set_title", "value": ["a", "b"], "expression": "x"}]}, ["actions.[0].value"]),
        (
            {"conditions": [{"source": "has_role", "operator": "ri", "value": "12345"}], "actions": [{}]},
            ["conditions.[0].value", "actions.[0].action"],
        ),
    ],
)
def test_what_is_wrong_is_said_by_its_path(change: dict[str, Any], fields: list[str]) -> None:
    with pytest.raises(WireProblem) as problem:
        read_rule({"name": "r", "actions": [GOOD], **change}, KEYS, roles={7})
    assert [error.field for error in problem.value.errors] == fields
    assert all(error.message and error.message[0] for error in problem.value.errors)


@pytest.mark.parametrize("sent", [[], None, "rule"])
def test_no_rule_at_all(sent: Any) -> None:
    with pytest.raises(WireProblem):
        read_rule(sent, KEYS)


def test_a_condition_that_no_rule_can_have_is_said_by_its_path() -> None:
    many = [{"source": "title", "operator": "=", "value": "x"}] * 51
    with pytest.raises(WireProblem) as problem:
        read_rule({"name": "r", "actions": [GOOD], "conditions": many}, KEYS)
    assert [error.field for error in problem.value.errors] == ["conditions.[50].source"]


def test_everything_that_is_listed_can_be_sent() -> None:
    options = wire.action_options("aws", KEYS)
    assert options[0] == Option("Set Groups in aws", "set_groups")
    for option in options:
        for source in wire.map_sources(["site"]):
            sent = {"action": option.value, "value": [source.value], "expression": ".*"}
            assert read_rule({"name": "r", "actions": [sent]}, KEYS)
    assert wire.action_values("set_groups", KEYS, ["A", "B"]) == [Option("A", "A"), Option("B", "B")]
    assert wire.action_values("set_title", KEYS, ["A"]) == []
    with pytest.raises(WireProblem):
        wire.action_values("set_shoe", KEYS)
