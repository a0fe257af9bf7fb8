"""Groups: made, renamed, changed, deleted, and who is in them; on both databases."""

import pytest
from msgspec.structs import replace

from lockstep.idp import events
from lockstep.idp.directory import actions as directory
from lockstep.idp.directory.checks import FieldProblem, NotThereProblem
from lockstep.idp.directory.conditions.records import Condition
from lockstep.idp.directory.groups import actions, store
from lockstep.idp.directory.groups.actions import GroupInUseProblem
from lockstep.idp.directory.groups.records import Policy, SecondFactor
from lockstep.idp.directory.mappings import actions as mappings
from lockstep.idp.directory.mappings.records import Action, Mapping
from lockstep.idp.directory.records import User
from lockstep.idp.directory.store import user_by_id
from lockstep.kit.db import Connection, Database

NOW, HAND = 1_800_000_000_000, "a test"
STRICT = Policy(min_length=14, second_factor=SecondFactor.REQUIRED, idle_minutes=5)


def person(c: Connection, name: str) -> User:
    return directory.create_user(c, {"user_name": name, "employee_id": name}, actor=HAND, now=NOW)


def said(db: Database) -> list[tuple[str, str, str]]:
    with db.read() as c:
        found = [one for one in events.follow(c, 0) if one.type.value != "user.created"]
    return [(one.type.value, one.object_name or one.user_name, one.notes) for one in found]


def test_a_group_is_made_changed_and_renamed(idp: Database) -> None:
    with idp.write(serial=events.SERIAL) as c:
        made = actions.create(c, "Treasury", STRICT, reference="T-1", actor=HAND, now=NOW)
        assert store.by_id(c, made.id) == made == actions.find_group(c, "TREASURY")
        assert store.policy_of(c, made.id) == STRICT
        after = actions.change(c, made.id, name="Cash", policy=replace(STRICT, history=3), actor=HAND, now=NOW)
        assert store.all_groups(c) == [after]
        assert (after.reference, after.policy.history) == ("T-1", 3)
        assert actions.change(c, made.id, actor=HAND, now=NOW) == after
        assert actions.change(c, made.id, reference="", actor=HAND, now=NOW).reference == ""
    assert said(idp) == [
        ("policy.group_created", "Treasury", ""),
        ("policy.group_renamed", "Cash", ""),
        ("policy.changed", "Cash", ""),
        ("policy.group_renamed", "Cash", ""),
    ]


def test_the_default_policy_is_for_who_is_in_no_group(idp: Database) -> None:
    with idp.write(serial=events.SERIAL) as c:
        assert store.policy_of(c, None) == Policy()
        actions.change_default(c, STRICT, actor=HAND, now=NOW)
        actions.change_default(c, STRICT, actor=HAND, now=NOW)
        assert store.policy_of(c, None) == store.policy_of(c, 99) == STRICT
        assert store.all_groups(c) == []
        assert store.by_id(c, 0) is None
        own = actions.create(c, "Own", Policy(), actor=HAND, now=NOW)
        assert own.id > 0
        assert store.policy_of(c, own.id) == Policy()
    assert said(idp)[0] == ("policy.changed", "default", "")
    assert len(said(idp)) == 2


def test_people_are_in_one_group_at_most(idp: Database) -> None:
    with idp.write(serial=events.SERIAL) as c:
        ann, ben = person(c, "ann"), person(c, "ben")
        first = actions.create(c, "First", Policy(), actor=HAND, now=NOW)
        second = actions.create(c, "Second", Policy(), actor=HAND, now=NOW)
        assert actions.assign(c, first.id, [ann.id, ben.id], actor=HAND, now=NOW) == 2
        assert actions.assign(c, second.id, [ann.id, ann.id], actor=HAND, now=NOW) == 1
        assert actions.assign(c, second.id, [ann.id], actor=HAND, now=NOW) == 0
        assert [store.count(c, one.id) for one in (first, second)] == [1, 1]
        assert store.members_page(c, first.id, after="") == ([user_by_id(c, ben.id)], "")
        assert actions.assign(c, None, [ben.id], actor=HAND, now=NOW) == 1
        with pytest.raises(NotThereProblem):
            actions.assign(c, 99, [ben.id], actor=HAND, now=NOW)
        with pytest.raises(NotThereProblem):
            actions.assign(c, first.id, [99], actor=HAND, now=NOW)
    assert [one for one in said(idp) if one[0] == "user.updated"] == [
        *[("user.updated", name, "group") for name in ("ann", "ben", "ann", "ben")]
    ]


def test_the_people_of_a_group_page_by_page(idp: Database) -> None:
    with idp.write(serial=events.SERIAL) as c:
        group = actions.create(c, "Many", Policy(), actor=HAND, now=NOW)
        people = [person(c, f"p{number:03}").id for number in range(store.PAGE * 2 + 1)]
        actions.assign(c, group.id, people, actor=HAND, now=NOW)
        seen, after, pages = [], "", 0
        while pages == 0 or after:
            found, after = store.members_page(c, group.id, after=after)
            seen += [one.id for one in found]
            pages += 1
    assert (seen, pages) == (people, 3)


def test_a_group_with_people_is_deleted_when_it_is_said_where_they_go(idp: Database) -> None:
    with idp.write(serial=events.SERIAL) as c:
        ann, ben = person(c, "ann"), person(c, "ben")
        first, second = (actions.create(c, name, Policy(), actor=HAND, now=NOW) for name in ("First", "Second"))
        actions.assign(c, first.id, [ann.id, ben.id], actor=HAND, now=NOW)
        with pytest.raises(GroupInUseProblem, match="2 people are in First: say where they go"):
            actions.remove(c, first.id, actor=HAND, now=NOW)
        for to, problem in ((99, NotThereProblem), (first.id, FieldProblem)):
            with pytest.raises(problem):
                actions.remove(c, first.id, move=True, to=to, actor=HAND, now=NOW)
        assert actions.remove(c, first.id, move=True, to=second.id, actor=HAND, now=NOW) == 2
        assert store.count(c, second.id) == 2
        assert actions.remove(c, second.id, move=True, actor=HAND, now=NOW) == 2
        found = user_by_id(c, ann.id)
        assert found is not None
        assert found.group_id is None
        with pytest.raises(NotThereProblem):
            actions.remove(c, second.id, actor=HAND, now=NOW)
        third = actions.create(c, "First", Policy(), actor=HAND, now=NOW)
        assert third.id > second.id, "an id is never given again"
        assert actions.remove(c, third.id, actor=HAND, now=NOW) == 0


@pytest.mark.parametrize("name", ["", " ", " a", "a\nb", "a\0", "x" * 2_000, "\ud800", "first"])
def test_a_name_that_cannot_be_is_refused(idp: Database, name: str) -> None:
    with idp.write(serial=events.SERIAL) as c:
        actions.create(c, "First", Policy(), actor=HAND, now=NOW)
        other = actions.create(c, "Other", Policy(), actor=HAND, now=NOW)
        with pytest.raises(FieldProblem) as made:
            actions.create(c, name, Policy(), actor=HAND, now=NOW)
        with pytest.raises(FieldProblem) as renamed:
            actions.change(c, other.id, name=name, actor=HAND, now=NOW)
        assert made.value.field == renamed.value.field == "name"


@pytest.mark.parametrize("text", ["nobody", "a\0", ""])
def test_a_group_that_is_not_there(idp: Database, text: str) -> None:
    with idp.read() as c, pytest.raises(NotThereProblem, match="there is no group"):
        actions.find_group(c, text)


def test_a_group_that_a_mapping_sets_stays_and_whoever_is_moved_is_looked_at(idp: Database) -> None:
    with idp.write(serial=events.SERIAL) as c:
        staff, others = (actions.create(c, name, Policy(), actor=HAND, now=NOW) for name in ("Staff", "Others"))
        anna = person(c, "anna")
        in_others = (Condition("group_id", "equals", str(others.id)),)
        mapping = mappings.save(c, Mapping("Title", (Action("set_title", ("T",)),), conditions=in_others), NOW, actor=HAND)
        sets = mappings.save(c, Mapping("Sets", (Action("set_group", (str(staff.id),)),), enabled=False), NOW, actor=HAND)
        mappings.apply(c, NOW, actor=HAND)
        while mappings.go_on(c, NOW):
            pass
        with pytest.raises(GroupInUseProblem, match="the mapping 'Sets' puts people into Staff"):
            actions.remove(c, staff.id, actor=HAND, now=NOW)
        assert actions.assign(c, others.id, [anna.id], actor=HAND, now=NOW) == 1
        found = user_by_id(c, anna.id)
        assert found is not None
        assert found.title == "T"
        assert actions.remove(c, others.id, move=True, actor=HAND, now=NOW) == 1
        found = user_by_id(c, anna.id)
        assert found is not None
        assert (found.title, found.group_id, mapping.id < sets.id) == ("", None, True)


@pytest.mark.parametrize("text", ["staff", "STAFF", "1"])
def test_a_group_is_meant_by_its_name_or_its_id(sqlite_idp: Database, text: str) -> None:
    with sqlite_idp.write() as c:
        staff = actions.create(c, "Staff", Policy(), actor=HAND, now=NOW)
        assert actions.group_meant(c, text) == staff
        for nobody in ("2", "0", "", "a\0b", "9" * 30, "²"):
            with pytest.raises(NotThereProblem):
                actions.group_meant(c, nobody)
