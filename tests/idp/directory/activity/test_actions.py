"""What day it is for the directory, and who logged in when."""

from lockstep.idp import events
from lockstep.idp.directory import actions as directory
from lockstep.idp.directory.activity import store
from lockstep.idp.directory.activity.actions import begin_day
from lockstep.idp.directory.activity.days import DAY_MS
from lockstep.idp.directory.activity.records import Activity
from lockstep.kit.db import Database


def test_a_day_begins_once_and_is_never_before_another(each: Database) -> None:
    with each.write(serial=events.SERIAL) as c:
        assert store.today(c) == 0
        assert begin_day(c, 100 * DAY_MS) == 100
        assert begin_day(c, 99 * DAY_MS) == 100
        assert begin_day(c, 101 * DAY_MS + 5) == store.today(c) == 101


def test_last_logins(each: Database) -> None:
    with each.write(serial=events.SERIAL) as c:
        for key, at in (("b", 50), ("a", 70), ("c", 0)):
            user = directory.create_user(c, {"employee_id": key, "user_name": key}, actor="root", now=1)
            store.write(c, user.id, Activity(last_login=at))
        assert list(store.stream_last_logins(c)) == [("a", 70), ("b", 50)]
        assert list(store.logged_in_last_between(c, 50, 70)) == ["b"]
        assert sorted(store.logged_in_last_between(c, 50, 71)) == ["a", "b"]
