"""What became of creates that nobody heard of again is found out before anything is planned."""

import pytest

from lockstep.idp.apps.actions import find_app
from lockstep.idp.provisioning import ledger, links, touched
from lockstep.idp.provisioning.exchange import TargetProblem
from lockstep.idp.provisioning.run import Orders
from tests.idp.provisioning.target import Fault, Faults, Sent
from tests.idp.provisioning.world import URL, World, everyone

AB = everyone("A", "B")
A, B = "A@x.example", "B@x.example"


def lost(path: str, name: str) -> Faults:
    """The POST of `name` is done, but neither its answer nor anybody who asks afterwards gets one."""

    def faults(sent: Sent) -> Fault | None:
        if sent.method == "GET":
            return Fault(0)
        return Fault(0, done=True) if sent.path == path and name in str(sent.body) else None

    return faults


def interrupted(world: World, path: str, name: str) -> World:
    """A run after which nobody knows what became of one create."""
    world.make_app()
    world.become(AB, {"G": ("Team", ["A", "B"])})
    world.target.faults = lost(path, name)
    world.sync(Orders(by_hand=False))
    world.target.faults = lambda _sent: None
    assert open_creates(world) == 1
    return world


def open_creates(world: World) -> int:
    with world.db.read() as c:
        return len(ledger.open_creates(c, world.link_target(c)))


def ids(world: World) -> set[str]:
    return {*world.target.users, *world.target.groups}


def test_a_user_who_was_made_is_linked_and_brought_in_line(each_world: World) -> None:
    interrupted(each_world, "/Users", A)
    before = ids(each_world)
    result = each_world.sync()
    assert (result.failed, ids(each_world), open_creates(each_world)) == (0, before, 0)
    assert each_world.target.teams() == {"Team": {A, B}}
    with each_world.db.read() as c:
        assert [(one.key, one.made) for one in links.users(c, each_world.link_target(c))] == [("A", True), ("B", True)]
    assert any(event.notes == "made by an earlier request whose answer was lost" for event in each_world.events())


def test_a_group_that_was_made_is_linked_with_the_members_it_has(each_world: World) -> None:
    interrupted(each_world, "/Groups", "Team")
    before = ids(each_world)
    each_world.become(AB, {"G": ("Team", ["B"])})
    assert each_world.sync().failed == 0
    assert (ids(each_world), each_world.target.teams(), each_world.changes()) == (before, {"Team": {B}}, [])


def test_somebody_who_left_meanwhile_is_switched_off(each_world: World) -> None:
    """Else an account would stay there that nobody knows of."""
    interrupted(each_world, "/Users", A)
    each_world.become(everyone("B"), {"G": ("Team", ["B"])})
    assert each_world.sync().failed == 0
    assert {key: one["active"] for key, one in each_world.target.people().items()} == {"A": False, "B": True}


def test_a_role_that_has_another_name_meanwhile_is_renamed(each_world: World) -> None:
    interrupted(each_world, "/Groups", "Team")
    before = ids(each_world)
    each_world.become(AB, {"G": ("Crew", ["A", "B"])})
    assert each_world.sync().failed == 0
    assert (ids(each_world), each_world.target.teams()) == (before, {"Crew": {A, B}})


def test_what_was_not_made_is_made(each_world: World) -> None:
    each_world.make_app()
    each_world.become(AB)
    each_world.target.faults = lambda sent: Fault(0) if A in str(sent.body) or sent.method == "GET" else None
    each_world.sync(Orders(by_hand=False))
    each_world.target.faults = lambda _sent: None
    assert open_creates(each_world) == 1
    assert (each_world.sync().failed, open_creates(each_world)) == (0, 0)
    assert each_world.target.people().keys() == {"A", "B"}


def test_a_stranger_in_its_place_is_no_creation_of_ours(each_world: World) -> None:
    each_world.make_app()
    created = {"created": "2020-01-01T00:00:00Z"}
    each_world.target.users["x"] = {"id": "x", "userName": A, "meta": created}
    each_world.become(everyone("A"))
    each_world.target.faults = lambda _sent: Fault(0)
    with pytest.raises(TargetProblem, match="does not answer"):
        each_world.sync(Orders(by_hand=False))
    each_world.target.faults = lambda _sent: None
    assert each_world.sync().failed == 1
    with each_world.db.read() as c:
        assert list(links.users(c, each_world.link_target(c))) == []
    assert "active" not in each_world.target.users["x"]


@pytest.mark.parametrize("fault", [Fault(500), Fault(0)])
def test_where_the_target_cannot_be_asked_nothing_is_planned(world: World, fault: Fault) -> None:
    interrupted(world, "/Users", A)
    world.target.log.clear()
    world.target.faults = lambda sent: fault if sent.method == "GET" else None
    with pytest.raises(TargetProblem, match=f"the target cannot be asked what became of user {A}"):
        world.sync()
    assert (world.target.writes, open_creates(world)) == ([], 1)


def test_what_is_linked_already_is_not_linked_twice(each_world: World) -> None:
    interrupted(each_world, "/Users", A)
    with each_world.write() as c:
        target = each_world.link_target(c)
        number = each_world.target.id_of(A)
        links.put_user(c, target, "Z", number, {"userName": A}, made=True)
        touched.touch_everything(c, target)
    each_world.sync()
    with each_world.db.read() as c:
        link = links.user_by_target_id(c, each_world.link_target(c), number)
    assert link is not None
    assert link.key == "Z"
    assert open_creates(each_world) == 0


def test_creates_of_another_target_are_not_asked_for(each_world: World) -> None:
    interrupted(each_world, "/Users", A)
    with each_world.write() as c:
        c.script([f"UPDATE apps SET scim_url = 'https://elsewhere.example' WHERE id = {find_app(c, 'aws').id}"])
    each_world.sync()
    with each_world.db.read() as c:
        old = links.find_target(c, each_world.app_id(c), URL)
        assert len(ledger.open_creates(c, old)) == 1
