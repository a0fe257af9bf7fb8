"""An app that is limited: to a role, to some people, to what is missing."""

import re

import pytest

from lockstep.cli.idp.plan_text import lines_of
from lockstep.cli.idp.runs import tell
from lockstep.idp.apps import actions as apps
from lockstep.idp.directory.lookup import find_user
from lockstep.idp.provisioning import actions, summary
from lockstep.idp.provisioning.groups.why import why
from lockstep.idp.provisioning.ondemand import look_at_user
from lockstep.kit.problems import Problem
from lockstep.scim.messages import ENTERPRISE
from tests.idp.provisioning.world import World, brief, everyone

A, B, C = (f"{key}@x.example" for key in "ABC")
ABC = everyone("A", "B", "C")
TEAMS = {"P": ("Pilots", ["B"]), "Q": ("Cooks", ["A", "B", "C"]), "R": ("Nobody", [])}


def test_only_people_of_the_role_and_their_groups_are_provisioned(each_world: World) -> None:
    each_world.make_app()
    each_world.become(ABC, TEAMS)
    each_world.set("pilot-role=Pilots")
    result = each_world.sync()
    assert (result.requests, result.floor, result.failed) == (3, 3, 0)
    assert each_world.target.teams() == {"Pilots": {B}, "Cooks": {B}}


def test_it_is_let_loose_by_taking_the_limit_away(each_world: World) -> None:
    each_world.make_app("pilot-people=1")
    each_world.become(ABC, TEAMS)
    each_world.sync()
    assert each_world.target.teams() == {"Cooks": {A}}
    each_world.set("pilot-people=0")
    result = each_world.sync()
    assert (result.requests, result.floor) == (5, 5)
    assert each_world.target.teams() == {"Pilots": {B}, "Cooks": {A, B, C}, "Nobody": set()}


def test_the_first_who_have_the_app_are_taken(world: World) -> None:
    world.make_app("pilot-people=2", everyone=False)
    world.become(ABC, TEAMS)
    world.set("pilot-role=Q")
    assert brief(world.changes()) == []
    app = world.app()
    with world.write() as c:
        apps.assign(c, app, "Cooks", world.now)
    assert brief(world.changes())[:2] == [f"user create {A}", f"user create {B}"]
    assert f"user create {C}" not in brief(world.changes())


def test_whoever_is_outside_is_left_as_they_are(each_world: World) -> None:
    each_world.make_app()
    each_world.synced(ABC, TEAMS)
    each_world.set("pilot-role=P")
    people = {"A": {"title": "Other"}, "B": {"title": "Other"}, "C": {}}
    each_world.become(people, {"P": ("Pilots", ["B"]), "Q": ("Chefs", ["B"])})
    assert brief(each_world.changes()) == [f"user update {B}"]
    each_world.set("pilot-role=")
    assert brief(each_world.changes()) == [
        "group members Chefs",
        "group rename Chefs",
        f"user update {A}",
        f"user update {B}",
        "group delete Nobody",
    ]


def test_who_has_left_is_switched_off_all_the_same(each_world: World) -> None:
    each_world.make_app()
    each_world.synced(ABC, TEAMS)
    each_world.set("pilot-role=P")
    each_world.become(everyone("A", "B"), TEAMS)
    assert brief(each_world.changes()) == [f"user switch-off {C}", "group members Cooks"]


def test_a_manager_outside_is_named_once_he_is_at_the_target(each_world: World) -> None:
    people = {**ABC, "B": {"manager_id": "A"}}
    each_world.make_app()
    each_world.become(people, TEAMS)
    each_world.set("pilot-role=P")
    result = each_world.sync()
    assert (result.failed, result.waiting) == (0, 0)
    assert each_world.changes() == []
    each_world.set("pilot-role=")
    each_world.sync()
    assert each_world.target.people()["B"][ENTERPRISE]["manager"]
    each_world.set("pilot-role=P")
    assert each_world.changes() == []


def test_only_what_is_missing_is_made(each_world: World) -> None:
    each_world.make_app()
    each_world.synced(everyone("A", "B"), {"Q": ("Cooks", ["A", "B"])})
    each_world.set("creates-only=on")
    each_world.become({"A": {"title": "Other"}, "C": {}}, {"Q": ("Cooks", ["A", "C"]), "S": ("New", ["A", "C"])})
    result = each_world.sync()
    assert (result.waiting, result.only_makes) == (3, 3)
    assert "approval.asked" not in {event.type.value for event in each_world.events()}
    each_world.plan()
    with each_world.write() as c:
        said = (
            "nothing waits for approval in aws; 3 changes are held by creates-only=on: "
            "let them go with `lockstep idp app set aws creates-only=off`"
        )
        with pytest.raises(Problem, match=f"^{re.escape(said)}$"):
            actions.approve(c, each_world.app_of(c), None, each_world.now)
    assert each_world.target.teams() == {"Cooks": {A, B}, "New": {A, C}}
    assert brief(each_world.changes()) == [
        f"user switch-off {B} [blocked]",
        "group members Cooks [blocked]",
        f"user update {A} [blocked]",
    ]
    each_world.set("creates-only=off")
    each_world.sync()
    assert each_world.target.teams() == {"Cooks": {A, C}, "New": {A, C}}


def test_what_creates_only_holds_is_not_called_an_approval(each_world: World, capsys: pytest.CaptureFixture[str]) -> None:
    each_world.make_app()
    each_world.synced(everyone("A"))
    each_world.set("creates-only=on", "approve-create=on")
    each_world.become({"A": {"title": "Other"}, "C": {}})
    loose = "lockstep idp app set aws creates-only=off"
    told = each_world.sync()
    tell("aws", told.as_json(), [])
    out = capsys.readouterr().out
    assert f"1 change is held by creates-only=on. Read: lockstep idp plan aws\nThen let loose: {loose}\n" in out
    assert "1 change waits. Read: lockstep idp plan aws\nThen: lockstep idp approve aws --all\n" in out
    plan, _ = each_world.plan()
    with each_world.db.read() as c:
        lines = list(lines_of(summary.as_json(c, each_world.app_of(c), plan)))
    assert [line for line in lines if "lockstep idp" in line] == [
        "Some changes wait for approval: lockstep idp approve aws --all",
        f"Some changes are held by creates-only=on: {loose}",
    ]
    each_world.set("approve-create=off")
    tell("aws", each_world.sync().as_json(), [])
    assert "approve" not in capsys.readouterr().out


def test_a_role_that_is_not_there_is_refused(world: World) -> None:
    world.make_app()
    with pytest.raises(Problem, match="pilot-role=Nobody: no role has this name or group_id"):
        world.set("pilot-role=Nobody")


def test_a_role_that_is_gone_leaves_nobody(world: World) -> None:
    world.make_app()
    world.become(ABC, TEAMS)
    world.set("pilot-role=P")
    world.become(ABC, {})
    assert world.changes() == []


def test_why_and_provision_say_that_somebody_is_left_out(world: World) -> None:
    world.make_app("pilot-people=1")
    world.become(ABC, TEAMS)
    app = world.app()
    with world.write() as c:
        said = {key: why(c, app, find_user(c, key), "Cooks").why_not for key in "AB"}
        steps = {key: {step.name: step for step in look_at_user(c, app, key, world.now).steps} for key in "AB"}
    assert said["A"] == ()
    assert said["B"] == ("aws is limited to some people (pilot-role, pilot-people), and the person is none of them.",)
    assert steps["A"]["scope"].verdict == "Has aws."
    assert steps["B"]["scope"].verdict.endswith("they are left as they are.")
    assert steps["B"]["attributes"].verdict == "Nothing, as long as the app is limited to others."
    assert steps["B"]["known"].verdict == "Not linked: as far as is known they are not there."
