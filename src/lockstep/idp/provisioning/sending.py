"""From a change to the request that does it, with the target's ids of this moment.  Reads the links, sends nothing."""

from dataclasses import dataclass, field, replace
from typing import Any

from lockstep.idp.apps.connectors.declared import AWS
from lockstep.idp.apps.connectors.records import Connector, MembersRemoved
from lockstep.idp.provisioning import ledger, links
from lockstep.idp.provisioning.ledger import Placed
from lockstep.idp.provisioning.plan import manager_of, with_manager
from lockstep.idp.provisioning.records import Change, Document, Kind, State
from lockstep.kit.db import Connection
from lockstep.scim.client import quoted
from lockstep.scim.messages import ENTERPRISE, GROUP, PATCH_OP

Members = list[tuple[str, str]]
"""(id at the target, employee_id)."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request, ready to send.  `document` and the members are what is remembered once it is done.

    The body of a PUT is that of the PATCH in whose place it stands: what the target holds is read first, and changed by it.
    """

    placed: Placed
    method: str
    path: str
    body: Any = None
    document: Document = field(default_factory=dict)
    add: Members = field(default_factory=list)
    remove: Members = field(default_factory=list)
    known: tuple[str, ...] = ()
    """Ids of the members that a group is known to have, where it is replaced as a whole."""
    keeps_manager: bool = False
    """Whether a user's change leaves the manager as the target holds it, whatever `document` says."""

    @property
    def change(self) -> Change:
        """What it does."""
        return self.placed.change


@dataclass(frozen=True, slots=True)
class NotSent:
    """A change that cannot or need not be sent now, and why."""

    placed: Placed
    state: State
    reason: str


def prepare(c: Connection, target: int, plan: int, placed: Placed, connector: Connector = AWS) -> Request | NotSent:
    """The request for one change, or why there is none; as the connector wants it."""
    found = _prepared(c, target, plan, placed, connector)
    if isinstance(found, Request) and found.method == "PATCH" and connector.writes == "put":
        return replace(found, method="PUT", known=_known(c, target, found))
    return found


def _known(c: Connection, target: int, request: Request) -> tuple[str, ...]:
    """The members whom we know a group to have, for a PUT of a group that shows none."""
    if request.change.object != "group":
        return ()
    link = links.group_by_target_id(c, target, request.path.removeprefix("/Groups/"))
    return () if link is None else tuple(member for member, _, _ in links.members(c, link.id))


def _prepared(c: Connection, target: int, plan: int, placed: Placed, connector: Connector) -> Request | NotSent:
    change = placed.change
    for key in change.needs:
        earlier = (one.change for one in ledger.of_key(c, plan, "user", key) if one.change.stage <= change.stage)
        if any(one.state is not State.DONE for one in earlier):  # in a swap, what the other one does later waits for this
            return NotSent(placed, State.BLOCKED, f"waits for a name that {key} did not give up")
    if change.object == "user":
        return _user(c, target, placed)
    if change.kind is Kind.CREATE:
        return _group_create(c, target, placed)
    target_id = change.target_id
    if not target_id:
        link = links.group_by_key(c, target, change.key)
        if link is None or link.missing:
            return NotSent(placed, State.LATER, f"the group {change.name} was not made")
        target_id = link.target_id
    path = f"/Groups/{target_id}"
    if change.kind is Kind.DELETE:
        return Request(placed, "DELETE", path)
    if change.kind is Kind.RENAME:
        return Request(
            placed, "PATCH", path, _patch([{"op": "replace", "path": "displayName", "value": change.payload["name"]}])
        )
    return _members(c, target, placed, path, connector.removes_members)


def _patch(operations: list[dict[str, Any]]) -> dict[str, Any]:
    return {"schemas": [PATCH_OP], "Operations": operations}


def _user(c: Connection, target: int, placed: Placed) -> Request | NotSent:
    change = placed.change
    path = f"/Users/{change.target_id}"
    if change.kind is Kind.DELETE:
        return Request(placed, "DELETE", path)
    document = change.payload["document"]
    manager = manager_of(document)
    manager_id = links.target_ids(c, target, [manager]).get(manager, "") if manager else ""
    if change.kind is Kind.CREATE:
        document = document if manager_id else with_manager(document, "")
        return Request(placed, "POST", "/Users", with_manager(document, manager_id), document)
    operations = [one for one in (_operation(op, manager_id) for op in change.payload["operations"]) if one is not None]
    if not operations:
        return NotSent(placed, State.LATER, f"the manager {manager} is not at the target yet")
    keeps = not any(map(_names_manager, operations))
    return Request(placed, "PATCH", path, _patch(operations), document, keeps_manager=keeps)


def _operation(operation: dict[str, Any], manager_id: str) -> dict[str, Any] | None:
    """The operation with the manager's id at the target in the place of the employee_id; None if nothing is left of it."""
    value = operation.get("value")
    if operation.get("path") == f"{ENTERPRISE}:manager" and value is not None:
        return {**operation, "value": {"value": manager_id}} if manager_id else None
    if operation.get("path") != ENTERPRISE or not isinstance(value, dict) or "manager" not in value:
        return operation
    rest = {name: one for name, one in value.items() if name != "manager"}
    if manager_id:
        rest["manager"] = {"value": manager_id}
    return {**operation, "value": rest} if rest else None


def _names_manager(operation: dict[str, Any]) -> bool:
    """Whether an operation changes the manager."""
    path = operation.get("path", "")
    if path == ENTERPRISE:
        return operation["op"] == "remove" or "manager" in operation["value"]
    return str(path).startswith(f"{ENTERPRISE}:manager")


def _resolved(c: Connection, target: int, listed: list[list[str]]) -> Members:
    """Those who are at the target now; the others follow once they are."""
    unknown = [key for key, target_id in listed if not target_id]
    there = links.target_ids(c, target, unknown) if unknown else {}
    return [(target_id or there[key], key) for key, target_id in listed if target_id or key in there]


def _values(members: Members) -> list[dict[str, str]]:
    return [{"value": target_id} for target_id, _ in members]


def _group_create(c: Connection, target: int, placed: Placed) -> Request:
    change = placed.change
    add = _resolved(c, target, change.payload["add"])
    body: dict[str, Any] = {"schemas": [GROUP], "displayName": change.payload["name"]}
    if add:
        body["members"] = _values(add)
    return Request(placed, "POST", "/Groups", body, add=add)


def _members(c: Connection, target: int, placed: Placed, path: str, removes: MembersRemoved) -> Request | NotSent:
    add = _resolved(c, target, placed.change.payload["add"])
    remove = _resolved(c, target, placed.change.payload["remove"])
    operations: list[dict[str, Any]] = []
    if add:
        operations.append({"op": "add", "path": "members", "value": _values(add)})
    if remove and removes == "values":
        operations.append({"op": "remove", "path": "members", "value": _values(remove)})
    elif remove:
        operations += [{"op": "remove", "path": f"members[value eq {quoted(target_id)}]"} for target_id, _ in remove]
    if not operations:
        return NotSent(placed, State.LATER, "the people to add are not at the target yet")
    return Request(placed, "PATCH", path, _patch(operations), add=add, remove=remove)
