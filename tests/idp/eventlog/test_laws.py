"""Whatever is written, undone, sealed and removed by the rules, in whatever order: the chain is whole, and old heads agree."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lockstep.idp import events
from lockstep.idp.eventlog import readers, retention, sealing, store
from lockstep.idp.eventlog.readers import Reader
from lockstep.idp.eventlog.records import Head
from lockstep.idp.eventlog.verify import verify
from lockstep.idp.eventlog.walking import Kept
from lockstep.idp.events import Event, EventType
from lockstep.kit.db import Database
from lockstep.kit.vault import KEY_BYTES, Vault
from tests.idp.eventlog.tampering import write

VAULT = Vault(bytes(KEY_BYTES))
DAY = retention.DAY_MS
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(1, 6)),
        st.tuples(st.just("undo"), st.integers(1, 3)),
        st.tuples(st.just("sleep"), st.integers(1, 4)),
        st.tuples(st.just("seal"), st.just(0)),
        st.tuples(st.just("clean"), st.integers(0, 3)),
        st.tuples(st.just("keep"), st.integers(0, 5)),
        st.tuples(st.just("read"), st.integers(1, 60)),
        st.tuples(st.just("note"), st.just(0)),
    ),
    min_size=5,
    max_size=40,
)


class Story:
    """A stream of events, the time, one who follows it, and heads that somebody has noted."""

    def __init__(self, db: Database) -> None:
        self.db, self.read_to = db, 0
        self.noted: list[Head] = []
        with db.read() as c:
            newest = events.by_number(c, events.latest(c))
        self.now = DAY if newest is None else newest.at + DAY

    def write(self, count: int) -> None:
        write(self.db, count, at=self.now)

    def undo(self, count: int) -> None:
        with pytest.raises(RuntimeError), self.db.write(serial=events.SERIAL) as c:
            events.append_many(c, [Event(type=EventType.USER_UPDATED)] * count, self.now)
            raise RuntimeError

    def sleep(self, days: int) -> None:
        self.now += days * DAY

    def seal(self, _: int) -> None:
        assert sealing.seal(self.db, VAULT, self.now) is None

    def clean(self, pieces: int) -> None:
        left = iter([False] * pieces)
        retention.remove_old(self.db, VAULT, lambda: self.now, lambda: next(left, True))

    def keep(self, days: int) -> None:
        with self.db.write(serial=events.SERIAL) as c:
            retention.change(c, days, actor="ada", now=self.now)

    def read(self, more: int) -> None:
        with self.db.read() as c:
            self.read_to = min(self.read_to + more, events.latest(c))

    def note(self, _: int) -> None:
        with self.db.read() as c:
            head = store.head(c)
        self.noted += [] if head is None else [head]

    def check(self) -> None:
        with self.db.read() as c:
            found = verify(c, VAULT, self.now, [Kept(head, "noted") for head in self.noted])
            cut, numbers = store.cut(c), [event.seq for event in events.follow(c, 0)]
        assert found.broken is None
        assert numbers == list(range(numbers[0], numbers[-1] + 1)) if numbers else True
        first = 1 if cut is None else cut.first_seq
        assert first <= self.read_to + 1, "what somebody has yet to read stays"
        assert found.heads == sum(head.seq >= first - 1 for head in self.noted)


@contextmanager
def following(story: Story) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(readers, "_READERS", {})
        patch.setattr(retention, "_AT_ONCE", 2)
        readers.register(Reader("one", lambda _c: (story.read_to + 1, "one")))
        yield


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_the_chain_is_whole_whatever_happens_by_the_rules(sqlite_idp: Database, steps: list[tuple[str, int]]) -> None:
    story = Story(sqlite_idp)
    with sqlite_idp.read() as c:
        cut = store.cut(c)
    story.read_to = 0 if cut is None else cut.first_seq - 1  # one stream goes through all examples
    with following(story):
        for name, number in steps:
            getattr(story, name)(number)
            story.check()


def test_on_both_databases(idp: Database) -> None:
    story = Story(idp)
    with following(story):
        for _ in range(4):
            for name, number in (("write", 5), ("keep", 2), ("undo", 2), ("note", 0), ("sleep", 3), ("write", 3), ("seal", 0)):
                getattr(story, name)(number)
                story.check()
            story.read(40)
            story.clean(1)
            story.check()
            story.clean(3)
            story.check()
    with idp.read() as c:
        assert store.cut(c) is not None
