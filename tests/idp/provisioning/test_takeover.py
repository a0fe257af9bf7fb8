"""Reading what a target holds already, and taking it over in one go; what must not be taken over."""

import pytest

from lockstep.idp.apps import actions as apps
from lockstep.idp.apps import store
from lockstep.idp.provisioning import links
from lockstep.idp.provisioning.engine import Engine
from lockstep.kit.problems import Problem
from tests.idp.provisioning.occupied import PEOPLE, ROLES, asked, linked, lose_the_links, occupied, put_group, put_user
from tests.idp.provisioning.target import Fault, Sent
from tests.idp.provisioning.world import World, everyone, many


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


def test_a_job_that_is_done_again_after_a_crash_finds_all_taken_over(world: World) -> None:
    """The worker died between the links and the end of its job."""
    occupied(world)
    digest = asked(world)["digest"]
    assert asked(world, link=True, digest=digest)["taken"]["users"] == 2
    again = asked(world, link=True, digest=digest)
    assert (again["taken"]["users"], again["users"]["linked"]) == (0, 2)


@pytest.mark.parametrize("moved", ["directory", "url"])
def test_what_moves_while_the_target_is_read(world: World, moved: str) -> None:
    """A newcomer is taken over with the rest; what was read at another URL is not."""
    occupied(world)
    put_user(world, "n", "N@x.example")

    def move(_sent: Sent) -> None:
        world.target.watch = lambda _other: None
        if moved == "directory":
            world.become({"A": {}, "N": {}})
            return
        with world.write() as c:
            store.set_url(c, world.app_id(c), "https://other.example/scim")

    world.target.watch = move
    if moved == "directory":
        found = asked(world, link=True)
        assert (found["taken"]["users"], [link.key for link in linked(world)[0]]) == (2, ["A", "N"])
    else:
        with pytest.raises(Problem, match="the SCIM base URL was changed while the target was read"):
            asked(world, link=True)
        with world.db.read() as c:
            assert links.find_target(c, world.app_id(c), "https://other.example/scim") == 0


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


def test_the_floor_of_a_larger_target(world: World) -> None:
    """Two pages of users; memberships by group, of groups that match alone."""
    world.make_app()
    people = many(150)
    world.synced(everyone(*people), {"G": ("Team", people), "H": ("Crew", people[:2]), "I": ("None", [])})
    lose_the_links(world)
    put_group(world, "o", "Theirs", *list(world.target.users)[:120])
    found = asked(world)
    assert found["requests"] == found["floor"] == 2 + 1 + (2 + 1 + 1)
