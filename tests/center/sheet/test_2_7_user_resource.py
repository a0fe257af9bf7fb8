"""facts/aws-identity-center.md, section 2.7: the user resource."""

import re
from typing import Any

import pytest

from tests.center.client import ENTERPRISE, PATCH, USER, Client, a_user
from tests.center.conftest import Make

BABS = {
    "externalId": "701984",
    "schemas": [USER, ENTERPRISE],
    "userName": "bjensen",
    "name": {"familyName": "Jensen", "givenName": "Barbara"},
    "displayName": "Babs Jensen",
    "active": True,
    "emails": [{"value": "bjensen@example.com", "type": "work", "primary": True}],
    ENTERPRISE: {"department": "Tour Operations", "manager": {"value": "9067729b3d-ee533c18-538a-4cd3-a572-63fb863ed734"}},
}


async def test_2_7_the_documented_fixture(scim: Client) -> None:
    body = (await scim.post("/Users", BABS)).json
    assert body == {**BABS, "id": body["id"], "meta": body["meta"]}
    assert list(body)[:4] == ["id", "externalId", "meta", "schemas"]


async def test_2_7_id_is_a_bare_uuid(scim: Client) -> None:
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", (await scim.user())["id"])


async def test_2_7_id_has_the_prefix_of_the_store_in_older_stores(scim_with: Make) -> None:
    scim = scim_with(prefixed_ids=True)
    user = await scim.user()
    assert user["id"].startswith(scim.instance.identity_store_id.removeprefix("d-") + "-")
    assert len(user["id"]) == 47
    assert (await scim.get(f"/Users/{user['id']}")).json == user


async def test_2_7_meta_has_no_location_and_no_version_and_seconds_precision(scim: Client) -> None:
    meta = (await scim.user())["meta"]
    assert meta.keys() == {"resourceType", "created", "lastModified"}
    assert meta["resourceType"] == "User"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", meta["created"])


async def test_2_7_enterprise_urn_only_where_there_is_enterprise_data(scim: Client) -> None:
    assert (await scim.user(schemas=[USER, ENTERPRISE]))["schemas"] == [USER]
    assert (await scim.user(**{ENTERPRISE: {"department": "Tours"}}))["schemas"] == [USER, ENTERPRISE]


async def test_2_7_manager_ref_is_not_echoed(scim: Client) -> None:
    user = await scim.user(**{ENTERPRISE: {"manager": {"value": "m-1", "$ref": "../Users/m-1"}}})
    assert user[ENTERPRISE] == {"manager": {"value": "m-1"}}


async def test_2_7_manager_display_name_is_not_kept(scim: Client) -> None:
    user = await scim.user(**{ENTERPRISE: {"manager": {"value": "m-1", "displayName": "Boss"}}})
    assert user[ENTERPRISE] == {"manager": {"value": "m-1"}}


async def test_2_7_emails_may_be_sent_empty(scim: Client) -> None:
    assert "emails" not in await scim.user(emails=[])


# Required


@pytest.mark.parametrize("missing", ["userName", "displayName", "name", "name.givenName", "name.familyName"])
@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize("how", ["absent", "null"])
async def test_2_7_required_on_create_and_put(scim: Client, missing: str, method: str, how: str) -> None:
    user: dict[str, Any] = a_user()
    holder, name = (user["name"], missing[5:]) if missing.startswith("name.") else (user, missing)
    if how == "absent":
        del holder[name]
    else:
        holder[name] = None
    path = "/Users" if method == "POST" else f"/Users/{(await scim.user())['id']}"
    answer = await scim(method, path, user)
    assert answer.status == 400
    assert missing in answer.detail


async def test_2_7_email_is_not_required(scim: Client) -> None:
    assert "emails" not in await scim.user(emails=None)


@pytest.mark.parametrize("primary", [{}, {"primary": False}, {"primary": None}])
async def test_2_7_an_email_must_be_marked_primary(scim: Client, primary: dict[str, Any]) -> None:
    answer = await scim.post("/Users", a_user(emails=[{"value": "a@example.com", "type": "work", **primary}]))
    assert answer.status == 400


async def test_2_7_an_email_need_not_be_primary_is_a_setting(scim_with: Make) -> None:
    scim = scim_with(require_primary_email=False)
    assert (await scim.user(emails=[{"value": "a@example.com"}]))["emails"] == [{"value": "a@example.com"}]


# Single-valued lists


@pytest.mark.parametrize("name", ["emails", "addresses", "phoneNumbers", "roles"])
async def test_2_7_zero_or_one_element(scim: Client, name: str) -> None:
    one = {"locality": "Berlin"} if name == "addresses" else {"value": "v1", "primary": True}
    two = {"locality": "Paris"} if name == "addresses" else {"value": "v2", "primary": True}
    assert (await scim.user(**{name: [one]}))[name] == [one]
    assert (await scim.post("/Users", a_user(**{name: [one, two]}))).status == 400


@pytest.mark.parametrize("name", ["emails", "addresses", "phoneNumbers", "roles"])
@pytest.mark.parametrize("value", [{"value": "a@example.com"}, "text", ["text"], 1])
async def test_2_7_a_list_attribute_is_a_list_of_objects(scim: Client, name: str, value: Any) -> None:
    assert (await scim.post("/Users", a_user(**{name: value}))).status == 400


# Support matrix

SUPPORTED: dict[str, Any] = {
    "externalId": "e-1",
    "nickName": "Babs",
    "profileUrl": "https://login.example.com/bjensen",
    "title": "Tour Guide",
    "userType": "Employee",
    "preferredLanguage": "en-US",
    "locale": "en-US",
    "timezone": "America/Los_Angeles",
    "active": False,
    "name": {
        "formatted": "Ms. Barbara Jane Jensen, III",
        "familyName": "Jensen",
        "givenName": "Barbara",
        "middleName": "Jane",
        "honorificPrefix": "Ms.",
        "honorificSuffix": "III",
    },
    "emails": [{"value": "all@example.com", "type": "work", "primary": True}],
    "phoneNumbers": [{"value": "+1 555 0100", "type": "work"}],
    "addresses": [
        {
            "formatted": "100 Universal City Plaza",
            "streetAddress": "100 Universal City Plaza",
            "locality": "Hollywood",
            "region": "CA",
            "postalCode": "91608",
            "country": "USA",
            "type": "work",
            "primary": True,
        }
    ],
    "roles": [{"value": "admin", "type": "work", "primary": True}],
    ENTERPRISE: {
        "employeeNumber": "701984",
        "costCenter": "4130",
        "organization": "Universal Studios",
        "division": "Theme Park",
        "department": "Tour Operations",
        "manager": {"value": "m-1"},
    },
}


@pytest.mark.parametrize("name", SUPPORTED)
async def test_2_7_supported_attribute(scim: Client, name: str) -> None:
    user = await scim.user(**{name: SUPPORTED[name]})
    assert user[name] == SUPPORTED[name]
    assert (await scim.get(f"/Users/{user['id']}")).json[name] == SUPPORTED[name]


UNSUPPORTED: dict[str, Any] = {
    "password": "secret",
    "ims": [{"value": "someaimhandle"}],
    "photos": [{"value": "https://photos.example.com/1"}],
    "entitlements": [{"value": "x"}],
    "x509Certificates": [{"value": "MIID"}],
    "groups": [{"value": "g"}],
}


@pytest.mark.parametrize("name", UNSUPPORTED)
async def test_2_7_unsupported_attribute(scim: Client, scim_with: Make, name: str) -> None:
    assert (await scim.post("/Users", a_user(**{name: UNSUPPORTED[name]}))).status == 400
    lenient = scim_with(unsupported_attributes="drop")
    assert name not in await lenient.user(**{name: UNSUPPORTED[name]})


@pytest.mark.parametrize("empty", [None, [], "", {}])
async def test_2_7_an_unsupported_attribute_without_a_value_does_no_harm(scim: Client, empty: Any) -> None:
    assert "groups" not in await scim.user(groups=empty)


async def test_2_14_unknown_attribute(scim: Client, scim_with: Make) -> None:
    assert (await scim.post("/Users", a_user(shoeSize="44"))).status == 400
    assert "shoeSize" not in await scim_with(unknown_attributes="drop").user(shoeSize="44")


@pytest.mark.parametrize("name", ["emails", "addresses", "phoneNumbers", "roles"])
async def test_2_7_display_is_not_supported(scim: Client, scim_with: Make, name: str) -> None:
    part = {"value": "v", "display": "V", "primary": True} if name != "addresses" else {"locality": "B", "display": "V"}
    assert "display" not in (await scim.user(**{name: [part]}))[name][0]
    strict = scim_with(unsupported_sub_attributes="reject")
    assert (await strict.post("/Users", a_user(**{name: [part]}))).status == 400


async def test_2_7_extras_in_schemas_are_ignored(scim: Client) -> None:
    assert (await scim.user(schemas=[USER, "urn:example:extra"]))["schemas"] == [USER]


async def test_2_14_attribute_names_count_without_case(scim: Client) -> None:
    user = await scim.user(Title="Guide", NICKNAME="Babs")
    assert (user["title"], user["nickName"]) == ("Guide", "Babs")


# Limits


@pytest.mark.parametrize(
    ("name", "longest"), [("userName", 128), ("displayName", 1024), ("title", 1024), ("externalId", 256), ("nickName", 1024)]
)
async def test_2_7_length(scim: Client, name: str, longest: int) -> None:
    assert (await scim.user(**{name: "x" * longest}))[name] == "x" * longest
    assert (await scim.post("/Users", a_user(**{name: "y" * (longest + 1)}))).status == 400


@pytest.mark.parametrize("name", ["userName", "displayName", "title", "externalId", "locale"])
async def test_2_7_the_empty_string_is_refused(scim: Client, name: str) -> None:
    assert (await scim.post("/Users", a_user(**{name: ""}))).status == 400


async def test_2_7_null_is_as_if_it_were_not_there(scim: Client) -> None:
    user = await scim.user(title=None, nickName=None, phoneNumbers=None, externalId=None, active=None, addresses=None)
    assert not {"title", "nickName", "phoneNumbers", "externalId", "addresses"} & user.keys()


@pytest.mark.parametrize("character", ["\x00", "\x7f", "\u200b", "\u202e", "\ufeff", "\ue000", "\u2028"])
async def test_2_7_control_characters_are_refused(scim: Client, character: str) -> None:
    assert (await scim.post("/Users", a_user(displayName=f"a{character}b"))).status == 400


@pytest.mark.parametrize(
    "character", ["\t", "\n", "\r", " ", "\u00a0", "\u3000", "é", "е", "語", "€", "٣", "<", ";", ":", "%", "😀"]
)
async def test_2_7_characters_of_names(scim: Client, character: str) -> None:
    name = f"a{character}b"
    user = await scim.user(displayName=name, title=name)
    assert (await scim.get(f"/Users/{user['id']}")).json["displayName"] == name


@pytest.mark.parametrize("name", ["userName", "externalId"])
@pytest.mark.parametrize("character", [" ", "\t", "\u00a0", "\u3000", "\u2003"])
async def test_2_7_no_spaces_at_all(scim: Client, name: str, character: str) -> None:
    assert (await scim.post("/Users", a_user(**{name: f"a{character}b"}))).status == 400


async def test_2_7_spaces_in_user_names_are_a_setting(scim_with: Make) -> None:
    scim = scim_with(user_name_spaces=True)
    assert (await scim.user(userName="b jensen"))["userName"] == "b jensen"
    assert (await scim.user(userName="b\u00a0jensen2"))["userName"] == "b\u00a0jensen2"


async def test_2_7_the_old_list_of_forbidden_characters_is_a_setting(scim: Client, scim_with: Make) -> None:
    strict = scim_with(refuse_markup_characters=True)
    for character in "<>;:%":
        assert (await scim.user(title=f"a{character}b"))["title"] == f"a{character}b"
        assert (await strict.post("/Users", a_user(title=f"a{character}b"))).status == 400


@pytest.mark.parametrize("name", ["Administrator", "AWSAdministrators"])
async def test_2_7_reserved_names(scim: Client, name: str) -> None:
    assert (await scim.post("/Users", a_user(userName=name))).status == 400
    assert (await scim.post("/Groups", {"displayName": name})).status == 400


# Uniqueness


async def test_2_7_user_name_is_unique_without_case(scim: Client, scim_with: Make) -> None:
    await scim.user(userName="Bjensen")
    assert (await scim.post("/Users", a_user(userName="bJENSEN"))).status == 409
    exact = scim_with(user_name_ignores_case=False)
    await exact.user(userName="Bjensen")
    assert (await exact.user(userName="bJENSEN"))["userName"] == "bJENSEN"


async def test_2_7_primary_email_is_unique(scim: Client) -> None:
    taken = await scim.user()
    assert (await scim.post("/Users", a_user(emails=taken["emails"]))).status == 409


async def test_2_7_external_id_is_unique_and_case_exact(scim: Client) -> None:
    await scim.user(externalId="A1")
    assert (await scim.post("/Users", a_user(externalId="A1"))).status == 409
    assert (await scim.user(externalId="a1"))["externalId"] == "a1"


async def test_2_7_users_without_email_and_external_id_do_not_collide(scim: Client) -> None:
    await scim.user(emails=None)
    assert await scim.user(emails=None)


async def test_2_7_group_display_name_and_external_id_are_unique(scim: Client) -> None:
    await scim.group(displayName="Team", externalId="g1")
    assert (await scim.post("/Groups", {"displayName": "TEAM"})).status == 409
    assert (await scim.post("/Groups", {"displayName": "Other", "externalId": "g1"})).status == 409


async def test_2_7_a_user_and_a_group_may_share_an_external_id(scim: Client) -> None:
    await scim.user(externalId="same")
    assert (await scim.group(externalId="same"))["externalId"] == "same"


async def test_2_7_what_was_deleted_is_free_again(scim: Client) -> None:
    user = await scim.user(externalId="e")
    await scim.delete(f"/Users/{user['id']}")
    again = await scim.user(userName=user["userName"], externalId="e", emails=user["emails"])
    assert again["id"] != user["id"]


# active


@pytest.mark.parametrize(("sent", "kept"), [(True, True), (False, False), ("true", True), ("false", False), ("False", False)])
async def test_2_7_active_as_boolean_and_as_string(scim: Client, sent: Any, kept: bool) -> None:
    assert (await scim.user(active=sent))["active"] is kept


@pytest.mark.parametrize("sent", ["yes", 1, 0, [], {}])
async def test_2_7_active_is_nothing_else(scim: Client, sent: Any) -> None:
    assert (await scim.post("/Users", a_user(active=sent))).status == 400


async def test_2_7_active_is_true_unless_said_otherwise(scim: Client) -> None:
    assert (await scim.user())["active"] is True


async def test_2_7_active_false_keeps_memberships(scim: Client) -> None:
    user = await scim.user()
    group = await scim.group(members=[{"value": user["id"]}])
    body = {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "active", "value": "false"}]}
    answer = await scim("PATCH", f"/Users/{user['id']}", body)
    assert answer.json["active"] is False
    assert await scim.members(group["id"]) == [user["userName"]]


async def test_2_7_deleting_a_user_takes_its_memberships(scim: Client) -> None:
    user, other = await scim.user(), await scim.user()
    group = await scim.group(members=[{"value": user["id"]}, {"value": other["id"]}])
    assert (await scim.delete(f"/Users/{user['id']}")).status == 204
    assert await scim.members(group["id"]) == [other["userName"]]


async def test_2_14_deleting_what_is_gone_is_404(scim: Client) -> None:
    user, group = await scim.user(), await scim.group()
    for path in (f"/Users/{user['id']}", f"/Groups/{group['id']}"):
        assert [(await scim.delete(path)).status for _ in range(2)] == [204, 404]


# PUT


async def test_put_replaces_everything(scim: Client) -> None:
    user = await scim.user(title="Guide", externalId="e1", **{ENTERPRISE: {"department": "Tours"}})
    answer = await scim.put(f"/Users/{user['id']}", a_user(userName=user["userName"], emails=None))
    assert not {"title", "externalId", "emails", ENTERPRISE} & answer.json.keys()
    assert answer.json["schemas"] == [USER]
    assert answer.json["meta"]["created"] == user["meta"]["created"]
    assert (await scim.find("/Users", 'externalId eq "e1"')).ids == []


async def test_put_takes_what_get_gave(scim: Client) -> None:
    user = await scim.user(**SUPPORTED)
    assert (await scim.put(f"/Users/{user['id']}", user)).json["name"] == user["name"]


async def test_put_without_active_does_not_switch_anybody_on(scim: Client, scim_with: Make) -> None:
    user = await scim.user(active=False)
    assert (await scim.put(f"/Users/{user['id']}", a_user())).json["active"] is False
    other = scim_with(put_without_active="enable")
    user = await other.user(active=False)
    assert (await other.put(f"/Users/{user['id']}", a_user())).json["active"] is True


async def test_put_keeps_memberships(scim: Client) -> None:
    user = await scim.user()
    group = await scim.group(members=[{"value": user["id"]}])
    await scim.put(f"/Users/{user['id']}", a_user(userName="renamed"))
    assert await scim.members(group["id"]) == ["renamed"]


# Section 2.14


@pytest.mark.parametrize(("settings", "sent"), [({}, False), ({"location_header": True}, True)])
async def test_2_14_location_header_on_201(scim_with: Make, settings: dict[str, bool], sent: bool) -> None:
    answer = await scim_with(**settings).post("/Users", a_user())
    assert ("location" in answer.headers) is sent
    assert not sent or answer.headers["location"].endswith(f"/scim/v2/Users/{answer.json['id']}")


@pytest.mark.parametrize("chunks", [1, 7])
async def test_2_14_a_body_over_one_mebibyte_is_refused(scim: Client, chunks: int) -> None:
    body = b'{"displayName":"' + b"x" * 1_048_576 + b'"}'
    answer = await scim("POST", "/Groups", body)
    assert answer.status == 413
    assert answer.json["status"] == "413"


async def test_2_14_a_body_over_the_limit_by_its_length_alone(scim: Client) -> None:
    assert (await scim("POST", "/Groups", b"{}", content_length="1048577")).status == 413


@pytest.mark.parametrize("depth", [25, 100, 300, 450, 700, 950, 1100])
@pytest.mark.parametrize("name", ["name", "schemas", "unknown"])
async def test_nesting_of_any_depth_is_400(scim: Client, depth: int, name: str) -> None:
    body = b'{"%s":' % name.encode() + b"[" * depth + b"]" * depth + b"}"
    assert (await scim("POST", "/Users", body)).status == 400
    user = await scim.user()
    patch = b'{"schemas":["%s"],"Operations":[{"op":"add","path":"%s","value":%s}]}'
    value = b'{"a":' * depth + b"1" + b"}" * depth
    assert (await scim("PATCH", f"/Users/{user['id']}", patch % (PATCH.encode(), name.encode(), value))).status == 400


@pytest.mark.parametrize("body", [b"[" * 200_000, b'{"a":' * 150_000, b'{"name":' + b"[" * 90_000 + b"]" * 90_000 + b"}"])
async def test_deep_nesting_is_400(scim: Client, body: bytes) -> None:
    assert (await scim("POST", "/Users", body)).status == 400


async def test_if_match_is_ignored(scim: Client) -> None:
    user = await scim.user()
    assert (await scim("PUT", f"/Users/{user['id']}", a_user(), if_match='W/"1"')).status == 201
