"""Plans, decisions, troubles, open creates and watermarks, on each database."""

import pytest

from lockstep.idp.apps.actions import find_app
from lockstep.idp.provisioning import ledger
from lockstep.idp.provisioning.approval import Decisions
from lockstep.idp.provisioning.ledger import Placed
from lockstep.idp.provisioning.records import Change, Kind, State, Trouble
from lockstep.kit.db import Connection
from tests.idp.provisioning.world import World


def change(key: str = "E1", **given: object) -> Change:
    values: dict[str, object] = {"kind": Kind.UPDATE, "object": "user", "key": key, "name": f"{key}@x", "stage": 5, **given}
    return Change(**values)  # type: ignore[arg-type]  # what a test gives


FULL = Change(
    kind=Kind.MEMBERS,
    object="group",
    key="straße",
    name="Straße \u2028 'quoted'",
    stage=7,
    before={"a": [1, None]},
    after={"add": ["é"]},
    payload={"add": [["E1", ""]], "remove": []},
    link_id=2**40,
    target_id="t-1",
    action="delete",
    limited="removals",
    weight=12,
    state=State.HELD,
    reason="too many",
    needs=("E2", "E3"),
    digest="d" * 32,
)


@pytest.fixture
def app(each_world: World) -> int:
    return each_world.make_app().id


def begun(c: Connection, app: int, *changes: Change, scope: str = "") -> int:
    """A plan that holds these changes, and has taken the place of older ones."""
    number = ledger.begin_plan(c, app, target(c), scope, 5)
    ledger.add_changes(c, number, [Placed(position, one) for position, one in enumerate(changes)])
    ledger.finish_plan(c, number, f"digest {number}", 0, [])
    for old in ledger.replaced(c, app, number):
        while ledger.drop_some(c, old):
            pass
    return number


def test_a_plan_is_seen_when_it_is_complete(each_world: World, app: int) -> None:
    with each_world.write() as c:
        old = begun(c, app, change("E1"))
        number = ledger.begin_plan(c, app, target(c), "", 6, shown=True)
        ledger.add_changes(c, number, [Placed(0, change("E2"))])
        plans = [ledger.newest(c, app), ledger.newest_whole(c, app), ledger.last_shown(c, app)]
        assert [plan and plan.id for plan in plans] == [old, old, None]
        begun(c, app, change("E3"))
        assert len(list(ledger.all_changes(c, number))) == 1
        late = ledger.begin_plan(c, app, target(c), "", 6 + 2 * 86_400_000)
        assert number in ledger.replaced(c, app, late)


def target(c: Connection) -> int:
    from lockstep.idp.provisioning import links

    return links.target_of(c, find_app(c, "aws").id, "https://scim.example/")


def test_a_plan_of_one_person_does_not_take_the_place_of_the_plan_for_everyone(each_world: World, app: int) -> None:
    with each_world.write() as c:
        old, whole = begun(c, app, change("E0")), begun(c, app, change("E1"), change("E2"))
        one = begun(c, app, change("E1"), scope="E1")
        plans = [
            ledger.newest(c, app),
            ledger.newest_whole(c, app),
            ledger.newest_about(c, app, "E1"),
            ledger.newest_about(c, app, "E2"),
        ]
        assert [plan and plan.id for plan in plans] == [one, whole, one, whole]
        assert [len(list(ledger.all_changes(c, number))) for number in (old, whole, one)] == [0, 2, 1]
        last = begun(c, app, change("E3"), scope="E3")
        assert [len(list(ledger.all_changes(c, number))) for number in (whole, one, last)] == [2, 0, 1]
        newer = begun(c, app)
        whole_now = ledger.newest_whole(c, app)
        assert whole_now is not None
        assert whole_now.id == newer
        assert list(ledger.all_changes(c, whole)) == []


def test_a_plan_and_its_changes_come_back_as_they_were(each_world: World, app: int) -> None:
    with each_world.write() as c:
        assert ledger.newest(c, app) is None
        number = begun(c, app, FULL, change(), scope="E1")
        ledger.finish_plan(c, number, "digest", 3, [{"kind": "removals", "count": 12}])
        assert ledger.newest(c, app) == ledger.Plan(
            number, "digest", 3, [{"kind": "removals", "count": 12}], "E1", 5, target(c)
        )
        assert list(ledger.all_changes(c, number)) == [Placed(1, change()), Placed(0, FULL)]
        assert (ledger.floor_of(c, number), ledger.target_of_plan(c, number)) == (3, target(c))


def test_changes_are_read_by_stage_and_then_by_position(each_world: World, app: int) -> None:
    stages = [9, 5, 9, 5]
    with each_world.write() as c:
        number = begun(c, app, *(change(f"E{index}", stage=stage) for index, stage in enumerate(stages)))
        assert [one.position for one in ledger.all_changes(c, number)] == [1, 3, 0, 2]
        assert [one.position for one in ledger.in_state(c, number, State.READY)] == [1, 3, 0, 2]
        assert [one.position for one in ledger.next_ready(c, number, 9)] == [1, 3]
        assert [one.position for one in ledger.next_ready(c, number, 1)] == [1]
        ledger.set_states(c, number, [(1, State.DONE, ""), (3, State.FAILED, "why")])
        assert [one.position for one in ledger.next_ready(c, number, 9)] == [0, 2]
        ledger.set_states(c, number, [(0, State.SENDING, ""), (2, State.BLOCKED, "")])
        assert ledger.next_ready(c, number, 9) == []
        ledger.set_stages(c, number, [(0, 1)])
        assert [(one.position, one.change.state, one.change.reason) for one in ledger.all_changes(c, number)] == [
            (0, State.SENDING, ""),
            (1, State.DONE, ""),
            (3, State.FAILED, "why"),
            (2, State.BLOCKED, ""),
        ]


def test_changes_are_found_by_object_need_and_limit(each_world: World, app: int) -> None:
    with each_world.write() as c:
        number = begun(c, app, change("E1"), FULL, change("E1", needs=("E9",)), change("E2", limited="switch-offs"))
        assert [one.position for one in ledger.of_key(c, number, "user", "E1")] == [0, 2]
        assert [one.position for one in ledger.with_needs(c, number)] == [1, 2]
        assert [one.position for one in ledger.limited_to(c, number, "removals")] == [1]
        assert ledger.held_counts(c, number) == {"removals": 12}
        counted = {
            (one.object, one.kind, one.state, one.limited): (one.changes, one.weight) for one in ledger.counts(c, number)
        }
        assert counted == {
            ("user", "update", "ready", ""): (2, 2),
            ("user", "update", "ready", "switch-offs"): (1, 1),
            ("group", "members", "held", "removals"): (1, 12),
        }
        ledger.drop_group_changes(c, number)
        assert [one.position for one in ledger.all_changes(c, number)] == [0, 2, 3]


def test_the_changes_of_one_object_are_found_without_walking_the_plan(world: World) -> None:
    """It is asked for each person who waits for a manager or a name."""
    app = world.make_app().id
    with world.write() as c:
        number = begun(c, app, *(change(f"E{count}") for count in range(300)))
        statement = ledger._OF_KEY.for_dialect("sqlite")
        given = {"plan": number, "object": "user", "key": "E7", **statement.fixed}
        steps = c.raw.execute(f"EXPLAIN QUERY PLAN {statement.text}", given).fetchall()
        assert [placed.change.key for placed in ledger.of_key(c, number, "user", "E7")] == ["E7"]
    assert "changes_by_key" in str(steps)


def test_a_new_plan_takes_the_place_of_older_ones(each_world: World, app: int) -> None:
    with each_world.write() as c:
        old = begun(c, app, change())
        new = begun(c, app, change())
        assert new > old
        assert list(ledger.all_changes(c, old)) == []
        assert ledger.floor_of(c, old) == 0


def test_a_plan_that_a_run_works_on_stays(each_world: World, app: int) -> None:
    with each_world.write() as c:
        working = begun(c, app, change())
        ledger.take_into_use(c, app, working)
        shown = begun(c, app, change())
        begun(c, app, change())
        assert len(list(ledger.all_changes(c, working))) == 1
        assert list(ledger.all_changes(c, shown)) == []
        ledger.take_into_use(c, app, 0)
        begun(c, app)
        assert list(ledger.all_changes(c, working)) == []


def test_what_was_being_sent_is_found_in_any_plan(each_world: World, app: int) -> None:
    with each_world.write() as c:
        first = begun(c, app, change("E1"), change("E2"))
        ledger.set_states(c, first, [(0, State.SENDING, "")])
        second = begun(c, app, change("E3"))
        ledger.set_states(c, second, [(0, State.SENDING, "")])
        assert [(plan, one.change.key) for plan, one in ledger.sending(c, app)] == [(first, "E1"), (second, "E3")]


def test_plans_of_two_apps_do_not_meet(each_world: World, app: int) -> None:
    other = each_world.make_app(name="other").id
    with each_world.write() as c:
        mine = begun(c, app, change())
        theirs = begun(c, other, change())
        newest = ledger.newest(c, app)
        assert (newest and newest.id, len(list(ledger.all_changes(c, theirs)))) == (mine, 1)
        ledger.set_states(c, theirs, [(0, State.SENDING, "")])
        assert ledger.sending(c, app) == []


def test_decisions(each_world: World, app: int) -> None:
    with each_world.write() as c:
        for decision, items in (
            ("approved", ["a", "b"]),
            ("rejected", ["c"]),
            ("released", ["a", "d\ne"]),
            ("discarded", ["f"]),
        ):
            ledger.decide(c, app, decision, items, 1)
        ledger.decide(c, app, "approved", ["a"], 2)
        assert ledger.decided(c, app) == Decisions(
            approved=frozenset("ab"), rejected=frozenset("c"), released=frozenset({"a", "d\ne"}), discarded=frozenset("f")
        )
        ledger.undecide(c, app, ["a", "c", "nothing"])
        assert ledger.decided(c, app) == Decisions(
            approved=frozenset("b"), released=frozenset({"d\ne"}), discarded=frozenset("f")
        )


@pytest.mark.parametrize(("one", "contrary"), [("approved", "rejected"), ("released", "discarded")])
def test_a_word_takes_back_its_contrary(each_world: World, app: int, one: str, contrary: str) -> None:
    with each_world.write() as c:
        for decision in (one, contrary, one):
            ledger.decide(c, app, decision, ["x"], 1)
        found = ledger.decided(c, app)
        assert (getattr(found, one), getattr(found, contrary)) == (frozenset("x"), frozenset())


def test_decisions_of_two_apps_do_not_meet(each_world: World, app: int) -> None:
    other = each_world.make_app(name="other").id
    with each_world.write() as c:
        ledger.decide(c, app, "approved", ["a"], 1)
        ledger.undecide(c, other, ["a"])
        assert (ledger.decided(c, app).approved, ledger.decided(c, other)) == (frozenset("a"), Decisions())


def test_a_very_long_list_of_decisions(each_world: World, app: int) -> None:
    """More than a database takes as single parameters."""
    items = [f"item {index}" for index in range(40_000)]
    with each_world.write() as c:
        ledger.decide(c, app, "released", items, 1)
        ledger.undecide(c, app, items[1:])
        assert ledger.decided(c, app).released == {"item 0"}


def test_troubles(each_world: World, app: int) -> None:
    assert app
    first = Trouble("user", "E1", "ann", "create", 1, 60, "refused")
    with each_world.write() as c:
        number = target(c)
        made = ("user", "E1", "create")
        assert (ledger.troubled(c, number), ledger.trouble_of(c, number, made)) == ({}, None)
        ledger.put_trouble(c, number, first)
        again = Trouble("user", "E1", "anna", "create", 2, 300, "refused again", 409, "uniqueness", "409", "d", 7, 1, 2)
        ledger.put_trouble(c, number, again)
        other_kind = Trouble("user", "E1", "anna", "update", 1, 60, "refused too")
        ledger.put_trouble(c, number, other_kind)
        ledger.put_trouble(c, number, Trouble("group", "E1", "Team", "members", 1, 60, "x"))
        assert ledger.troubled(c, number)[made] == again
        assert ledger.trouble_of(c, number, made) == again
        ledger.end_trouble(c, number, made)
        assert set(ledger.troubled(c, number)) == {("user", "E1", "update"), ("group", "E1", "members")}


def test_open_creates(each_world: World, app: int) -> None:
    assert app
    made = change(kind=Kind.CREATE, payload={"document": {"userName": "é"}})
    with each_world.write() as c:
        number = target(c)
        ledger.open_create(c, number, made, 7)
        ledger.open_create(c, number, made, 9)
        assert ledger.open_creates(c, number) == [ledger.OpenCreate("user", "E1", "E1@x", {"document": {"userName": "é"}}, 7)]
        ledger.close_create(c, number, "group", "E1")
        assert len(ledger.open_creates(c, number)) == 1
        ledger.close_create(c, number, "user", "E1")
        assert ledger.open_creates(c, number) == []


def test_watermarks(each_world: World, app: int) -> None:
    with each_world.write() as c:
        assert (ledger.watermark(c, app), ledger.checked_at(c, app)) == (0, 0)
        ledger.set_checked(c, app, 2**41)
        ledger.set_watermark(c, app, 5)
        ledger.set_watermark(c, app, 2**40)
        assert (ledger.watermark(c, app), ledger.checked_at(c, app)) == (2**40, 2**41)


def test_what_was_believed_is_a_word_of_this_app(each_world: World, app: int) -> None:
    other = each_world.make_app(name="other").id
    with each_world.write() as c:
        ledger.decide(c, app, "released", [ledger.BELIEVED], 1)
        assert (ledger.is_believed(c, app), ledger.is_believed(c, other)) == (True, False)


def test_changes_in_one_state_are_moved_to_another_all_or_some(each_world: World, app: int) -> None:
    waiting = [change(key, state=State.WAITING, digest=key) for key in ("E1", "E2")]
    held = [
        change(key, state=State.HELD, digest=key, limited=limit) for key, limit in (("E3", "switch-offs"), ("E4", "removals"))
    ]
    with each_world.write() as c:
        plan = begun(c, app, *waiting, *held)

        def states() -> list[str]:
            return [f"{one.change.state.value} {one.change.reason}".strip() for one in ledger.all_changes(c, plan)]

        ledger.settle(c, plan, State.WAITING, State.DROPPED, "no", digest="E2")
        assert states() == ["waiting", "dropped no", "held", "held"]
        ledger.settle(c, plan, State.HELD, State.READY, "", limited="removals")
        assert states() == ["waiting", "dropped no", "held", "ready"]
        ledger.settle(c, plan, State.WAITING, State.READY, "")
        assert states() == ["ready", "dropped no", "held", "ready"]
