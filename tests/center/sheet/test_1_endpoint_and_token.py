"""facts/aws-identity-center.md, section 1: the URL and the bearer token."""

import re

import pytest

from lockstep.center.app import Center, build
from lockstep.center.events import Call, Operation
from lockstep.center.instances import actions
from lockstep.kit.clock import now_ms
from lockstep.kit.problems import Problem
from tests.center.client import CATCH_ALL, Client, Stage, request

YEAR_MS = 365 * 86_400_000


async def test_1_1_url_shape(scim: Client) -> None:
    for resource in ("Users", "Groups", "ServiceProviderConfig", "Schemas", "ResourceTypes"):
        assert (await scim.get(f"/{resource}")).status == 200


async def test_1_1_base_without_a_trailing_slash(scim: Client) -> None:
    assert not scim.instance.scim_path.endswith("/")
    assert (await scim.get("/Users")).status == 200


async def test_1_1_base_with_a_trailing_slash_joined_to_a_path_with_one(scim: Client) -> None:
    assert (await scim.get("//Users")).status == 200


async def test_1_1_base_without_a_slash_joined_to_a_bare_name_is_404(scim: Client) -> None:
    assert (await scim.get("Groups/x")).status == 404


async def test_1_1_tenant_id_is_three_characters_and_a_uuid(scim: Client) -> None:
    tenant = scim.instance.tenant_id
    assert len(tenant) == 39
    assert re.fullmatch(r"[0-9A-Za-z]{3}[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", tenant)


async def test_1_1_tenant_id_is_case_sensitive(scim: Client) -> None:
    headers = {"authorization": f"Bearer {scim.token}"}
    path = scim.instance.scim_path.swapcase().replace("/SCIM/V2", "/scim/v2") + "/Users"
    assert (await request(scim.app, "GET", path, headers=headers)).status == 401


async def test_1_1_tenant_id_is_not_derived_from_the_identity_store(scim: Client) -> None:
    assert scim.instance.identity_store_id.removeprefix("d-") not in scim.instance.tenant_id


async def test_1_1_wrong_tenant_id_is_401(scim: Client) -> None:
    path = "/xyz00000000-0000-4000-8000-000000000000/scim/v2/Users"
    answer = await request(scim.app, "GET", path, headers={"authorization": f"Bearer {scim.token}"})
    assert answer.status == 401
    assert answer.json["status"] == "401"


async def test_1_1_responses_are_application_json_and_carry_a_request_id(scim: Client) -> None:
    answer = await scim.get("/Users")
    assert answer.headers["content-type"] == "application/json"
    assert re.fullmatch(r"[0-9a-f-]{36}", answer.headers["x-amzn-requestid"])


@pytest.mark.parametrize("content_type", ["application/json", "application/scim+json", "application/json; charset=utf-8"])
async def test_1_1_requests_of_both_content_types(scim: Client, content_type: str) -> None:
    answer = await scim("POST", "/Groups", {"displayName": "Team"}, content_type=content_type)
    assert answer.status == 201


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "{token}", "Token {token}", "Bearer {token}x", "Bearer lscim_" + "A" * 51],
)
async def test_1_2_auth_is_a_bearer_token_and_no_other_scheme(scim: Client, authorization: str) -> None:
    answer = await scim("GET", "/Users", authorization=authorization.format(token=scim.token))
    assert answer.status == 401
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_1_2_a_request_without_the_header_is_401(scim: Client) -> None:
    assert (await request(scim.app, "GET", f"{scim.instance.scim_path}/Users", headers={})).status == 401


async def test_1_2_lifetime_is_one_year(stage: Stage, center: Center) -> None:
    instance = stage.client(center).instance
    with stage.database.read() as connection:
        (token,) = actions.list_tokens(connection, instance.name)
    assert token.expires_at - token.created_at == YEAR_MS


async def test_1_2_an_expired_token_is_401(scim: Client) -> None:
    later = build(scim.stage.database, now=lambda: now_ms() + YEAR_MS)
    await later.start()
    answer = await request(later, "GET", f"{scim.instance.scim_path}/Users", headers={"authorization": f"Bearer {scim.token}"})
    await later.stop()
    assert answer.status == 401


def test_1_2_two_tokens_at_most_and_expired_ones_count(stage: Stage, center: Center) -> None:
    instance = stage.client(center, token_days=-1).instance
    stage.second_token(instance)
    with pytest.raises(Problem, match="at most 2 access tokens, expired ones included"):
        stage.second_token(instance)


def test_1_2_listing_shows_ids_and_dates_and_no_secret(scim: Client) -> None:
    with scim.stage.database.read() as connection:
        (token,) = actions.list_tokens(connection, scim.instance.name)
    assert scim.token not in repr(token)
    assert token.token_id
    assert token.created_at <= now_ms()


def test_1_2_the_secret_is_not_in_the_database(scim: Client, sqlite: object) -> None:
    with scim.stage.database.read() as connection:
        rows = connection.raw.execute("SELECT * FROM tokens").fetchall()
    assert scim.token not in repr(rows)


def test_1_2_generating_needs_provisioning_to_be_enabled(scim: Client) -> None:
    stage, instance = scim.stage, scim.instance
    with stage.database.read() as connection:
        (token,) = actions.list_tokens(connection, instance.name)
    stage.delete_token(instance, token.token_id)
    with stage.database.write() as connection:
        actions.disable_provisioning(connection, _call(), instance.name)
    with pytest.raises(Problem, match="enable automatic provisioning first"):
        stage.second_token(instance)


def test_1_2_disabling_needs_the_tokens_to_be_deleted(scim: Client) -> None:
    with pytest.raises(Problem, match="delete the access tokens"), scim.stage.database.write() as connection:
        actions.disable_provisioning(connection, _call(), scim.instance.name)


async def test_1_2_after_disabling_users_stay(scim: Client) -> None:
    made = await scim.user()
    stage, instance = scim.stage, scim.instance
    with stage.database.read() as connection:
        (token,) = actions.list_tokens(connection, instance.name)
    stage.delete_token(instance, token.token_id)
    with stage.database.write() as connection:
        actions.disable_provisioning(connection, _call(), instance.name)
    assert (await scim.get("/Users")).status == 401
    _instance, again = stage.enable(instance.name)
    assert (await scim.with_token(again.token).get(f"/Users/{made['id']}")).status == 200


async def test_1_2_rotation_both_tokens_work_until_the_old_one_is_deleted(scim: Client) -> None:
    with scim.stage.database.read() as connection:
        (old,) = actions.list_tokens(connection, scim.instance.name)
    new = scim.with_token(scim.stage.second_token(scim.instance).token)
    assert (await scim.get("/Users")).status == (await new.get("/Users")).status == 200
    scim.stage.delete_token(scim.instance, old.token_id)
    assert (await scim.get("/Users")).status == 401
    assert (await new.get("/Users")).status == 200


async def test_catch_all_is_the_text_that_was_captured(scim: Client) -> None:
    assert (await scim.post("/Users", b"{")).detail == CATCH_ALL


def _call() -> Call:
    return actions.admin_call(Operation.DISABLE_PROVISIONING, "test", now_ms())
