"""Many requests in one: what a Bulk request says, and what its answer means for each (RFC 7644 section 3.7).  Pure."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from lockstep.idp.apps.connectors.records import Connector
from lockstep.idp.provisioning.sending import Request
from lockstep.scim.client import Answer
from lockstep.scim.messages import BULK

_AROUND = 128
"""Bytes of a Bulk request around its operations, with room."""
_JSON = "application/scim+json"


def claimed_at_once(connector: Connector, batch: int) -> int:
    """How many changes to take for one batch: about `batch`, and as many as fill Bulk requests."""
    operations = connector.bulk_operations
    return batch if not operations else operations * max(1, batch // operations)


def packed(requests: Iterable[Request], connector: Connector) -> Iterator[list[Request]]:
    """The requests that go together, in their order; alone where there is no Bulk, or one is too large for it.

    A PUT goes alone: the object is read first.
    """
    together: list[Request] = []
    size = _AROUND
    for request in requests:
        bytes_ = len(msgspec.json.encode(_operation(request))) + 1
        alone = not connector.bulk_operations or request.method == "PUT" or _AROUND + bytes_ > connector.bulk_bytes
        if alone:
            yield [request]
            continue
        if together and (len(together) >= connector.bulk_operations or size + bytes_ > connector.bulk_bytes):
            yield together
            together, size = [], _AROUND
        together.append(request)
        size += bytes_
    if together:
        yield together


def body(requests: Iterable[Request]) -> dict[str, Any]:
    """The Bulk request.  Without failOnErrors: what becomes of one operation is no reason to leave out the others."""
    return {"schemas": [BULK], "Operations": [_operation(one) for one in requests]}


def _operation(request: Request) -> dict[str, Any]:
    operation: dict[str, Any] = {"method": request.method, "path": request.path, "bulkId": _bulk_id(request)}
    if request.body is not None:
        operation["data"] = request.body
    return operation


def _bulk_id(request: Request) -> str:
    return f"change-{request.placed.position}"


def answers(document: Any, requests: Sequence[Request]) -> dict[int, Answer]:
    """What each operation was answered, by the position of its change; of what is not in it nothing is known.

    Targets give the bulkId back, or (for what is no POST) leave it out and keep the order.
    """
    listed = document.get("Operations") if isinstance(document, dict) else None
    operations = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    named = {str(one["bulkId"]): one for one in operations if one.get("bulkId")}
    in_order = operations if len(operations) == len(requests) else [{}] * len(requests)
    found: dict[int, Answer] = {}
    for request, other in zip(requests, in_order, strict=True):
        operation = named.get(_bulk_id(request)) or ({} if other.get("bulkId") else other)
        answer = _answer(operation, request)
        if answer is not None:
            found[request.placed.position] = answer
    return found


def _answer(operation: dict[str, Any], request: Request) -> Answer | None:
    status = operation.get("status")
    if isinstance(status, dict):
        status = status.get("code")  # as the drafts of SCIM 2.0 wrote it
    text = str(status)
    if not text.isascii() or not text.isdigit() or str(operation.get("method", request.method)).upper() != request.method:
        return None
    response = operation.get("response")
    if isinstance(response, str):
        response = {"detail": response}
    made = _id_in(operation.get("location"))
    if request.method == "POST" and made and not (isinstance(response, dict) and response.get("id")):
        response = {**(response if isinstance(response, dict) else {}), "id": made}
    kept = response if isinstance(response, dict) else None
    return Answer(int(text), kept, _JSON, "" if kept is None else msgspec.json.encode(kept).decode()[:2000])


def _id_in(location: Any) -> str:
    return location.rstrip("/").rpartition("/")[2] if isinstance(location, str) else ""
