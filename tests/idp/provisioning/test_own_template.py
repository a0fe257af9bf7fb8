"""A whole run with a template of the app's own: what it says arrives, stays, and is put back when somebody changes it."""

import json
from typing import Any

from lockstep.idp.apps.template import actions as templates
from lockstep.idp.provisioning.run import Orders
from lockstep.scim.messages import ENTERPRISE, USER
from tests.idp.provisioning.world import World

PEOPLE: dict[str, dict[str, Any]] = {
    "E1": {"title": "Boss", "custom": {"city": "Rome", "teams": "a,b"}},
    "E2": {"manager_id": "E1", "custom": {"city": "Oslo"}},
    "E3": {"manager_id": "E9"},
}
TEMPLATE = {
    "schemas": [USER, ENTERPRISE],
    "userName": "{$user.email_name_part}@y.example",
    "externalId": "{$parameters.externalId}",
    "name": {"givenName": "{$user.firstname}", "familyName": "{$user.lastname}"},
    "displayName": "{$user.firstname} {$user.lastname}",
    "active": "{$user.active}",
    "emails": [{"value": "{$user.email}", "type": "work", "primary": True}],
    "addresses": [{"type": "work", "locality": "{$user.custom_fields.city}"}],
    ENTERPRISE: {"manager": {"value": "{$user.manager_user_id}"}},
}


def people(**changed: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {key: {"email": f"{key.lower()}@x.example", **fields, **changed.get(key, {})} for key, fields in PEOPLE.items()}


def use(world: World, template: dict[str, Any]) -> None:
    with world.write() as c:
        templates.set_template(c, world.app_of(c), json.dumps(template, indent=1), world.now, actor="ada")


def there(world: World) -> dict[str, dict[str, Any]]:
    names = ("userName", "displayName", "addresses", "title", ENTERPRISE)
    return {
        str(user["externalId"]): {name: user[name] for name in names if name in user} for user in world.target.users.values()
    }


def test_a_first_run_changes_and_a_check(each_world: World) -> None:
    world = each_world
    world.make_app()
    use(world, TEMPLATE)
    world.synced(people())
    ids = {user["externalId"]: number for number, user in world.target.users.items()}
    assert there(world) == {
        "E1": {"userName": "e1@y.example", "displayName": "E1 F", "addresses": [{"type": "work", "locality": "Rome"}]},
        "E2": {
            "userName": "e2@y.example",
            "displayName": "E2 F",
            "addresses": [{"type": "work", "locality": "Oslo"}],
            ENTERPRISE: {"manager": {"value": ids["E1"]}},
        },
        "E3": {"userName": "e3@y.example", "displayName": "E3 F"},
    }
    assert world.sync().requests == 0
    assert world.sync(Orders(full=True)).check["differences"] == 0
    world.become(people(E1={"custom": {"city": "Bari"}}, E2={"custom": {}}))
    assert world.sync().requests == 2
    assert there(world)["E1"]["addresses"] == [{"type": "work", "locality": "Bari"}]
    assert "addresses" not in there(world)["E2"]
    world.target.users[ids["E1"]]["addresses"] = [{"type": "work", "locality": "Elsewhere"}]
    found = world.sync(Orders(full=True))
    assert (found.check["differences"], found.requests) == (1, 1)
    assert there(world)["E1"]["addresses"] == [{"type": "work", "locality": "Bari"}]


def test_another_template_looks_at_everybody_and_a_suspended_person_is_switched_off(each_world: World) -> None:
    world = each_world
    world.make_app()
    world.synced(people())
    assert there(world)["E1"]["title"] == "Boss"
    use(world, {name: value for name, value in TEMPLATE.items() if name != "active"})
    assert world.sync().requests == 3
    assert "title" not in there(world)["E1"]
    world.suspend("E2")
    assert world.sync().requests == 1
    assert {user["externalId"]: user["active"] for user in world.target.users.values()} == {"E1": True, "E2": False, "E3": True}
    with world.write() as c:
        templates.reset_template(c, world.app_of(c), world.now, actor="ada")
    assert world.sync().requests == 3
    assert there(world)["E1"]["title"] == "Boss"
