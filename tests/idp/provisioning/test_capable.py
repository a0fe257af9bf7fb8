"""A target is asked before the first plan, and again where an answer contradicts what was found."""

import pytest

from lockstep.idp.provisioning import capable
from lockstep.idp.provisioning.run import Orders
from lockstep.idp.provisioning.settling import Tally
from lockstep.scim.messages import ENTERPRISE
from tests.idp.provisioning.provider import Generic
from tests.idp.provisioning.target import Fault
from tests.idp.provisioning.world import World, everyone, many

TEAM = {"G": ("Team", ["A", "B"])}
BOTH = everyone("A", "B")


def test_a_target_is_asked_once_before_the_first_plan(generic: Generic) -> None:
    generic.offer(says={"patch": {"supported": True}})
    generic.world.become(BOTH, TEAM)
    result = generic.world.sync()
    assert (result.applied, result.requests, result.floor, result.failed) == (3, 3, 3, 0)
    assert generic.methods() == ["GET /ServiceProviderConfig", "POST /Users", "POST /Users", "POST /Groups"]
    generic.world.sync()
    assert generic.methods().count("GET /ServiceProviderConfig") == 1
    assert generic.can()[1].asked_at == generic.world.now


def test_the_connector_of_aws_asks_nobody(world: World) -> None:
    world.make_app()
    assert not capable.never_asked(world.db, world.app())
    world.synced(BOTH)
    assert not any(sent.path == "/ServiceProviderConfig" for sent in world.target.log)


def test_a_target_that_says_nothing_is_spoken_to_as_declared(generic: Generic) -> None:
    generic.world.synced(BOTH, TEAM)
    generic.world.become({"A": {"title": "x"}, "B": {}}, TEAM)
    assert generic.world.sync().requests == 1
    assert generic.methods() == ["PATCH /Users"]
    assert generic.can()[1].problem.endswith("answered with 404")


def test_without_patch_the_whole_is_read_and_replaced_and_what_is_not_ours_survives(generic: Generic) -> None:
    generic.offer(says={"patch": {"supported": False}}, patch=False)
    generic.world.synced({"A": {"department": "D"}, "B": {"manager_id": "A"}}, TEAM)
    number = generic.provider.id_of("B@x.example")
    generic.provider.users[number] |= {"nickName": "theirs", "urn:x": {"badge": "7"}, "roles": [{"value": "boss"}]}
    generic.world.become({"A": {}, "B": {"title": "x", "department": "R", "manager_id": "A"}}, TEAM)
    result = generic.world.sync()
    assert (result.failed, result.requests, result.floor) == (0, 4, 4)
    assert sorted(generic.methods()) == ["GET /Users"] * 2 + ["PUT /Users"] * 2
    changed = generic.provider.users[number]
    assert (changed["title"], changed["urn:x"], changed["roles"]) == ("x", {"badge": "7"}, [{"value": "boss"}])
    assert changed[ENTERPRISE]["department"] == "R"
    assert changed[ENTERPRISE]["manager"] == {"value": generic.provider.id_of("A@x.example")}
    assert "department" not in generic.provider.users[generic.provider.id_of("A@x.example")].get(ENTERPRISE, {})


def test_without_patch_members_and_names_of_groups_are_replaced(generic: Generic) -> None:
    generic.offer(says={"patch": {"supported": False}}, patch=False)
    generic.world.synced(everyone("A", "B", "C"), {"G": ("Team", ["A", "B"])})
    stranger = generic.provider.answer_made("/Users", {"userName": "stranger"})
    team = generic.provider.id_of("Team")
    generic.provider.groups[team]["members"].append({"value": stranger})
    generic.world.become(everyone("A", "B", "C"), {"G": ("Crew", ["B", "C"])})
    result = generic.world.sync()
    assert (result.failed, result.requests, result.floor) == (0, 4, 4)
    assert generic.provider.teams() == {"Crew": {"B@x.example", "C@x.example", "stranger"}}


@pytest.mark.parametrize("filters", [True, False])
def test_members_that_a_group_does_not_show_stay_in_it_when_it_is_replaced(generic: Generic, filters: bool) -> None:
    generic.offer(says={"patch": {"supported": False}}, patch=False, shows_members=False, filters_members=filters)
    generic.world.synced(everyone("A", "B"), {"G": ("Team", ["A"])})
    generic.world.become(everyone("A", "B"), {"G": ("Team", ["A", "B"])})
    assert generic.world.sync().failed == 0
    assert generic.provider.teams() == {"Team": {"A@x.example", "B@x.example"}}


def test_a_put_does_not_undo_what_somebody_else_has_changed_meanwhile(generic: Generic) -> None:
    generic.offer(says={"patch": {"supported": False}, "etag": {"supported": True}}, patch=False, etags=True)
    generic.world.synced({"A": {}})
    number = generic.provider.id_of("A@x.example")

    def meddle(sent: object) -> None:
        if getattr(sent, "method", "") == "PUT" and "urn:x" not in generic.provider.users[number]:
            generic.provider.users[number]["urn:x"] = {"badge": "8"}

    generic.provider.watch = meddle
    generic.world.become({"A": {"title": "x"}})
    assert generic.world.sync().failed == 0
    assert generic.methods() == ["GET /Users", "PUT /Users"] * 2
    assert (generic.provider.users[number]["title"], generic.provider.users[number]["urn:x"]) == ("x", {"badge": "8"})


@pytest.mark.parametrize("says", [{}, {"patch": {"supported": True}}])
def test_a_patch_that_is_refused_becomes_a_put_in_the_same_run(generic: Generic, says: dict[str, object]) -> None:
    generic.offer(says=says)
    generic.world.synced(BOTH, TEAM)
    generic.offer(says=says, patch=False)
    generic.world.become({"A": {"title": "x"}, "B": {}}, TEAM)
    result = generic.world.sync()
    assert (result.applied, result.failed) == (1, 0)
    assert generic.methods() == ["PATCH /Users", "GET /ServiceProviderConfig", "GET /Users", "PUT /Users"]
    assert generic.can()[0].writes == "put"
    assert generic.can()[1].refused == {"patch"}


def test_where_patch_and_put_are_refused_it_fails_in_words(generic: Generic) -> None:
    generic.world.synced({"A": {}})
    generic.offer(patch=False, put=False)
    generic.world.become({"A": {"title": "x"}})
    result = generic.world.sync()
    assert (result.applied, result.failed) == (0, 1)
    assert generic.methods()[:5] == [
        "PATCH /Users",
        "GET /ServiceProviderConfig",
        "GET /Users",
        "PUT /Users",
        "GET /ServiceProviderConfig",
    ]
    assert generic.can()[0].writes == "patch"


def test_a_404_to_the_patch_of_what_is_there_has_the_target_asked_again(generic: Generic) -> None:
    generic.world.synced({"A": {}})
    generic.offer(says={"patch": {"supported": False}})
    generic.provider.faults = lambda sent: Fault(404) if sent.method == "PATCH" else None
    generic.world.become({"A": {"title": "x"}})
    assert generic.world.sync().failed == 0
    assert generic.can()[0].writes == "put"
    assert generic.can()[1].refused == frozenset()


def test_a_limit_of_members_that_nobody_said_is_found_and_planned_anew(generic: Generic) -> None:
    generic.offer(members=100)
    people = many(250)
    generic.world.become(everyone(*people), {"G": ("Team", people)})
    result = generic.world.sync()
    assert result.failed == 0
    assert len(generic.provider.teams()["Team"]) == 250
    assert (generic.can()[0].members_per_request, generic.can()[1].members) == (100, 100)
    assert result.requests == 250 + 1 + 3


def test_members_that_a_create_does_not_take_follow_it(generic: Generic) -> None:
    generic.offer(create_members=False)
    generic.world.become(BOTH, TEAM)
    result = generic.world.sync()
    assert (result.failed, generic.provider.teams()) == (0, {"Team": {"A@x.example", "B@x.example"}})
    assert not generic.can()[0].create_takes_members
    generic.provider.log.clear()
    generic.world.become(BOTH, {**TEAM, "H": ("Other", ["A"])})
    again = generic.world.sync()
    assert (again.requests, again.floor, generic.methods()) == (2, 2, ["POST /Groups", "PATCH /Groups"])


def test_more_members_than_aws_takes_go_in_one_request(generic: Generic) -> None:
    people = many(300)
    generic.world.become(everyone(*people), {"G": ("Team", people)})
    result = generic.world.sync()
    assert (result.requests, result.floor) == (301, 301)


async def test_without_contradictions_nothing_is_asked(generic: Generic) -> None:
    tally = Tally()
    client = generic.provider.client("https://x", "t")
    await capable.take_in(generic.world.db, generic.world.app(), client, generic.world.clock, tally)
    assert generic.provider.log == []


def test_a_refused_cursor_is_not_tried_again(generic: Generic) -> None:
    generic.world.synced(BOTH, TEAM)
    first, again = (generic.world.sync(Orders(full=True)).check for _ in range(2))
    assert (first["requests"], again["requests"], again["floor"]) == (3, 2, 2)
    assert generic.can()[0].paging == "index"


def test_members_are_removed_by_path(generic: Generic) -> None:
    generic.world.synced(everyone("A", "B", "C"), {"G": ("Team", ["A", "B", "C"])})
    generic.world.become(everyone("A", "B", "C"), {"G": ("Team", ["A"])})
    result = generic.world.sync()
    assert (result.requests, result.failed, generic.provider.teams()) == (1, 0, {"Team": {"A@x.example"}})
    [sent] = generic.provider.writes
    paths = sorted(operation["path"] for operation in sent.body["Operations"])
    assert paths == sorted(f'members[value eq "{generic.provider.id_of(f"{key}@x.example")}"]' for key in "BC")


@pytest.mark.parametrize(
    "offers", [{}, {"shows_members": False}, {"shows_members": False, "filters_members": False}, {"cursors": True}, {"page": 7}]
)
def test_a_full_check_reads_members_as_the_target_gives_them(generic: Generic, offers: dict[str, object]) -> None:
    hidden = offers.get("filters_members") is False  # such a target shows nobody who is in a group: nothing can be checked
    generic.offer(**offers)
    people = many(20)
    generic.world.synced(everyone(*people), {"G": ("Team", people[:12]), "H": ("Empty", [])})
    team = generic.provider.id_of("Team")
    generic.provider.groups[team]["members"].pop()
    generic.provider.users[generic.provider.id_of(f"{people[0]}@x.example")]["title"] = "theirs"
    generic.world.sync(Orders(full=True))
    if hidden:
        assert "PATCH /Groups" not in generic.methods()
    else:
        assert len(generic.provider.teams()["Team"]) == 12
    assert "title" not in generic.provider.users[generic.provider.id_of(f"{people[0]}@x.example")]
