"""Answers requests below /api and /auth: who asks, how often, whether they may, and then the route's handler.

Whatever no route is for is refused after the token was looked at, so that a stranger learns nothing of what there is.
"""

import secrets
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from lockstep.idp.api import oauth
from lockstep.idp.api.authorization import token_of
from lockstep.idp.api.budget import Left
from lockstep.idp.api.call import NO_CONTENT, Answer, Call
from lockstep.idp.api.context import Context
from lockstep.idp.api.credentials import actions
from lockstep.idp.api.credentials.records import GRANTS, NAMES, Credential, Scope
from lockstep.idp.api.problems import (
    BAD,
    BROKEN,
    CONFLICT,
    FORBIDDEN,
    NOT_ALLOWED,
    NOT_FOUND,
    TOO_LARGE,
    TOO_MANY,
    UNAUTHORIZED,
    ApiProblem,
    body_of,
)
from lockstep.idp.api.refusals import refusal
from lockstep.idp.api.routes import ROUTES
from lockstep.idp.api.routing import Route, Router
from lockstep.kit import log
from lockstep.kit.db import Connection, unique_violations
from lockstep.kit.problems import Problem

HttpScope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

LARGEST_BODY = 2 * 1024 * 1024
NOBODY = Credential("", "nobody", Scope.AUTHENTICATION_ONLY, 0, "")
"""Who asks where nobody is asked who they are."""
_MOST_PARAMETERS = 100
_ALWAYS = {
    "content-type": "application/json; charset=utf-8",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
}


class Api:
    """The ASGI application; mount it for paths below /api/ and /auth/."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._router = Router(ROUTES)

    async def __call__(self, scope: HttpScope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        number = secrets.token_hex(8)
        headers: dict[str, str] = {"x-request-id": number}
        version = 2 if scope["path"].startswith("/api/2/") else 1
        try:
            answer = await self._answer(scope, receive, headers)
        except ApiProblem as problem:
            headers.update(problem.headers)
            answer = Answer(body_of(problem, version=version), problem.status)
        except Exception:
            log.exception("a call of the API failed", request_id=number, path=scope["path"])
            broken = ApiProblem(BROKEN, f"Something went wrong here; the log has it under {number}.")
            answer = Answer(body_of(broken, version=version), broken.status)
        await _send(send, answer, headers)

    async def _answer(self, scope: HttpScope, receive: Receive, headers: dict[str, str]) -> Answer:
        method, path, given = scope["method"], scope["path"], _headers(scope)
        if path in (oauth.TOKEN, oauth.REVOKE) and method == "POST":
            body = await _body(receive)
            asked = oauth.Asked(given.get("authorization", ""), given.get("content-type", ""), body)
            return await (oauth.token if path == oauth.TOKEN else oauth.revoke)(self._context, asked)
        now = self._context.clock()
        open_to_all, places, _ = self._router.find(method, path)
        if open_to_all is not None and open_to_all.need is None:
            return await self._handle(open_to_all, Call(self._context, NOBODY, now, path, places, _query(scope)))
        credential, limit = await self._context.read(lambda c: _who(c, given.get("authorization", ""), now))
        if path == oauth.RATE_LIMIT and method == "GET":
            return oauth.rate_limit(self._context.budget.look(limit, now).headers)
        self._count(limit, now, headers)
        route, places, methods = self._router.find(method, path)
        if route is None:
            raise _no_route(path, methods)
        if route.need is None or not credential.may(route.need):
            raise ApiProblem(FORBIDDEN, _insufficient(credential, route))
        body = await _body(receive) if route.writes else b""
        call = Call(self._context, credential, now, path, places, _query(scope), body)
        return await self._handle(route, call)

    def _count(self, limit: int, now: int, headers: dict[str, str]) -> None:
        left: Left = self._context.budget.take(limit, now)
        headers.update(left.headers)
        if not left.fits:
            raise ApiProblem(TOO_MANY, "Rate limit exceeded: wait until it is reset.", headers={"Retry-After": str(left.reset)})

    async def _handle(self, route: Route, call: Call) -> Answer:
        """The handler's answer; what an action refuses, as the API says it."""
        try:
            if route.prepare is not None:
                await route.prepare(call)
            run = self._context.write if route.writes else self._context.read
            return await run(lambda c: route.handler(call, c))
        except Problem as problem:
            raise refusal(problem) from None
        except unique_violations():
            raise ApiProblem(CONFLICT, "Somebody else has just made the same. Read it, and try again.") from None


def _who(c: Connection, authorization: str, now: int) -> tuple[Credential, int]:
    """Whose token it is, and how many calls the account has in an hour."""
    found = actions.holder_of(c, token_of(authorization), now)
    if found is None:
        raise ApiProblem(UNAUTHORIZED, "Unauthorized", headers={"WWW-Authenticate": 'Bearer realm="lockstep"'})
    return found, actions.calls_per_hour(c)


def _no_route(path: str, methods: list[str]) -> ApiProblem:
    if methods:
        allowed = ", ".join(sorted(set(methods)))
        return ApiProblem(NOT_ALLOWED, f"Here there is {allowed}.", headers={"Allow": allowed})
    return ApiProblem(NOT_FOUND, f"There is nothing at {path[:200]}.")


def _insufficient(credential: Credential, route: Route) -> str:
    enough = [NAMES[one] for one in Scope if route.need is not None and route.need in GRANTS[one]]
    return f"The scope of this credential is {NAMES[credential.scope]}; this needs {' or '.join(enough)}."


def _headers(scope: HttpScope) -> Mapping[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


def _query(scope: HttpScope) -> Mapping[str, str]:
    """The parameters; of several with one name the last."""
    text = scope.get("query_string", b"").decode("latin-1")
    try:
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_PARAMETERS))
    except ValueError:
        raise ApiProblem(BAD, f"An address has at most {_MOST_PARAMETERS} parameters.") from None


async def _body(receive: Receive) -> bytes:
    """What was sent.  Raises ApiProblem (413)."""
    pieces, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ApiProblem(BAD, "The request was not sent to its end.")
        piece = message.get("body", b"")
        size += len(piece)
        if size > LARGEST_BODY:
            raise ApiProblem(TOO_LARGE, f"A body has at most {LARGEST_BODY} bytes.")
        pieces.append(piece)
        if not message.get("more_body", False):
            return b"".join(pieces)


async def _send(send: Send, answer: Answer, more: Mapping[str, str]) -> None:
    body = b"" if answer.value is None else msgspec.json.encode(answer.value)
    fields = {**_ALWAYS, **more, **answer.headers}
    if answer.value is None:
        del fields["content-type"]
    if answer.status != NO_CONTENT.status:
        fields["content-length"] = str(len(body))
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in fields.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
