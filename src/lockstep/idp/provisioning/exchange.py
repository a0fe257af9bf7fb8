"""One request and its answer: repeats what may be repeated, finds out what is not known, says in words what failed.

Nothing here touches the database.
"""

import asyncio
from collections.abc import Container
from dataclasses import dataclass, field
from typing import Any

from lockstep.idp.provisioning.plan import name_of
from lockstep.idp.provisioning.records import Kind
from lockstep.idp.provisioning.sending import Request
from lockstep.kit.problems import Problem
from lockstep.scim.client import Answer, ListError, ScimClient, TransportError

TRIES = 4
PAUSES = (0.2, 0.6, 1.5)
_NOT_FOUND, _CONFLICT, _SERVER_ERROR = 404, 409, 500
_REFUSED = (401, 403)


class TargetProblem(Problem):
    """The target as a whole cannot be worked with: the run stops, and nothing is held against single objects."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a request.

    `target_id` is the id of what was made or found; `found` what was found at the target in the place of what should have
    been made; `ours` says that it was made by an earlier, unsettled request of ours.  `missing` says that the object itself is
    gone, `missing_members` which members are.  `unreachable` says that no answer came.
    """

    request: Request
    ok: bool
    target_id: str = ""
    found: dict[str, Any] | None = None
    ours: bool = False
    error: str = ""
    missing: bool = False
    missing_members: list[str] = field(default_factory=list)
    unreachable: bool = False


class Exchange:
    """Sends requests of one run.  `open_creates` are (object, key) of earlier creates whose outcome nobody knows."""

    def __init__(self, client: ScimClient, open_creates: Container[tuple[str, str]]) -> None:
        self._client = client
        self._open = open_creates

    async def send(self, request: Request) -> Outcome:
        """Send one request and find out what became of it.  Raises TargetProblem where the target refuses to work with us."""
        if request.change.kind is Kind.CREATE:
            return await self._create(request)
        return await self._change(request)

    async def _change(self, request: Request) -> Outcome:
        """A PATCH or DELETE says the same if it is said twice, so an answer that got lost is asked for again."""
        answer = await self._insist(request)
        if isinstance(answer, Outcome):
            return answer
        if answer.ok:
            return Outcome(request, ok=True)
        if answer.status == _NOT_FOUND:
            if request.change.kind is Kind.DELETE:
                return Outcome(request, ok=True)
            return await self._explain_not_found(request, answer)
        return Outcome(request, ok=False, error=_words(answer))

    async def _insist(self, request: Request) -> Answer | Outcome:
        for attempt in range(TRIES):
            try:
                answer = await self._client.request(request.method, request.path, request.body)
            except TransportError as error:
                if attempt == TRIES - 1:
                    return Outcome(request, ok=False, error=f"no answer from the target: {error}", unreachable=True)
            else:
                self._refused(answer)
                if answer.status < _SERVER_ERROR or attempt == TRIES - 1:
                    return answer
            await asyncio.sleep(PAUSES[attempt])
        raise AssertionError("unreachable")  # pragma: no cover - the last attempt returns

    @staticmethod
    def _refused(answer: Answer) -> None:
        if answer.status in _REFUSED:
            raise TargetProblem(
                f"the target refused the access token ({answer.status}): give a new one, `lockstep idp app token`"
            )

    async def _create(self, request: Request) -> Outcome:
        """A create is looked for before it is sent again, so that nothing is there twice."""
        doubt = (request.change.object, request.change.key) in self._open
        for attempt in range(TRIES):
            last = attempt == TRIES - 1
            if doubt:
                known = await self._look_up(request)
                if known is not None and _is_ours(request, known):
                    return Outcome(request, ok=True, target_id=str(known["id"]), found=known, ours=True)
            try:
                answer = await self._client.request(request.method, request.path, request.body)
            except TransportError as error:
                doubt = doubt or error.sent
                if last:
                    return Outcome(request, ok=False, error=f"no answer from the target: {error}", unreachable=True)
            else:
                self._refused(answer)
                doubt = doubt or answer.sends > 1
                if answer.ok and isinstance(answer.body, dict) and answer.body.get("id"):
                    return Outcome(request, ok=True, target_id=str(answer.body["id"]))
                if answer.status == _CONFLICT:
                    return await self._explain_conflict(request, answer, doubt=doubt)
                if not answer.ok and answer.status < _SERVER_ERROR:
                    return await self._explain_refusal(request, answer)
                doubt = True
                if last:
                    return Outcome(request, ok=False, error=_words(answer))
            await asyncio.sleep(PAUSES[attempt])
        raise AssertionError("unreachable")  # pragma: no cover - the last attempt returns

    async def _look_up(self, request: Request) -> dict[str, Any] | None:
        """What is at the target in the place of what should be made: by externalId, else by name."""
        change = request.change
        wanted = [("/Groups", "displayName", change.name)]
        if change.object == "user":
            wanted = [
                ("/Users", "externalId", str(request.document.get("externalId", ""))),
                ("/Users", "userName", change.name),
            ]
        for path, attribute, value in wanted:
            if not value:
                continue
            try:
                found = await self._client.find(path, attribute, value)
            except (ListError, TransportError):
                continue
            if found and found[0].get("id"):
                return found[0]
        return None

    async def _explain_conflict(self, request: Request, answer: Answer, *, doubt: bool) -> Outcome:
        known = await self._look_up(request)
        if known is None:
            what = "userName, e-mail address or externalId" if request.change.object == "user" else "name"
            return Outcome(
                request,
                ok=False,
                error=f"the target holds another object with the same {what}, and does not show it ({answer.detail})",
            )
        if doubt and _is_ours(request, known):
            return Outcome(request, ok=True, target_id=str(known["id"]), found=known, ours=True)
        return Outcome(request, ok=False, target_id=str(known["id"]), found=known, error="exists at the target already")

    async def _explain_refusal(self, request: Request, answer: Answer) -> Outcome:
        if request.add:
            lost = await self._lost_members(request)
            if lost:
                return Outcome(request, ok=False, error="members are gone at the target", missing_members=lost)
        return Outcome(request, ok=False, error=_words(answer))

    async def _explain_not_found(self, request: Request, answer: Answer) -> Outcome:
        """404 for a PATCH: the object, or one of the members that it names."""
        if not (request.add or request.remove):
            return Outcome(request, ok=False, error="gone at the target", missing=True)
        if await self._is_gone(request.path):
            return Outcome(request, ok=False, error="gone at the target", missing=True)
        lost = await self._lost_members(request)
        if not lost:
            return Outcome(request, ok=False, error=_words(answer))
        return Outcome(request, ok=False, error="members are gone at the target", missing_members=lost)

    async def _lost_members(self, request: Request) -> list[str]:
        ids = [target_id for target_id, _ in (*request.add, *request.remove)]
        gone = await asyncio.gather(*(self._is_gone(f"/Users/{target_id}") for target_id in ids))
        return [target_id for target_id, lost in zip(ids, gone, strict=True) if lost]

    async def _is_gone(self, path: str) -> bool:
        for attempt in range(TRIES):
            try:
                answer = await self._client.request("GET", path)
            except TransportError:
                await asyncio.sleep(PAUSES[min(attempt, len(PAUSES) - 1)])
                continue
            if answer.status < _SERVER_ERROR:
                return answer.status == _NOT_FOUND
        return False


def _is_ours(request: Request, found: dict[str, Any]) -> bool:
    """Whether what was found can be what an unsettled create of ours made: it bears our key, or the name it was to have."""
    if request.change.object == "group":
        return str(found.get("displayName", "")) == request.change.name
    external = request.document.get("externalId")
    if external and found.get("externalId"):
        return bool(found["externalId"] == external)
    return str(found.get("userName", "")).casefold() == name_of(request.document).casefold()


def _words(answer: Answer) -> str:
    detail = answer.detail or "no explanation"
    if answer.status >= _SERVER_ERROR:
        return f"the target failed ({answer.status}): {detail}"
    return f"the target refused it ({answer.status}): {detail}"
