"""What a server does about the directory by itself."""

from functools import partial
from itertools import chain, repeat
from typing import Any

import pytest

from lockstep.idp.directory import actions as directory
from lockstep.idp.directory import store
from lockstep.idp.directory.conditions.records import Condition
from lockstep.idp.directory.housekeeping import keep_house
from lockstep.idp.directory.mappings import actions
from lockstep.idp.directory.mappings import store as mappings
from lockstep.idp.directory.mappings.records import Action, Mapping
from lockstep.idp.events import SERIAL, latest
from lockstep.kit.db import Database

BY: Any = {"actor": "alice", "now": 5}
DAY = 24 * 60 * 60 * 1000


def test_a_reapplying_that_was_cut_short_goes_on(idp: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "PIECE", 1)
    with idp.write(serial=SERIAL) as c:
        people = [directory.create_user(c, {"user_name": name, "employee_id": name}, **BY) for name in "abc"]
        actions.save(c, Mapping("m", (Action("set_title", ("T",)),)), **BY)
        actions.apply(c, **BY)
    stopped = chain([False, True], repeat(True))
    keep_house(idp, lambda: 5, lambda: next(stopped))
    with idp.read() as c:
        assert [one.title for one in store.stream_users(c)] == ["T", "", ""]
    keep_house(idp, lambda: 5, lambda: False)
    with idp.read() as c:
        assert [one.title for one in store.stream_users(c)] == ["T", "T", "T"]
        before = latest(c)
    keep_house(idp, lambda: 5 * DAY, lambda: False)
    with idp.read() as c:
        assert (latest(c), len(people)) == (before, 3), "nothing is left to do"


def test_where_conditions_count_days_each_day_begins_anew(idp: Database) -> None:
    away = (Condition("last_login", "is greater than", "9"),)
    with idp.write(serial=SERIAL) as c:
        actions.save(c, Mapping("m", (Action("set_title", ("T",)),), conditions=away), **BY)
        actions.apply(c, **BY)
    for day in (0, 3, 3, 4):
        keep_house(idp, partial(int, day * DAY), lambda: False)
        with idp.read() as c:
            found = mappings.applied(c)
            assert (found.day, found.reached) == (day, None)
