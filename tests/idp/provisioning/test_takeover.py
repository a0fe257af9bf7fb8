"""What a target holds already: the report before the first write, and taking over in one go."""

from typing import Any

import pytest

from lockstep.idp.apps import actions as apps
from lockstep.idp.apps.records import NAME_ID, Parameter
from lockstep.idp.provisioning import links
from lockstep.idp.provisioning.engine import Engine
from lockstep.idp.provisioning.records import GroupLink, UserLink
from lockstep.kit.problems import Problem
from lockstep.scim.messages import ENTERPRISE
from tests.idp.provisioning.target import Fault
from tests.idp.provisioning.world import DAY, URL, World, brief, everyone, many

Json = dict[str, Any]
PEOPLE = {"A": {"manager_id": "B", "title": "x", "email": "a@x", "department": "D"}, "B": {"email": "b@x"}, "C": {}}
ROLES = {"G": ("Team", ["A", "B"]), "H": ("Crew", ["C"])}


def asked(world: World, **orders: Any) -> Json:
    """The report of a job, whose requests are those that the target has seen; it wrote nothing there."""
    world.target.log.clear()
    engine = Engine(world.db, world.vault, world.clock)
    found = engine.wait(engine.order(world.app().id, "takeover", orders))
    assert found["requests"] == len(world.target.log)
    assert world.target.writes == []
    return found


def linked(world: World) -> tuple[list[UserLink], list[GroupLink], list[tuple[str, str, bool]]]:
    with world.db.read() as c:
        target = links.find_target(c, world.app_id(c), URL)
        groups = links.groups(c, target)
        members = [(group.name, key, added) for group in groups for _, key, added in links.members(c, group.id)]
        return list(links.users(c, target)), groups, sorted(members)


def lose_the_links(world: World) -> None:
    with world.write() as c:
        c.script([f"DELETE FROM {table}" for table in ("link_members", "group_links", "user_links")])


def put_user(world: World, number: str, name: str, **fields: Any) -> None:
    world.target.users[number] = {"id": number, "userName": name, "active": True, **fields}


def put_group(world: World, number: str, name: str, *members: str) -> None:
    world.target.groups[number] = {"id": number, "displayName": name, "members": [{"value": one} for one in members]}


def names(listed: list[Json]) -> list[str]:
    return [one["name"] for one in listed]


def occupied(world: World, *settings: str) -> World:
    """A centre that has people: one whose title differs, one in another case, one who could be two, strangers."""
    world.make_app("provisioning=off", *settings)
    world.become({**PEOPLE, "D": {}, "F": {}}, {**ROLES, "K": ("AWSLogArchive", ["A"]), "L": ("New", [])})
    put_user(world, "a", "A@x.example", title="of old", emails=[{"value": "a@x", "primary": True}])
    put_user(world, "b", "b@X.example")
    put_user(world, "c1", "C@x.example")
    put_user(world, "c2", "other", externalId="C")
    put_user(world, "d", "D@x.example", externalId="00uOkta")
    put_user(world, "s", "stranger")
    put_group(world, "t", "Team", "a", "c1", "s")
    put_group(world, "r", "CREW", "a", "b")
    put_group(world, "p", "AWSLogArchive")
    put_group(world, "o", "Theirs", "s")
    return world


def test_the_report_of_a_centre_that_has_people(each_world: World) -> None:
    found = asked(occupied(each_world))
    assert found["users"] == {
        "adopt": 1,
        "case": 1,
        "conflict": 1,
        "create": 1,
        "unmatched": 1,
        "linked": 0,
        "other_external_id": 1,
        "change": 3,
    }
    assert found["groups"] == {
        "adopt": 1,
        "case": 1,
        "conflict": 0,
        "create": 1,
        "unmatched": 1,
        "linked": 0,
        "protected": 1,
        "change": 2,
    }
    assert found["requests"] == found["floor"] == 1 + 1 + 2
    users, groups = found["listed"]["users"], found["listed"]["groups"]
    [alice] = users["adopt"]
    assert (alice["there"], alice["by"]) == ({"id": "a", "name": "A@x.example"}, ["userName", "e-mail"])
    assert (alice["before"]["title"], alice["after"]["title"], alice["after"]["manager"]) == ("of old", "x", "B")
    assert "emails" not in alice["after"]
    assert (names(users["case"]), names(users["create"])) == (["B@x.example"], ["F@x.example"])
    [conflict] = users["conflict"]
    assert [one["id"] for one in conflict["among"]] == ["c2", "c1"]
    assert users["other_external_id"][0]["why"] == "has the externalId 00uOkta there, which nobody here has"
    assert users["unmatched"] == [{"id": "s", "name": "stranger"}]
    [team] = groups["adopt"]
    assert team["members"] == {"stay": 1, "add": 1, "remove": 0, "strangers": 2}
    assert groups["case"][0]["members"] == {"stay": 0, "add": 1, "remove": 2, "strangers": 0}
    assert groups["case"][0]["after"] == {"displayName": "Crew"}
    assert groups["protected"] == [{"id": "p", "name": "AWSLogArchive"}]
    assert (names(groups["create"]), names(groups["unmatched"])) == (["New"], ["Theirs"])
    assert linked(each_world) == ([], [], [])
    [told] = [event for event in each_world.events() if event.type.value.startswith("provisioning.takeover")]
    assert "users to take over: 2, groups: 2; conflicts: 1; another externalId: 1" in told.notes


def test_who_is_called_otherwise_than_in_assertions_is_named(each_world: World) -> None:
    each_world.make_app()
    each_world.become({"A": {}, "B": {"email": "B@x.example"}})
    put_user(each_world, "a", "a@x.example")
    put_user(each_world, "b", "B@x.example")
    found = asked(each_world)
    assert found["name_id"] == {"now": 1, "after": 0}
    assert found["listed"]["name_id"] == [
        {"key": "A", "name": "A@x.example", "there": "a@x.example", "name_id": "A@x.example", "mended": True}
    ]
    with each_world.write() as c:
        own = Parameter(NAME_ID, "email", macro=False)
        apps.set_parameter(c, apps.find_app(c, "aws"), own, each_world.now)
    found = asked(each_world)
    assert found["name_id"] == {"now": 1, "after": 1}
    [alice] = found["listed"]["name_id"]
    assert (alice["there"], alice["name_id"], alice["mended"]) == ("a@x.example", "", False)


def test_taking_over_links_what_matches_and_the_plan_shows_only_what_differs(each_world: World) -> None:
    occupied(each_world)
    each_world.target.users.pop("c2")
    each_world.set("provisioning=on")
    found = asked(each_world, link=True, actor="somebody")
    assert found["taken"] == {"users": 3, "groups": 2, "members": 4, "made": 0, "other_external_id": 0}
    users, groups, members = linked(each_world)
    assert [(link.key, link.target_id, link.made) for link in users] == [
        ("A", "a", False),
        ("B", "b", False),
        ("C", "c1", False),
    ]
    assert [(link.name, link.target_id, link.made, link.feeders) for link in groups] == [
        ("CREW", "r", False, ("H",)),
        ("Team", "t", False, ("G",)),
    ]
    assert members == [("CREW", "A", False), ("CREW", "B", False), ("Team", "A", False), ("Team", "C", False)]
    assert sorted(brief(each_world.changes())) == [
        "group create New",
        "group members Crew",
        "group members Team",
        "group rename Crew",
        "user create D@x.example",
        "user create F@x.example",
        "user update A@x.example",
        "user update B@x.example",
        "user update C@x.example",
    ]
    events = [event for event in each_world.events() if event.actor == "somebody"]
    assert [event.type.value for event in events] == [
        *["user.linked_in_app"] * 3,
        *["group.linked_in_app"] * 2,
        "provisioning.taken_over",
    ]
    before = linked(each_world)
    again = asked(each_world, link=True)
    assert again["taken"] == {"users": 0, "groups": 0, "members": 0, "made": 0, "other_external_id": 0}
    assert (again["users"]["linked"], linked(each_world)) == (3, before)


def test_another_systems_external_ids_are_taken_when_a_person_says_so(world: World) -> None:
    occupied(world)
    assert asked(world, link=True)["taken"]["users"] == 2
    found = asked(world, link=True, other_ids=True)
    assert (found["taken"]["users"], found["taken"]["other_external_id"]) == (1, 1)
    assert [link.target_id for link in linked(world)[0]] == ["a", "b", "d"]


def test_lost_links_are_rebuilt_and_nothing_is_sent(each_world: World) -> None:
    each_world.make_app("leavers=delete")
    each_world.synced(PEOPLE, ROLES)
    before, links_before = (dict(each_world.target.users), dict(each_world.target.groups)), linked(each_world)
    lose_the_links(each_world)
    assert len(each_world.changes()) == 5  # everything would be made anew, and refused
    found = asked(each_world, link=True)
    assert found["taken"] == {"users": 3, "groups": 2, "members": 3, "made": 0, "other_external_id": 0}
    assert found["users"]["change"] == found["groups"]["change"] == 0
    assert each_world.sync().requests == 0
    assert (each_world.target.users, each_world.target.groups) == before
    users, groups, _ = linked(each_world)
    assert [(one.key, one.target_id, one.value) for one in users] == [
        (one.key, one.target_id, one.value) for one in links_before[0]
    ]
    assert [(one.key, one.target_id) for one in groups] == [(one.key, one.target_id) for one in links_before[1]]


def test_what_was_made_is_claimed_back_as_made(each_world: World) -> None:
    each_world.make_app("leavers=delete")
    each_world.synced(PEOPLE, ROLES)
    before = [[(one.key, one.target_id, one.made) for one in kind] for kind in linked(each_world)[:2]]
    members = linked(each_world)[2]
    lose_the_links(each_world)
    del each_world.target.users[each_world.target.id_of("C@x.example")]["externalId"]
    assert asked(each_world, link=True, as_made=True)["taken"]["made"] == 4
    users, groups, now = linked(each_world)
    assert [(one.key, one.target_id, one.made) for one in users] == [*before[0][:2], (*before[0][2][:2], False)]
    assert ([(one.key, one.target_id, one.made) for one in groups], now) == (before[1], members)
    each_world.become({"A": {}}, {"G": ("Team", ["A"])})
    each_world.sync()
    assert each_world.target.people().keys() == {"A", "C@x.example"}
    assert each_world.target.teams() == {"Team": {"A@x.example"}}


def test_what_was_taken_over_before_is_claimed_later(each_world: World) -> None:
    each_world.make_app()
    each_world.synced(PEOPLE, ROLES)
    before = linked(each_world)
    lose_the_links(each_world)
    asked(each_world, link=True)
    assert asked(each_world, link=True, as_made=True)["taken"] == {
        "users": 0,
        "groups": 0,
        "members": 0,
        "made": 5,
        "other_external_id": 0,
    }
    now = linked(each_world)
    assert [[(one.key, one.made) for one in kind] for kind in now[:2]] == [
        [(one.key, one.made) for one in kind] for kind in before[:2]
    ]
    assert now[2] == before[2]
    assert asked(each_world, link=True, as_made=True)["taken"]["made"] == 0


def test_strangers_in_an_adopted_group_stay_and_in_one_of_ours_go(world: World) -> None:
    world.make_app()
    world.synced(PEOPLE, ROLES)
    put_user(world, "s", "stranger")
    world.target.groups[world.target.id_of("Team")]["members"].append({"value": "s"})
    lose_the_links(world)
    asked(world, link=True)
    assert world.changes() == []
    lose_the_links(world)
    asked(world, link=True, as_made=True)
    assert [change.after for change in world.changes()] == [{"remove": ["s"]}]


def test_part_of_the_links_was_lost(each_world: World) -> None:
    """Who is linked still names a manager whose link was lost."""
    each_world.make_app()
    each_world.synced(PEOPLE, ROLES)
    with each_world.write() as c:
        link = links.user_by_key(c, each_world.link_target(c), "B")
        assert link is not None
        links.set_user_missing(c, each_world.link_target(c), link)
        links.drop_user(c, each_world.link_target(c), link.id, link.target_id)
    found = asked(each_world, link=True)
    assert (found["users"]["linked"], found["users"]["adopt"]) == (2, 1)
    assert [one.value.get(ENTERPRISE, {}).get("manager") for one in linked(each_world)[0]] == [{"value": "B"}, None, None]


def test_who_was_made_anew_behind_our_back_takes_the_place_of_a_link_to_nobody(each_world: World) -> None:
    each_world.make_app()
    each_world.synced(PEOPLE, ROLES)
    old, team = each_world.target.id_of("B@x.example"), each_world.target.id_of("Team")
    document = each_world.target.users[old]
    each_world.target.lose(old)
    each_world.target.lose(team)
    each_world.target.users["b2"] = {**document, "id": "b2"}
    put_group(each_world, "t2", "team", "b2")
    assert asked(each_world, link=True)["taken"] == {
        "users": 1,
        "groups": 1,
        "members": 1,
        "made": 0,
        "other_external_id": 0,
    }
    assert [one.target_id for one in linked(each_world)[0]][1] == "b2"
    assert sorted(brief(each_world.changes())) == [
        "group members Team",
        "group rename Team",
        "user update A@x.example",  # the manager's id is another one
    ]
    each_world.sync()
    assert each_world.target.teams() == {"Team": {"A@x.example", "B@x.example"}, "Crew": {"C@x.example"}}
    assert "'manager': 'B@x.example'" in str(each_world.target.people()["A"])


def test_what_failed_because_it_exists_is_forgotten_when_it_is_taken_over(each_world: World) -> None:
    each_world.make_app()
    each_world.become({"A": {}}, {"G": ("Team", ["A"])})
    put_user(each_world, "a", "a@x.example")
    put_group(each_world, "t", "team")
    assert each_world.sync().failed == 2
    asked(each_world, link=True)
    result = each_world.sync()
    assert (result.failed, result.applied) == (0, 3)
    assert each_world.target.teams() == {"Team": {"A@x.example"}}
    each_world.now += DAY
    assert each_world.sync().requests == 0


def test_a_create_whose_answer_was_lost_is_ours_and_not_taken_over(each_world: World) -> None:
    each_world.make_app()
    each_world.become({"A": {}})
    each_world.target.faults = lambda sent: Fault(0, done=True) if sent.method == "POST" else Fault(500)
    with pytest.raises(Problem, match="the target does not answer"):
        each_world.sync()
    each_world.target.faults = lambda _sent: None
    each_world.target.log.clear()
    engine = Engine(each_world.db, each_world.vault, each_world.clock)
    found = engine.wait(engine.order(each_world.app().id, "takeover", {"link": True}))
    assert (found["users"]["linked"], found["taken"]["users"], found["requests"]) == (1, 0, found["floor"])
    assert [link.made for link in linked(each_world)[0]] == [True]


def test_only_the_report_that_was_read_is_taken_over(each_world: World) -> None:
    occupied(each_world)
    digest = asked(each_world)["digest"]
    assert asked(each_world)["digest"] == digest
    put_user(each_world, "f", "f@x.example")
    with pytest.raises(Problem, match="has changed since the report that was read: read a new report"):
        asked(each_world, link=True, digest=digest)
    assert linked(each_world) == ([], [], [])
    assert asked(each_world, link=True, digest=asked(each_world)["digest"])["taken"]["users"] == 3


@pytest.mark.parametrize("broken", ["/Users", "/Groups", "groups.value"])
def test_a_target_that_cannot_be_read_to_its_end_is_not_taken_over(world: World, broken: str) -> None:
    occupied(world)
    world.target.faults = lambda sent: Fault(500) if broken in sent.path + sent.query.get("filter", "") else None
    with pytest.raises(Problem, match="the target could not be read: "):
        asked(world, link=True)
    assert linked(world) == ([], [], [])


def test_a_stopped_app_reads_nothing(world: World) -> None:
    occupied(world)
    with world.write() as c:
        apps.stop(c, apps.find_app(c, "aws"), world.now)
    with pytest.raises(Problem, match="aws is stopped"):
        asked(world)
    assert world.target.log == []


def test_groups_are_left_aside_where_they_are_not_sent(world: World) -> None:
    found = asked(occupied(world, "groups=off"))
    assert (found["groups_read"], found["requests"], found["floor"]) == (False, 1, 1)
    assert set(found["groups"].values()) == {0}


def test_the_lists_end_and_the_counts_do_not(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lockstep.idp.provisioning.takeover_report.SHOWN", 2)
    world.make_app()
    world.become(everyone(*many(5)))
    found = asked(world)
    assert (found["users"]["create"], names(found["listed"]["users"]["create"])) == (
        5,
        ["E0000@x.example", "E0001@x.example"],
    )


def test_the_floor_of_a_larger_target(world: World) -> None:
    """Two pages of users; memberships by group, of groups that match alone."""
    world.make_app()
    people = many(150)
    world.synced(everyone(*people), {"G": ("Team", people), "H": ("Crew", people[:2]), "I": ("None", [])})
    lose_the_links(world)
    put_group(world, "o", "Theirs", *list(world.target.users)[:120])
    found = asked(world)
    assert found["requests"] == found["floor"] == 2 + 1 + (2 + 1 + 1)
