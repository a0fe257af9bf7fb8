"""The parameters of an app over `/api/2/apps`: merged, refused by their field, deleted."""

from typing import Any

import pytest

from tests.idp.api.world import World

HOME = "/api/2/apps"
AWS = {
    "name": "aws",
    "connector_id": 130413,
    "configuration": {"scim_base_url": "https://scim.example.com/tenant/scim/v2", "scim_bearer_token": "the-token"},
}


async def test_parameters_are_merged_and_an_own_one_deleted(world: World) -> None:
    made = await world.done("POST", HOME, AWS)
    address, tag = f"{HOME}/{made['id']}", "https://aws.amazon.com/SAML/Attributes/AccessControl:CostCenter"
    sent = {
        "title": {"user_attribute_mappings": "department"},
        "displayName": {"user_attribute_mappings": "_macro_", "user_attribute_macros": "{firstname} {lastname}"},
        "name.givenName": {"user_attribute_mappings": "none", "default_values": "Unknown"},
        tag: {"user_attribute_mappings": "custom_attribute_cost", "include_in_saml_assertion": True},
    }
    changed = (await world.done("PUT", address, {"parameters": sent}))["parameters"]
    assert changed["title"]["user_attribute_mappings"] == "department"
    assert changed["displayName"]["user_attribute_macros"] == "{firstname} {lastname}"
    assert changed["displayName"]["user_attribute_mappings"] == "_macro_"
    assert changed["name.givenName"]["user_attribute_mappings"] == "none"
    assert changed["name.givenName"]["default_values"] == "Unknown"
    assert changed["name.familyName"]["user_attribute_mappings"] == "lastname"
    assert changed[tag]["include_in_saml_assertion"] is True
    assert len({one["id"] for one in changed.values()}) == len(changed)
    assert (await world.ask("DELETE", f"{address}/parameters/{changed['title']['id']}")).status == 403
    assert await world.done("DELETE", f"{address}/parameters/{changed[tag]['id']}") is None
    assert (await world.ask("DELETE", f"{address}/parameters/{changed[tag]['id']}")).status == 404
    left = (await world.get(address))["parameters"]
    assert left == {key: value for key, value in changed.items() if key != tag}


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"parameters": []}, "parameters"),
        ({"parameters": {"title": []}}, "parameters.title"),
        ({"parameters": {"title": {"user_attribute_mappings": 7}}}, "parameters.title.user_attribute_mappings"),
        ({"parameters": {"title": {"user_attribute_mappings": "shoe"}}}, "parameters.title.user_attribute_mappings"),
        ({"parameters": {"title": {"user_attribute_mappings": "_macro_"}}}, "parameters.title.user_attribute_macros"),
        ({"parameters": {"own": {"user_attribute_mappings": "title"}}}, "parameters.own"),
        ({"parameters": {"title": {"values": 7}}}, "parameters.title.values"),
        ({"parameters": {"title": {"attributes_transformations": "x"}}}, "parameters.title.attributes_transformations"),
        ({"parameters": {"title": {"color": "red"}}}, "parameters.title"),
        ({"parameters": {"groups": {"safe_entitlements_enabled": False}}}, "parameters.groups"),
    ],
)
async def test_what_cannot_be_names_the_field_and_changes_nothing(world: World, sent: dict[str, Any], field: str) -> None:
    assert list((await world.ask("POST", HOME, {**AWS, **sent})).fields()) == [field]
    assert await world.get(HOME) == []
    assert world.events() == []
