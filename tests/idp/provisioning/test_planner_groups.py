"""Plans of groups, from the directory and the links."""

import pytest

from lockstep.idp.provisioning import links
from lockstep.idp.provisioning.records import GroupLink, State
from lockstep.idp.provisioning.run import Orders
from tests.idp.provisioning.target import Fault
from tests.idp.provisioning.world import World, brief, everyone, many

AB = everyone("A", "B")
A, B = "A@x.example", "B@x.example"


def group_links(world: World) -> list[GroupLink]:
    with world.db.read() as c:
        return links.groups(c, world.link_target(c))


def test_groups_are_not_sent_before_somebody_says_so(each_world: World) -> None:
    each_world.make_app("groups=off")
    each_world.synced(AB, {"G": ("Team", ["A"])})
    assert each_world.target.teams() == {}


def test_groups_off_keeps_what_is_there(each_world: World) -> None:
    each_world.make_app()
    each_world.synced(AB, {"G": ("Team", ["A", "B"]), "H": ("Crew", [])})
    each_world.set("groups=off")
    each_world.become(AB, {"G": ("Renamed", ["A"])})
    assert each_world.changes() == []
    each_world.set("groups=on")
    assert brief(each_world.changes()) == ["group members Renamed", "group rename Renamed", "group delete Crew"]


def test_a_group_stays_without_members(each_world: World) -> None:
    each_world.make_app()
    each_world.synced(AB, {"G": ("Team", ["A"])})
    each_world.synced(AB, {"G": ("Team", [])})
    assert each_world.target.teams() == {"Team": set()}


def test_a_rename_keeps_the_id(each_world: World) -> None:
    each_world.make_app()
    each_world.synced(AB, {"G": ("Team", ["A", "B"])})
    number = each_world.target.id_of("Team")
    assert each_world.synced(AB, {"G": ("TEAM", ["A", "B"])}).requests == 1
    assert each_world.synced(AB, {"G": ("Crew", ["A", "B"])}).requests == 1
    assert each_world.target.id_of("Crew") == number
    assert [(one.key, one.name, one.feeders) for one in group_links(each_world)] == [("crew", "Crew", ("G",))]


def test_roles_of_one_name_feed_one_group_with_the_union_of_their_members(each_world: World) -> None:
    each_world.make_app()
    each_world.synced(AB, {"G": ("Team", ["A"]), "H": ("TEAM", ["B"])})
    assert each_world.target.teams() == {"Team": {A, B}}
    each_world.synced(AB, {"H": ("TEAM", ["B"])})
    assert each_world.target.teams() == {"TEAM": {B}}
    each_world.synced(AB, {})
    assert each_world.target.teams() == {}


def test_roles_that_join_are_one_group_and_part_again(each_world: World) -> None:
    each_world.make_app()
    apart = {"G": ("Team", ["A"]), "H": ("Crew", ["B"])}
    each_world.synced(AB, apart)
    team = each_world.target.id_of("Team")
    each_world.synced(AB, {"G": ("Team", ["A"]), "H": ("Team", ["B"])})
    assert each_world.target.teams() == {"Team": {A, B}}
    each_world.synced(AB, apart)
    assert each_world.target.teams() == {"Team": {A}, "Crew": {B}}
    assert each_world.target.id_of("Team") == team


def test_a_new_role_that_takes_a_leaving_role_s_name_costs_nothing(each_world: World) -> None:
    each_world.make_app()
    each_world.synced(AB, {"G": ("Team", ["A", "B"])})
    assert each_world.synced(AB, {"Z": ("Team", ["A", "B"])}).requests == 0
    assert [one.feeders for one in group_links(each_world)] == [("Z",)]
    number = each_world.target.id_of("Team")
    each_world.synced(AB, {"Z": ("Crew", ["A", "B"])})
    assert each_world.target.id_of("Crew") == number


def test_a_plan_that_is_not_sent_does_not_lose_whose_group_it_was(each_world: World) -> None:
    each_world.make_app()
    each_world.synced(AB, {"G": ("Team", ["A"]), "H": ("Crew", ["B"])})
    each_world.become(AB, {"G": ("Crew", ["A"]), "H": ("Crew", ["B"])})
    each_world.plan()
    each_world.become(AB, {"G": ("Team", ["A"]), "H": ("Crew", ["B"])})
    assert each_world.changes() == []
    assert [one.feeders for one in group_links(each_world)] == [("H",), ("G",)]


@pytest.mark.parametrize("name", ["AWSControlTowerAdmins", "awslogArchive", "AWSSecurityAuditors"])
def test_protected_names_are_never_touched(each_world: World, name: str) -> None:
    each_world.make_app("adopt=adopt", "leavers=delete")
    each_world.target.groups["x"] = {"id": "x", "displayName": name, "members": []}
    each_world.synced(AB, {"G": (name, ["A"]), "H": ("Team", ["B"])})
    each_world.synced(AB, {})
    assert each_world.target.teams() == {name: set()}


def test_a_group_that_becomes_protected_stays_as_it_is(each_world: World) -> None:
    each_world.make_app()
    each_world.synced(AB, {"G": ("Team", ["A"])})
    each_world.set("protect=te*")
    each_world.become(AB, {})
    assert each_world.changes() == []
    each_world.become(AB, {"G": ("Team", ["B"])})
    assert each_world.changes() == []


def adopted(world: World, *members: str) -> None:
    """A group called Team, with these user ids in it, that is taken over for a role with A and C."""
    world.make_app("adopt=adopt")
    world.synced(everyone("A", "B", "C"))
    world.target.users["z"] = {"id": "z", "userName": "stranger"}
    inside = [{"value": world.target.id_of(name)} for name in members]
    world.target.groups["x"] = {"id": "x", "displayName": "Team", "members": inside}
    world.synced(everyone("A", "B", "C"), {"G": ("Team", ["A", "C"])})


def test_an_adopted_group_loses_the_members_we_put_in_and_stays(each_world: World) -> None:
    adopted(each_world, "stranger")
    assert each_world.target.teams() == {"Team": {"stranger", A, "C@x.example"}}
    assert [one.made for one in group_links(each_world)] == [False]
    each_world.synced(everyone("A", "B", "C"), {})
    assert each_world.target.teams() == {"Team": {"stranger"}}
    assert each_world.changes() == []
    each_world.sync()
    assert group_links(each_world) == []


def test_strangers_in_an_adopted_group_are_no_drift(each_world: World) -> None:
    adopted(each_world, "stranger")
    result = each_world.sync(Orders(full=True))
    assert (result.requests, result.check["differences"]) == (0, 0)
    assert "stranger" in each_world.target.teams()["Team"]


def test_of_an_adopted_group_s_members_those_whom_we_know_are_as_the_role_says(each_world: World) -> None:
    adopted(each_world, "stranger", B)
    assert each_world.target.teams() == {"Team": {"stranger", A, "C@x.example"}}


def test_a_member_of_an_adopted_group_who_was_there_before_stays_when_it_goes(each_world: World) -> None:
    """We did not put them in, though the role wants them too."""
    each_world.make_app("adopt=adopt")
    each_world.synced(AB)
    theirs = each_world.target.id_of(B)
    each_world.target.groups["x"] = {"id": "x", "displayName": "Team", "members": [{"value": theirs}]}
    each_world.synced(AB, {"G": ("Team", ["A", "B"])})
    each_world.synced(AB, {})
    assert each_world.target.teams() == {"Team": {B}}


def test_a_group_without_link_is_never_touched(each_world: World) -> None:
    each_world.make_app()
    each_world.target.groups["x"] = {"id": "x", "displayName": "Theirs", "members": []}
    each_world.synced(AB, {"G": ("Team", ["A"])})
    each_world.synced(AB, {})
    assert each_world.target.teams() == {"Theirs": set()}


def test_a_name_that_a_stranger_holds_fails_alone_and_says_why(each_world: World) -> None:
    each_world.make_app()
    each_world.target.groups["x"] = {"id": "x", "displayName": "Team", "members": []}
    each_world.become(AB, {"G": ("Team", ["A"]), "H": ("Crew", ["B"])})
    assert each_world.sync().failed == 1
    assert each_world.target.teams() == {"Team": set(), "Crew": {B}}
    said = [event.error_description for event in each_world.events() if event.error_description]
    assert "exists at the target, and was not made by Lockstep" in said[-1]


def test_a_rename_to_a_stranger_s_name_fails_alone_and_keeps_its_link(each_world: World) -> None:
    each_world.make_app()
    each_world.synced(AB, {"G": ("Team", ["A"])})
    number = each_world.target.id_of("Team")
    each_world.target.groups["x"] = {"id": "x", "displayName": "Crew", "members": []}
    each_world.become(AB, {"G": ("Crew", ["A", "B"])})
    assert each_world.sync().failed == 1
    assert each_world.target.members(number) == {each_world.target.id_of(A), each_world.target.id_of(B)}
    each_world.target.lose("x")
    assert each_world.sync().failed == 0
    assert each_world.target.id_of("Crew") == number


def test_members_come_in_pieces_of_a_hundred(world: World) -> None:
    people = many(230)
    world.make_app()
    world.linked(everyone(*people))
    result = world.synced(everyone(*people), {"G": ("Team", people)})
    assert (result.requests, result.floor) == (3, 3)
    assert len(world.target.teams()["Team"]) == 230
    world.set("limit-removals-share=1")
    half = world.synced(everyone(*people), {"G": ("Team", people[115:])})
    assert (half.requests, half.floor) == (2, 2)


def test_people_who_are_made_in_the_same_run_come_in_the_same_patch(each_world: World) -> None:
    each_world.make_app()
    each_world.synced(AB, {"G": ("Team", ["A"])})
    result = each_world.synced(everyone("A", "B", "C"), {"G": ("Team", ["B", "C"])})
    assert (result.requests, result.floor) == (2, 2)
    assert each_world.target.teams() == {"Team": {B, "C@x.example"}}


def test_somebody_whose_creation_failed_is_left_out_without_holding_up_the_rest(each_world: World) -> None:
    each_world.make_app()
    each_world.become(AB, {"G": ("Team", ["A", "B"])})
    each_world.target.faults = lambda sent: Fault(400) if sent.path == "/Users" and A in str(sent.body) else None
    result = each_world.sync()
    assert (result.failed, result.waiting) == (1, 0)
    assert each_world.target.teams() == {"Team": {B}}


def test_only_people_who_wait_for_approval_are_shown_in_a_group_that_waits_too(each_world: World) -> None:
    each_world.make_app("approve-create=on")
    each_world.become(AB, {"G": ("Team", ["A", "B"])})
    *_, team = each_world.changes()
    assert (team.state, team.after["members"]) == (State.WAITING, [A, B])
    each_world.set("approve-create=off")
    each_world.synced(AB, {"G": ("Team", ["A", "B"])})
    each_world.set("approve-create=on")
    each_world.become(everyone("A", "B", "C"), {"G": ("Team", ["A", "B", "C"])})
    assert brief(each_world.changes()) == ["user create C@x.example [waiting]"]


def test_a_group_that_vanished_on_both_sides_is_forgotten(each_world: World) -> None:
    each_world.make_app()
    each_world.synced(AB, {"G": ("Team", ["A"])})
    with each_world.write() as c:
        target = each_world.link_target(c)
        links.set_group_missing(c, target, links.groups(c, target)[0].id)
    each_world.become(AB, {})
    assert each_world.changes() == []
    assert group_links(each_world) == []
