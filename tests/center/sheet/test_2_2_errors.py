"""facts/aws-identity-center.md, sections 2.2 and 2.3: exceptions, and the exact body of an error."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.center.client import ABSENT, CATCH_ALL, ENTERPRISE, USER, Client, a_user
from tests.center.conftest import Make

ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
TEXT = r"[\p{L}\p{M}\p{S}\p{N}\p{P}\t\n\r ]+"
PATHLESS = (
    'Current PATCH support allows omitting "path" attribute only for Add and Replace operations modifying a single attribute.'
)


def constraint(path: str, *texts: str) -> list[str]:
    return [f"Value at '{path}' failed to satisfy constraint: {text}" for text in texts]


SHORT = ("Member must have length greater than or equal to 1", f"Member must satisfy regular expression pattern: {TEXT}")


async def test_2_2_validation_is_400_for_what_cannot_be_parsed(scim: Client) -> None:
    assert (await scim.post("/Users", b"{")).status == 400


async def test_2_2_validation_is_400_for_a_violated_schema(scim: Client) -> None:
    assert (await scim.post("/Users", a_user(displayName=7))).status == 400


@pytest.mark.parametrize(
    ("method", "path"), [("DELETE", "/Users"), ("PUT", "/Users"), ("POST", "/Schemas"), ("DELETE", "/ServiceProviderConfig")]
)
async def test_2_2_validation_is_400_for_an_unsupported_operation(scim: Client, method: str, path: str) -> None:
    assert (await scim(method, path, {} if method != "DELETE" else None)).status == 400


async def test_2_2_validation_is_400_for_a_filter_that_changes_between_pages(scim: Client) -> None:
    for _ in range(3):
        await scim.group()
    cursor = (await scim.get("/Groups?cursor&count=1")).json["nextCursor"]
    assert (await scim.get(f"/Groups?cursor={cursor}&count=1")).status == 200
    assert (await scim.get(f"/Groups?cursor={cursor}&count=1&filter=displayName+eq+%22x%22")).status == 400


async def test_2_2_not_found_is_404(scim: Client) -> None:
    assert (await scim.get(f"/Users/{ABSENT}")).status == 404


async def test_2_2_throttling_is_429(scim_with: Make) -> None:
    scim = scim_with(rate=0.01)
    assert [(await scim.get("/Users")).status for _ in range(3)] == [200, 429, 429]
    assert (await scim.get("/Users")).json["status"] == "429"


async def test_2_2_no_throttling_without_a_rate(scim: Client) -> None:
    assert {(await scim.get("/Users")).status for _ in range(60)} == {200}


@pytest.mark.parametrize(("settings", "seconds"), [({}, None), ({"retry_after_seconds": 3}, "3")])
async def test_2_14_retry_after_is_a_setting(scim_with: Make, settings: dict[str, Any], seconds: str | None) -> None:
    scim = scim_with(rate=0.01, **settings)
    answers = [await scim.get("/Users") for _ in range(3)]
    assert answers[-1].status == 429
    assert answers[-1].headers.get("retry-after") == seconds


async def test_2_2_an_internal_failure_is_500(scim: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_args: Any) -> None:
        raise RuntimeError("a secret of the database")

    monkeypatch.setattr("lockstep.center.directory.store.add_user", fails)
    answer = await scim.post("/Users", a_user())
    assert answer.status == 500
    assert answer.json["status"] == "500"
    assert "secret" not in answer.raw.decode()


async def test_2_3_the_exact_body(scim: Client) -> None:
    answer = await scim.post("/Users", b"{")
    body = answer.json
    assert list(body) == ["schema", "schemas", "detail", "status", "exceptionRequestId", "timeStamp"]
    assert body["schema"] == body["schemas"] == [ERROR]
    assert body["status"] == "400"
    assert body["exceptionRequestId"] == answer.headers["x-amzn-requestid"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{1,3}", body["timeStamp"])
    assert answer.headers["content-type"] == "application/json"


async def test_2_3_there_is_no_scim_type_even_for_409(scim: Client) -> None:
    user = await scim.user()
    answer = await scim.post("/Users", a_user(userName=user["userName"]))
    assert answer.status == 409
    assert "scimType" not in answer.json


async def test_2_3_profile_rfc_has_scim_type(scim_with: Make) -> None:
    scim = scim_with(profile="rfc")
    user = await scim.user()
    assert (await scim.post("/Users", a_user(userName=user["userName"]))).json["scimType"] == "uniqueness"


async def test_2_3_text_unparsable(scim: Client) -> None:
    assert (await scim.post("/Users", b"{")).detail == CATCH_ALL


async def test_2_3_text_duplicate(scim: Client) -> None:
    user = await scim.user()
    answer = await scim.post("/Users", a_user(userName=user["userName"]))
    assert answer.detail == "Refused to create a new, duplicate resource."


async def test_2_3_text_pathless(scim: Client) -> None:
    user = await scim.user()
    answer = await scim.patch(f"/Users/{user['id']}", {"op": "replace", "value": {"title": "A", "nickName": "B"}})
    assert (answer.status, answer.detail) == (400, PATHLESS)


async def test_2_3_text_replacing_memberships(scim: Client) -> None:
    group, user = await scim.group(), await scim.user()
    answer = await scim.patch(f"/Groups/{group['id']}", {"op": "replace", "path": "members", "value": [{"value": user["id"]}]})
    assert (answer.status, answer.detail) == (400, "Replacing group memberships is not supported.")


async def test_2_3_text_missing_path(scim: Client) -> None:
    user = await scim.user()
    answer = await scim.patch(f"/Users/{user['id']}", {"op": "remove"})
    assert (answer.status, answer.detail) == (400, "Missing path in PATCH request")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("emails", [{"value": "a@example.com", "primary": True}, {"value": "b@example.com"}]),
        ("addresses", [{"locality": "Berlin"}, {"locality": "Paris"}]),
        ("phoneNumbers", [{"value": "1"}, {"value": "2"}]),
        ("roles", [{"value": "1"}, {"value": "2"}]),
    ],
)
async def test_2_3_text_list_attribute(scim: Client, name: str, value: list[Any]) -> None:
    answer = await scim.post("/Users", a_user(**{name: value}))
    assert (answer.status, answer.detail) == (400, f"List attribute {name} exceeds allowed limit of 1")


async def test_2_3_text_invalid_filter(scim: Client) -> None:
    answer = await scim.find("/Users", 'displayName co "x"')
    assert (answer.status, answer.detail) == (400, "Invalid Filter format")


CONSTRAINTS: dict[str, tuple[Callable[[], Any], list[str]]] = {
    "one": (lambda: a_user(title="a\x00b"), constraint("title", SHORT[1])),
    "two for an empty familyName": (
        lambda: a_user(name={"givenName": "B", "familyName": ""}),
        constraint("name.familyName", *SHORT),
    ),
    "two for an empty givenName": (
        lambda: a_user(name={"givenName": "", "familyName": "J"}),
        constraint("name.givenName", *SHORT),
    ),
    "two for an empty manager": (
        lambda: a_user(**{ENTERPRISE: {"manager": {"value": ""}}}),
        constraint(f"{ENTERPRISE}.manager.value", *SHORT),
    ),
    "too long": (
        lambda: a_user(userName="x" * 129),
        constraint("userName", "Member must have length less than or equal to 128"),
    ),
}


@pytest.mark.parametrize("name", CONSTRAINTS)
async def test_2_3_text_constraints(scim: Client, name: str) -> None:
    body, expected = CONSTRAINTS[name]
    answer = await scim.post("/Users", body())
    assert (answer.status, answer.detail) == (400, f"{len(expected)} validation errors detected: {'; '.join(expected)}")


async def test_2_3_general_details_are_a_setting(scim_with: Make) -> None:
    scim = scim_with(error_details="general")
    assert (await scim.post("/Users", a_user(userName="x" * 129))).detail == CATCH_ALL
    assert (await scim.find("/Users", "nonsense")).detail == CATCH_ALL
    answer = await scim.patch(f"/Users/{(await scim.user())['id']}", {"op": "replace", "value": {}})
    assert answer.detail == PATHLESS
    causes = [record["errorMessage"] for record in await scim.trail() if "errorMessage" in record]
    assert any("length less than or equal to 128" in cause for cause in causes)


# CloudTrail record

TRAILED: dict[str, Callable[[dict[str, Any]], tuple[str, Any]]] = {
    "Duplicate UserName": lambda taken: ("/Users", a_user(userName=taken["userName"])),
    "Duplicate ExternalId": lambda taken: ("/Users", a_user(externalId=taken["externalId"])),
    "Duplicate Email": lambda taken: ("/Users", a_user(emails=taken["emails"])),
    "Invalid JSON from RequestBody": lambda _taken: ("/Users", b"{"),
    "List attribute emails exceeds allowed limit of 1": lambda _taken: ("/Users", a_user(emails=[{}, {}])),
}


@pytest.mark.parametrize("cause", TRAILED)
async def test_2_3_cloudtrail_error_message(scim: Client, cause: str) -> None:
    taken = await scim.user(externalId="42")
    path, body = TRAILED[cause](taken)
    assert (await scim.post(path, body)).status in (400, 409)
    record = (await scim.trail())[-1]
    assert record["eventName"] == "CreateUser"
    assert record["errorMessage"] == cause
    assert record["userIdentity"]["type"] == "Unknown"


async def test_2_3_cloudtrail_duplicate_group_display_name(scim: Client) -> None:
    await scim.group(displayName="Team")
    assert (await scim.post("/Groups", {"displayName": "Team"})).status == 409
    assert (await scim.trail())[-1]["errorMessage"] == "Duplicate GroupDisplayName"


async def test_2_3_cloudtrail_record_of_a_success(scim: Client) -> None:
    answer = await scim.post("/Users", a_user(userName="secretive", title="Treasurer"))
    record = (await scim.trail())[-1]
    assert record["eventSource"] == "identitystore-scim.amazonaws.com"
    assert record["eventVersion"] == "1.10"
    assert record["eventName"] == "CreateUser"
    assert record["requestID"] == answer.headers["x-amzn-requestid"]
    assert record["userIdentity"]["type"] == "WebIdentityUser"
    assert record["sourceIPAddress"] == "192.0.2.7"
    assert record["requestParameters"]["tenantId"] == scim.instance.tenant_id
    assert record["requestParameters"]["httpBody"]["schemas"] == [USER]
    assert record["responseElements"] == {"id": answer.json["id"]}


async def test_2_3_cloudtrail_hides_every_personal_value(scim: Client) -> None:
    sent = a_user(userName="secretive", title="Treasurer", externalId="e-4711", **{ENTERPRISE: {"department": "Vault"}})
    await scim.post("/Users", sent)
    record = (await scim.trail())[-1]
    body = record["requestParameters"]["httpBody"]
    assert body["userName"] == body["name"]["givenName"] == "HIDDEN_DUE_TO_SECURITY_REASONS"
    for personal in ("secretive", "Treasurer", "e-4711", "Vault", "Barbara", "example.com"):
        assert personal not in repr(record)


async def test_2_3_cloudtrail_records_op_in_upper_case_and_id(scim: Client) -> None:
    user = await scim.user()
    await scim.patch(f"/Users/{user['id']}", {"op": "rePlace", "path": "title", "value": "Treasurer"})
    parameters = (await scim.trail())[-1]["requestParameters"]
    assert parameters["id"] == user["id"]
    assert parameters["httpBody"]["Operations"] == [
        {"op": "REPLACE", "path": "title", "value": "HIDDEN_DUE_TO_SECURITY_REASONS"}
    ]


async def test_2_3_cloudtrail_a_filter_in_a_path_is_hidden(scim: Client) -> None:
    group, user = await scim.group(), await scim.user()
    await scim.patch(f"/Groups/{group['id']}", {"op": "remove", "path": f'members[value eq "{user["id"]}"]'})
    await scim.patch(f"/Users/{user['id']}", {"op": "remove", "path": 'emails[value eq "babs@example.com"]'})
    assert "babs@example.com" not in repr(await scim.trail())
