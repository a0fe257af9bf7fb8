"""What an administrator may do with rules, what is kept, and that nothing is in force before it is applied."""

from collections.abc import Iterator

import msgspec
import pytest

from lockstep.idp import events
from lockstep.idp.apps import actions as apps
from lockstep.idp.apps.actions import set_parameter
from lockstep.idp.apps.records import App, Parameter
from lockstep.idp.apps.rules import actions
from lockstep.idp.apps.rules.actions import RuleRefused
from lockstep.idp.apps.rules.records import Existing, Mapped, Rule
from lockstep.idp.directory.conditions.records import Condition
from lockstep.kit.db import Connection, Database
from lockstep.kit.problems import Problem
from lockstep.kit.vault import KEY_BYTES, Vault

A = Rule("A", (Mapped("role", "AWS-(.*)"),))
B = Rule("B", (Existing(("Staff", "Guests")),), "any", (Condition("department", "contains", "a|b"),), False)


@pytest.fixture
def c(each: Database) -> Iterator[Connection]:
    with each.write(serial=events.SERIAL) as connection:
        yield connection


def app(c: Connection, name: str = "aws") -> App:
    given = {"connector": "scim2", "scim_url": "https://scim.example/t/scim/v2", "token": "t", "allow_loopback": False}
    return apps.create_app(c, Vault(bytes(KEY_BYTES)), 5, name=name, **given)  # type: ignore[arg-type]  # what a test gives


def save(c: Connection, app: App, *rules: Rule) -> list[Rule]:
    return [actions.save(c, app, rule, 6, actor="root") for rule in rules]


def notes(c: Connection) -> list[str]:
    return [one.notes for one in events.follow(c, 0) if one.type.value == "app.rule_changed"]


def edited(c: Connection, app: App) -> list[str]:
    return [rule.name for rule in actions.rules_of(c, app).edited]


def test_rules_come_back_as_they_were_saved(c: Connection) -> None:
    one, other = app(c), app(c, "other")
    saved = save(c, one, A, B)
    assert save(c, other, A)[0].id not in (saved[0].id, saved[1].id)
    assert actions.rules_of(c, one).edited == tuple(saved)
    assert [msgspec.structs.replace(rule, id=0) for rule in saved] == [A, B]
    changed = msgspec.structs.replace(saved[0], name="AA", actions=(Existing(("X",)),), conditions=B.conditions)
    save(c, one, changed)
    assert actions.rules_of(c, one).edited == (changed, saved[1])
    assert notes(c) == ["A added", "B added", "A added", "AA changed"]
    save(c, one, changed)
    assert notes(c)[-1:] == ["AA changed"]
    assert len(notes(c)) == 4


def test_nothing_is_in_force_before_it_is_applied(c: Connection) -> None:
    one = app(c)
    assert not actions.rules_of(c, one).pending
    saved = tuple(save(c, one, A, B))
    assert (actions.rules_of(c, one).pending, actions.rules_of(c, one).applied.rules) == (True, ())
    assert actions.apply(c, one, 9, actor="root")
    found = actions.rules_of(c, one)
    assert (found.pending, found.applied.rules, found.applied.at, found.applied.by) == (False, saved, 9, "root")
    assert not actions.apply(c, one, 10, actor="root")
    assert [(e.type.value, e.actor) for e in events.follow(c, 0)][-1] == ("mapping.reapplied", "root")
    actions.enable(c, one, saved[1].id, True, 11, actor="root")
    assert actions.rules_of(c, one).pending
    actions.enable(c, one, saved[1].id, False, 11, actor="root")
    assert not actions.rules_of(c, one).pending
    assert notes(c)[-2:] == ["B enabled", "B disabled"]


def test_the_order_is_what_was_said(c: Connection) -> None:
    one = app(c)
    ids = [rule.id for rule in save(c, one, *(msgspec.structs.replace(A, name=name) for name in "ABC"))]
    actions.move(c, one, ids[2], 1, 7, actor="root")
    assert edited(c, one) == ["C", "A", "B"]
    actions.move(c, one, ids[2], 99, 7, actor="root")
    assert edited(c, one) == ["A", "B", "C"]
    actions.move(c, one, ids[0], 1, 7, actor="root")
    actions.remove(c, one, ids[1], 7, actor="root")
    assert edited(c, one) == ["A", "C"]
    save(c, one, msgspec.structs.replace(A, name="D"))
    assert edited(c, one) == ["A", "C", "D"]
    assert notes(c)[-4:] == ["C moved to position 1", "C moved to position 3", "B deleted", "D added"]
    with pytest.raises(Problem, match="no rule"):
        actions.move(c, one, ids[1], 1, 7, actor="root")


def test_what_was_not_applied_can_be_thrown_away(c: Connection) -> None:
    one = app(c)
    first = save(c, one, A, B)
    actions.apply(c, one, 8, actor="root")
    actions.move(c, one, first[1].id, 1, 8, actor="root")
    save(c, one, msgspec.structs.replace(first[0], name="other"), A)
    actions.discard(c, one, 9, actor="root")
    found = actions.rules_of(c, one)
    assert [msgspec.structs.replace(rule, id=0) for rule in found.edited] == [A, B]
    assert (found.pending, found.applied.at, found.applied.by) == (False, 8, "root")
    actions.discard(c, one, 9, actor="root")
    assert notes(c)[-1] == "changes thrown away"


def test_what_is_wrong_is_named_and_nothing_is_kept(c: Connection) -> None:
    one = app(c)
    with pytest.raises(RuleRefused, match="Give the rule a name") as refused:
        actions.save(c, one, msgspec.structs.replace(A, name="", actions=(Mapped("role", "("),)), 6, actor="root")
    assert [problem.field for problem in refused.value.problems] == ["name", "pattern-0"]
    assert edited(c, one) == []
    assert notes(c) == []


def test_an_action_sets_what_the_app_has(c: Connection) -> None:
    one = app(c)
    tag = msgspec.structs.replace(A, actions=(Existing(("x",), "Tag"),))
    with pytest.raises(RuleRefused, match="no such parameter"):
        save(c, one, tag)
    set_parameter(c, one, Parameter("Tag", "none", macro=False, include_in_saml_assertion=True), 6)
    save(c, one, tag)
    assert edited(c, one) == ["A"]


def test_there_is_a_most_of_them(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST_RULES", 2)
    with sqlite.write(serial=events.SERIAL) as c:
        one = app(c)
        kept = save(c, one, A, B)
        with pytest.raises(RuleRefused, match="at most 2 rules"):
            save(c, one, A)
        save(c, one, msgspec.structs.replace(kept[0], name="changed"))
