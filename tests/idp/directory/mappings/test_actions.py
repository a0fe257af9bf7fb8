"""Mappings are saved, looked at, let be in force, and thrown away."""

from typing import Any

import pytest
from msgspec.structs import replace

from lockstep.idp.directory import actions as directory
from lockstep.idp.directory import store as users
from lockstep.idp.directory.activity import store as activity
from lockstep.idp.directory.activity.records import Activity
from lockstep.idp.directory.conditions.records import Condition
from lockstep.idp.directory.fields import store as fields
from lockstep.idp.directory.mappings import actions, run, store
from lockstep.idp.directory.mappings.records import Action, Laid, Mapping
from lockstep.idp.directory.records import MAPPED, Membership, Role, Status, User
from lockstep.idp.directory.removed import actions as removed
from lockstep.idp.events import SERIAL, follow, is_automatic, latest
from lockstep.kit.db import Connection, Database
from lockstep.kit.problems import Problem

BY: Any = {"actor": "alice", "now": 5}
SALES = (Condition("department", "equals", "Sales"),)


def _people(c: Connection) -> tuple[User, User, Role]:
    ann = directory.create_user(c, {"user_name": "ann", "employee_id": "E1", "department": "Sales", "title": "Agent"}, **BY)
    bob = directory.create_user(c, {"user_name": "bob", "employee_id": "E2", "department": "Legal"}, **BY)
    return ann, bob, directory.create_role(c, "Sellers", **BY)


def _gives(role: Role, **more: str) -> Mapping:
    sets = tuple(Action(f"set_{name}", (value,)) for name, value in more.items())
    return Mapping("Sales", (Action("add_role", (str(role.id),)), *sets), conditions=SALES)


def _in_force(c: Connection) -> None:
    actions.apply(c, actor="alice", now=6)
    while actions.go_on(c, 7):
        pass


def _user(c: Connection, user: User) -> User:
    found = users.user_by_id(c, user.id)
    assert found is not None
    return found


def _told(c: Connection, after: int) -> list[tuple[str, str, str]]:
    return [(one.type.value, one.user_name or one.object_name, one.role_name) for one in follow(c, after)]


def test_what_is_saved_is_not_in_force_until_somebody_says_so(idp: Database) -> None:
    with idp.write(serial=SERIAL) as c:
        ann, bob, role = _people(c)
        saved = actions.save(c, _gives(role, title="Seller"), **BY)
        assert actions.mappings_of(c).pending
        cy = directory.create_user(c, {"user_name": "cy", "department": "Sales"}, **BY)
        assert users.roles_of_user(c, cy.id) == []
        seen = actions.preview(c, actions.mappings_of(c).edited)
        assert (seen.people, seen.changed, seen.entered, seen.left, seen.values) == (3, 2, 2, 0, 2)
        assert {one.person.user.user_name: one.fields for one in seen.examples} == {
            "ann": (("title", "Agent", "Seller"),),
            "cy": (("title", "", "Seller"),),
        }
        assert _user(c, ann) == ann, "a preview changes nothing"
        _in_force(c)
        assert not actions.mappings_of(c).pending
        assert _user(c, ann).title == "Seller"
        assert _user(c, bob) == bob
        assert users.membership(c, role.id, ann.id) == Membership(
            role_id=role.id, user_id=ann.id, source=MAPPED, mapped=saved.id
        )
        assert store.laid_over_one(c, ann.id) == {"title": Laid("Agent", "Seller", saved.id)}
        before = latest(c)
        _in_force(c)
        assert _told(c, before) == [("mapping.all_reapplied", "", "")], "who is as the mappings say is not changed again"


def test_from_then_on_whoever_is_made_or_changed_is_as_they_say(idp: Database) -> None:
    with idp.write(serial=SERIAL) as c:
        ann, bob, role = _people(c)
        actions.save(c, _gives(role, title="Seller"), **BY)
        _in_force(c)
        cy = directory.create_user(c, {"user_name": "cy", "department": "Sales"}, **BY)
        assert (cy.title, [one.name for one in users.roles_of_user(c, cy.id)]) == ("Seller", ["Sellers"])
        before = latest(c)
        assert directory.change_user(c, bob.id, {"department": "Sales"}, **BY).title == "Seller"
        assert directory.change_user(c, ann.id, {"department": "Legal"}, **BY).title == "Agent", "what was there before"
        assert users.roles_of_user(c, ann.id) == []
        assert store.laid_over_one(c, ann.id) == {}
        assert _told(c, before) == [
            ("user.updated", "bob", ""),
            ("user.updated", "bob", ""),
            ("role.member_added_by_mapping", "bob", "Sellers"),
            ("user.updated", "ann", ""),
            ("user.updated", "ann", ""),
            ("role.member_removed_by_mapping", "ann", "Sellers"),
        ]
        by = [(one.actor, is_automatic(one.actor), one.notes) for one in follow(c, before) if one.actor != "alice"]
        assert by == [
            ("mapping", True, "by Sales"),
            ("mapping", True, ""),
            ("mapping", True, "no mapping sets it any more"),
            ("mapping", True, ""),
        ]


def test_a_value_given_by_hand_is_hidden_while_a_mapping_sets_the_field(idp: Database) -> None:
    with idp.write(serial=SERIAL) as c:
        ann, _, role = _people(c)
        mapping = actions.save(c, _gives(role, title="Seller"), **BY)
        _in_force(c)
        assert directory.change_user(c, ann.id, {"title": "Boss"}, **BY).title == "Seller"
        actions.remove(c, mapping.id, **BY)
        _in_force(c)
        assert _user(c, ann).title == "Boss"


def test_a_role_that_somebody_gave_too_stays_when_the_mapping_goes(idp: Database) -> None:
    with idp.write(serial=SERIAL) as c:
        ann, _, role = _people(c)
        directory.add_members(c, role.id, [ann.id], **BY)
        mapping = actions.save(c, _gives(role), **BY)
        _in_force(c)
        assert users.membership(c, role.id, ann.id) == Membership(role_id=role.id, user_id=ann.id, mapped=mapping.id)
        actions.enable(c, mapping.id, enabled=False, **BY)
        _in_force(c)
        assert users.membership(c, role.id, ann.id) == Membership(role_id=role.id, user_id=ann.id)


def test_it_goes_on_where_it_was(idp: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "PIECE", 2)
    with idp.write(serial=SERIAL) as c:
        role = directory.create_role(c, "Sellers", **BY)
        for number in range(5):
            person = {"user_name": f"u{number}", "employee_id": f"E{number}", "department": "Sales"}
            directory.create_user(c, person, **BY)
        actions.save(c, _gives(role), **BY)
        actions.apply(c, **BY)
    counts = []
    for _ in range(4):
        with idp.write(serial=SERIAL) as c:
            more = actions.go_on(c, 7)
            counts.append((more, len(list(users.members_of_role(c, role.id))), store.applied(c).reached))
    assert counts == [(True, 2, "E1"), (True, 4, "E3"), (True, 5, "E4"), (False, 5, None)]


def test_changes_are_thrown_away_to_the_letter(idp: Database) -> None:
    with idp.write(serial=SERIAL) as c:
        _, _, role = _people(c)
        first = actions.save(c, _gives(role), **BY)
        second = actions.save(c, _gives(role, title="x"), **BY)
        _in_force(c)
        kept = actions.mappings_of(c).edited
        actions.move(c, second.id, 1, **BY)
        actions.remove(c, first.id, **BY)
        actions.save(c, _gives(role, company="y"), **BY)
        actions.discard(c, **BY)
        assert actions.mappings_of(c).edited == kept
        assert not actions.mappings_of(c).pending
        third = actions.save(c, _gives(role), **BY)
        assert third.id > second.id + 1, "an id is never given again"


def test_order_names_and_switches(idp: Database) -> None:
    with idp.write(serial=SERIAL) as c:
        _, _, role = _people(c)
        one, two, three = (actions.save(c, _gives(role), **BY) for _ in range(3))
        before = latest(c)
        actions.move(c, three.id, 1, **BY)
        actions.sort(c, [three.id, one.id, two.id], **BY)
        actions.enable(c, two.id, enabled=False, **BY)
        actions.enable(c, two.id, enabled=False, **BY)
        assert [(mapping.id, mapping.enabled) for mapping in store.everything(c)] == [
            (three.id, True),
            (one.id, True),
            (two.id, False),
        ]
        assert [one.type.value for one in follow(c, before)] == ["mapping.updated", "mapping.disabled"]
        with pytest.raises(Problem, match="name every mapping once"):
            actions.sort(c, [one.id, two.id], **BY)
        with pytest.raises(Problem, match="there is no mapping 99"):
            actions.remove(c, 99, **BY)


def test_what_cannot_be_kept_changes_nothing(idp: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with idp.write(serial=SERIAL) as c:
        _, _, role = _people(c)
        before = latest(c)
        with pytest.raises(actions.MappingRefused) as caught:
            actions.save(c, Mapping("", (Action("add_role", ("99",)),)), **BY)
        assert [one.field for one in caught.value.problems] == ["name"]
        with pytest.raises(actions.MappingRefused, match="not there any more"):
            actions.save(c, Mapping("m", (Action("add_role", (str(role.id), "99")),)), **BY)
        with pytest.raises(actions.MappingRefused, match="This group is not there any more"):
            actions.save(c, Mapping("m", (Action("set_group", ("99",)),)), **BY)
        monkeypatch.setattr(actions, "MOST", 0)
        with pytest.raises(actions.MappingRefused, match="at most 0 mappings"):
            actions.save(c, _gives(role), **BY)
        assert (latest(c), store.everything(c)) == (before, ())


def test_a_field_that_a_mapping_sets_has_a_name(idp: Database) -> None:
    with idp.write(serial=SERIAL) as c:
        actions.save(c, Mapping("m", (Action("set_custom_attribute_desk", ("A",)),)), **BY)
        _in_force(c)
        assert [one.shortname for one in fields.everything(c)] == ["desk"]


def test_the_dry_test_lists_whom_a_mapping_would_touch_and_says_why(idp: Database) -> None:
    with idp.write(serial=SERIAL) as c:
        ann, bob, role = _people(c)
        saved = actions.save(c, _gives(role), **BY)
        assert actions.touched_by(c, saved) == (1, [ann])
        assert actions.touched_by(c, Mapping("new", (Action("add_role", (str(role.id),)),))) == (2, [ann, bob])
        found = actions.check_with(c, [ann.employee_id, bob.employee_id], store.everything(c))
        said = {user.user_name: (verdicts[0].holds, outcome.entered) for user, verdicts, outcome in found}
        assert said == {"ann": ((True,), (role.id,)), "bob": ((False,), ())}


def test_whoever_is_deleted_comes_back_as_they_were_without_mappings(idp: Database) -> None:
    with idp.write(serial=SERIAL) as c:
        ann, _, role = _people(c)
        mapping = actions.save(c, _gives(role, title="Seller"), **BY)
        _in_force(c)
        directory.remove_user(c, ann.id, **BY)
        assert removed.restore(c, ann.id, **BY).title == "Seller"
        directory.remove_user(c, ann.id, **BY)
        actions.remove(c, mapping.id, **BY)
        _in_force(c)
        assert removed.restore(c, ann.id, **BY).title == "Agent"
        assert users.roles_of_user(c, ann.id) == []


def test_who_is_not_asked_for_is_not_looked_at(idp: Database) -> None:
    with idp.write(serial=SERIAL) as c:
        ann, bob, role = _people(c)
        actions.save(c, Mapping("all", (Action("add_role", (str(role.id),)),)), **BY)
        actions.apply(c, **BY)
        assert run.run(c, [bob.employee_id], 7) == 1
        assert [one.user_name for one in users.members_of_role(c, role.id)] == ["bob"]
        assert run.run(c, [bob.employee_id, "nobody"], 7) == 0
        assert users.roles_of_user(c, ann.id) == []


def test_conditions_count_days_and_a_new_day_looks_at_everybody_again(idp: Database) -> None:
    day = 24 * 60 * 60 * 1000
    with idp.write(serial=SERIAL) as c:
        ann, bob, _ = _people(c)
        activity.write(c, ann.id, Activity(last_login=10 * day))
        actions.save(
            c,
            Mapping("Away", (Action("set_status", ("2",)),), conditions=(Condition("last_login", "is greater than", "90"),)),
            **BY,
        )
        actions.apply(c, 100 * day, actor="alice")
        while actions.go_on(c, 100 * day):
            pass
        assert (_user(c, ann).status, _user(c, bob).status) == (Status.ACTIVE, Status.ACTIVE)
        assert not actions.new_day(c, 100 * day + 1)
        assert actions.new_day(c, 101 * day)
        assert not actions.new_day(c, 101 * day), "it is going on"
        while actions.go_on(c, 101 * day):
            pass
        assert (_user(c, ann).status, _user(c, bob).status) == (Status.SUSPENDED, Status.ACTIVE)
        assert not actions.new_day(c, 101 * day), "it is done"
        _, [verdict], outcome = actions.check_with(c, [ann.employee_id], store.everything(c))[0]
        assert (verdict.applies, bool(outcome)) == (True, False)


def test_while_no_mapping_is_in_force_nobody_is_looked_at(sqlite_idp: Database) -> None:
    """An edit costs the same however many there are: what mappings have given is not looked for where there are none."""
    asked: list[str] = []
    with sqlite_idp.write() as c:
        ann, _, role = _people(c)
        saved = actions.save(c, _gives(role, title="Seller"), **BY)
        _in_force(c)
        actions.remove(c, saved.id, **BY)
        _in_force(c)
        assert _user(c, ann) == replace(ann, updated_at=7)
        c.raw.set_trace_callback(asked.append)
        assert run.run(c, [ann.employee_id], 8) == 0
        c.raw.set_trace_callback(None)
    assert len(asked) == 1
    assert "mappings_applied" in asked[0]
