"""One request and its answer: repeats what may be repeated, finds out what is not known, says in words what failed.

Nothing here touches the database.
"""

import asyncio
import contextlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from lockstep.idp.apps.connectors.declared import AWS
from lockstep.idp.apps.connectors.records import SAFE_MEMBERS, Connector
from lockstep.idp.provisioning.failures import GONE, MEMBERS_GONE, NO_ANSWER, NOT_SCIM, UNSEEN
from lockstep.idp.provisioning.lookup import Wanted, filtered_members, is_ours, look_up, look_up_all, members_of
from lockstep.idp.provisioning.records import SENT_BEFORE, Kind
from lockstep.idp.provisioning.sending import Request
from lockstep.kit.clock import Clock
from lockstep.kit.problems import Problem
from lockstep.scim import patch
from lockstep.scim.client import Answer, ListError, ScimClient, TransportError
from lockstep.scim.messages import ScimError

TRIES = 4
PAUSES = (0.2, 0.6, 1.5)
_NOT_FOUND, _CONFLICT, _SERVER_ERROR = 404, 409, 500
_REFUSED = (401, 403)
_NO_SUCH_PLACE = (404, 405)
_NOT_SUPPORTED = (405, 501)
_BAD, _CHANGED_SINCE, _TOO_LARGE = 400, 412, 413
_READ_ONLY = ("meta", "groups")
"""What a PUT leaves to the target (RFC 7643 section 4.1: `groups` is read-only)."""


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
    besides: list[dict[str, Any]] = field(default_factory=list)
    """What else at the target agrees with the user who should have been made."""
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


@dataclass(frozen=True, slots=True)
class Contradiction:
    """An answer that denies what the target was believed to be able to do: nothing was done, and another way is tried.

    `what` is patch, put, bulk, bulk-size, members or create-members; "patch?" where it only may be so.  `size` is how many
    members or operations there were.
    """

    request: Request
    what: str
    size: int = 0

    @property
    def plan_anew(self) -> bool:
        """Whether the change has to be cut another way, which a plan does."""
        return self.what in ("members", "create-members")


Ended = Outcome | Contradiction
"""How a request ended."""


class Exchange:
    """Sends requests of one run.

    `denied` are the contradictions that were met in this run already: met again, they are failures like others.
    """

    def __init__(
        self, client: ScimClient, clock: Clock, connector: Connector = AWS, denied: Collection[str] = frozenset()
    ) -> None:
        self._client = client
        self._clock = clock
        self._connector = connector
        self._denied = denied
        self._repeated: set[int] = set()
        """Positions of the changes that were sent more than once."""

    async def send(self, request: Request, *, doubt_since: int = 0) -> Ended:
        """Send one request and find out what became of it.  Raises TargetProblem where the target refuses to work with us.

        A create that may have taken effect since `doubt_since` (ms) is looked for first.
        """
        if request.change.kind is Kind.CREATE:
            return await self._create(request, doubt_since)
        return await self._change(request)

    async def explained(self, request: Request, answer: Answer, since: int, *, doubt: bool = False) -> Ended:
        """What a final answer that came another way means for the request, first sent at `since` (ms).

        Raises TargetProblem, as `send` does.
        """
        self.check_token(answer)
        if request.change.kind is not Kind.CREATE:
            return await self._explained_change(request, answer)
        wanted = self._wanted(request, since)
        found, doubt = await self._explained_create(request, answer, wanted, doubt=doubt, last=True)
        return found if isinstance(found, Contradiction) else replace(found, doubt=doubt and not found.ok)

    async def made_before(self, request: Request, since: int) -> Outcome | None:
        """What a create of ours, first sent at `since` (ms), has made already, as far as that can be found out now."""
        wanted = self._wanted(request, since)
        known = await self._known(wanted)
        if known is None or not is_ours(known, wanted, self._client.skew_ms):
            return None
        return Outcome(request, ok=True, target_id=str(known["id"]), found=known, ours=True)

    def note_repeated(self, requests: Iterable[Request]) -> None:
        """These were sent, and nobody knows whether they were done."""
        self._repeated.update(request.placed.position for request in requests)

    @staticmethod
    def _wanted(request: Request, since: int) -> Wanted:
        return Wanted(request.change.object, request.change.name, request.document, since)

    async def _change(self, request: Request) -> Ended:
        """A PATCH or DELETE says the same if it is said twice, so an answer that got lost is asked for again."""
        answer = await (self._replace(request) if request.method == "PUT" else self._insist(request))
        if isinstance(answer, Outcome):
            return answer
        return await self._explained_change(request, answer)

    async def _explained_change(self, request: Request, answer: Answer) -> Ended:
        """What the final answer to a PATCH, PUT or DELETE means."""
        if answer.ok:
            return Outcome(request, ok=True)
        contradiction = self._contradiction(request, answer)
        if contradiction is not None:
            return contradiction
        if answer.status == _NOT_FOUND:
            if request.change.kind is Kind.DELETE:
                return Outcome(request, ok=True, missing=not self._was_sent_before(request, answer))
            return await self._explain_not_found(request, answer)
        return _failed(request, answer, self._words(answer))

    def _contradiction(self, request: Request, answer: Answer) -> Contradiction | None:
        """What the answer denies; members are looked at by their number, because targets word it as they like."""
        size = len(request.add) + len(request.remove)
        if answer.status in _NOT_SUPPORTED and request.method in ("PATCH", "PUT"):
            return self.denies(request, request.method.lower())
        if (answer.status == _BAD and size > SAFE_MEMBERS) or (answer.status == _TOO_LARGE and size > 1):
            return self.denies(request, "members", size)
        return None

    def denies(self, request: Request, what: str, size: int = 0) -> Contradiction | None:
        """None where the connector is not one to adapt, or where this was met before."""
        known = what in self._denied and not size
        return None if known or not self._connector.asks else Contradiction(request, what, size)

    def _words(self, answer: Answer) -> str:
        """What an answer says, and what it means at this kind of target."""
        words, means = words_of(answer), self._connector.explain(answer.status, answer.detail)
        return f"{words.rstrip('.')}. {means}" if means else words

    def _was_sent_before(self, request: Request, answer: Answer) -> bool:
        """Whether an earlier try of ours may be why there is nothing to delete any more."""
        return request.change.reason == SENT_BEFORE or answer.sends > 1 or request.placed.position in self._repeated

    async def _replace(self, request: Request) -> Answer | Outcome:
        """PUT what the target holds with the change in it.  Where it moves meanwhile (412), it is read again."""
        answer: Answer | Outcome = Outcome(request, ok=False, error="the object keeps changing at the target")
        for _ in range(TRIES):
            held = await self._insist(replace(request, method="GET", body=None))
            if isinstance(held, Outcome):
                return replace(held, request=request)
            if not held.ok or not isinstance(held.body, dict):
                return held
            try:
                whole = await self._changed(request, held.body)
            except (ScimError, ListError, TransportError) as error:
                return Outcome(request, ok=False, error=f"what the target holds cannot be changed by us: {error}")
            version = str((held.body.get("meta") or {}).get("version", "")) if self._connector.if_match else ""
            answer = await self._insist(replace(request, body=whole), version)
            if isinstance(answer, Outcome):
                return replace(answer, request=request)
            if answer.status != _CHANGED_SINCE:
                break
        return answer

    async def _changed(self, request: Request, held: dict[str, Any]) -> dict[str, Any]:
        """The whole object: what is not ours stays in it; members that it does not show are read first."""
        held = {name: value for name, value in held.items() if name not in _READ_ONLY}
        if request.change.object == "group" and not held.get("members"):
            held["members"] = [{"value": one} for one in await self._hidden_members(request, str(held.get("id", "")))]
        return patch.apply(held, patch.parse_patch(request.body))

    async def _hidden_members(self, request: Request, group: str) -> list[str]:
        """Who is in a group that shows nobody: whom the target finds, else whom we know to be there."""
        try:
            return await filtered_members(self._client, group)
        except ListError:
            return list(request.known)

    async def _insist(self, request: Request, version: str = "") -> Answer | Outcome:
        for attempt in range(TRIES):
            try:
                answer = await self._client.request(request.method, request.path, request.body, version=version)
            except TransportError as error:
                if attempt == TRIES - 1:
                    return Outcome(request, ok=False, error=f"{NO_ANSWER}: {error}", unreachable=True)
            else:
                self.check_token(answer)
                if not answer.is_scim and attempt == TRIES - 1:
                    raise TargetProblem(words_of(answer))
                if (
                    answer.status in _NOT_SUPPORTED
                    or (answer.is_scim and answer.status < _SERVER_ERROR)
                    or attempt == TRIES - 1
                ):
                    return answer
            self._repeated.add(request.placed.position)
            await asyncio.sleep(PAUSES[attempt])
        raise AssertionError("unreachable")  # pragma: no cover - the last attempt returns

    @staticmethod
    def check_token(answer: Answer) -> None:
        """Raise TargetProblem where the target refuses the access token."""
        if answer.status in _REFUSED:
            raise TargetProblem(
                f"the target refused the access token ({answer.status}): give a new one, `lockstep idp app token`"
            )

    async def _create(self, request: Request, doubt_since: int) -> Ended:
        """A create is looked for before it is sent again, so that nothing is there twice."""
        since, doubt = doubt_since or self._clock(), bool(doubt_since)
        wanted = self._wanted(request, since)
        for attempt in range(TRIES):
            made = await self.made_before(request, since) if doubt else None
            if made is not None:
                return made
            try:
                outcome, doubt = await self._create_once(request, wanted, doubt=doubt, last=attempt == TRIES - 1)
            except TargetProblem as problem:
                problem.doubt = doubt
                raise
            if isinstance(outcome, Contradiction):
                return outcome
            if outcome.ok or not outcome.again or attempt == TRIES - 1:
                return replace(outcome, doubt=doubt and not outcome.ok)
            await asyncio.sleep(PAUSES[attempt])
        raise AssertionError("unreachable")  # pragma: no cover - the last attempt returns

    async def _create_once(self, request: Request, wanted: Wanted, *, doubt: bool, last: bool) -> tuple[Ended, bool]:
        """What came of one POST, and whether it (or one before) may have taken effect unseen."""
        try:
            answer = await self._client.request(request.method, request.path, request.body)
        except TransportError as error:
            text = f"{NO_ANSWER}: {error}"
            return Outcome(request, ok=False, error=text, unreachable=True, again=True), doubt or error.sent
        self.check_token(answer)
        return await self._explained_create(request, answer, wanted, doubt=doubt or answer.sends > 1, last=last)

    async def _explained_create(
        self, request: Request, answer: Answer, wanted: Wanted, *, doubt: bool, last: bool
    ) -> tuple[Ended, bool]:
        """What the answer to a POST means, and whether it (or one before) may have taken effect unseen."""
        if answer.ok and isinstance(answer.body, dict) and answer.body.get("id"):
            return Outcome(request, ok=True, target_id=str(answer.body["id"])), doubt
        if last and not answer.is_scim:
            raise TargetProblem(words_of(answer))
        if answer.status in _NO_SUCH_PLACE and not request.add:
            raise TargetProblem(
                f"the target knows no {request.path} below this URL ({answer.status}): `lockstep idp app connect` says more"
            )
        if answer.status == _CONFLICT:
            return await self._explain_conflict(request, answer, wanted, doubt=doubt), doubt
        if answer.is_scim and not answer.ok and answer.status < _SERVER_ERROR:
            return await self._explain_refusal(request, answer), doubt
        return _failed(request, answer, self._words(answer), again=True), True

    async def _known(self, wanted: Wanted) -> dict[str, Any] | None:
        """What is there instead, None also where that cannot be found out now."""
        try:
            return await look_up(self._client, wanted, self._connector.matches)
        except (ListError, TransportError):
            return None

    async def _known_all(self, wanted: Wanted) -> list[dict[str, Any]]:
        """Like `_known`, with whatever else is called so; nothing where that cannot be found out to its end."""
        try:
            return await look_up_all(self._client, wanted, self._connector.matches)
        except (ListError, TransportError):
            return []

    async def _explain_conflict(self, request: Request, answer: Answer, wanted: Wanted, *, doubt: bool) -> Outcome:
        found = await self._known_all(wanted)
        if not found:
            what = "userName, e-mail address or externalId" if request.change.object == "user" else "name"
            error = f"the target holds another object with the same {what}, {UNSEEN} ({answer.detail})"
            return _failed(request, answer, error)
        known, *besides = found
        target_id = str(known["id"])
        if doubt and is_ours(known, wanted, self._client.skew_ms):
            return Outcome(request, ok=True, target_id=target_id, found=known, ours=True)
        members: list[str] = []
        if request.change.object == "group":
            with contextlib.suppress(ListError, TransportError):
                members = await members_of(self._client, target_id)
        error = "exists at the target already"
        return _failed(request, answer, error, target_id=target_id, found=known, besides=besides, members=members)

    async def _explain_refusal(self, request: Request, answer: Answer) -> Ended:
        contradiction = self._contradiction(request, answer)
        if contradiction is None and request.add:
            lost = await self._lost_members(request)
            if lost:
                return _failed(request, answer, MEMBERS_GONE, missing_members=lost)
            if answer.status == _BAD and "member" in answer.detail.lower():
                contradiction = self.denies(request, "create-members")
        return contradiction or _failed(request, answer, self._words(answer))

    async def _explain_not_found(self, request: Request, answer: Answer) -> Ended:
        """404 for a PATCH: the object is gone, or one of the members that it names; asked for before it is believed."""
        if await self._is_gone(request.path):
            return _failed(request, answer, GONE, missing=True)
        lost = await self._lost_members(request)
        if not lost:  # nothing is gone: it was an answer for this moment, or there is no PATCH there
            doubted = self.denies(request, "patch?") if request.method == "PATCH" else None
            return doubted or _failed(request, answer, self._words(answer))
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


def words_of(answer: Answer) -> str:
    """What an answer that is no success says, in words."""
    detail = answer.detail or "no explanation"
    if not answer.is_scim:
        return f"{NOT_SCIM} ({answer.status}, {answer.content_type}): check the URL and proxies"
    if answer.status >= _SERVER_ERROR:
        return f"the target failed ({answer.status}): {detail}"
    return f"the target refused it ({answer.status}): {detail}"
