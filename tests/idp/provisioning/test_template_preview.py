"""What a template would make of one person, beside what is remembered of them."""

import json

import pytest

from lockstep.idp.apps.template.actions import TemplateProblem
from lockstep.idp.directory.checks import NotThereProblem
from lockstep.idp.provisioning.template_preview import preview
from lockstep.scim.messages import ENTERPRISE, USER
from tests.idp.provisioning.world import World

PEOPLE = {"E1": {"title": "Boss"}, "E2": {"manager_id": "E1", "title": "Clerk"}}
TEXT = json.dumps(
    {
        "schemas": [USER, ENTERPRISE],
        "userName": "{$parameters.userName}",
        "nickName": "{$user.title}",
        ENTERPRISE: {"manager": {"value": "{$user.manager_id}"}},
    }
)


def test_before_and_after_a_run(each_world: World) -> None:
    world = each_world
    world.make_app()
    world.become(PEOPLE)
    with world.db.read() as c:
        found = preview(c, world.app_of(c), TEXT, "e2@X.example")
    assert found.document[ENTERPRISE]["manager"]["value"] == "<E1>"
    assert (found.has_app, found.there, found.document["nickName"]) == (True, None, "Clerk")
    world.sync()
    with world.db.read() as c:
        same, other = (preview(c, world.app_of(c), text, "E2") for text in ("", TEXT))
    assert same.changes == ()
    assert other.there is not None
    manager = next(key for key, user in world.target.users.items() if user["externalId"] == "E1")
    assert [one[ENTERPRISE]["manager"]["value"] for one in (other.document, other.there)] == [manager, manager]
    assert {("nickName", "", "Clerk"), ("title", "Clerk", "")} <= set(other.changes)
    assert not any(name == "manager" for name, _, _ in other.changes)


def test_nobody_and_a_template_with_faults(each_world: World) -> None:
    each_world.make_app()
    each_world.become(PEOPLE)
    with each_world.db.read() as c:
        app = each_world.app_of(c)
        with pytest.raises(NotThereProblem):
            preview(c, app, TEXT, "E7")
        with pytest.raises(TemplateProblem):
            preview(c, app, "{}", "E1")
