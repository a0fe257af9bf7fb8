"""What people say about drift, and what the settings say, from the check to the next plan; on both databases."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from lockstep.idp.apps.actions import find_app
from lockstep.idp.directory import actions as directory
from lockstep.idp.events import EventType
from lockstep.idp.provisioning import drift_actions, drift_store, due, links, summary
from lockstep.idp.provisioning.check import Checker
from lockstep.idp.provisioning.drift import DECISIONS, Decision
from lockstep.idp.provisioning.run import Orders
from lockstep.idp.provisioning.source import source_of
from lockstep.kit.problems import Problem
from lockstep.scim.messages import ENTERPRISE
from tests.idp.provisioning.test_check import user
from tests.idp.provisioning.world import World, brief, everyone

PEOPLE: dict[str, dict[str, str]] = {"A": {"title": "x", "manager_id": "B"}, "B": {}, "C": {}}
ROLES = {"G": ("Team", ["A", "B"]), "H": ("Crew", ["C"])}
FULL = Orders(full=True)


def ready(world: World, *settings: str) -> World:
    world.make_app(*settings)
    world.synced(PEOPLE, ROLES)
    return world


def look(world: World) -> dict[str, Any]:
    """`lockstep idp drift`: reads, reports, changes nothing."""
    with world.write() as c:
        source, target = source_of(c, find_app(c, "aws")), world.link_target(c)
    found = asyncio.run(Checker(world.db, source, target, world.target.client("https://x", "t")).check())
    with world.write() as c:
        drift_actions.take_in(c, find_app(c, "aws"), target, found, world.now, by_itself=False)
        return drift_actions.report(c, find_app(c, "aws"))


def say(world: World, decision: Decision, digests: Iterable[str] | None = None) -> int:
    with world.write() as c:
        chosen = None if digests is None else list(digests)
        return drift_actions.decide(c, find_app(c, "aws"), decision, chosen, world.now, actor="Kim")


def known(world: World) -> dict[str, Any]:
    with world.db.read() as c:
        return drift_actions.report(c, find_app(c, "aws"))


def team(world: World) -> dict[str, Any]:
    return world.target.groups[world.target.id_of("Team")]


def meddle_title(world: World) -> None:
    user(world, "A")["title"] = "theirs"


def meddle_off(world: World) -> None:
    user(world, "A")["active"] = False


def meddle_manager(world: World) -> None:
    extension = user(world, "A")[ENTERPRISE]
    assert isinstance(extension, dict)
    extension["manager"] = {"value": world.target.id_of("C@x.example")}


def lose_user(world: World) -> None:
    world.target.lose(world.target.id_of("B@x.example"))


def lose_group(world: World) -> None:
    world.target.lose(world.target.id_of("Team"))


def rename_group(world: World) -> None:
    team(world)["displayName"] = "Theirs"


def put_in(world: World) -> None:
    team(world)["members"].append({"value": world.target.id_of("C@x.example")})


def put_stranger_in(world: World) -> None:
    world.target.users["z"] = {"id": "z", "userName": "stranger"}
    team(world)["members"].append({"value": "z"})


def take_out(world: World) -> None:
    team(world)["members"] = [one for one in team(world)["members"] if one["value"] != world.target.id_of("A@x.example")]


Meddling = Callable[[World], None]
# What is done behind our back, and what is planned to put it back.
MEDDLING: dict[str, tuple[Meddling, list[str]]] = {
    "an attribute": (meddle_title, ["user update A@x.example"]),
    "switched off": (meddle_off, ["user update A@x.example"]),
    "another manager": (meddle_manager, ["user update A@x.example"]),
    "a user deleted": (lose_user, ["user create B@x.example", "user update A@x.example", "group members Team"]),
    "a group deleted": (lose_group, ["group create Team"]),
    "a group renamed": (rename_group, ["group rename Team"]),
    "a member put in": (put_in, ["group members Team"]),
    "a stranger put in": (put_stranger_in, ["group members Team"]),
    "a member taken out": (take_out, ["group members Team"]),
}
# What stays of it in the plan once it was taken over: those whom somebody managed who is gone for good have no manager.
AFTERWARDS = {"a user deleted": ["user update A@x.example"]}
by_kind = pytest.mark.parametrize("what", MEDDLING)


@by_kind
def test_put_back(each_world: World, what: str) -> None:
    """Only said so: the plan has it then, and the run settles it."""
    world, (meddle, planned) = ready(each_world, "drift=report"), MEDDLING[what]
    before = world.target.people(), world.target.teams()
    meddle(world)
    [one] = look(world)["differences"]
    assert (one["decision"], world.changes()) == ("", [])
    assert say(world, "put-back", [one["digest"]]) == 1
    assert [(it["digest"], it["decision"]) for it in known(world)["differences"]] == [(one["digest"], "put-back")]
    assert sorted(brief(world.changes())) == sorted(planned)
    assert world.sync().failed == 0
    world.target.users.pop("z", None)  # the stranger stays, and is none of ours
    assert (world.target.people(), world.target.teams()) == before
    assert (known(world)["differences"], look(world)["differences"]) == ([], [])


@by_kind
def test_taken_over(each_world: World, what: str) -> None:
    """Nothing is sent, by no plan, and nothing is reported again; until it is put back after all."""
    world, (meddle, _) = ready(each_world), MEDDLING[what]
    meddle(world)
    [one] = look(world)["differences"]
    assert say(world, "take-over", [one["digest"]]) == 1
    left = AFTERWARDS.get(what, [])
    assert brief(world.changes()) == left
    for key in PEOPLE:
        assert brief(world.changes(only=key)) == [one for one in left if f" {key}@" in one]
    world.sync()
    there = world.target.people(), world.target.teams()
    assert (look(world)["differences"], known(world)["differences"]) == ([], [])
    result = world.sync(FULL)
    assert (result.requests, result.check["differences"]) == (0, 0)
    assert (world.target.people(), world.target.teams()) == there
    [taken] = {entry["digest"] for entry in known(world)["taken_over"]}
    assert taken == one["digest"]
    assert say(world, "put-back", [taken]) == 1
    assert known(world)["taken_over"] == []
    assert world.sync().failed == 0
    expected = {"Team": {"A@x.example", "B@x.example"}, "Crew": {"C@x.example"}}
    assert world.target.teams() == expected
    assert {key: world.target.people()[key].get("title") for key in PEOPLE} == {"A": "x", "B": None, "C": None}
    assert all(one["active"] for one in world.target.people().values() if "active" in one)
    assert (look(world)["differences"], world.changes()) == ([], [])


@by_kind
def test_ignored(each_world: World, what: str) -> None:
    """Neither reported nor changed, as long as it is exactly this."""
    world, (meddle, _) = ready(each_world), MEDDLING[what]
    meddle(world)
    [one] = look(world)["differences"]
    assert say(world, "ignore", [one["digest"]]) == 1
    there = world.target.people(), world.target.teams()
    world.target.log.clear()
    for result in (world.sync(), world.sync(FULL), world.sync(FULL)):
        assert result.requests == 0
        assert result.check.get("differences", 0) == 0
    assert (world.target.people(), world.target.teams()) == there
    report = look(world)
    assert report["differences"] == []
    assert [(it["digest"], it["decision"], it["first_seen"]) for it in report["ignored"]] == [
        (one["digest"], "ignore", one["first_seen"])
    ]


def test_what_is_ignored_is_reported_anew_when_it_is_something_else(world: World) -> None:
    ready(world, "drift=report")
    meddle_title(world)
    [one] = look(world)["differences"]
    say(world, "ignore", [one["digest"]])
    world.now += 1000
    user(world, "A")["title"] = "another"
    [other] = look(world)["differences"]
    assert other["digest"] != one["digest"]
    assert other["detail"] == {"title": {"before": "x", "after": "another"}}
    assert (other["decision"], other["first_seen"] > one["first_seen"]) == ("", True)
    user(world, "A")["title"] = "x"
    assert look(world)["differences"] == known(world)["ignored"] == []


def test_reported_by_the_settings_of_each_kind(world: World) -> None:
    """A scheduled check, and a full sync, leave what is to be reported."""
    ready(world, "drift=put-back", "drift-members=report", "drift-groups=default")
    meddle_title(world)
    take_out(world)
    rename_group(world)
    result = world.sync(FULL)
    assert (result.applied, result.check["differences"], result.check["undecided"]) == (2, 3, 1)
    [left] = known(world)["differences"]
    assert (left["object"], left["name"], left["kind"], left["decision"]) == ("membership", "Team", "member missing", "")
    assert left["detail"] == {"member": {"before": "A@x.example", "after": None}}
    world.set("drift-members=put-back")
    result = world.sync(FULL)
    assert (result.applied, result.check["undecided"], known(world)["differences"]) == (1, 0, [])


def test_all_that_nobody_has_decided(world: World) -> None:
    ready(world, "drift=report")
    meddle_title(world)
    take_out(world)
    rename_group(world)
    ignored = next(one["digest"] for one in look(world)["differences"] if one["kind"] == "renamed")
    say(world, "ignore", [ignored])
    assert say(world, "take-over") == 2
    assert (known(world)["differences"], len(known(world)["ignored"]), world.changes()) == ([], 1, [])
    with pytest.raises(Problem, match="nothing waits for a decision in aws"):
        say(world, "put-back")
    told = [event for event in world.events() if event.type is EventType.DRIFT_SETTLED]
    assert [(event.actor, event.object_name, event.notes) for event in told] == [
        ("Kim", "Team", "ignored: 1 renamed"),
        ("Kim", "", "taken over: 1 changed, 1 member missing"),
    ]


def test_nothing_is_decided_where_one_is_not_known(world: World) -> None:
    ready(world, "drift=report")
    meddle_title(world)
    [one] = look(world)["differences"]
    with pytest.raises(Problem, match="no difference with the digest feed is known"):
        say(world, "take-over", [one["digest"], "feed"])
    assert (known(world)["taken_over"], known(world)["differences"][0]["decision"]) == ([], "")


def test_what_has_changed_here_since_is_looked_at_again(world: World) -> None:
    ready(world, "drift=report")
    meddle_title(world)
    [one] = look(world)["differences"]
    world.become({**PEOPLE, "A": {"title": "ours now", "manager_id": "B"}}, ROLES)
    world.sync()
    for decision in DECISIONS[:2]:
        with pytest.raises(Problem, match=r"A@x\.example has changed here since"):
            say(world, decision, [one["digest"]])
    assert look(world)["differences"] == []
    lose_group(world)
    [gone] = look(world)["differences"]
    world.become(PEOPLE, {"H": ROLES["H"]})
    world.sync()
    with pytest.raises(Problem, match="Team is not what it was"):
        say(world, "put-back", [gone["digest"]])


def test_while_it_is_put_back_it_is_said_so_and_may_be_taken_over(world: World) -> None:
    """The links hold what was found, and an approval is awaited: no check may say that both sides are equal."""
    ready(world, "approve-update=on")
    meddle_title(world)
    assert world.sync(FULL).waiting == 1
    [one] = look(world)["differences"]
    assert (one["decision"], one["detail"]) == ("put-back", {"title": {"before": "x", "after": "theirs"}})
    with pytest.raises(Problem, match="is being put back already"):
        say(world, "ignore", [one["digest"]])
    user(world, "A")["title"] = "third"
    world.now += 1
    [again] = look(world)["differences"]
    assert (again["decision"], again["detail"]) == ("put-back", {"title": {"before": "x", "after": "third"}})
    say(world, "take-over", [again["digest"]])
    assert (world.changes(), look(world)["differences"]) == ([], [])
    world.set("approve-update=off")
    world.become({**PEOPLE, "A": {"title": "ours now", "manager_id": "B"}}, ROLES)
    assert world.sync().applied == 1
    assert (user(world, "A")["title"], known(world)["taken_over"]) == ("ours now", [])


def test_a_member_put_in_stays_until_the_person_leaves_the_app(world: World) -> None:
    ready(world)
    put_in(world)
    [one] = look(world)["differences"]
    say(world, "take-over", [one["digest"]])
    world.become(PEOPLE, {"G": ("Team", ["A"]), "H": ("Crew", [])})
    world.sync()
    assert world.target.teams() == {"Team": {"A@x.example", "C@x.example"}, "Crew": set()}
    world.become(everyone("A", "B"), {"G": ("Team", ["A"]), "H": ("Crew", [])})
    world.sync()
    assert world.target.teams()["Team"] == {"A@x.example"}
    assert known(world)["taken_over"] == []


@pytest.mark.parametrize("lose", [True, False])
def test_a_member_put_in_who_has_gone_again_does_not_stand_any_more(world: World, lose: bool) -> None:
    """Taken out there, or lost with the group: put in once more it is a difference like any other."""
    ready(world)
    put_in(world)
    [one] = look(world)["differences"]
    say(world, "take-over", [one["digest"]])
    if lose:
        lose_group(world)
    else:
        team(world)["members"] = [it for it in team(world)["members"] if it["value"] != world.target.id_of("C@x.example")]
    world.sync(FULL)
    assert (world.target.teams()["Team"], known(world)["taken_over"]) == ({"A@x.example", "B@x.example"}, [])
    put_in(world)
    assert world.sync(FULL).applied == 1
    assert world.target.teams()["Team"] == {"A@x.example", "B@x.example"}


def test_a_member_taken_out_and_put_in_again_there(world: World) -> None:
    """The last word counts."""
    ready(world)
    take_out(world)
    say(world, "take-over", [look(world)["differences"][0]["digest"]])
    team(world)["members"].append({"value": world.target.id_of("A@x.example")})
    say(world, "take-over", [look(world)["differences"][0]["digest"]])
    assert [one["kind"] for one in known(world)["taken_over"]] == ["in"]
    assert (world.changes(), look(world)["differences"]) == ([], [])


def test_a_member_taken_out_comes_back_with_a_new_role_membership(world: World) -> None:
    ready(world)
    take_out(world)
    [one] = look(world)["differences"]
    say(world, "take-over", [one["digest"]])
    world.become({**PEOPLE, "D": {}}, {**ROLES, "G": ("Team", ["A", "B", "D"])})
    world.sync()
    assert world.target.teams()["Team"] == {"B@x.example", "D@x.example"}
    world.become({**PEOPLE, "D": {}}, {**ROLES, "G": ("Team", ["B", "D"])})
    assert world.sync().requests == 0
    assert known(world)["taken_over"] == []
    world.become({**PEOPLE, "D": {}}, ROLES)
    world.sync()
    assert world.target.teams()["Team"] == {"A@x.example", "B@x.example"}


def test_a_member_taken_out_stays_out_of_a_group_that_is_made_again(world: World) -> None:
    ready(world)
    take_out(world)
    [one] = look(world)["differences"]
    say(world, "take-over", [one["digest"]])
    lose_group(world)
    world.sync(FULL)
    assert world.target.teams()["Team"] == {"B@x.example"}


def test_a_name_stands_until_the_role_is_renamed(world: World) -> None:
    ready(world)
    number = world.target.id_of("Team")
    rename_group(world)
    [one] = look(world)["differences"]
    say(world, "take-over", [one["digest"]])
    world.become({**PEOPLE, "D": {}}, {**ROLES, "G": ("Team", ["A", "D"])})
    world.sync()
    assert world.target.teams() == {"Theirs": {"A@x.example", "D@x.example"}, "Crew": {"C@x.example"}}
    world.become({**PEOPLE, "D": {}}, {**ROLES, "G": ("Ours", ["A", "D"])})
    assert world.sync().applied == 1
    assert (world.target.id_of("Ours"), known(world)["taken_over"]) == (number, [])


def test_a_group_deleted_for_good_comes_back_when_its_role_does(world: World) -> None:
    ready(world)
    lose_group(world)
    [one] = look(world)["differences"]
    say(world, "take-over", [one["digest"]])
    with world.db.read() as c:
        assert links.count_missing(c, world.link_target(c)) == 0, "what was taken over is nothing that vanished"
    world.become(PEOPLE, {**ROLES, "G": ("Team", ["A", "B", "C"])})
    assert world.sync().requests == 0
    world.become(PEOPLE, {"H": ROLES["H"]})
    world.sync()
    assert known(world)["taken_over"] == []
    world.become(PEOPLE, ROLES)
    world.sync()
    assert world.target.teams()["Team"] == {"A@x.example", "B@x.example"}


def test_a_user_deleted_for_good_comes_back_when_they_do(world: World) -> None:
    ready(world)
    lose_user(world)
    [one] = look(world)["differences"]
    say(world, "take-over", [one["digest"]])
    world.become({**PEOPLE, "B": {"title": "new"}}, ROLES)
    world.sync()
    assert "B" not in world.target.people()
    assert world.sync(Orders(only="B")).requests == 0
    world.become({"A": PEOPLE["A"], "C": {}}, {"G": ("Team", ["A"]), "H": ROLES["H"]})
    world.sync()
    world.become(PEOPLE, ROLES)
    world.sync()
    assert (known(world)["taken_over"], world.target.teams()["Team"]) == ([], {"A@x.example", "B@x.example"})


def test_a_switched_off_user_is_on_again_with_our_next_change_of_active(world: World) -> None:
    ready(world)
    meddle_off(world)
    [one] = look(world)["differences"]
    assert one["detail"] == {"active": {"before": True, "after": False}}
    say(world, "take-over", [one["digest"]])
    world.suspend("A")
    assert world.sync().requests == 0
    assert known(world)["taken_over"] == []
    world.by_hand(directory.reactivate, "A")
    world.sync()
    assert user(world, "A")["active"] is True


def test_a_manager_who_is_nobody_of_ours_cannot_be_taken_over(world: World) -> None:
    ready(world)
    extension = user(world, "A")[ENTERPRISE]
    assert isinstance(extension, dict)
    extension["manager"] = {"value": "stranger"}
    [one] = look(world)["differences"]
    with pytest.raises(Problem, match=r"A@x\.example cannot be taken over: the manager there is nobody of this directory"):
        say(world, "take-over", [one["digest"]])
    assert known(world)["taken_over"] == []


def test_a_decision_is_followed_by_a_running_worker(world: World) -> None:
    ready(world, "drift=report")
    meddle_title(world)
    [one] = look(world)["differences"]

    def why() -> due.Due:
        with world.db.read() as c:
            return due.what_is_due(c, find_app(c, "aws"), world.now)[0]

    assert why() is due.Due.NO
    say(world, "put-back", [one["digest"]])
    assert why() is due.Due.EVENT
    world.sync()
    assert why() is due.Due.NO


def test_so_many_gone_are_only_reported_and_then_a_person_has_the_usual_guard(world: World) -> None:
    """A wrong tenant must never be repaired by making everyone again, whoever says so."""
    keys = [f"E{one}" for one in range(8)]
    world.make_app("drift=report")
    world.synced(everyone(*keys), {"G": ("Team", keys)})
    for key in keys[:6]:
        world.target.lose(world.target.id_of(f"{key}@x.example"))
    result = world.sync(FULL)
    assert (result.quarantine, result.check["undecided"], result.requests) == ("", 6, 0)
    assert say(world, "put-back") == 6
    assert "6 of 9 linked objects are gone" in world.sync().quarantine


def test_what_was_never_looked_at_is_said_so(world: World) -> None:
    ready(world)
    with pytest.raises(Problem, match="the target of aws was never read"):
        known(world)


def test_the_last_check_is_kept(world: World) -> None:
    ready(world)
    world.target.users["z"] = {"id": "z", "userName": "stranger"}
    looked = look(world)
    assert known(world) == looked
    assert (looked["requests"], looked["floor"], looked["unmatched"]) == (4, 4, 1)
    with world.db.read() as c:
        assert drift_store.last_check(c, world.link_target(c)) == drift_store.Check(world.now, 4, 4, 1)


def test_a_plan_says_how_many_differences_wait(world: World) -> None:
    ready(world)
    meddle_title(world)
    take_out(world)
    look(world)
    plan, _ = world.plan()
    with world.db.read() as c:
        assert summary.as_json(c, find_app(c, "aws"), plan)["undecided"] == 2
