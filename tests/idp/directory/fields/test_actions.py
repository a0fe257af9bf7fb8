"""Custom user fields: made, renamed, sorted, deleted, and made by whoever writes an attribute."""

from typing import Any

import pytest

from lockstep.idp.directory import actions as directory
from lockstep.idp.directory import store as users
from lockstep.idp.directory.checks import FieldProblem, NotThereProblem
from lockstep.idp.directory.fields import actions, store
from lockstep.idp.events import SERIAL, follow
from lockstep.kit.db import Connection, Database

BY: Any = {"actor": "alice", "now": 5}


def _told(c: Connection) -> list[tuple[str, str]]:
    return [(one.type.value, one.object_name) for one in follow(c, 0) if one.type.value.startswith("user_field")]


def _names(c: Connection) -> list[tuple[str, str]]:
    return [(one.shortname, one.name) for one in store.everything(c)]


def test_fields_are_made_renamed_and_sorted(idp: Database) -> None:
    with idp.write(serial=SERIAL) as c:
        badge = actions.create(c, "Badge number", "badge", **BY)
        desk = actions.create(c, "Desk", "desk", **BY)
        assert _names(c) == [("badge", "Badge number"), ("desk", "Desk")]
        assert actions.rename(c, badge.id, "Badge", **BY).name == "Badge"
        actions.rename(c, badge.id, "Badge", **BY)
        actions.move(c, desk.id, 1, **BY)
        actions.move(c, desk.id, 1, **BY)
        assert _names(c) == [("desk", "Desk"), ("badge", "Badge")]
        assert _told(c) == [
            ("user_field.added", "badge"),
            ("user_field.added", "desk"),
            ("user_field.updated", "badge"),
            ("user_field.updated", "desk"),
        ]


@pytest.mark.parametrize(
    ("name", "shortname", "field"),
    [("", "x", "name"), ("X", " ", "shortname"), ("X", "x" * 1025, "shortname"), ("Other", "badge", "shortname")],
)
def test_what_cannot_be_a_field(idp: Database, name: str, shortname: str, field: str) -> None:
    with idp.write(serial=SERIAL) as c:
        actions.create(c, "Badge", "badge", **BY)
        with pytest.raises(FieldProblem) as caught:
            actions.create(c, name, shortname, **BY)
        assert caught.value.field == field
        assert _names(c) == [("badge", "Badge")]
        with pytest.raises(NotThereProblem, match="no custom field with id 99"):
            actions.remove(c, 99, **BY)


def test_there_are_not_more_than_so_many(idp: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST", 1)
    with idp.write(serial=SERIAL) as c:
        actions.create(c, "Badge", "badge", **BY)
        with pytest.raises(FieldProblem, match="there are 1 fields already"):
            actions.create(c, "Desk", "desk", **BY)


def test_an_attribute_that_somebody_gets_has_a_field_from_then_on(idp: Database) -> None:
    with idp.write(serial=SERIAL) as c:
        bob = directory.create_user(c, {"user_name": "bob"}, custom={"badge": "1"}, **BY)
        directory.change_user(c, bob.id, {}, custom={"badge": "2", "desk": "A"}, **BY)
        directory.change_user(c, bob.id, {}, custom={"desk": ""}, **BY)
        assert _names(c) == [("badge", "badge"), ("desk", "desk")]
        assert _told(c) == [("user_field.added", "badge"), ("user_field.added", "desk")]


def test_a_field_goes_with_its_values_and_each_of_those_who_had_one_has_an_event(idp: Database) -> None:
    with idp.write(serial=SERIAL) as c:
        bob = directory.create_user(c, {"user_name": "bob"}, custom={"badge": "1", "desk": "A"}, **BY)
        directory.create_user(c, {"user_name": "ann"}, custom={"desk": "B"}, **BY)
        [badge, _] = store.everything(c)
        assert actions.remove(c, badge.id, **BY) == 1
        assert _names(c) == [("desk", "desk")]
        found = users.user_by_id(c, bob.id)
        assert found is not None
        assert found.custom == {"desk": "A"}
        *_, deleted, updated = follow(c, 0)
        assert (deleted.type.value, updated.type.value, updated.user_name) == ("user_field.deleted", "user.updated", "bob")
