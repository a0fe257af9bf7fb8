"""The faulty target itself: AWS's rules where nothing fails, and each way to fail as it is meant."""

import json
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote

import pytest

from tests.support.fault_plan import DONE, SLOW, Fault
from tests.support.faulty_target import TOKEN, FaultyTarget
from tests.support.scim_rules import ENTERPRISE

LATE = 2.0


@pytest.fixture
def target() -> Iterator[FaultyTarget]:
    with FaultyTarget(page_size=2, late_seconds=LATE) as target:
        yield target


def ask(target: FaultyTarget, method: str, path: str, body: Any = None, *, token: str = TOKEN) -> tuple[int, Any]:
    """Send one request; status and body."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        target.url + path, data, {"Authorization": f"Bearer {token}", "Content-Type": "application/scim+json"}, method=method
    )
    try:
        with urllib.request.urlopen(request, timeout=LATE / 2) as response:
            raw = response.read()
            return response.status, json.loads(raw) if raw else None
    except HTTPError as error:
        raw = error.read()
        return error.code, raw.decode()


def user(number: int, **values: Any) -> dict[str, Any]:
    name = {"givenName": "One", "familyName": str(number)}
    return {"userName": f"u{number}", "externalId": f"e{number}", "displayName": "One", "name": name, **values}


def made(target: FaultyTarget, path: str, body: Any) -> str:
    status, answer = ask(target, "POST", path, body)
    assert status == 201
    return str(answer["id"])


def patch(*operations: dict[str, Any]) -> dict[str, Any]:
    return {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": list(operations)}


def found(target: FaultyTarget, path: str, filter_text: str) -> list[str]:
    status, answer = ask(target, "GET", f"{path}?filter={quote(filter_text)}")
    assert status == 200
    return [one["id"] for one in answer["Resources"]]


@pytest.mark.parametrize(
    ("twin", "status"),
    [
        ({"userName": "U1"}, 409),
        ({"externalId": "e1"}, 409),
        ({"externalId": "E1"}, 201),
        ({"emails": [{"value": "A@b", "primary": True}]}, 409),
        ({"emails": [{"value": "c@d", "primary": True}]}, 201),
        ({"emails": [{"value": "c@d"}]}, 400),
        ({"emails": [{"value": "c@d", "primary": True}, {"value": "e@f", "primary": True}]}, 400),
        ({"userName": "white space"}, 400),
        ({"displayName": ""}, 400),
        ({"title": ""}, 400),
    ],
)
def test_users(target: FaultyTarget, twin: dict[str, Any], status: int) -> None:
    made(target, "/Users", user(1, emails=[{"value": "a@B", "primary": True}]))
    assert ask(target, "POST", "/Users", user(2, **twin))[0] == status


def test_a_user_changes(target: FaultyTarget) -> None:
    number = made(target, "/Users", user(1, title="T", **{ENTERPRISE: {"department": "D", "costCenter": "C"}}))
    changes = patch(
        {"op": "remove", "path": "title"},
        {"op": "replace", "path": ENTERPRISE, "value": {"department": "E"}},
        {"op": "remove", "path": f"{ENTERPRISE}:costCenter"},
        {"op": "replace", "path": "name", "value": {"middleName": "M"}},
        {"op": "replace", "path": "active", "value": "False"},
    )
    status, answer = ask(target, "PATCH", f"/Users/{number}", changes)
    assert (status, answer[ENTERPRISE], answer["name"]["middleName"]) == (200, {"department": "E"}, "M")
    assert (answer["active"], "title" in answer) == (False, False)
    for refused in ({"op": "remove", "path": "userName"}, {"op": "replace", "path": "password", "value": "x"}):
        assert ask(target, "PATCH", f"/Users/{number}", patch(refused))[0] == 400
    assert ask(target, "DELETE", f"/Users/{number}")[0] == 204
    assert ask(target, "DELETE", f"/Users/{number}")[0] == 404


def test_groups(target: FaultyTarget) -> None:
    one, two = made(target, "/Users", user(1)), made(target, "/Users", user(2))
    group = made(target, "/Groups", {"displayName": "G", "members": [{"value": one}]})
    assert ask(target, "POST", "/Groups", {"displayName": "g"})[0] == 409
    assert ask(target, "POST", "/Groups", {"displayName": "H", "members": [{"value": "nobody"}]})[0] == 404
    assert "members" not in ask(target, "GET", f"/Groups/{group}")[1]
    assert ask(target, "GET", "/Groups")[1]["Resources"][0]["members"] == []
    both = patch(
        {"op": "add", "path": "members", "value": [{"value": two}]},
        {"op": "remove", "path": "members", "value": [{"value": one}]},
        {"op": "replace", "path": "displayName", "value": "Renamed"},
    )
    assert ask(target, "PATCH", f"/Groups/{group}", both)[0] == 204
    assert found(target, "/Users", f'groups.value eq "{group}"') == [two]
    assert found(target, "/Groups", f'members.value eq "{two}"') == [group]
    assert found(target, "/Groups", 'displayName eq "rEnamed"') == [group]
    nobodys = quote('members.value eq "nobody"')
    assert ask(target, "GET", f"/Groups?filter={nobodys}")[0] == 404
    for value, status in (([], 400), ([{"value": "nobody"}], 404), ([{"value": two}] * 101, 400)):
        change = patch({"op": "add", "path": "members", "value": value})
        assert ask(target, "PATCH", f"/Groups/{group}", change)[0] == status
    replaced = patch({"op": "replace", "path": "members", "value": [{"value": one}]})
    assert ask(target, "PATCH", f"/Groups/{group}", replaced)[0] == 400
    ask(target, "DELETE", f"/Users/{two}")
    assert target.store.members[group] == set()


def test_pages(target: FaultyTarget) -> None:
    ids = [made(target, "/Users", user(number)) for number in range(5)]
    seen, cursor = [], ""
    while True:
        answer = ask(target, "GET", f"/Users?cursor={cursor}")[1]
        seen += [one["id"] for one in answer["Resources"]]
        cursor = answer.get("nextCursor", "")
        if not cursor:
            break
        ask(target, "DELETE", f"/Users/{seen[0]}")  # nobody is passed over because somebody went
        other = quote('userName eq "u1"')
        assert ask(target, "GET", f"/Users?cursor={cursor}&filter={other}")[0] == 400
    assert seen == ids


def test_who_may_ask(target: FaultyTarget) -> None:
    assert ask(target, "GET", "/Users", token="another")[0] == 401
    target.refused.add(TOKEN)
    assert ask(target, "GET", "/Users")[0] == 401
    target.refused.clear()
    assert ask(target, "GET", "/Users")[0] == 200


@pytest.mark.parametrize("fault", Fault)
def test_each_fault(target: FaultyTarget, fault: Fault) -> None:
    target.plan.lie_in_wait("POST", "/Users", fault)
    lost = fault in (Fault.DROPPED, Fault.DROPPED_DONE) or fault in SLOW
    if lost:
        with pytest.raises((OSError, TimeoutError)):
            ask(target, "POST", "/Users", user(1))
    else:
        status, answer = ask(target, "POST", "/Users", user(1)) if fault is not Fault.HTML_200 else (200, "<html>")
        expected = int(next(word for word in fault.replace(",", "").split() if word.isdigit()))
        assert (status, ("html" in str(answer)) == ("web page" in fault)) == (expected, True)
    if fault is Fault.HTML_200:
        with pytest.raises(json.JSONDecodeError):
            ask(target, "POST", "/Users", user(1))
    assert len(target.store.users) == (1 if fault in DONE else 0)
    assert ask(target, "POST", "/Users", user(1))[0] == (409 if fault in DONE else 201)
    assert target.plan.injected == {fault: 1}
    assert target.count("POST") == 2
    assert target.count(done=True) == 1
