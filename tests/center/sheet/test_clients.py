"""What OneLogin, Okta, Entra, ssosync and idp-scim-sync send (facts/onelogin.md section 3, the AWS sheet sections 1 and 2)."""

from tests.center.client import ENTERPRISE, GROUP, PATCH, USER, Client

ONELOGIN = {
    "schemas": [USER, ENTERPRISE],
    "userName": "ada",
    "externalId": "12345",
    "name": {"givenName": "Ada", "familyName": "Lovelace", "formatted": "Ada Lovelace"},
    "displayName": "Ada Lovelace",
    "emails": [{"value": "ada@example.com", "type": "work", "primary": True}],
    "active": "true",
    "title": "Analyst",
    ENTERPRISE: {"department": "Research", "manager": {"value": "m-1", "displayName": "Charles"}},
}
OKTA = {
    "schemas": [USER],
    "userName": "grace@example.com",
    "name": {"givenName": "Grace", "familyName": "Hopper"},
    "emails": [{"primary": True, "value": "grace@example.com", "type": "work", "display": "grace@example.com"}],
    "displayName": "Grace Hopper",
    "locale": "en-US",
    "externalId": "00ujl29u0le5T6Aj10h7",
    "groups": [],
    "active": True,
}
ENTRA = {
    "schemas": [USER, ENTERPRISE],
    "externalId": "58342554-38d6-4ec8-948c-50044d0a33fd",
    "userName": "kim@example.com",
    "active": True,
    "addresses": [{"type": "work", "country": "DE", "locality": "Berlin"}],
    "displayName": "Kim",
    "emails": [{"type": "work", "value": "kim@example.com", "primary": True}],
    "meta": {"resourceType": "User"},
    "name": {"familyName": "Lee", "givenName": "Kim"},
    "roles": [],
    ENTERPRISE: {"department": "Research"},
}


async def test_onelogin(scim: Client) -> None:
    probe = await scim.find("/Users", 'userName eq "does-not-exist"')
    assert (probe.status, probe.json["totalResults"]) == (200, 0)
    made = (await scim.post("/Users", ONELOGIN)).json
    assert (made["active"], made["id"] != "", made["name"]["givenName"]) == (True, True, "Ada")
    suspended = await scim.put(f"/Users/{made['id']}", {**ONELOGIN, "active": "false"})
    assert suspended.json["active"] is False
    group = await scim.post("/Groups", {"schemas": [GROUP], "displayName": "Analysts"})
    body = {"schemas": [PATCH], "Operations": [{"op": "add", "path": "members", "value": [{"value": made["id"]}]}]}
    assert (await scim("PATCH", f"/Groups/{group.json['id']}", body)).status == 204
    listed = (await scim.get("/Groups")).json
    assert listed["totalResults"] == len(listed["Resources"]) == 1
    assert (await scim.delete(f"/Users/{made['id']}")).status == 204
    assert (await scim.get(f"/Users/{made['id']}")).status == 404


async def test_okta(scim: Client) -> None:
    assert (await scim.get("/Users?filter=userName%20eq%20%22grace%40example.com%22&startIndex=1&count=100")).ids == []
    made = (await scim.post("/Users", OKTA)).json
    off = {"schemas": [PATCH], "Operations": [{"op": "replace", "value": {"active": False}}]}
    assert (await scim("PATCH", f"/Users/{made['id']}", off)).json["active"] is False
    group = (await scim.post("/Groups", {"schemas": [GROUP], "displayName": "Admirals", "members": []})).json
    rename = {"op": "replace", "value": {"id": group["id"], "displayName": "Rear admirals"}}
    assert (await scim.patch(f"/Groups/{group['id']}", rename)).status == 204
    join = {"op": "add", "path": "members", "value": [{"value": made["id"], "display": "grace@example.com"}]}
    assert (await scim.patch(f"/Groups/{group['id']}", join)).status == 204
    leave = {"op": "remove", "path": f'members[value eq "{made["id"]}"]'}
    assert (await scim.patch(f"/Groups/{group['id']}", leave)).status == 204
    assert await scim.members(group["id"]) == []


async def test_entra(scim: Client) -> None:
    made = (await scim.post("/Users", ENTRA)).json
    body = {
        "schemas": [PATCH],
        "Operations": [
            {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "kim2@example.com"},
            {"op": "Replace", "path": "name.familyName", "value": "Leigh"},
            {"op": "Add", "path": f"{ENTERPRISE}:manager", "value": made["id"]},
            {"op": "Replace", "path": "active", "value": "False"},
            {"op": "Add", "path": 'addresses[type eq "work"].region', "value": "BE"},
        ],
    }
    changed = (await scim("PATCH", f"/Users/{made['id']}", body)).json
    assert changed["emails"][0] == {"value": "kim2@example.com", "type": "work", "primary": True}
    assert (changed["name"]["familyName"], changed["active"]) == ("Leigh", False)
    assert changed[ENTERPRISE] == {"department": "Research", "manager": {"value": made["id"]}}
    assert changed["addresses"] == [{"locality": "Berlin", "region": "BE", "country": "DE", "type": "work"}]
    group = (await scim.post("/Groups", {"schemas": [GROUP], "displayName": "G", "externalId": "g-1", "members": []})).json
    join = {"op": "Add", "path": "members", "value": [{"$ref": None, "value": made["id"]}]}
    assert (await scim.patch(f"/Groups/{group['id']}", join)).status == 204
    leave = {"op": "Remove", "path": "members", "value": [{"$ref": None, "value": made["id"]}]}
    assert (await scim.patch(f"/Groups/{group['id']}", leave)).status == 204
    assert await scim.members(group["id"]) == []


async def test_ssosync_and_idp_scim_sync(scim: Client) -> None:
    made = await scim.user()
    group = await scim.group(displayName="a group+b")
    body = {"schemas": [PATCH], "Operations": [{"op": "add", "path": "members", "value": [{"value": made["id"]}]}]}
    answer = await scim(
        "PATCH", f"/Groups/{group['id']}", body, content_type="application/scim+json", accept="application/json"
    )
    assert answer.status == 204
    question = f"id+eq+%22{group['id']}%22+and+members+eq+%22{made['id']}%22"
    assert (await scim.get(f"/Groups?filter={question}")).ids == [group["id"]]
    assert (await scim.get("/Groups?filter=displayName+eq+%22a+group%2Bb%22")).ids == [group["id"]]
