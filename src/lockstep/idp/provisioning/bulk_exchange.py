"""One Bulk request and its answer: each operation comes to an outcome of its own, explained as a single request is.

Nothing here touches the database.
"""

import asyncio
from collections.abc import Sequence

from lockstep.idp.provisioning import bulk, exchange
from lockstep.idp.provisioning.exchange import TRIES, Ended, Exchange, Outcome, TargetProblem, words_of
from lockstep.idp.provisioning.records import Kind
from lockstep.idp.provisioning.sending import Request
from lockstep.kit.clock import Clock
from lockstep.scim.client import MAX_WAITS, TOO_MANY_REQUESTS, Answer, ScimClient, TransportError

PLACE = "/Bulk"
_NO_BULK = (400, 404, 405, 501)
_TOO_LARGE, _SERVER_ERROR = 413, 500
_PAUSE_SECONDS = 1.0
Results = dict[int, Ended | TargetProblem]
"""By the position of the change."""


class BulkExchange:
    """Sends Bulk requests of one run."""

    def __init__(self, client: ScimClient, single: Exchange, clock: Clock) -> None:
        self._client = client
        self._single = single
        self._clock = clock

    async def send(self, requests: Sequence[Request]) -> list[Ended | TargetProblem]:
        """Send `requests` in one, and find out what became of each.

        An answer that got lost is asked for again, once it is known which creates have gone through.  Operations that the
        target throttles go again by themselves, in a Bulk of their own.
        """
        ended: Results = {}
        since = self._clock()
        waiting, doubt, tries, throttled = list(requests), False, 0, 0
        while waiting and tries < TRIES and throttled < MAX_WAITS:
            if doubt:
                waiting = await self._not_made(waiting, since, ended)
                if not waiting:
                    break
            answer, doubt, error = await self._asked(waiting, doubt=doubt)
            if answer is None:
                tries += 1
                if tries == TRIES:
                    self._silent(waiting, error, ended, doubt=doubt)
                    waiting = []
                await asyncio.sleep(exchange.PAUSES[min(tries, len(exchange.PAUSES)) - 1])
            elif answer.ok:
                waiting = await self._settled(waiting, answer, since, ended, doubt=doubt)
                throttled, doubt = throttled + 1, False
            else:
                await self._not_taken(waiting, answer, since, ended, doubt=doubt)
                waiting = []
        for request in waiting:
            ended[request.placed.position] = Outcome(request, ok=False, error="the target throttles it again and again (429)")
        return [ended[request.placed.position] for request in requests]

    async def _asked(self, waiting: Sequence[Request], *, doubt: bool) -> tuple[Answer | None, bool, str]:
        """(the answer, None where there was no final one; whether anything may have taken effect unseen; what was said)."""
        try:
            answer = await self._client.request("POST", PLACE, bulk.body(waiting))
        except TransportError as error:
            self._single.note_repeated(waiting)
            return None, doubt or error.sent, f"no answer from the target: {error}"
        doubt = doubt or answer.sends > 1
        if answer.is_scim and (answer.status < _SERVER_ERROR or answer.status in _NO_BULK):
            return answer, doubt, ""
        self._single.note_repeated(waiting)
        return None, True, words_of(answer)

    @staticmethod
    def _silent(waiting: Sequence[Request], error: str, ended: Results, *, doubt: bool) -> None:
        for request in waiting:
            create = request.change.kind is Kind.CREATE
            ended[request.placed.position] = Outcome(
                request, ok=False, error=error, unreachable=True, doubt=doubt and create, again=create
            )

    async def _not_made(self, waiting: list[Request], since: int, ended: Results) -> list[Request]:
        """Those of `waiting` that are still to be done: creates that went through unseen are found at the target."""
        creates = [one for one in waiting if one.change.kind is Kind.CREATE]
        found = await asyncio.gather(*(self._single.made_before(one, since) for one in creates))
        ended.update({one.request.placed.position: one for one in found if one is not None})
        return [one for one in waiting if one.placed.position not in ended]

    async def _not_taken(self, waiting: list[Request], answer: Answer, since: int, ended: Results, *, doubt: bool) -> None:
        """The target took no operation: it has no Bulk after all, or none so large; or it refuses us altogether."""
        try:
            self._single.check_token(answer)
        except TargetProblem as problem:
            for request in waiting:
                ended[request.placed.position] = _refused(problem, doubt=doubt and request.change.kind is Kind.CREATE)
            return
        too_many = isinstance(answer.body, dict) and answer.body.get("scimType") == "tooMany"
        what = "bulk-size" if answer.status == _TOO_LARGE or too_many else "bulk" if answer.status in _NO_BULK else ""

        async def one(request: Request) -> None:
            denied = (
                self._single.denies(request, what, len(waiting) if what == "bulk-size" else 0) if what and not doubt else None
            )
            ended[request.placed.position] = denied or await self._alone(request, since if doubt else 0)

        await asyncio.gather(*(one(request) for request in waiting))

    async def _settled(
        self, waiting: list[Request], answer: Answer, since: int, ended: Results, *, doubt: bool
    ) -> list[Request]:
        """What each operation came to; those that were throttled remain."""
        said = bulk.answers(answer.body, waiting)
        throttled = []

        async def one(request: Request) -> None:
            known = said.get(request.placed.position)
            if known is None or _says_nothing(request, known):
                self._single.note_repeated([request])
                ended[request.placed.position] = await self._alone(request, since)
            elif known.status == TOO_MANY_REQUESTS:
                throttled.append(request)
            else:
                ended[request.placed.position] = await self._explained(request, known, since, doubt=doubt)

        await asyncio.gather(*(one(request) for request in waiting))
        if throttled:
            self._client.meter.throttled += 1
            self._client.budget.throttled(_PAUSE_SECONDS)
        return sorted(throttled, key=lambda request: request.placed.position)

    async def _explained(self, request: Request, answer: Answer, since: int, *, doubt: bool) -> Ended | TargetProblem:
        try:
            return await self._single.explained(request, answer, since, doubt=doubt)
        except TargetProblem as problem:
            return problem

    async def _alone(self, request: Request, doubt_since: int) -> Ended | TargetProblem:
        try:
            return await self._single.send(request, doubt_since=doubt_since)
        except TargetProblem as problem:
            return problem


def _says_nothing(request: Request, answer: Answer) -> bool:
    """Whether nobody knows after this answer whether the operation was done, or (of a create) what it has made."""
    made_what = request.change.kind is Kind.CREATE and answer.ok and not (answer.body or {}).get("id")
    return answer.status >= _SERVER_ERROR or made_what


def _refused(problem: TargetProblem, *, doubt: bool) -> TargetProblem:
    """The same problem for one request, with its own doubt."""
    found = TargetProblem(problem.text)
    found.doubt = doubt
    return found
