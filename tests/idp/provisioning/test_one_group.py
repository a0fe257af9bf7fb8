"""A plan of one group alone."""

from lockstep.idp.directory import actions as directory
from tests.idp.provisioning.looking import TEAM, A, exactly, group, step
from tests.idp.provisioning.world import World, everyone


def test_memberships_that_fall_with_their_users_are_not_the_groups_business(world: World) -> None:
    """As in a plan for everyone: a leaver who is deleted or left alone is not taken out first."""
    world.make_app("leavers=delete")
    world.synced(everyone("A", "B"), TEAM)
    world.by_hand(directory.remove_user, "A")
    assert group(world).requests == ()
    world.set("leavers=nothing")
    assert group(world).requests == ()
    world.set("leavers=suspend")
    [request] = group(world).requests
    assert request.body["Operations"][0]["op"] == "remove"
    whole = {one.digest for one in world.changes()}
    assert request.digest in whole


def test_a_group_is_renamed_and_gets_its_members_and_nothing_else_moves(each_world: World) -> None:
    each_world.make_app()
    each_world.synced(everyone("A", "B"), {**TEAM, "H": ("Other", ["A"])})
    each_world.become({"A": {"title": "x"}, "B": {}}, {"G": ("Crew", ["A"]), "H": ("Others", ["B"])})
    for name in ("crew", "Team"):
        found = group(each_world, name)
        assert sorted(one.kind for one in found.requests) == ["members", "rename"]
    assert ("displayName", "Team") in step(found, "known").rows
    exactly(each_world, found)
    assert each_world.target.teams() == {"Crew": {A}, "Other": {A}}
