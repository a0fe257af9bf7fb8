"""Parameters by their ids: own ones can be deleted, those of the connector cannot."""

import pytest

from lockstep.idp.apps import actions as apps
from lockstep.idp.apps import store
from lockstep.idp.apps.parameters.actions import BuiltInProblem, delete_by_number, parameter_by_number
from lockstep.idp.apps.records import Parameter
from lockstep.kit.db import Database
from lockstep.kit.problems import Problem
from tests.idp.apps.test_actions import create, last, write


def test_only_what_is_the_app_s_own_is_deleted(each: Database) -> None:
    with write(each) as c:
        app = create(c)
        apps.set_parameter(c, app, Parameter("badge", "email", False, True), 6)
        apps.set_parameter(c, app, Parameter("title", "department", False), 6)
        numbers = {one.key: one.number for one in store.parameters(c, app.id)}
        for key in ("userName", "groups"):
            assert any((one := parameter_by_number(c, app, number)) and one.key == key for number in range(1, 60))
        with pytest.raises(BuiltInProblem, match="comes with the connector"):
            delete_by_number(c, app, numbers["title"], 7, actor="ada")
        with pytest.raises(Problem, match="has no parameter 9999"):
            delete_by_number(c, app, 9_999, 7, actor="ada")
        assert delete_by_number(c, app, numbers["badge"], 7, actor="ada").key == "badge"
        assert [one.key for one in store.parameters(c, app.id)] == ["title"]
        assert (last(c).type.value, last(c).actor, last(c).notes) == ("app.parameter_changed", "ada", "badge")
