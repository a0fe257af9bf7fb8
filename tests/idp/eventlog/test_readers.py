"""Who follows the stream."""

import pytest

from lockstep.idp.eventlog import readers
from lockstep.idp.eventlog.readers import Reader
from lockstep.kit.db import Database


def test_the_one_who_is_furthest_behind_counts(sqlite_idp: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "_READERS", {})
    with sqlite_idp.read() as c:
        assert readers.first_unread(c) is None
        readers.register(Reader("none", lambda _c: None))
        assert readers.first_unread(c) is None
        readers.register(Reader("b", lambda _c: (9, "b")))
        readers.register(Reader("a", lambda _c: (7, "a")))
        assert readers.first_unread(c) == (7, "a")
        readers.register(Reader("a", lambda _c: (70, "a")))
        assert readers.first_unread(c) == (9, "b")


def test_everybody_is_told(sqlite_idp: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "_READERS", {})
    told: list[tuple[str, int]] = []
    readers.register(Reader("silent", lambda _c: None))
    readers.register(Reader("a", lambda _c: None, lambda _c, first: told.append(("a", first))))
    with sqlite_idp.read() as c:
        readers.tell(c, 12)
    assert told == [("a", 12)]
