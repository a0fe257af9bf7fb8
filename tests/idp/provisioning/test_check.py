"""Reading a target and comparing it with what is remembered, at the floor of requests."""

import asyncio
from math import ceil

import pytest

from lockstep.idp.apps.actions import find_app
from lockstep.idp.provisioning import check, links
from lockstep.idp.provisioning.actions import start
from lockstep.idp.provisioning.check import Checked, Checker
from lockstep.idp.provisioning.exchange import TargetProblem
from lockstep.idp.provisioning.records import GroupLink
from lockstep.idp.provisioning.run import Orders
from lockstep.idp.provisioning.source import source_of
from lockstep.scim.messages import ENTERPRISE
from tests.idp.provisioning.target import Fault
from tests.idp.provisioning.world import World, everyone, many

PEOPLE = {"A": {"manager_id": "B", "title": "x", "email": "a@x", "phone": "+39", "department": "D"}, "B": {}, "C": {}}
ROLES = {"G": ("Team", ["A", "B"]), "H": ("Crew", [])}


def checked(world: World) -> Checked:
    with world.write() as c:
        source, target = source_of(c, find_app(c, "aws")), world.link_target(c)
    world.target.log.clear()
    found = asyncio.run(Checker(world.db, source, target, world.target.client("https://x", "t")).check())
    assert found.requests == len(world.target.log)
    return found


def differences(found: Checked) -> list[tuple[str, str, str]]:
    return [(one.object, one.name, one.kind) for one in found.differences]


def ready(world: World) -> World:
    world.make_app()
    world.synced(PEOPLE, ROLES)
    return world


def user(world: World, key: str) -> dict[str, object]:
    return world.target.users[world.target.id_of(f"{key}@x.example")]


def test_nothing_differs(each_world: World) -> None:
    found = checked(ready(each_world))
    assert (found.differences, found.requests, found.floor, found.unmatched) == ([], 4, 4, 0)


def test_an_empty_target_costs_two_requests(each_world: World) -> None:
    each_world.make_app()
    assert (checked(each_world).requests, checked(each_world).floor) == (2, 2)


def test_a_changed_attribute_is_seen_and_put_back(each_world: World) -> None:
    ready(each_world)
    user(each_world, "A")["title"] = "changed behind our back"
    user(each_world, "B")["active"] = False
    assert sorted(differences(checked(each_world))) == [("user", "A@x.example", "changed"), ("user", "B@x.example", "changed")]
    result = each_world.sync(Orders(full=True))
    assert (result.applied, result.failed, result.check["differences"]) == (2, 0, 2)
    assert (user(each_world, "A")["title"], user(each_world, "B")["active"]) == ("x", True)
    assert checked(each_world).differences == []


def test_another_manager_and_none_are_seen_and_put_back(each_world: World) -> None:
    ready(each_world)
    extension = user(each_world, "A")[ENTERPRISE]
    assert isinstance(extension, dict)
    boss = dict(extension["manager"])
    for drifted in ({"value": each_world.target.id_of("C@x.example")}, {"value": "nobody"}, None):
        extension = user(each_world, "A")[ENTERPRISE]
        assert isinstance(extension, dict)
        extension["manager"] = drifted
        assert differences(checked(each_world)) == [("user", "A@x.example", "changed")]
        each_world.sync(Orders(full=True))
        extension = user(each_world, "A")[ENTERPRISE]
        assert isinstance(extension, dict)
        assert extension["manager"] == boss


def test_what_was_taken_away_is_put_back(each_world: World) -> None:
    ready(each_world)
    before = each_world.target.people()
    for name in ("title", "emails", "phoneNumbers", "displayName"):
        del user(each_world, "A")[name]
    assert differences(checked(each_world)) == [("user", "A@x.example", "changed")]
    each_world.sync(Orders(full=True))
    assert each_world.target.people() == before


def test_a_lost_user_is_seen_and_made_again_in_the_groups(each_world: World) -> None:
    ready(each_world)
    each_world.target.lose(each_world.target.id_of("B@x.example"))
    assert differences(checked(each_world)) == [("user", "B@x.example", "missing")]
    before = len(each_world.target.users)
    result = each_world.sync(Orders(full=True))
    assert (result.failed, len(each_world.target.users)) == (0, before + 1)
    assert each_world.target.teams() == {"Team": {"A@x.example", "B@x.example"}, "Crew": set()}
    assert "'manager': 'B@x.example'" in str(each_world.target.people()["A"])
    assert (checked(each_world).differences, each_world.changes()) == ([], [])


def test_a_lost_group_is_made_again_with_its_members(each_world: World) -> None:
    ready(each_world)
    for name in ("Team", "Crew"):
        each_world.target.lose(each_world.target.id_of(name))
    assert differences(checked(each_world)) == [("group", "Crew", "missing"), ("group", "Team", "missing")]
    each_world.sync(Orders(full=True))
    assert each_world.target.teams() == {"Team": {"A@x.example", "B@x.example"}, "Crew": set()}


def test_a_renamed_group_is_named_back(each_world: World) -> None:
    ready(each_world)
    number = each_world.target.id_of("Team")
    each_world.target.groups[number]["displayName"] = "team"
    assert differences(checked(each_world)) == [("group", "Team", "renamed")]
    assert each_world.sync(Orders(full=True)).applied == 1
    assert each_world.target.id_of("Team") == number


def test_lost_and_extra_members_are_put_right(each_world: World) -> None:
    ready(each_world)
    group = each_world.target.groups[each_world.target.id_of("Team")]
    each_world.target.users["z"] = {"id": "z", "userName": "stranger"}
    group["members"] = [
        {"value": each_world.target.id_of("C@x.example")},
        {"value": each_world.target.id_of("A@x.example")},
        {"value": "z"},
    ]
    found = checked(each_world)
    assert sorted(differences(found)) == [
        ("membership", "Team", "member extra"),
        ("membership", "Team", "member extra"),
        ("membership", "Team", "member missing"),
    ]
    assert found.unmatched == 1
    result = each_world.sync(Orders(full=True))
    assert (result.applied, each_world.target.teams()["Team"]) == (1, {"A@x.example", "B@x.example"})


def test_members_are_not_read_where_groups_are_not_sent(each_world: World) -> None:
    ready(each_world)
    each_world.set("groups=off")
    each_world.target.lose(each_world.target.id_of("Team"))
    found = checked(each_world)
    assert (found.differences, found.requests, found.floor) == ([], 1, 1)


def test_strangers_are_counted_and_left_alone(each_world: World) -> None:
    ready(each_world)
    each_world.target.users["z"] = {"id": "z", "userName": "stranger"}
    each_world.target.groups["y"] = {"id": "y", "displayName": "Theirs", "members": [{"value": "z"}]}
    found = checked(each_world)
    assert (found.differences, found.unmatched) == ([], 1)


def test_what_was_believed_lost_and_is_there_is_found_again(each_world: World) -> None:
    """The other tenant's URL was a mistake; after it is put right nobody is made anew."""
    ready(each_world)
    users, groups = dict(each_world.target.users), dict(each_world.target.groups)
    each_world.target.users.clear()
    each_world.target.groups.clear()
    assert each_world.sync(Orders(full=True)).quarantine
    each_world.target.users.update(users)
    each_world.target.groups.update(groups)
    with each_world.write() as c:
        start(c, find_app(c, "aws"), each_world.now)
    result = each_world.sync(Orders(full=True))
    assert (result.failed, result.quarantine) == (0, "")
    assert [sent for sent in each_world.target.writes if sent.method == "POST"] == []
    assert (each_world.target.users.keys(), checked(each_world).differences) == (users.keys(), [])


@pytest.mark.parametrize("fault", [Fault(500), Fault(0), Fault(400)])
@pytest.mark.parametrize("broken", ["/Users", "/Groups", "groups.value"])
def test_what_cannot_be_read_to_its_end_is_not_believed(world: World, fault: Fault, broken: str) -> None:
    ready(world)
    world.target.lose(world.target.id_of("Team"))
    world.target.faults = lambda sent: fault if broken in sent.path + sent.query.get("filter", "") else None
    with pytest.raises(TargetProblem, match="the target could not be read: "):
        checked(world)
    with pytest.raises(TargetProblem):
        world.sync(Orders(full=True))
    world.target.faults = lambda _sent: None
    assert [one.missing for one in _groups(world)] == [False, False]


def _groups(world: World) -> list[GroupLink]:
    with world.db.read() as c:
        return links.groups(c, world.link_target(c))


def test_memberships_are_read_the_cheaper_way(world: World) -> None:
    """By group where that is no more requests than one for each user, else by user."""
    people = everyone("A", "B")
    world.make_app()
    world.synced(people, {f"G{one}": (f"Team {one}", ["A"]) for one in range(3)})
    found = checked(world)
    assert (found.requests, found.floor, found.differences) == (1 + 1 + 2, 1 + 1 + 2, [])
    assert {sent.query["filter"].split()[0] for sent in world.target.log if "filter" in sent.query} == {"members.value"}
    world.target.groups[world.target.id_of("Team 1")]["members"] = [{"value": world.target.id_of("B@x.example")}]
    assert sorted(differences(checked(world))) == [
        ("membership", "Team 1", "member extra"),
        ("membership", "Team 1", "member missing"),
    ]
    world.synced(people, {"G0": ("Team 0", ["A"])})
    checked(world)
    assert {sent.query["filter"].split()[0] for sent in world.target.log if "filter" in sent.query} == {"groups.value"}


def test_the_floor_of_a_full_check(world: World) -> None:
    people, size = many(250), {"G": 250, "H": 100, "I": 1, "J": 0}
    world.make_app()
    world.linked(everyone(*people))
    world.sync()
    world.synced(everyone(*people), {key: (f"Team {key}", people[:number]) for key, number in size.items()})
    found = checked(world)
    by_group = sum(max(1, ceil(number / 100)) for number in size.values())
    assert found.floor == ceil(250 / 100) + ceil(4 / 100) + min(by_group, 250)
    assert (found.requests, found.differences) == (found.floor, [])


def test_a_check_reports_in_the_stream(world: World) -> None:
    ready(world)
    user(world, "A")["title"] = "y"
    world.sync(Orders(full=True))
    drift = [event for event in world.events() if event.type.value == "drift.found"]
    assert [event.notes for event in drift] == ["1 differences, 4 requests (floor 4)"]
    world.sync(Orders(full=True))
    assert len([event for event in world.events() if event.type.value == "drift.found"]) == 1


def test_nothing_is_written_before_it_is_recorded(world: World) -> None:
    ready(world)
    world.target.lose(world.target.id_of("Team"))
    found = checked(world)
    assert not any(one.missing for one in _groups(world))
    with world.write() as c:
        check.record(c, world.link_target(c), found.differences)
    assert [one.missing for one in _groups(world)] == [False, True]
