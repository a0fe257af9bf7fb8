"""facts/aws-identity-center.md, sections 2.4 to 2.6: ServiceProviderConfig, ResourceTypes, Schemas."""

import pytest

from tests.center.client import ENTERPRISE, GROUP, USER, Client
from tests.center.conftest import Make

CONFIG = (
    '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],'
    '"documentationUri":"https://docs.aws.amazon.com/singlesignon/latest/userguide/manage-your-identity-source-idp.html",'
    '"authenticationSchemes":[{"type":"oauthbearertoken","name":"OAuth Bearer Token",'
    '"description":"Authentication scheme using the OAuth Bearer Token Standard",'
    '"specUri":"https://www.rfc-editor.org/info/rfc6750",'
    '"documentationUri":"https://docs.aws.amazon.com/singlesignon/latest/userguide/provision-automatically.html","primary":true}],'
    '"patch":{"supported":true},'
    '"bulk":{"supported":false,"maxOperations":1,"maxPayloadSize":1048576},'
    '"filter":{"supported":true,"maxResults":50},'
    '"changePassword":{"supported":false},"sort":{"supported":false},"etag":{"supported":false}}'
)


async def test_2_4_the_exact_documented_body(scim: Client) -> None:
    assert (await scim.get("/ServiceProviderConfig")).raw.decode() == CONFIG


async def test_2_4_max_results_says_50_while_lists_give_100(scim: Client) -> None:
    assert (await scim.get("/ServiceProviderConfig")).json["filter"]["maxResults"] == 50
    for _ in range(60):
        await scim.group()
    assert len((await scim.get("/Groups")).resources) == 60


async def test_2_4_no_meta_no_pagination_no_etag(scim: Client) -> None:
    answer = await scim.get("/ServiceProviderConfig")
    assert not {"meta", "pagination"} & answer.json.keys()
    assert "etag" not in answer.headers


@pytest.mark.parametrize("path", ["/ServiceProviderConfig", "/ResourceTypes", "/Schemas", f"/Schemas/{USER}"])
async def test_2_4_it_needs_a_token_like_the_rest(scim: Client, path: str) -> None:
    assert (await scim.with_token("").get(path)).status == 401


async def test_2_5_resource_types(scim: Client) -> None:
    body = (await scim.get("/ResourceTypes")).json
    user, group = body["Resources"]
    assert body["totalResults"] == 2
    assert (user["id"], user["endpoint"], user["description"], user["schema"]) == ("User", "/Users", "User Account", USER)
    assert user["schemaExtensions"] == [{"schema": ENTERPRISE, "required": True}]
    assert (group["id"], group["endpoint"], group["description"], group["schema"]) == ("Group", "/Groups", "Group", GROUP)
    assert {kind["meta"]["resourceType"] for kind in (user, group)} == {"ResourceType"}


async def test_2_5_location_is_the_absolute_url(scim: Client) -> None:
    user = (await scim.get("/ResourceTypes")).resources[0]
    assert user["meta"]["location"] == f"http://center.example{scim.instance.scim_path}/ResourceTypes/User"


async def test_2_5_the_extension_is_declared_required_although_users_without_it_are_returned(scim: Client) -> None:
    await scim.user()
    assert ENTERPRISE not in (await scim.get("/Users")).resources[0]
    assert (await scim.get("/ResourceTypes")).resources[0]["schemaExtensions"][0]["required"] is True


@pytest.mark.parametrize(("urn", "name"), [(USER, "User"), (ENTERPRISE, "EnterpriseUser"), (GROUP, "Group")])
async def test_2_6_get_schema_has_neither_schemas_nor_meta(scim: Client, urn: str, name: str) -> None:
    body = (await scim.get(f"/Schemas/{urn}")).json
    assert list(body) == ["id", "name", "description", "attributes"]
    assert (body["id"], body["name"]) == (urn, name)


async def test_2_6_list_schemas_has_three(scim: Client) -> None:
    assert (await scim.get("/Schemas")).ids == [USER, ENTERPRISE, GROUP]


async def test_2_6_schemas_show_what_is_supported_and_nothing_else(scim: Client) -> None:
    attributes = {attribute["name"]: attribute for attribute in (await scim.get(f"/Schemas/{USER}")).json["attributes"]}
    assert not {"password", "ims", "photos", "entitlements", "x509Certificates", "groups"} & attributes.keys()
    assert {part["name"] for part in attributes["emails"]["subAttributes"]} == {"value", "type", "primary"}
    assert attributes["userName"]["caseExact"] is False


@pytest.mark.parametrize(("settings", "status"), [({}, 400), ({"unknown_schema_status": 404}, 404)])
async def test_2_6_unknown_schema(scim_with: Make, settings: dict[str, int], status: int) -> None:
    answer = await scim_with(**settings).get("/Schemas/urn:x:y")
    assert answer.status == status
    assert answer.json["status"] == str(status)
