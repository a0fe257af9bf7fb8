"""A plan in the making: what is read once, what is counted, and where changes are put."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Concatenate, ParamSpec, Protocol

from lockstep.idp import events
from lockstep.idp.apps.settings import LimitedKind
from lockstep.idp.provisioning import ledger, links, order, retries
from lockstep.idp.provisioning.approval import Decisions, judged, only_if_made
from lockstep.idp.provisioning.drift import Overlay
from lockstep.idp.provisioning.ledger import Placed
from lockstep.idp.provisioning.plan import Forgotten, Leaver
from lockstep.idp.provisioning.records import SENT_BEFORE, Change, State, Trouble
from lockstep.idp.provisioning.renames import Rename
from lockstep.idp.provisioning.scope import Scope
from lockstep.idp.provisioning.source import Source
from lockstep.kit.db import Connection, Database

BATCH = 500
P = ParamSpec("P")


class Storing(Protocol):
    """Where a plan in the making is written."""

    def write(self) -> AbstractContextManager[Connection]:
        """A connection to write with, committed at the latest when the plan is complete."""


class Inside:
    """All in the transaction that reads, too."""

    def __init__(self, c: Connection) -> None:
        self._c = c

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """See `Storing`."""
        yield self._c


class Interrupted(Exception):
    """A plan in the making was given up, because its maker has to stop."""


def _never() -> bool:
    return False


class Apart:
    """In short transactions of its own, so that others can write while a long plan is made."""

    def __init__(self, db: Database, interrupted: Callable[[], bool] = _never) -> None:
        self._db = db
        self._interrupted = interrupted

    def write(self) -> AbstractContextManager[Connection]:
        """See `Storing`.  Raises Interrupted."""
        if self._interrupted():
            raise Interrupted
        return self._db.write(serial=events.SERIAL)


@dataclass(slots=True)
class Making:
    """One plan.  `c` reads one state of the world; what is written goes through `store`."""

    c: Connection
    store: Storing
    source: Source
    target: int
    plan_id: int
    now: int
    scope: Scope
    overlay: Overlay
    decisions: Decisions
    troubles: dict[ledger.What, Trouble]
    retry_now: bool
    sent_before: set[ledger.What]
    position: int = 0
    buffer: list[Placed] = field(default_factory=list)
    counts: Counter[LimitedKind] = field(default_factory=Counter)
    single: dict[LimitedKind, str] = field(default_factory=dict)
    """The name of the last object counted: of a kind with one change, the only one."""
    made: set[str] = field(default_factory=set)
    """Whom it makes."""
    not_made: dict[str, State] = field(default_factory=dict)
    """Those of them who cannot be made now, and how it stands with them."""
    leaving: set[str] = field(default_factory=set)
    """People whose memberships fall with them, or are left as they are."""
    managed: order.Managed = field(default_factory=dict)
    met: set[str] = field(default_factory=set)
    """Items of decisions that this plan has met again."""
    planned: set[ledger.What] = field(default_factory=set)
    """Which earlier failures are about something that is to be done still."""
    renames: list[Rename] = field(default_factory=list)
    """The groups that get another name."""
    marks: list[Leaver | Forgotten] = field(default_factory=list)
    later: list[Callable[[Connection], None]] = field(default_factory=list)
    """What is written to the links once the plan is complete."""
    decided: frozenset[str] = field(init=False)
    new: bool = field(init=False)
    """Whether nobody is linked yet."""

    def __post_init__(self) -> None:
        d = self.decisions
        self.new = not links.has_users(self.c, self.target)
        self.decided = d.approved | d.rejected | d.released | d.discarded | d.ignored

    def put(self, change: Change) -> Change:
        """Judge a change by people's decisions and by earlier failures, count it, and store it."""
        change = judged(change, self.source.app.settings, self.decisions)
        self.meet(change.digest)
        what = (change.object, change.key, change.kind.value)
        trouble = self.troubles.get(what)
        if trouble is not None:
            self.planned.add(what)
            change = self._after_failure(change, trouble)
        if what in self.sent_before and change.state is State.READY:
            change = replace(change, reason=SENT_BEFORE)
        if self.source.app.settings.creates_only:
            change = only_if_made(change)
        if change.limited is not None and change.limited != "removals" and change.state is not State.DROPPED:
            self.counts[change.limited] += 1
            self.single[change.limited] = change.name
        self.place(change)
        return change

    def _after_failure(self, change: Change, trouble: Trouble) -> Change:
        if self.retry_now or change.state is not State.READY or not retries.waits(trouble, change, self.now):
            return change
        reason = f"failed before ({trouble.error}); {retries.when_again(trouble)}"
        return replace(change, state=State.LATER, reason=reason)

    def target_ids(self, keys: Collection[str]) -> dict[str, str]:
        """The target's ids of those who are there."""
        return {} if self.new or not keys else links.target_ids(self.c, self.target, keys)

    def meet(self, item: str) -> None:
        """A decision about `item`, if there is one, is about something that is to be done still."""
        if item in self.decided:
            self.met.add(item)

    def place(self, change: Change) -> None:
        """Store a change as it is."""
        self.buffer.append(Placed(self.position, change))
        self.position += 1
        if len(self.buffer) >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Write what is buffered."""
        if self.buffer:
            with self.store.write() as w:
                ledger.add_changes(w, self.plan_id, self.buffer)
            self.buffer.clear()

    def afterwards(self, write: Callable[Concatenate[Connection, P], None], *args: P.args, **kwargs: P.kwargs) -> None:
        """Do `write` once the plan is complete."""
        self.later.append(lambda w: write(w, *args, **kwargs))
