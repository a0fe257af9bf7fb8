"""One request and its answer: repeats what may be repeated, finds out what is not known, says in words what failed.

Nothing here touches the database.
"""

import asyncio
import contextlib
from dataclasses import dataclass, field, replace
from typing import Any

from lockstep.idp.provisioning.failures import GONE, MEMBERS_GONE, NO_ANSWER, NOT_SCIM, UNSEEN
from lockstep.idp.provisioning.lookup import Wanted, is_ours, look_up, members_of
from lockstep.idp.provisioning.records import SENT_BEFORE, Kind
from lockstep.idp.provisioning.sending import Request
from lockstep.kit.clock import Clock
from lockstep.kit.problems import Problem
from lockstep.scim.client import Answer, ListError, ScimClient, TransportError

TRIES = 4
PAUSES = (0.2, 0.6, 1.5)
_NOT_FOUND, _CONFLICT, _SERVER_ERROR = 404, 409, 500
_REFUSED = (401, 403)
_NO_SUCH_PLACE = (404, 405)


class TargetProblem(Problem):
    """The target as a whole cannot be worked with: the run stops, and nothing is held against single objects.

    `doubt` says that the create which met with it may have taken effect before.
    """

    doubt = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a request.

    `target_id` is the id of what was made or found; `found` what was found at the target in the place of what should have
    been made; `ours` says that it was made by an earlier, unsettled request of ours.  `missing` says that the object itself is
    gone (one that was to be deleted, too), `missing_members` which members are.  `unreachable` says that no answer came,
    `doubt` that a create may have taken effect all the same.
    """

    request: Request
    ok: bool
    target_id: str = ""
    found: dict[str, Any] | None = None
    ours: bool = False
    error: str = ""
    missing: bool = False
    missing_members: list[str] = field(default_factory=list)
    members: list[str] = field(default_factory=list)
    """Who is in the group that was found."""
    unreachable: bool = False
    doubt: bool = False
    again: bool = False
    """Worth another try at once."""
    status: int = 0
    """Of the target's last answer to a request that failed; 0 where there was none."""
    scim_type: str = ""


class Exchange:
    """Sends requests of one run."""

    def __init__(self, client: ScimClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._repeated: set[int] = set()
        """Positions of the changes that were sent more than once."""

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
                return Outcome(request, ok=True, missing=not self._was_sent_before(request, answer))
            return await self._explain_not_found(request, answer)
        return _failed(request, answer, _words(answer))

    def _was_sent_before(self, request: Request, answer: Answer) -> bool:
        """Whether an earlier try of ours may be why there is nothing to delete any more."""
        return request.change.reason == SENT_BEFORE or answer.sends > 1 or request.placed.position in self._repeated

    async def _insist(self, request: Request) -> Answer | Outcome:
        for attempt in range(TRIES):
            try:
                answer = await self._client.request(request.method, request.path, request.body)
            except TransportError as error:
                if attempt == TRIES - 1:
                    return Outcome(request, ok=False, error=f"{NO_ANSWER}: {error}", unreachable=True)
            else:
                self._refused(answer)
                if not answer.is_scim and attempt == TRIES - 1:
                    raise TargetProblem(_words(answer))
                if (answer.is_scim and answer.status < _SERVER_ERROR) or attempt == TRIES - 1:
                    return answer
            self._repeated.add(request.placed.position)
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
        wanted = Wanted(request.change.object, request.change.name, request.document, self._clock())
        doubt = False
        for attempt in range(TRIES):
            known = await self._known(wanted) if doubt else None
            if known is not None and is_ours(known, wanted, self._client.skew_ms):
                return Outcome(request, ok=True, target_id=str(known["id"]), found=known, ours=True)
            try:
                outcome, doubt = await self._create_once(request, wanted, doubt=doubt, last=attempt == TRIES - 1)
            except TargetProblem as problem:
                problem.doubt = doubt
                raise
            if outcome is not None and (outcome.ok or not outcome.again or attempt == TRIES - 1):
                return replace(outcome, doubt=doubt and not outcome.ok)
            await asyncio.sleep(PAUSES[attempt])
        raise AssertionError("unreachable")  # pragma: no cover - the last attempt returns

    async def _create_once(self, request: Request, wanted: Wanted, *, doubt: bool, last: bool) -> tuple[Outcome, bool]:
        """What came of one POST, and whether it (or one before) may have taken effect unseen."""
        try:
            answer = await self._client.request(request.method, request.path, request.body)
        except TransportError as error:
            text = f"{NO_ANSWER}: {error}"
            return Outcome(request, ok=False, error=text, unreachable=True, again=True), doubt or error.sent
        self._refused(answer)
        doubt = doubt or answer.sends > 1
        if answer.ok and isinstance(answer.body, dict) and answer.body.get("id"):
            return Outcome(request, ok=True, target_id=str(answer.body["id"])), doubt
        if last and not answer.is_scim:
            raise TargetProblem(_words(answer))
        if answer.status in _NO_SUCH_PLACE and not request.add:
            raise TargetProblem(
                f"the target knows no {request.path} below this URL ({answer.status}): `lockstep idp app connect` says more"
            )
        if answer.status == _CONFLICT:
            return await self._explain_conflict(request, answer, wanted, doubt=doubt), doubt
        if answer.is_scim and not answer.ok and answer.status < _SERVER_ERROR:
            return await self._explain_refusal(request, answer), doubt
        return _failed(request, answer, _words(answer), again=True), True

    async def _known(self, wanted: Wanted) -> dict[str, Any] | None:
        """What is there instead, None also where that cannot be found out now."""
        try:
            return await look_up(self._client, wanted)
        except (ListError, TransportError):
            return None

    async def _explain_conflict(self, request: Request, answer: Answer, wanted: Wanted, *, doubt: bool) -> Outcome:
        known = await self._known(wanted)
        if known is None:
            what = "userName, e-mail address or externalId" if request.change.object == "user" else "name"
            error = f"the target holds another object with the same {what}, {UNSEEN} ({answer.detail})"
            return _failed(request, answer, error)
        target_id = str(known["id"])
        if doubt and is_ours(known, wanted, self._client.skew_ms):
            return Outcome(request, ok=True, target_id=target_id, found=known, ours=True)
        members: list[str] = []
        if request.change.object == "group":
            with contextlib.suppress(ListError, TransportError):
                members = await members_of(self._client, target_id)
        error = "exists at the target already"
        return _failed(request, answer, error, target_id=target_id, found=known, members=members)

    async def _explain_refusal(self, request: Request, answer: Answer) -> Outcome:
        if request.add:
            lost = await self._lost_members(request)
            if lost:
                return _failed(request, answer, MEMBERS_GONE, missing_members=lost)
        return _failed(request, answer, _words(answer))

    async def _explain_not_found(self, request: Request, answer: Answer) -> Outcome:
        """404 for a PATCH: the object is gone, or one of the members that it names; asked for before it is believed."""
        if await self._is_gone(request.path):
            return _failed(request, answer, GONE, missing=True)
        lost = await self._lost_members(request)
        if not lost:  # nothing is gone: it was an answer for this moment, and is tried again
            return _failed(request, answer, _words(answer))
        return _failed(request, answer, MEMBERS_GONE, missing_members=lost)

    async def _lost_members(self, request: Request) -> list[str]:
        ids = [target_id for target_id, _ in (*request.add, *request.remove)]
        gone = await asyncio.gather(*(self._is_gone(f"/Users/{target_id}") for target_id in ids))
        return [target_id for target_id, lost in zip(ids, gone, strict=True) if lost]

    async def _is_gone(self, path: str) -> bool:
        try:
            answer = await self._client.read(path)
        except TransportError:
            return False
        return answer.status == _NOT_FOUND


def _failed(request: Request, answer: Answer, error: str, **more: Any) -> Outcome:
    return Outcome(request, ok=False, error=error, status=answer.status, scim_type=answer.scim_type, **more)


def _words(answer: Answer) -> str:
    detail = answer.detail or "no explanation"
    if not answer.is_scim:
        return f"{NOT_SCIM} ({answer.status}, {answer.content_type}): check the URL and proxies"
    if answer.status >= _SERVER_ERROR:
        return f"the target failed ({answer.status}): {detail}"
    return f"the target refused it ({answer.status}): {detail}"
