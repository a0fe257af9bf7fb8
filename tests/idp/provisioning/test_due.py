"""When an app is run by itself: events that can move something, times that have come, the schedule."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from lockstep.idp import events
from lockstep.idp.apps import actions as apps
from lockstep.idp.apps.records import Parameter
from lockstep.idp.apps.rules.records import Existing, Rule
from lockstep.idp.directory import actions as directory
from lockstep.idp.directory.conditions.records import Condition
from lockstep.idp.events import Event, EventType
from lockstep.idp.provisioning import actions, due, ledger
from lockstep.idp.provisioning.due import Due
from lockstep.idp.provisioning.run import Orders
from lockstep.kit.db import Connection
from tests.idp.provisioning.target import Fault
from tests.idp.provisioning.test_grouping import apply
from tests.idp.provisioning.world import DAY, World, everyone

AB = everyone("A", "B")
MOVES = {
    EventType.USER_CREATED,
    EventType.USER_UPDATED,
    EventType.USER_REMOVED,
    EventType.USER_SUSPENDED,
    EventType.USER_REACTIVATED,
    EventType.ROLE_CREATED,
    EventType.ROLE_RENAMED,
    EventType.ROLE_REMOVED,
    EventType.ROLE_MEMBER_ADDED,
    EventType.ROLE_MEMBER_REMOVED,
    EventType.ROLE_MEMBERS_CHANGED,
    EventType.DIRECTORY_IMPORTED,
    EventType.USER_RESTORED,
    EventType.USER_UNLOCKED,
    EventType.APP_UPDATED,
    EventType.APP_ASSIGNED,
    EventType.APP_UNASSIGNED,
    EventType.APP_PARAMETER_CHANGED,
    EventType.MAPPINGS_REAPPLIED,
    EventType.APP_STARTED,
    EventType.APP_QUARANTINE_ENDED,
    EventType.DRIFT_SETTLED,
    EventType.LOGIN_REMOVED,
    EventType.PLAN_RELEASED,
    EventType.APPROVAL_GIVEN,
}
SAYS = {
    EventType.MAPPING_UPDATED,
    EventType.MAPPINGS_OF_ALL_REAPPLIED,
    EventType.USER_FIELD_ADDED,
    EventType.ROLE_ADMIN_ADDED,
    EventType.APP_RULE_CHANGED,
    EventType.PLAN_HELD,
    EventType.APPROVAL_ASKED,
    EventType.SYNC_FINISHED,
    EventType.DRIFT_FOUND,
    EventType.APP_QUARANTINED,
    EventType.APP_CONNECTED,
    EventType.APP_CONNECTOR_BROKEN,
    EventType.USER_CREATED_IN_APP,
    EventType.USER_UPDATE_FAILED_IN_APP,
    EventType.GROUP_DELETED_IN_APP,
    EventType.SIGNED_IN,
    EventType.ADMIN_CREATED,
    EventType.CREDENTIAL_CREATED,
}


@pytest.mark.parametrize("kind", sorted(MOVES))
def test_what_can_move_something_wakes_the_engine(kind: EventType) -> None:
    assert due.concerns_apps(kind)


@pytest.mark.parametrize("kind", sorted(SAYS))
def test_what_the_engine_itself_says_does_not(kind: EventType) -> None:
    assert not due.concerns_apps(kind)


def why(world: World) -> Due:
    with world.db.read() as c:
        return due.what_is_due(c, apps.find_app(c, "aws"), world.now)[0]


def quiet(world: World, *settings: str) -> None:
    """Everything is done, and nothing is due."""
    world.make_app(*settings)
    world.synced(AB, {"G": ("Team", ["A"])})
    assert why(world) is Due.NO


def test_a_new_app_is_due(each_world: World) -> None:
    each_world.make_app()
    assert why(each_world) is Due.EVENT
    each_world.become(AB)
    each_world.plan()
    assert why(each_world) is Due.EVENT


def test_a_change_of_the_directory_is_due_until_it_was_planned_for_everybody(each_world: World) -> None:
    quiet(each_world)
    each_world.become({"A": {"title": "x"}, "B": {}}, {"G": ("Team", ["A"])})
    assert why(each_world) is Due.EVENT
    each_world.plan()
    each_world.sync(Orders(only="A"))
    assert why(each_world) is Due.EVENT
    each_world.sync()
    assert why(each_world) is Due.NO


def test_settings_parameters_and_assignments_are_due(each_world: World) -> None:
    quiet(each_world)
    each_world.set("leavers=delete")
    assert why(each_world) is Due.EVENT
    each_world.sync()
    with each_world.write() as c:
        apps.set_parameter(c, apps.find_app(c, "aws"), Parameter("title", "department", macro=False), 1)
    assert why(each_world) is Due.EVENT
    each_world.sync()
    with each_world.write() as c:
        apps.assign(c, apps.find_app(c, "aws"), "G", 1)
    assert why(each_world) is Due.EVENT


def test_what_concerns_another_app_is_not_due(each_world: World) -> None:
    quiet(each_world)
    other = each_world.make_app(name="other")
    assert other
    assert why(each_world) is Due.NO


def test_a_word_of_a_person_is_due(each_world: World) -> None:
    quiet(each_world, "approve-update=on")
    each_world.set("approve-update=on")
    each_world.become({"A": {"title": "x"}, "B": {}}, {"G": ("Team", ["A"])})
    assert each_world.sync().waiting == 1
    assert why(each_world) is Due.NO
    with each_world.write() as c:
        actions.approve(c, apps.find_app(c, "aws"), None, 1)
    assert why(each_world) is Due.EVENT


def test_a_change_that_came_while_a_run_was_under_way_is_due(each_world: World) -> None:
    each_world.make_app()
    each_world.become(AB)

    def late(_done: int, _of: int) -> None:
        each_world.suspend("B")

    each_world.sync(report=late)
    assert why(each_world) is Due.EVENT
    each_world.sync()
    assert why(each_world) is Due.NO
    assert [one["active"] for one in each_world.target.people().values()] == [True, False]


def test_what_failed_is_due_at_its_time(each_world: World) -> None:
    quiet(each_world)
    each_world.become({"A": {"title": "x"}, "B": {}}, {"G": ("Team", ["A"])})
    each_world.target.faults = lambda _sent: Fault(400)
    each_world.sync(Orders(by_hand=False))
    assert why(each_world) is Due.NO
    each_world.now += 60_000
    assert why(each_world) is Due.TIME


def test_the_end_of_a_grace_time_is_due(each_world: World) -> None:
    quiet(each_world, "leavers=delete", "grace-days=30")
    each_world.synced(everyone("A"), {"G": ("Team", ["A"])})
    assert why(each_world) is Due.NO
    each_world.now += 30 * DAY
    assert why(each_world) is Due.TIME
    each_world.sync()
    assert why(each_world) is Due.NO


@pytest.mark.parametrize("settings", [["leavers=suspend", "grace-days=30"], ["leavers=delete", "grace-days=31"]])
def test_no_grace_time_no_end_of_it(each_world: World, settings: list[str]) -> None:
    quiet(each_world, *settings)
    each_world.synced(everyone("A"), {"G": ("Team", ["A"])})
    each_world.now += 30 * DAY
    assert why(each_world) is Due.NO


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def test_the_schedule(each_world: World) -> None:
    each_world.now = at("2026-03-01T12:00:00")
    quiet(each_world)
    each_world.set("schedule=0 3 * * *")
    assert why(each_world) is Due.CHECK
    each_world.sync(Orders(full=True, by_hand=False))
    assert why(each_world) is Due.NO
    each_world.now = at("2026-03-02T02:59:59")
    assert why(each_world) is Due.NO
    each_world.now = at("2026-03-02T03:00:00")
    assert why(each_world) is Due.CHECK
    each_world.sync(Orders(full=True, by_hand=False))
    assert why(each_world) is Due.NO
    each_world.now = at("2026-03-09T04:00:00")
    assert why(each_world) is Due.CHECK
    each_world.set("schedule=")
    each_world.sync()
    assert why(each_world) is Due.NO


def test_many_events_that_move_nothing_are_read_through(each_world: World) -> None:
    quiet(each_world)
    with each_world.write() as c:
        app = apps.find_app(c, "aws")
        idle = Event(type=EventType.USER_CREATED_IN_APP, actor="engine", app_id=app.id)
        events.append_many(c, [idle] * 1_100, 1)
    assert why(each_world) is Due.NO
    each_world.by_hand(directory.remove_user, "B")
    assert why(each_world) is Due.EVENT


def test_what_was_looked_at_is_not_read_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a worker would read the events of its own last run at every poll."""
    quiet(world)
    read: list[object] = []
    about = events.about

    def counted(c: Connection, seq: int, app_id: int) -> Iterator[tuple[EventType, str, int | None]]:
        read.append(seq)
        return about(c, seq, app_id)

    monkeypatch.setattr(events, "about", counted)
    with world.db.read() as c:
        app = apps.find_app(c, "aws")
        first, looked = due.what_is_due(c, app, world.now)
        assert (first, looked) == (Due.NO, events.latest(c))
        assert due.what_is_due(c, app, world.now, looked) == (Due.NO, looked)
        assert read == [ledger.watermark(c, app.id), looked]
    world.suspend("A")
    with world.db.read() as c:
        assert due.what_is_due(c, app, world.now, looked) == (Due.EVENT, looked)


def test_the_mark_of_a_run_is_where_its_plan_was_made(each_world: World) -> None:
    quiet(each_world)
    with each_world.db.read() as c:
        mark, newest = ledger.watermark(c, each_world.app_id(c)), events.latest(c)
    assert 0 < mark < newest


def test_a_day_that_moves_somebody_by_a_rule(world: World) -> None:
    """Only where a rule asks about days; once for each day."""
    world.make_app()
    world.synced(AB)
    world.now += DAY
    assert why(world) is Due.NO
    condition = Condition("last_login", "is greater than", "90")
    apply(world, Rule("gone", (Existing(("Gone",), "title"),), conditions=(condition,)))
    world.sync()
    assert why(world) is Due.NO
    world.now += DAY
    assert why(world) is Due.TIME
    world.sync()
    assert why(world) is Due.NO
