"""Rules as sentences, and values as people write them."""

import pytest

from lockstep.idp import events
from lockstep.idp.apps.rules.evaluate import Fed
from lockstep.idp.apps.rules.records import Existing, Mapped, Rule
from lockstep.idp.apps.rules.typed import condition_of, role_names
from lockstep.idp.apps.rules.words import (
    GONE,
    action_words,
    condition_words,
    conditions_words,
    fed_words,
    number_word,
    value_words,
    word_number,
)
from lockstep.idp.directory import actions as directory
from lockstep.idp.directory.conditions.records import STATUS, Condition
from lockstep.kit.db import Database
from lockstep.kit.problems import Problem

LABELS = {"department": "Department", "role": "Role"}
SALES, COOK = Condition("department", "equals", "Sales| Ops"), Condition("role", "does not equal", "7|9")


def test_actions() -> None:
    assert action_words(Mapped("role", "AWS-(.*)"), "aws", LABELS) == (
        "Set Groups in aws: for each Role with value that matches AWS-(.*)"
    )
    assert action_words(Existing(("A", "B")), "aws", {}) == "Set Groups in aws: A, B"
    assert action_words(Existing(tuple("ABCDEFG")), "aws", {}) == "Set Groups in aws: A, B, C, D, E and 2 more"


def test_what_feeds_a_group() -> None:
    said = [
        fed_words(Fed("A", feeder), LABELS, {"g1": "AWS-A"}) for feeder in ("g1", "g2", "\nexisting\nA", "\ndepartment\nA\nB")
    ]
    assert said == ["role AWS-A", "role g2", "named by the rule", "Department “A\nB”"]


def test_conditions() -> None:
    rule = Rule("r", (Existing(("A",)),), conditions=(SALES, COOK))
    words = "Department equals “Sales” or “Ops” and Role does not equal “Cooks” or “a role that is deleted”"
    assert conditions_words(rule, LABELS, {"7": "Cooks"}) == words
    either = Rule("r", (Existing(("A",)),), "any", (SALES, Condition("title", "equals", "")))
    assert conditions_words(either, {}, {}) == "department equals “Sales” or “Ops” or title equals “”"
    assert conditions_words(Rule("r", (Existing(("A",)),)), {}, {}) == "Everyone who has the app"
    assert condition_words(Condition("status", "equals", "1|2"), {}, {}) == "status equals “Active” or “Suspended”"
    assert value_words(COOK, {}) == f"{GONE}|{GONE}"


@pytest.mark.parametrize(("number", "word"), [("1", "Active"), ("4", "Password expired"), ("6", "6"), ("x", "x")])
def test_statuses(number: str, word: str) -> None:
    assert (number_word(STATUS, number), word_number(STATUS, word.upper() if word != "x" else word)) == (word, number)


def test_roles_are_kept_by_id_and_written_by_name(each: Database) -> None:
    with each.write(serial=events.SERIAL) as c:
        ids = [directory.create_role(c, name, actor="t", now=1) for name in ("Cooks", "Twice", "Twice", "a|b")]
        names = role_names(c)
        assert [names[str(one.id)] for one in ids] == ["Cooks", ids[1].group_id, ids[2].group_id, ids[3].group_id]
        for one in ids:
            for written in {names[str(one.id)], one.group_id, *(["a|b"] if one.name == "a|b" else [])}:
                assert condition_of(c, Condition("role", "equals", written)) == Condition("role", "equals", str(one.id))
        both = condition_of(c, Condition("role", "equals", f"Cooks | {ids[1].group_id}"))
        assert both.value == f"{ids[0].id}|{ids[1].id}"
        assert condition_of(c, SALES) == SALES
        assert condition_of(c, Condition("status", "equals", "active| Suspended")).value == "1|2"
        for written, why in (("Nobody", "no role is called Nobody"), ("Twice", "several roles"), ("Cooks|", "write the name")):
            with pytest.raises(Problem, match=why):
                condition_of(c, Condition("role", "equals", written))
