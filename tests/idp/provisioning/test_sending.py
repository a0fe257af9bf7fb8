"""From a change to its request, with the target's ids of this moment."""

from dataclasses import replace
from typing import Any

import pytest

from lockstep.idp.apps.connectors import Connector
from lockstep.idp.apps.connectors.declared import AWS, SCIM2
from lockstep.idp.provisioning import ledger, links
from lockstep.idp.provisioning.ledger import Placed
from lockstep.idp.provisioning.records import Change, Kind, State
from lockstep.idp.provisioning.sending import NotSent, Request, prepare
from lockstep.kit.db import Connection
from lockstep.scim.messages import ENTERPRISE, GROUP, PATCH_OP
from tests.idp.provisioning.values import document
from tests.idp.provisioning.world import World


def user(kind: Kind, **more: Any) -> Change:
    return Change(**{"kind": kind, "object": "user", "key": "E1", "name": "ann", "stage": 0, "target_id": "u1", **more})


def group(kind: Kind, payload: Any = None, target_id: str = "g1", **more: Any) -> Change:
    values = {"kind": kind, "object": "group", "key": "team", "name": "Team", "stage": 0, "target_id": target_id}
    return Change(**{**values, "payload": payload, **more})


def prepared(world: World, change: Change, *before: Change, connector: Connector = AWS) -> Request | NotSent:
    """What is made of `change`, which stands in a plan behind `before`; the boss E9 and E2 are at the target."""
    app = world.make_app()
    with world.write() as c:
        target = there(c, app.id)
        plan = ledger.begin_plan(c, app.id, target, "", 1)
        placed = [Placed(position, one) for position, one in enumerate((*before, change))]
        ledger.add_changes(c, plan, placed)
        return prepare(c, target, plan, placed[-1], connector)


def there(c: Connection, app: int) -> int:
    target = links.target_of(c, app, "u")
    for key in ("E9", "E2"):
        links.put_user(c, target, key, f"t-{key}", document(key), made=True)
    links.put_group(c, target, "team", "Team", "g9", ["G"], made=True)
    return target


def sent(found: Request | NotSent) -> tuple[str, str, Any]:
    assert isinstance(found, Request), found
    return found.method, found.path, found.body


def patch(*operations: dict[str, Any]) -> dict[str, Any]:
    return {"schemas": [PATCH_OP], "Operations": list(operations)}


def test_a_user_is_made_with_the_manager_s_id(world: World) -> None:
    value = document("ann", manager="E9")
    found = prepared(world, user(Kind.CREATE, payload={"document": value}))
    assert sent(found) == ("POST", "/Users", {**value, ENTERPRISE: {"manager": {"value": "t-E9"}}})
    assert isinstance(found, Request)
    assert found.document == value


@pytest.mark.parametrize("department", [None, "D"])
def test_a_user_whose_manager_is_not_there_is_made_without(world: World, department: str | None) -> None:
    value = document("ann", manager="E8")
    if department:
        value[ENTERPRISE]["department"] = department
    found = prepared(world, user(Kind.CREATE, payload={"document": value}))
    body = sent(found)[2]
    assert body.get(ENTERPRISE) == ({"department": "D"} if department else None)
    assert (ENTERPRISE in body["schemas"]) is bool(department)
    assert isinstance(found, Request)
    assert found.document == body


def test_a_user_is_deleted(world: World) -> None:
    assert sent(prepared(world, user(Kind.DELETE))) == ("DELETE", "/Users/u1", None)


def update(*operations: dict[str, Any], manager: str = "") -> Change:
    return user(Kind.UPDATE, payload={"document": document("ann", manager=manager), "operations": list(operations)})


TITLE = {"op": "replace", "path": "title", "value": "x"}


def test_a_user_is_changed(world: World) -> None:
    assert sent(prepared(world, update(TITLE))) == ("PATCH", "/Users/u1", patch(TITLE))


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "path": f"{ENTERPRISE}:manager", "value": {"value": "E9"}},
        {"op": "replace", "path": ENTERPRISE, "value": {"manager": {"value": "E9"}}},
        {"op": "replace", "path": ENTERPRISE, "value": {"manager": {"value": "E9"}, "department": "D"}},
    ],
)
def test_a_new_manager_is_named_by_the_target_s_id(world: World, operation: dict[str, Any]) -> None:
    body = sent(prepared(world, update(operation, manager="E9")))[2]
    assert "t-E9" in str(body)
    assert "'E9'" not in str(body)
    assert ("'D'" in str(body)) is ("'D'" in str(operation))


def test_a_manager_who_is_taken_away_needs_no_id(world: World) -> None:
    away = {"op": "remove", "path": f"{ENTERPRISE}:manager"}
    assert sent(prepared(world, update(away)))[2] == patch(away)


def test_a_manager_who_is_not_there_yet_is_left_out_and_the_rest_goes(world: World) -> None:
    operation = {"op": "replace", "path": ENTERPRISE, "value": {"manager": {"value": "E8"}, "department": "D"}}
    found = prepared(world, update(TITLE, operation, manager="E8"))
    assert sent(found)[2] == patch(TITLE, {"op": "replace", "path": ENTERPRISE, "value": {"department": "D"}})
    assert isinstance(found, Request)
    assert found.keeps_manager


def test_a_change_that_only_names_a_manager_who_is_not_there_is_not_sent(world: World) -> None:
    operation = {"op": "replace", "path": f"{ENTERPRISE}:manager", "value": {"value": "E8"}}
    found = prepared(world, update(operation, manager="E8"))
    assert isinstance(found, NotSent)
    assert found.reason == "the manager E8 is not at the target yet"


def test_a_group_is_made_with_the_members_who_are_there(world: World) -> None:
    payload = {"name": "Team", "feeders": ["G"], "add": [["E1", ""], ["E2", ""], ["E3", "t-E3"]]}
    found = prepared(world, group(Kind.CREATE, payload, ""))
    members = [{"value": "t-E2"}, {"value": "t-E3"}]
    assert sent(found) == ("POST", "/Groups", {"schemas": [GROUP], "displayName": "Team", "members": members})
    assert isinstance(found, Request)
    assert found.add == [("t-E2", "E2"), ("t-E3", "E3")]


def test_an_empty_group_is_made_without_the_word_members(world: World) -> None:
    body = sent(prepared(world, group(Kind.CREATE, {"name": "Team", "feeders": ["G"], "add": []}, "")))[2]
    assert body == {"schemas": [GROUP], "displayName": "Team"}


def test_a_group_is_renamed_and_deleted(world: World) -> None:
    renaming = patch({"op": "replace", "path": "displayName", "value": "Crew"})
    assert sent(prepared(world, group(Kind.RENAME, {"name": "Crew"}))) == ("PATCH", "/Groups/g1", renaming)


def test_a_group_is_deleted(world: World) -> None:
    assert sent(prepared(world, group(Kind.DELETE))) == ("DELETE", "/Groups/g1", None)


def test_members_come_and_go_in_one_patch(world: World) -> None:
    found = prepared(world, group(Kind.MEMBERS, {"add": [["E2", ""]], "remove": [["E9", "t-E9"], ["", "stranger"]]}))
    add = {"op": "add", "path": "members", "value": [{"value": "t-E2"}]}
    remove = {"op": "remove", "path": "members", "value": [{"value": "t-E9"}, {"value": "stranger"}]}
    assert sent(found) == ("PATCH", "/Groups/g1", patch(add, remove))
    assert isinstance(found, Request)
    assert (found.add, found.remove) == ([("t-E2", "E2")], [("t-E9", "E9"), ("stranger", "")])


def test_members_go_as_the_connector_wants_it(world: World) -> None:
    leaving = group(Kind.MEMBERS, {"add": [], "remove": [["E9", "t-E9"], ["E2", 'a"b']]})
    paths = ['members[value eq "t-E9"]', 'members[value eq "a\\"b"]']
    found = prepared(world, leaving, connector=SCIM2)
    assert sent(found) == ("PATCH", "/Groups/g1", patch(*({"op": "remove", "path": path} for path in paths)))


def test_where_there_is_no_patch_the_same_operations_change_the_whole(world: World) -> None:
    whole = replace(SCIM2, writes="put")
    assert sent(prepared(world, update(TITLE), connector=whole)) == ("PUT", "/Users/u1", patch(TITLE))


def test_members_of_a_group_that_was_made_in_this_run(world: World) -> None:
    found = prepared(world, group(Kind.MEMBERS, {"add": [["E2", ""]], "remove": []}, ""))
    assert sent(found)[1] == "/Groups/g9"


def test_members_of_a_group_that_was_not_made_are_not_sent(world: World) -> None:
    found = prepared(world, group(Kind.MEMBERS, {"add": [["E2", ""]], "remove": []}, "", key="other", name="Other"))
    assert isinstance(found, NotSent)
    assert found.reason == "the group Other was not made"


def test_people_who_are_not_there_are_not_sent(world: World) -> None:
    found = prepared(world, group(Kind.MEMBERS, {"add": [["E1", ""]], "remove": []}))
    assert isinstance(found, NotSent)
    assert found.reason == "the people to add are not at the target yet"


@pytest.mark.parametrize("state", [State.READY, State.FAILED, State.BLOCKED, State.HELD, State.WAITING])
def test_a_name_that_was_not_given_up_is_waited_for(world: World, state: State) -> None:
    holder = user(Kind.UPDATE, key="E2", state=state, payload={"document": document("bob")})
    found = prepared(world, user(Kind.CREATE, payload={"document": document("ann")}, needs=("E2",)), holder)
    assert isinstance(found, NotSent)
    assert (found.state, found.reason) == (State.BLOCKED, "waits for a name that E2 did not give up")


def test_a_name_that_was_given_up_is_taken(world: World) -> None:
    holder = user(Kind.UPDATE, key="E2", state=State.DONE, payload={"document": document("bob")})
    found = prepared(world, user(Kind.CREATE, payload={"document": document("ann")}, needs=("E2",)), holder)
    assert sent(found)[0] == "POST"
