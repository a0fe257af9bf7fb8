"""What a take-over links, and what becomes of it in the next plan."""

from collections.abc import Iterator

import pytest

from lockstep.idp.apps.records import App
from lockstep.idp.directory import actions as directory
from lockstep.idp.provisioning import links, takeover_links
from lockstep.idp.provisioning.takeover_links import Linking, Piece
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem
from lockstep.scim.messages import ENTERPRISE
from tests.idp.provisioning.occupied import PEOPLE, ROLES, asked, linked, lose_the_links, occupied, put_group, put_user
from tests.idp.provisioning.world import DAY, World, brief, everyone


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


def crowded(world: World) -> World:
    """Five people and three groups who are all there already."""
    world.make_app()
    people = everyone(*"ABCDE")
    world.become(people, {"G": ("Team", ["A", "B"]), "H": ("Crew", ["C", "D"]), "K": ("Staff", ["A", "E"])})
    for key in people:
        put_user(world, key.lower(), f"{key}@x.example")
    put_group(world, "t", "Team", "a", "b")
    put_group(world, "r", "Crew", "c", "d")
    put_group(world, "k", "Staff", "a", "e")
    return world


def test_it_is_linked_in_pieces_and_others_write_in_between(each_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world = crowded(each_world)
    monkeypatch.setattr(takeover_links, "PIECE", 2)
    seen: list[tuple[int, int]] = []
    pieces = Linking.pieces

    def watched(self: Linking) -> Iterator[Piece]:
        for piece in pieces(self):
            with world.write() as c:  # as anybody else; what is committed so far
                target = world.link_target(c)
                seen.append((links.count_users(c, target), links.count_groups(c, target)))
            yield piece

    monkeypatch.setattr(Linking, "pieces", watched)
    found = asked(world, link=True)
    assert found["taken"] == {"users": 5, "groups": 3, "members": 6, "made": 0, "other_external_id": 0}
    assert seen == [(0, 0), (2, 0), (4, 0), (5, 0), (5, 1), (5, 2)]


@pytest.mark.parametrize("dies", range(1, 6))
def test_whoever_dies_in_the_middle_has_not_linked_for_nothing(
    each_world: World, monkeypatch: pytest.MonkeyPatch, dies: int
) -> None:
    world = crowded(each_world)
    monkeypatch.setattr(takeover_links, "PIECE", 2)
    link, calls = Linking.link, [0]

    def dying(self: Linking, c: Connection, app: App, piece: Piece) -> None:
        link(self, c, app, piece)
        calls[0] += 1
        if calls[0] == dies + 1:
            raise Problem("dead")

    monkeypatch.setattr(Linking, "link", dying)
    with pytest.raises(Problem, match="dead"):
        asked(world, link=True)
    users, groups, _ = linked(world)
    assert len(users) + len(groups) == [0, 2, 4, 5, 6, 7][dies]
    world.plan()  # somebody looks meanwhile
    assert asked(world, link=True)["taken"]["users"] == 5 - len(users)
    users, groups, members = linked(world)
    assert [(one.key, one.target_id) for one in users] == [(key, key.lower()) for key in "ABCDE"]
    assert ([one.name for one in groups], len(members)) == (["Crew", "Staff", "Team"], 6)
    assert {one.kind.value for one in world.changes()} == {"update"}


def test_who_has_left_in_the_last_moment_is_not_linked(each_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world = crowded(each_world)
    pieces = Linking.pieces

    def leaving(self: Linking) -> Iterator[Piece]:
        found = list(pieces(self))
        world.by_hand(directory.remove_user, "E")
        return iter(found)

    monkeypatch.setattr(Linking, "pieces", leaving)
    assert asked(world, link=True)["taken"]["users"] == 4
    assert [one.key for one in linked(world)[0]] == ["A", "B", "C", "D"]
