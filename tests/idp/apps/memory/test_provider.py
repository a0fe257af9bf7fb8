"""The target that is kept here answers as RFC 7644 says, and a refused request has changed nothing."""

from typing import Any

import pytest
from scim2_models import BulkResponse, EnterpriseUser, Error, ListResponse, ServiceProviderConfig, User

from lockstep.idp.apps import actions as apps
from lockstep.idp.apps.capabilities.reading import read
from lockstep.idp.apps.connectors.declared import MEMORY
from lockstep.idp.apps.memory import provider
from lockstep.idp.apps.memory.provider import Provider
from lockstep.kit.db import Connection, Database
from lockstep.kit.vault import KEY_BYTES, Vault
from lockstep.scim.messages import BULK, ENTERPRISE, GROUP, PATCH_OP, USER

VAULT = Vault(bytes(KEY_BYTES))
ANN: dict[str, Any] = {
    "schemas": [USER, ENTERPRISE],
    "userName": "Ann@x.example",
    "externalId": "E1",
    "emails": [{"value": "ann@x.example", "type": "work", "primary": True}],
    "active": True,
    ENTERPRISE: {"department": "Research"},
}


class Kept:
    """The target of one app."""

    def __init__(self, c: Connection, name: str = "a") -> None:
        self.app = apps.create_app(c, VAULT, 5, name=name, connector="memory", scim_url="", token="", allow_loopback=False)
        self.provider = Provider(c, self.app.id, 1_700_000_000_123)

    def send(self, method: str, path: str, body: Any = None, **query: str) -> tuple[int, Any]:
        return self.provider.answer(method, path, query, body)

    def made(self, path: str, body: Any) -> str:
        status, document = self.send("POST", path, body)
        assert status == 201, document
        return str(document["id"])

    def patched(self, path: str, *operations: Any) -> tuple[int, Any]:
        return self.send("PATCH", path, {"schemas": [PATCH_OP], "Operations": list(operations)})

    def named(self, path: str, where: str) -> list[str]:
        status, body = self.send("GET", path, filter=where)
        assert status == 200, body
        return [one.get("userName") or one["displayName"] for one in body["Resources"]]


@pytest.fixture
def kept(each: Database) -> Any:
    with each.write() as c:
        yield Kept(c)


def people(kept: Kept, *names: str) -> list[str]:
    return [kept.made("/Users", {"schemas": [USER], "userName": name}) for name in names]


def team(kept: Kept, name: str, *members: str) -> str:
    return kept.made("/Groups", {"schemas": [GROUP], "displayName": name, "members": [{"value": one} for one in members]})


def test_a_user_is_made_read_changed_and_deleted(kept: Kept) -> None:
    number = kept.made("/Users", ANN)
    status, document = kept.send("GET", f"/Users/{number}")
    assert status == 200
    assert {key: document[key] for key in ANN} == ANN
    assert document["meta"]["created"] == "2023-11-14T22:13:20.123Z"
    User[EnterpriseUser].model_validate(document)
    changes = {"op": "replace", "path": f"{ENTERPRISE}:department", "value": "Treasury"}, {"op": "remove", "path": "emails"}
    assert kept.patched(f"/Users/{number}", *changes) == (204, None)
    changed = kept.send("GET", f"/Users/{number}")[1]
    assert (changed[ENTERPRISE], "emails" in changed) == ({"department": "Treasury"}, False)
    assert kept.send("DELETE", f"/Users/{number}") == (204, None)
    assert kept.send("GET", f"/Users/{number}")[0] == 404


def test_people_and_groups_are_found(kept: Kept) -> None:
    number = kept.made("/Users", ANN)
    group = team(kept, "Team", number)
    for where in ('userName eq "ANN@X.EXAMPLE"', 'externalId eq "E1"', 'emails.value eq "Ann@x.example"', f'id eq "{number}"'):
        assert kept.named("/Users", where) == ["Ann@x.example"]
    assert kept.named("/Users", f'groups.value eq "{group}"') == ["Ann@x.example"]
    assert kept.named("/Groups", 'displayName eq "team"') == ["Team"]
    assert kept.named("/Groups", f'members.value eq "{number}"') == ["Team"]
    assert kept.named("/Users", 'externalId eq "e1"') == kept.named("/Groups", 'members.value eq "x"') == []


def test_lists_go_by_cursor(kept: Kept) -> None:
    people(kept, *"abcde")
    seen, cursor, pages = [], "", 0
    while True:
        status, body = kept.send("GET", "/Users", count="2", cursor=cursor)
        ListResponse[User[EnterpriseUser]].model_validate(body)
        assert (status, body["totalResults"]) == (200, 5)
        seen += [one["userName"] for one in body["Resources"]]
        pages += 1
        cursor = body.get("nextCursor", "")
        if not cursor:
            break
    assert (sorted(seen), pages) == (list("abcde"), 3)


def test_members_come_and_go_in_one_patch(kept: Kept) -> None:
    one, two, three = people(kept, "a", "b", "c")
    group = team(kept, "Team", one, two)
    add = {"op": "add", "path": "members", "value": [{"value": three}, {"value": one}]}
    away = {"op": "remove", "path": "members", "value": [{"value": two}]}
    rename = {"op": "replace", "path": "displayName", "value": "Crew"}
    assert kept.patched(f"/Groups/{group}", add, away, rename) == (204, None)
    shown = kept.send("GET", f"/Groups/{group}")[1]
    assert (shown["displayName"], sorted(member["display"] for member in shown["members"])) == ("Crew", ["a", "c"])
    kept.send("DELETE", f"/Users/{one}")
    assert [member["display"] for member in kept.send("GET", f"/Groups/{group}")[1]["members"]] == ["c"]
    kept.send("DELETE", f"/Groups/{group}")
    assert kept.named("/Users", f'groups.value eq "{group}"') == []


def test_what_is_refused_changes_nothing(kept: Kept) -> None:
    [one] = people(kept, "a")
    group = team(kept, "Team")
    team(kept, "Other")
    add = {"op": "add", "path": "members", "value": [{"value": one}]}
    lost = {"op": "add", "path": "members", "value": [{"value": "nobody"}]}
    taken = {"op": "replace", "path": "displayName", "value": "OTHER"}
    assert kept.patched(f"/Groups/{group}", add, lost)[0] == 404
    assert kept.patched(f"/Groups/{group}", add, taken)[0] == 409
    assert kept.patched(f"/Groups/{group}", add, {"op": "replace", "path": "members", "value": []})[0] == 400
    assert "members" not in kept.send("GET", f"/Groups/{group}")[1]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/Users", {"schemas": [USER]}, 400),
        ("POST", "/Users", {"schemas": [USER], "userName": "A"}, 409),
        ("POST", "/Users", [], 400),
        ("POST", "/Groups", {"displayName": "T", "members": [{"value": "nobody"}]}, 404),
        ("POST", "/Groups", {"displayName": "T", "members": [{"display": "x"}]}, 400),
        ("PUT", "/Users", {}, 405),
        ("POST", "/Things", {}, 404),
        ("GET", "/Users/1/2", None, 404),
        ("DELETE", "/Users/1", None, 404),
        ("POST", "/Bulk", {}, 400),
        ("POST", "/Bulk", {"Operations": [{}] * 1001}, 413),
    ],
)
def test_refusals(kept: Kept, method: str, path: str, body: Any, status: int) -> None:
    people(kept, "a")
    found, error = kept.send(method, path, body)
    assert (found, error["status"]) == (status, str(status))
    Error.model_validate(error)


@pytest.mark.parametrize(
    "where", ['userName sw "a"', 'title eq "x"', 'userName eq "a" and id eq "1"', "nonsense", "active eq true"]
)
def test_filters_that_are_not_taken(kept: Kept, where: str) -> None:
    assert kept.send("GET", "/Users", filter=where)[0] == 400


def test_a_method_that_an_object_does_not_have(kept: Kept) -> None:
    [one] = people(kept, "a")
    assert kept.send("PUT", f"/Users/{one}", {})[0] == 405
    member = {"op": "add", "path": "members", "value": [{"value": one}]}
    assert kept.patched(f"/Users/{one}", member)[0] == 400


def test_bulk(kept: Kept) -> None:
    [one] = people(kept, "a")
    operations = [
        {"method": "POST", "path": "/Users", "bulkId": "1", "data": {"userName": "b"}},
        {"method": "POST", "path": "/Users", "bulkId": "2", "data": {"userName": "A"}},
        {"method": "DELETE", "path": f"/Users/{one}", "bulkId": "3"},
        {"method": "POST", "path": "/Bulk", "bulkId": "4", "data": {"Operations": []}},
        {"method": "POST", "path": "nowhere", "bulkId": "5"},
    ]
    status, body = kept.send("POST", "/Bulk", {"schemas": [BULK], "Operations": operations})
    BulkResponse[User[EnterpriseUser]].model_validate(body)
    assert status == 200
    assert [(one["bulkId"], one["status"]) for one in body["Operations"]] == [
        ("1", "201"),
        ("2", "409"),
        ("3", "204"),
        ("4", "404"),
        ("5", "404"),
    ]
    assert kept.send("GET", body["Operations"][0]["location"])[1]["userName"] == "b"


def test_what_it_says_of_itself_is_what_its_connector_declares(kept: Kept) -> None:
    status, body = kept.send("GET", "/ServiceProviderConfig")
    ServiceProviderConfig.model_validate(body)
    said = read(body)
    assert status == 200
    assert said is not None
    assert (said.patch, said.bulk, said.cursor) == (True, True, True)
    assert (said.bulk_operations, said.bulk_bytes, said.page_size) == (
        MEMORY.bulk_operations,
        MEMORY.bulk_bytes,
        MEMORY.page_size,
    )
    assert body == provider.CONFIG


def test_apps_do_not_see_each_other(each: Database) -> None:
    with each.write() as c:
        one, other = Kept(c, "one"), Kept(c, "other")
        people(one, "a")
        assert other.send("GET", "/Users")[1]["Resources"] == []
        people(other, "a")
        assert one.send("GET", "/Users")[1]["totalResults"] == 1
