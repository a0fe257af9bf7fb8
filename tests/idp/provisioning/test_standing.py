"""How it stands with logins."""

from lockstep.idp.apps import actions as apps
from lockstep.idp.directory import actions as directory
from lockstep.idp.provisioning.onelogin import provisioning_of
from lockstep.idp.provisioning.run import Orders
from lockstep.idp.provisioning.standing import everybody, standings
from tests.idp.provisioning.target import Fault
from tests.idp.provisioning.world import World, everyone, many


def states(world: World) -> dict[str, str]:
    with world.db.read() as c:
        found = list(everybody(c, apps.find_app(c, "aws")))
    assert len(found) == len(dict(found))
    return {name: provisioning_of(standing)[0].value for name, standing in found}


def test_everybody_who_has_the_app_and_who_had_it(each_world: World) -> None:
    world = each_world
    world.make_app("approve-update=on", "approve-delete=on")
    assert states(world) == {}
    world.become(everyone("A", "B", "C"))
    assert set(states(world).values()) == {"unknown"}
    world.target.faults = lambda sent: Fault(400) if "C@x" in str(sent.body) else None
    world.sync(Orders(by_hand=False))
    assert states(world) == {"A@x.example": "provisioned", "B@x.example": "provisioned", "C@x.example": "provisioning_failed"}
    world.become({"A": {"title": "x"}, "C": {}})
    world.sync(Orders(by_hand=False))
    assert states(world) == {
        "A@x.example": "modifying_pending_approval",
        "B@x.example": "modifying_pending_approval_then_disabled",
        "C@x.example": "provisioning_failed",
    }


def test_more_than_one_batch(world: World) -> None:
    people = many(1100)
    world.make_app()
    world.linked(everyone(*people))
    world.plan()
    assert set(states(world).values()) == {"provisioned"}
    assert len(states(world)) == 1100


def test_a_later_plan_of_one_person_counts_for_them(world: World) -> None:
    world.make_app("approve-create=on")
    world.become(everyone("A", "B"))
    world.plan()
    world.set("approve-create=off")
    world.plan(only="A")
    with world.db.read() as c:
        found = standings(c, apps.find_app(c, "aws"), ["A", "B"])
    assert {key: provisioning_of(one)[0].value for key, one in found.items()} == {
        "A": "provisioning",
        "B": "provisioning_pending_approval",
    }


def test_who_is_switched_off_and_on_again(each_world: World) -> None:
    world = each_world
    world.make_app()
    world.synced(everyone("A"))
    world.suspend("A")
    world.sync()
    assert states(world) == {"A@x.example": "disabled"}
    world.by_hand(directory.reactivate, "A")
    world.plan()
    with world.db.read() as c:
        [found] = standings(c, apps.find_app(c, "aws"), ["A"]).values()
    assert provisioning_of(found) == ("modifying", "enabling")
