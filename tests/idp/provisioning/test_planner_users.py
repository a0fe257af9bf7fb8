"""Plans of users, from the directory and the links: leavers, who has the app, what failed before, one user alone."""

import pytest

from lockstep.idp.apps import actions as apps
from lockstep.idp.directory import actions as directory
from lockstep.idp.provisioning import ledger, links
from lockstep.idp.provisioning.records import State
from lockstep.idp.provisioning.run import Orders
from tests.idp.provisioning.target import Fault
from tests.idp.provisioning.world import DAY, World, brief, everyone

MINUTE = 60_000
ONE, TWO = everyone("A"), everyone("A", "B")


def test_nothing_to_do(each_world: World) -> None:
    each_world.make_app()
    each_world.synced(TWO, {"G": ("Team", ["A", "B"])})
    plan, changes = each_world.plan()
    assert (changes, plan.floor, plan.held, plan.scope) == ([], 0, [], "")
    assert each_world.sync().requests == 0
    assert each_world.target.log == []


def test_a_first_plan(each_world: World) -> None:
    each_world.make_app()
    each_world.become(TWO, {"G": ("Team", ["A", "B"]), "H": ("Empty", [])})
    plan, changes = each_world.plan()
    assert brief(changes) == [
        "user create A@x.example",
        "user create B@x.example",
        "group create Empty",
        "group create Team",
    ]
    assert (plan.floor, changes[3].after) == (4, {"displayName": "Team", "members": ["A@x.example", "B@x.example"]})


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ([], ["user switch-off B@x.example", "group members Team"]),
        (["leavers=delete"], ["user delete B@x.example"]),
        (["leavers=delete", "grace-days=30"], ["user switch-off B@x.example", "group members Team"]),
        (["leavers=nothing"], []),
    ],
)
def test_a_leaver(each_world: World, settings: list[str], found: list[str]) -> None:
    """Memberships fall with a deleted user, stay with one who is left as is, and go with one who is switched off."""
    each_world.make_app(*settings)
    each_world.synced(TWO, {"G": ("Team", ["A", "B"])})
    each_world.become(ONE, {"G": ("Team", ["A"])})
    assert brief(each_world.changes()) == found
    each_world.synced(ONE, {"G": ("Team", ["A"])})
    assert each_world.changes() == []


def test_after_the_grace_time_a_leaver_is_deleted(each_world: World) -> None:
    each_world.make_app("leavers=delete", "grace-days=30")
    each_world.synced(TWO)
    each_world.synced(ONE)
    each_world.now += 30 * DAY - 1
    assert each_world.changes() == []
    each_world.now += 1
    assert brief(each_world.changes()) == ["user delete B@x.example"]
    each_world.synced(ONE)
    assert list(each_world.target.people()) == ["A"]


def test_the_grace_time_begins_when_they_are_first_seen_to_have_left(each_world: World) -> None:
    """Also by a plan that nobody sends; and anew for somebody who came back in between."""
    each_world.make_app("leavers=delete", "grace-days=30")
    each_world.synced(TWO)
    each_world.become(ONE)
    each_world.changes()
    each_world.now += 20 * DAY
    each_world.synced(TWO)
    each_world.now += 20 * DAY
    each_world.become(ONE)
    assert brief(each_world.changes()) == ["user switch-off B@x.example"]
    each_world.now += 30 * DAY
    assert brief(each_world.changes()) == ["user delete B@x.example"]


def test_who_comes_back_keeps_the_id_and_gets_the_groups_again(each_world: World) -> None:
    each_world.make_app()
    each_world.synced(TWO, {"G": ("Team", ["A", "B"])})
    number = each_world.target.id_of("B@x.example")
    each_world.synced(ONE, {"G": ("Team", ["A"])})
    each_world.become(TWO, {"G": ("Team", ["A", "B"])})
    assert brief(each_world.changes()) == ["user update B@x.example", "group members Team"]
    each_world.synced(TWO, {"G": ("Team", ["A", "B"])})
    assert each_world.target.id_of("B@x.example") == number
    assert each_world.target.teams() == {"Team": {"A@x.example", "B@x.example"}}


def test_an_adopted_leaver_is_never_deleted(each_world: World) -> None:
    each_world.make_app("adopt=adopt", "leavers=delete")
    each_world.target.users["x"] = {"id": "x", "userName": "B@x.example"}
    each_world.synced(TWO)
    each_world.become(ONE)
    assert brief(each_world.changes()) == ["user switch-off B@x.example"]


def test_a_suspended_person_keeps_the_memberships(each_world: World) -> None:
    each_world.make_app()
    each_world.synced(TWO, {"G": ("Team", ["A", "B"])})
    each_world.suspend("B")
    assert brief(each_world.changes()) == ["user switch-off B@x.example"]
    each_world.set("suspended=nothing")
    assert each_world.changes() == []


def test_only_members_of_an_assigned_role_have_the_app(each_world: World) -> None:
    each_world.make_app(everyone=False)
    each_world.become({"A": {"manager_id": "B"}, "B": {}, "C": {}}, {"G": ("Team", ["A", "C"]), "H": ("All", ["A", "B"])})
    assert each_world.changes()[-1].after == {"displayName": "Team", "members": []}
    with each_world.write() as c:
        apps.assign(c, apps.find_app(c, "aws"), "G", each_world.now)
    assert brief(each_world.changes()) == [
        "user create A@x.example",
        "user create C@x.example",
        "group create All",
        "group create Team",
    ]
    each_world.sync()
    assert each_world.target.teams() == {"Team": {"A@x.example", "C@x.example"}, "All": {"A@x.example"}}
    assert "manager" not in str(each_world.target.people())


def test_whoever_leaves_the_assigned_role_leaves_the_app(each_world: World) -> None:
    each_world.make_app(everyone=False)
    each_world.become(TWO, {"G": ("Team", ["A", "B"])})
    with each_world.write() as c:
        apps.assign(c, apps.find_app(c, "aws"), "G", each_world.now)
    each_world.synced(TWO, {"G": ("Team", ["A", "B"])})
    each_world.become(TWO, {"G": ("Team", ["A"])})
    assert brief(each_world.changes()) == ["user switch-off B@x.example", "group members Team"]


def failing(world: World) -> None:
    """A's creation fails three times, and is to be tried again in a quarter of an hour."""
    world.make_app()
    world.become(TWO, {"G": ("Team", ["A", "B"])})
    world.target.faults = lambda sent: Fault(400) if "A@x" in str(sent.body) else None
    assert world.sync().failed == 1
    world.target.faults = lambda _sent: None


def test_what_failed_waits_for_its_time(each_world: World) -> None:
    failing(each_world)
    [change] = each_world.plan()[1]
    assert (change.state, change.reason.startswith("failed before (the target refused it (400)")) == (State.LATER, True)
    assert brief(each_world.plan(retry_now=True)[1]) == ["user create A@x.example", "group members Team"]
    assert each_world.sync(Orders(by_hand=False)).requests == 0
    each_world.now += 15 * MINUTE
    assert each_world.sync(Orders(by_hand=False)).requests == 2
    assert each_world.target.people().keys() == {"A", "B"}


def test_whose_creation_waits_is_left_out_of_the_group_and_follows(each_world: World) -> None:
    failing(each_world)
    assert each_world.target.teams() == {"Team": {"B@x.example"}}
    assert each_world.plan()[0].floor == 0
    each_world.target.log.clear()
    assert each_world.sync().requests == 2
    assert each_world.target.teams() == {"Team": {"A@x.example", "B@x.example"}}


def test_what_failed_and_nobody_wants_any_more_is_forgotten(each_world: World) -> None:
    failing(each_world)
    each_world.become(everyone("B"), {"G": ("Team", ["B"])})
    assert each_world.changes() == []
    with each_world.db.read() as c:
        assert ledger.troubled(c, each_world.link_target(c)) == {}


def test_the_plan_of_one_user_touches_nobody_else(each_world: World) -> None:
    each_world.make_app()
    each_world.synced(everyone("A", "B", "C"), {"G": ("Team", ["A", "B"]), "H": ("Crew", ["C"])})
    each_world.become(
        {"A": {"title": "x"}, "B": {"title": "x"}, "C": {}, "D": {}},
        {"G": ("Team", ["C"]), "H": ("Crew", ["A", "C"]), "I": ("New", ["A"])},
    )
    plan, changes = each_world.plan(only="A")
    assert (plan.scope, plan.floor) == ("A", 3)
    assert brief(changes) == ["group members Team", "user update A@x.example", "group members Crew"]
    assert [one.after for one in changes if one.object == "group"] == [{"remove": ["A@x.example"]}, {"add": ["A@x.example"]}]
    assert brief(each_world.plan(only="D")[1]) == ["user create D@x.example"]
    assert each_world.plan(only="nobody")[1] == []


def test_the_plan_of_one_user_says_what_the_whole_plan_says_of_them(each_world: World) -> None:
    each_world.make_app()
    each_world.synced(everyone("A", "B"))
    each_world.become({"A": {"title": "x"}, "B": {"title": "y"}})
    whole = {one.key: one.digest for one in each_world.changes()}
    assert [one.digest for one in each_world.changes(only="A")] == [whole["A"]]


def test_a_user_who_vanished_on_both_sides_is_forgotten(each_world: World) -> None:
    each_world.make_app()
    each_world.synced(TWO)
    with each_world.write() as c:
        target = each_world.link_target(c)
        link = links.user_by_key(c, target, "B")
        assert link is not None
        links.set_user_missing(c, target, link)
    each_world.become(ONE)
    assert each_world.changes() == []
    with each_world.db.read() as c:
        assert [link.key for link in links.users(c, each_world.link_target(c))] == ["A"]


def test_a_plan_changes_nothing_at_the_target(each_world: World) -> None:
    each_world.make_app()
    each_world.become(TWO)
    each_world.plan()
    assert each_world.target.log == []


def test_a_person_renamed_by_hand_is_one_update(each_world: World) -> None:
    each_world.make_app()
    each_world.synced(TWO, {"G": ("Team", ["A"])})
    each_world.by_hand(lambda c, number, **who: directory.change_user(c, number, {"user_name": "new@x"}, **who), "A")
    assert brief(each_world.changes()) == ["user update new@x"]


def test_a_manager_who_is_not_going_to_be_there_is_not_planned_for(each_world: World) -> None:
    """B, who manages A, waits for a name that C keeps: A is made without manager, and then there is nothing to do for A."""
    each_world.make_app()
    each_world.synced({"C": {"user_name": "c"}})
    each_world.become({"A": {"manager_id": "B"}, "B": {"user_name": "c"}})
    assert each_world.sync().failed == 0
    plan, changes = each_world.plan()
    assert [(one.key, one.state) for one in changes if one.state is State.READY] == []
    assert plan.floor == 0
    each_world.target.log.clear()
    assert each_world.sync().requests == 0
