"""Values of single logins: what may be written, what is kept and told, and when they hold."""

import pytest

from lockstep.idp.apps import actions as apps
from lockstep.idp.apps.connectors import NOTHING
from lockstep.idp.apps.logins import actions, store
from lockstep.idp.apps.recipe import nobody
from lockstep.idp.apps.records import App
from lockstep.idp.directory import actions as directory
from lockstep.idp.directory.records import User
from lockstep.kit.db import Connection, Database
from lockstep.kit.problems import Problem, ValueProblem
from tests.idp.apps.test_actions import create, last, write


def ready(c: Connection) -> tuple[App, User]:
    app = create(c)
    apps.assign(c, app, None, 5)
    values = {"employee_id": "E1", "user_name": "ann@x.example"}
    return app, directory.create_user(c, values, actor="ada", now=5)


def test_they_are_kept_told_and_taken_back(each: Database) -> None:
    with write(each) as c:
        app, ann = ready(c)
        assert actions.own_of(c, app) is nobody
        actions.set_values(c, app, ann, "title", ("Boss",), 6, actor="ada")
        actions.set_values(c, app, ann, "nickName", (), 6, actor="ada")
        actions.set_values(c, app, ann, "groups", ("B", "A"), 7, actor="ada")
        told = last(c)
        assert (told.type.value, told.user_key, told.app_id, told.notes, told.actor) == (
            *("login.values_changed", "E1", app.id, "groups", "ada"),
        )
        assert store.of_user(c, app.id, ann.id) == {"groups": ("B", "A"), "nickName": (), "title": ("Boss",)}
        assert (store.count(c, app.id), store.among_users(c, app.id, [ann.id, 99])) == (1, {ann.id})
        for asked in (False, True):
            own = actions.own_of(c, app, asked=asked)
            assert (own("E1"), own("E2")) == ({"nickName": (), "title": ("Boss",)}, NOTHING)
        assert actions.groups_of(c, app) == {"E1": ("B", "A")}
        actions.set_values(c, app, ann, "title", ("Boss",), 8, actor="eve")
        assert last(c).actor == "ada"
        actions.remove_values(c, app, ann, "title", 9, actor="ada")
        assert "title" not in store.of_user(c, app.id, ann.id)
        with pytest.raises(Problem, match="has no values of its own for title; there are: groups, nickName"):
            actions.remove_values(c, app, ann, "title", 9, actor="ada")


def test_where_credentials_are_shared_no_login_has_its_own(each: Database) -> None:
    with write(each) as c:
        app, ann = ready(c)
        actions.set_values(c, app, ann, "title", ("Boss",), 6, actor="ada")
        actions.set_values(c, app, ann, "groups", ("A",), 6, actor="ada")
        app = apps.change_settings(c, app, ["credentials=shared"], 7)
        assert actions.own_of(c, app) is nobody
        assert actions.groups_of(c, app) == {}
        with pytest.raises(Problem, match="credentials=admin"):
            actions.set_values(c, app, ann, "title", ("x",), 8, actor="ada")
        app = apps.change_settings(c, app, ["credentials=admin"], 9)
        assert actions.own_of(c, app)("E1") == {"title": ("Boss",)}


@pytest.mark.parametrize(
    ("key", "values", "field"),
    [
        ("nothing", ("x",), "key"),
        ("groups", (), "values"),
        ("title", (" x",), "values"),
        ("title", ("",), "values"),
        ("title", ("a\tb",), "values"),
        ("title", ("x" * 1_001,), "values"),
        ("title", ("a", "a"), "values"),
        ("title", tuple(map(str, range(101))), "values"),
    ],
)
def test_what_cannot_be_written_changes_nothing(each: Database, key: str, values: tuple[str, ...], field: str) -> None:
    with write(each) as c:
        app, ann = ready(c)
        with pytest.raises(ValueProblem) as raised:
            actions.set_values(c, app, ann, key, values, 6, actor="ada")
        assert raised.value.field == field
        assert store.of_user(c, app.id, ann.id) == {}


def test_who_does_not_have_the_app_has_no_login(each: Database) -> None:
    with write(each) as c:
        app, ann = ready(c)
        store_app = create(c, name="other")
        with pytest.raises(Problem, match="does not have other"):
            actions.set_values(c, store_app, ann, "title", ("x",), 6, actor="ada")
        assert actions.editable(c, app)[0] == "groups"
        assert {"title", "nameid", "userName"} <= {*actions.editable(c, app)}
