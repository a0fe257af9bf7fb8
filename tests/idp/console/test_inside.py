"""What the page of a role shows of roles inside roles."""

from lockstep.idp.console.inside import Inside, look_inside
from lockstep.idp.directory.nesting.actions import nest_role
from lockstep.idp.directory.records import Role
from tests.idp.console.world import World


def looked(world: World, role: Role) -> Inside:
    with world.db.read() as c:
        return look_inside(c, role)


async def test_who_came_through_which_role(each_world: World) -> None:
    world = each_world
    cooks, waiters, sauciers = (
        world.found("Cooks", world.alice),
        world.found("Waiters", world.bob),
        world.found("Sauciers", world.bob),
    )
    assert looked(world, world.role).members == 0  # nothing is counted where nothing is inside
    with world.changing() as c:
        for above, below in ((world.role, cooks), (world.role, waiters), (cooks, sauciers)):
            nest_role(c, above.id, below.id, actor="x", now=1)
    found = looked(world, world.role)
    assert (found.contains, found.contained_in, found.members) == ([cooks, waiters], [], 2)
    with world.db.read() as c:
        ways = found.ways(c, [world.alice, world.bob])
    alice, bob = ways[world.alice.id], ways[world.bob.id]
    assert (alice.itself, alice.through) == (True, [cooks])
    assert (bob.itself, bob.through) == (False, [cooks, waiters])
    assert looked(world, cooks).contained_in == [world.role]
