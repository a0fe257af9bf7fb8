"""The ASGI application: from bytes to an operation and back.

Whose request it is → how fast they may → which operation → its body → the operation in a transaction → the reply.  Reads run on
their own connection; changes go to the runner's writer, and are answered once they are committed.
"""

import logging
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any
from urllib.parse import unquote_plus

import msgspec

from lockstep.center import events
from lockstep.center.directory.problems import CAPTURED, CATCH_ALL, Code, Refusal, unreadable
from lockstep.center.events import Call, Operation
from lockstep.center.instances.profiles import PROFILES, Profile
from lockstep.center.instances.records import Instance
from lockstep.center.scimapi import discovery, groups, users
from lockstep.center.scimapi.access import Tokens
from lockstep.center.scimapi.journal import Journal, append_refusal
from lockstep.center.scimapi.messages import Header, Reply, Request, error_reply
from lockstep.center.scimapi.routes import Place, route, split
from lockstep.kit import clock
from lockstep.kit.clock import Clock
from lockstep.kit.db import Connection
from lockstep.kit.groupcommit import savepoint
from lockstep.kit.runner import Runner
from lockstep.kit.throttle import Throttle

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Http = tuple[Scope, Receive, dict[bytes, bytes]]
Operate = Callable[[Connection, Request], Reply]

log = logging.getLogger(__name__)
_decode = msgspec.json.Decoder().decode

_READS: dict[Operation, Operate] = {
    Operation.GET_USER: users.get,
    Operation.LIST_USERS: users.list_all,
    Operation.GET_GROUP: groups.get,
    Operation.LIST_GROUPS: groups.list_all,
}
_WRITES: dict[Operation, Operate] = {
    Operation.CREATE_USER: users.create,
    Operation.PUT_USER: users.put,
    Operation.PATCH_USER: users.patch,
    Operation.DELETE_USER: users.delete,
    Operation.CREATE_GROUP: groups.create,
    Operation.PATCH_GROUP: groups.patch,
    Operation.DELETE_GROUP: groups.delete,
}
_PLAIN: dict[Operation, Callable[[Request], Reply]] = {
    Operation.SERVICE_PROVIDER_CONFIG: discovery.service_provider_config,
    Operation.LIST_RESOURCE_TYPES: discovery.resource_types,
    Operation.LIST_SCHEMAS: discovery.schemas,
    Operation.GET_SCHEMA: discovery.schema,
}
_LENGTH_DIGITS = 19
"""A Content-Length of more digits is not read as a number: what comes is counted in any case."""
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


class ScimApi:
    """Every instance's SCIM endpoint.  Takes requests below `/<tenant>/scim/v2` (see `routes.split`)."""

    def __init__(self, runner: Runner, *, now: Clock = clock.now_ms, public_url: str | None = None) -> None:
        self._runner = runner
        self._now = now
        self._public_url = public_url
        self._tokens = Tokens(runner)
        self._throttle = Throttle()
        self._journal = Journal(runner)

    async def close(self) -> None:
        """Write what is pending."""
        await self._journal.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        client = scope.get("client")
        call = Call(
            Operation.UNKNOWN,
            events.SCIM_SOURCE,
            events.new_request_id(),
            self._now(),
            "",
            ip=None if client is None else client[0],
        )
        try:
            reply = await self._answer(scope, receive, call)
        except Exception:
            log.exception("request %s failed", call.request_id)
            reply = _refused(_internal(), call, PROFILES["aws"])
        headers = [
            (b"x-amzn-requestid", call.request_id.encode()),
            (b"content-length", b"%d" % len(reply.body)),
            *reply.headers,
        ]
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": reply.body})

    async def _answer(self, scope: Scope, receive: Receive, call: Call) -> Reply:
        place = split(scope["path"])
        if place is None:
            return _refused(_nowhere(), call, PROFILES["aws"])
        headers: dict[bytes, bytes] = dict(scope["headers"])
        operation, known = route(scope["method"], place)
        call.operation = operation or Operation.UNKNOWN
        call.agent = _text(headers.get(b"user-agent"))
        call.parameters = {"tenantId": place.tenant_id}
        if place.resource_id:
            call.parameters["id"] = place.resource_id
        try:
            token, instance = await self._tokens.bearer(_text(headers.get(b"authorization")) or "", place.tenant_id, call.at)
        except Refusal as refusal:
            self._journal.unauthorized(place.tenant_id, call, refusal)
            return _refused(refusal, call, PROFILES["aws"])
        call.actor = token.token_id
        self._journal.used(token, call.at)
        try:
            self._admit(instance)
            if operation is None:
                raise _unsupported(scope["method"], place, instance.profile) if known else _nowhere()
            return await self._operate(await self._request(instance, call, place, (scope, receive, headers)))
        except Refusal as refusal:
            self._journal.failed(instance, call, refusal, place.resource_id)
            return _refused(refusal, call, instance.profile)

    def _admit(self, instance: Instance) -> None:
        if instance.rate is not None and not self._throttle.takes(instance.key, instance.rate):
            raise Refusal(Code.THROTTLED, "Rate exceeded")

    async def _request(self, instance: Instance, call: Call, place: Place, http: Http) -> Request:
        scope, receive, headers = http
        body = None
        if scope["method"] in _WITH_BODY:
            body = _json(await _body(receive, headers, instance.profile))
            call.parameters["httpBody"] = _hidden(body)
        origin = self._public_url or f"{scope['scheme']}://{_text(headers.get(b'host'))}"
        return Request(instance, call, origin, place.resource_id, _query(scope["query_string"]), body)

    async def _operate(self, request: Request) -> Reply:
        operation = request.call.operation
        write = _WRITES.get(operation)
        if write is not None:
            return await self._runner.write(lambda connection: _attempt(connection, write, request))
        read = _READS.get(operation)
        if read is not None:
            reply = await self._runner.read(lambda connection: read(connection, request))
        else:
            reply = _PLAIN[operation](request)
        self._journal.read(request.instance, request.call, reply.status)
        return reply


def _attempt(connection: Connection, write: Operate, request: Request) -> Reply:
    """The change with its event, or the event of its refusal: one of the two is committed."""
    try:
        with savepoint(connection):
            return write(connection, request)
    except Refusal as refusal:
        append_refusal(connection, request.instance, request.call, refusal, request.resource_id)
        return _refused(refusal, request.call, request.instance.profile)


def _refused(refusal: Refusal, call: Call, profile: Profile) -> Reply:
    if refusal.code is Code.VALIDATION and profile.error_details == "general" and refusal.detail not in CAPTURED:
        refusal = Refusal(refusal.code, CATCH_ALL, refusal.cause, status=refusal.status, scim_type=refusal.scim_type)
    headers: list[Header] = []
    if refusal.code is Code.UNAUTHORIZED:
        headers.append((b"www-authenticate", b"Bearer"))
    if refusal.code is Code.THROTTLED and profile.retry_after_seconds is not None:
        headers.append((b"retry-after", b"%d" % profile.retry_after_seconds))
    return error_reply(refusal, call.request_id, call.at, scim_type=profile.scim_type, headers=tuple(headers))


def _nowhere() -> Refusal:
    return Refusal(Code.NOT_FOUND, "Resource not found.", "there is no such endpoint")


def _internal() -> Refusal:
    return Refusal(Code.INTERNAL, "The request could not be processed because of an internal error.")


def _unsupported(method: str, place: Place, profile: Profile) -> Refusal:
    is_put_group = method == "PUT" and place.resource == "Groups"
    status = profile.put_group_status if is_put_group else profile.unsupported_operation_status
    return Refusal(Code.VALIDATION, "The operation is unsupported.", f"{method} is not supported here", status=status)


async def _body(receive: Receive, headers: dict[bytes, bytes], profile: Profile) -> bytes:
    most = profile.max_body_bytes
    announced = headers.get(b"content-length", b"0")
    if announced.isdigit() and len(announced) <= _LENGTH_DIGITS and int(announced) > most:
        raise _too_large(profile)
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise unreadable("the client went away before its request was complete")
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > most:
            raise _too_large(profile)
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


def _too_large(profile: Profile) -> Refusal:
    cause = f"the body is larger than {profile.max_body_bytes} bytes"
    return Refusal(Code.VALIDATION, CATCH_ALL, cause, status=profile.oversized_body_status)


def _json(raw: bytes) -> Any:
    try:
        return _decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise unreadable("Invalid JSON from RequestBody") from None


def _hidden(body: Any) -> Any:
    try:
        return events.hidden(body)
    except events.TooDeep:
        raise unreadable("the body nests too deeply") from None


def _query(raw: bytes) -> dict[str, str]:
    """The query's parameters.  One without a value counts: `?cursor` asks for the first page."""
    if not raw:
        return {}
    return dict(_pairs(raw.decode("latin-1").split("&")))


def _pairs(parts: Iterable[str]) -> Iterable[tuple[str, str]]:
    for part in parts:
        name, _, value = part.partition("=")
        yield unquote_plus(name), unquote_plus(value)


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("latin-1")
