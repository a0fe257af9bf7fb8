"""`/api/2/apps` and `/api/2/connectors` over HTTP."""

from typing import Any

import pytest

from lockstep.idp.api.apps import connectors
from lockstep.idp.api.apps.lookup import app_of
from lockstep.idp.api.apps.wire import FIXED
from lockstep.idp.apps.connectors import CONNECTORS
from lockstep.idp.apps.tokens import actions as tokens
from tests.idp.api.world import World

HOME = "/api/2/apps"
URL = "https://scim.example.com/tenant/scim/v2"
AWS = {
    "name": "aws",
    "connector_id": 130413,
    "configuration": {"scim_base_url": URL, "scim_bearer_token": "the-token"},
}


async def test_an_app_is_made_read_and_changed(each_world: World) -> None:
    world = each_world
    first, second, zoe = world.role("First"), world.role("Second"), world.user("zoe")
    said = await world.ask("POST", HOME, {**AWS, "role_ids": [first.id], "provisioning": {"enabled": True}})
    assert said.status == 200
    made = said.json
    assert made["configuration"] == {"signature_algorithm": "SHA-256", "certificate_id": None, "scim_base_url": URL}
    assert "the-token" not in str(made)
    assert (made["name"], made["connector_id"], made["auth_method"]) == ("aws", 130413, 2)
    assert (made["role_ids"], made["provisioning"], made["sso"]) == ([first.id], {"enabled": True}, None)
    assert {name: made[name] for name in FIXED} == FIXED
    address = f"{HOME}/{made['id']}"
    assert await world.get(address) == made
    with world.db.read() as c:
        assert tokens.opened(c, world.engine.vault, made["id"])[0].secret == "the-token"
    assert await world.done("PUT", address, made) == made  # all that was read may be sent back
    changed = await world.done("PUT", address, {"name": "AWS", "role_ids": [second.id], "provisioning": {"enabled": False}})
    assert changed == {**made, "name": "AWS", "role_ids": [second.id], "provisioning": {"enabled": False}}
    assert await world.get(f"{address}/users") == []
    await world.done("POST", f"/api/2/roles/{second.id}/users", [zoe.id])
    assert [one["username"] for one in await world.get(f"{address}/users")] == ["zoe@x.example"]
    listed = (await world.get(HOME))[0]
    assert listed == {name: changed[name] for name in listed}
    assert "parameters" not in listed
    assert (await world.ask("GET", f"{HOME}/99")).status == 404
    assert app_of.__doc__


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"connector_id": 1}, "connector_id"),
        ({"connector_id": "130413"}, "connector_id"),
        ({"name": None}, "name"),
        ({"name": " "}, "name"),
        ({"configuration": {}}, "configuration.scim_base_url"),
        ({"configuration": {"scim_base_url": "http://x.example.com/"}}, "configuration.scim_base_url"),
        ({"configuration": {"scim_base_url": "https://127.0.0.1/scim/v2"}}, "configuration.allow_loopback"),
        ({"configuration": {"scim_base_url": URL}}, "configuration.scim_bearer_token"),
        ({"configuration": {"scim_base_url": 7}}, "configuration.scim_base_url"),
        ({"configuration": {"signature_algorithm": "SHA-1"}}, "configuration.signature_algorithm"),
        ({"configuration": {"color": "red"}}, "configuration.color"),
        ({"configuration": "x"}, "configuration"),
        ({"role_ids": [99]}, "role_ids.[0]"),
        ({"provisioning": {"enabled": "yes"}}, "provisioning.enabled"),
        ({"policy_id": 7}, "policy_id"),
        ({"visible": False}, "visible"),
        ({"surprise": 1}, "surprise"),
    ],
)
async def test_what_cannot_be_names_the_field_and_changes_nothing(world: World, sent: dict[str, Any], field: str) -> None:
    assert list((await world.ask("POST", HOME, {**AWS, **sent})).fields()) == [field]
    assert await world.get(HOME) == []
    assert world.events() == []


async def test_where_an_app_goes_is_not_changed_here(world: World) -> None:
    made = await world.done("POST", HOME, AWS)
    for name, value in (("scim_base_url", "https://other.example.com"), ("scim_bearer_token", "x")):
        said = await world.ask("PUT", f"{HOME}/{made['id']}", {"configuration": {name: value}})
        assert list(said.fields()) == [f"configuration.{name}"]
    assert list((await world.ask("PUT", f"{HOME}/{made['id']}", {"connector_id": 45504})).fields()) == ["connector_id"]


async def test_lists(world: World) -> None:
    for name in ("Alpha", "Beta", "Gamma"):
        await world.done("POST", HOME, {"name": name, "connector_id": connectors.IDS["memory"]})
    for query, found in (
        ("name=*a", ["Alpha", "Beta", "Gamma"]),
        ("name=*et*", ["Beta"]),
        ("name=gamma", ["Gamma"]),
        ("connector_id=130413", []),
        ("auth_method=2&limit=2", ["Alpha", "Beta"]),
        ("page=2&limit=2", ["Gamma"]),
    ):
        assert [one["name"] for one in await world.get(f"{HOME}?{query}")] == found, query


async def test_connectors(world: World) -> None:
    found = await world.get("/api/2/connectors")
    assert {one["id"] for one in found} == set(connectors.IDS.values())
    assert [one["id"] for one in await world.get("/api/2/connectors?name=aws*")] == [130413]
    assert set(connectors.IDS) <= set(CONNECTORS)
    assert connectors.connector_of(45504) == "scim2"
    assert connectors.connector_of(1) is None
    assert connectors.id_of("aws-iam-identity-center") == 130413
