"""Sends a stored plan: each change is written down before it is sent and settled after.

A batch is claimed (its changes marked as being sent) in one transaction, sent with several requests in flight, and settled in
one transaction.
"""

import asyncio
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import takewhile

from lockstep.idp import events
from lockstep.idp.provisioning import ledger, links
from lockstep.idp.provisioning.bulk import claimed_at_once, packed
from lockstep.idp.provisioning.bulk_exchange import BulkExchange
from lockstep.idp.provisioning.exchange import Contradiction, Exchange, Outcome, TargetProblem
from lockstep.idp.provisioning.installation.guard import Guard
from lockstep.idp.provisioning.records import SENT_BEFORE, Kind, State
from lockstep.idp.provisioning.safety import too_many_failed, too_many_missing
from lockstep.idp.provisioning.sending import NotSent, Request, prepare
from lockstep.idp.provisioning.settling import Settler, Tally, quarantine
from lockstep.idp.provisioning.source import Source
from lockstep.kit.clock import Clock
from lockstep.kit.db import Connection, Database
from lockstep.scim.client import ScimClient

IN_FLIGHT = 16
BATCH = 100
MOST_UNREACHABLE = 20
"""So many requests in a row without an answer, and the run ends: the target is down."""


Ended = Outcome | Contradiction | TargetProblem | None
"""How a request ended: with an outcome; with an answer after which another way is tried; by a refusal of everything, after
which nobody knows; or it was never sent."""


class Quarantined(TargetProblem):
    """The engine stopped the app by itself."""


@dataclass(slots=True)
class Applier:
    """Applies plans of one app to its target."""

    db: Database
    source: Source
    target: int
    client: ScimClient
    clock: Clock
    tally: Tally
    guard: Guard | None = None

    async def one_batch(self, plan: int) -> int:
        """Send the next batch of the plan; how many changes it was, 0 where nothing is ready any more.

        Raises TargetProblem where the target refuses us or is down, Quarantined where too much fails or has vanished; what
        was sent is settled first in every case.
        """
        requests = self._claim(plan)
        if not requests:
            return 0
        exchange = Exchange(self.client, self.clock, self.source.connector, self.tally.denied)
        outcomes, problem = await self._send(exchange, requests)
        self._settle(plan, requests, outcomes)
        if problem is not None:
            raise problem
        return len(requests)

    def _claim(self, plan: int) -> list[Request]:
        """Mark the next changes as being sent.  Those that cannot go are put aside, so that the rest is reached."""
        with nullcontext() if self.guard is None else self.guard.turn():
            return self._claimed(plan)

    def _claimed(self, plan: int) -> list[Request]:
        while True:
            number, mark = "", 0
            with self.db.write(serial=events.SERIAL) as c:
                placed = ledger.next_ready(c, plan, claimed_at_once(self.source.connector, BATCH))
                prepared = [prepare(c, self.target, plan, one, self.source.connector) for one in placed]
                requests = [one for one in prepared if isinstance(one, Request)]
                aside = [one for one in prepared if isinstance(one, NotSent)]
                ledger.set_states(c, plan, [(one.placed.position, State.SENDING, "") for one in requests])
                ledger.set_states(c, plan, [(one.placed.position, one.state, one.reason) for one in aside])
                if requests and self.guard is not None:
                    number, mark = self.guard.raised(c)
            if requests and self.guard is not None:
                self.guard.vouch(number, mark)
            if requests or not placed:
                return requests

    async def _send(self, exchange: Exchange, requests: list[Request]) -> tuple[list[Ended], TargetProblem | None]:
        """How each request ended, and the reason to stop, if there is one.  With Bulk, several go in one."""
        gate = asyncio.Semaphore(IN_FLIGHT)
        stop: list[TargetProblem] = []
        many = BulkExchange(self.client, exchange, self.clock)

        async def some(together: list[Request]) -> Sequence[Ended]:
            async with gate:
                if stop:
                    return [None] * len(together)
                try:
                    ended: Sequence[Ended] = (
                        await many.send(together) if len(together) > 1 else [await exchange.send(together[0])]
                    )
                except TargetProblem as problem:
                    ended = [problem]
                stop.extend(one for one in ended if isinstance(one, TargetProblem))
                return ended

        parts = await asyncio.gather(*(some(together) for together in packed(requests, self.source.connector)))
        by_position = {
            request.placed.position: one
            for together, ended in zip(packed(requests, self.source.connector), parts, strict=True)
            for request, one in zip(together, ended, strict=True)
        }
        return [by_position[request.placed.position] for request in requests], stop[0] if stop else None

    def _silent(self, outcomes: list[Ended]) -> int:
        """How many outcomes at the end of a batch are nothing but the target's silence: it is down, and they are put back."""
        ended = [one for one in outcomes if isinstance(one, Outcome)]
        silent = sum(1 for _ in takewhile(lambda one: one.unreachable, reversed(ended)))
        in_a_row = silent + (self.tally.unreachable if silent == len(ended) else 0)
        return silent if silent and in_a_row >= min(MOST_UNREACHABLE, self.tally.tried + len(ended)) else 0

    def _vanished(self, c: Connection, outcomes: list[Ended]) -> str:
        """Why the app has to stop, if this batch found so much gone; counted only where it found anything gone."""
        if not any(isinstance(one, Outcome) and (one.missing or one.missing_members) for one in outcomes):
            return ""
        missing = links.count_missing(c, self.target) + self.tally.gone
        linked = self.tally.gone + links.count_users(c, self.target) + links.count_groups(c, self.target)
        believed = ledger.is_believed(c, self.source.app.id)
        return vanished(missing, linked) if too_many_missing(missing, linked) and not believed else ""

    def _put_back(self, c: Connection, plan: int, outcome: Contradiction) -> None:
        """Nothing was done: it goes again once the target was asked what it can do, or as the next plan cuts it."""
        self.tally.contradictions.append(outcome)
        state = (State.LATER, "the target takes fewer members at once") if outcome.plan_anew else (State.READY, "")
        self.tally.again = self.tally.again or outcome.plan_anew
        ledger.set_states(c, plan, [(outcome.request.placed.position, *state)])

    def _settle(self, plan: int, requests: list[Request], outcomes: list[Ended]) -> None:
        now = self.clock()
        silent = self._silent(outcomes)
        settled = sum(isinstance(one, Outcome) for one in outcomes) - silent
        with self.db.write(serial=events.SERIAL) as c:
            settler = Settler(c, self.source, self.target, plan, now, self.tally)
            for request, outcome in zip(requests, outcomes, strict=True):
                if isinstance(outcome, Outcome) and settled > 0:
                    settled -= 1
                    settler.settle(outcome)
                    continue
                if isinstance(outcome, Contradiction):
                    self._put_back(c, plan, outcome)
                    continue
                ledger.set_states(c, plan, [(request.placed.position, State.READY, SENT_BEFORE if outcome else "")])
                if outcome is not None and outcome.doubt:
                    ledger.open_create(c, self.target, request.change, ledger.made_at(c, plan))
            settler.finish()
            why = self._vanished(c, outcomes)
            if not why:
                settler.forget_gone()
            if not why and too_many_failed(len(self.tally.failed), self.tally.tried):
                why = f"{len(self.tally.failed)} of {self.tally.tried} changes failed"
            if why and not silent:
                quarantine(c, self.source.app, why, now)
        if silent:
            raise TargetProblem("the target does not answer: check that it is running, then sync again")
        if why:
            raise Quarantined(f"{why}: the app is in quarantine. Look at `lockstep idp events`, then `lockstep idp app start`")


def vanished(missing: int, linked: int) -> str:
    """Why so many lost objects stop the app."""
    return f"{missing} of {linked} linked objects are gone at the target, which looks like a wrong tenant"


def settle_unsettled(db: Database, app_id: int) -> int:
    """After a worker has died: what it was sending is ready again, in its plan; how much it was.

    A create among it may have taken effect: it is remembered as open, and is looked for before it is sent again.  Everything
    else says the same if it is said twice.
    """
    with db.read() as c:
        if not ledger.sending(c, app_id):
            return 0
    with db.write(serial=events.SERIAL) as c:
        open_changes = ledger.sending(c, app_id)
        for plan, placed in open_changes:
            change = placed.change
            if change.kind is Kind.CREATE:
                ledger.open_create(c, ledger.target_of_plan(c, plan), change, ledger.made_at(c, plan))
            ledger.set_states(c, plan, [(placed.position, State.READY, SENT_BEFORE)])
    return len(open_changes)
