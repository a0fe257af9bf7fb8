"""The steps of one group."""

import pytest

from lockstep.kit.problems import Problem
from tests.idp.provisioning.looking import TEAM, exactly, group, step
from tests.idp.provisioning.world import World, everyone


def test_groups_that_are_not_sent_say_so(world: World) -> None:
    world.make_app("groups=off")
    world.become(everyone("A"), {"G": ("Team", ["A"]), "H": ("AWSControlTowerAdmins", ["A"])})
    found = group(world)
    assert (step(found, "scope").state, found.requests) == ("error", ())
    assert "Include in User Provisioning is off" in step(found, "scope").verdict
    world.set("groups=on")
    found = group(world, "AWSControlTowerAdmins")
    assert (step(found, "scope").state, found.requests) == ("error", ())
    assert "the protect list (AWSControlTower*)" in step(found, "scope").verdict


def test_a_group_that_nothing_feeds_is_deleted_or_emptied(world: World) -> None:
    world.make_app()
    world.synced(everyone("A", "B"), TEAM)
    world.become(everyone("A", "B"))
    found = group(world)
    assert step(found, "fed").state == "stopped"
    assert step(found, "members").verdict == "Nobody: the group is deleted."
    exactly(world, found)
    assert world.target.groups == {}
    for name in ("Team", "a\0b"):
        with pytest.raises(Problem, match="aws has no group called "):
            group(world, name)
