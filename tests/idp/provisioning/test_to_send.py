"""Requests to the letter, before ids are known."""

from lockstep.idp.provisioning.run import Orders
from tests.idp.provisioning.looking import TEAM, A, B, group, step, user
from tests.idp.provisioning.world import World, everyone, many


def test_a_membership_of_somebody_who_is_made_in_the_same_plan_has_a_word_for_the_id(world: World) -> None:
    world.make_app()
    world.synced({"B": {}}, {"G": ("Team", ["B"])})
    world.become(everyone("A", "B"), TEAM)
    create, members = user(world).requests
    assert create.method == "POST"
    assert members.body["Operations"] == [{"op": "add", "path": "members", "value": [{"value": f"‹id of {A}›"}]}]
    assert members.open_ids
    assert members.path == f"/Groups/{world.target.id_of('Team')}"
    world.sync(Orders(only="A", digest=user(world).digest))
    assert world.target.teams() == {"Team": {A, B}}


def test_more_members_than_a_request_takes_go_to_the_group_that_is_made_first(world: World) -> None:
    world.make_app()
    keys = many(120)
    world.linked(everyone(*keys))
    world.become(everyone(*keys), {"G": ("Team", keys)})
    create, rest = group(world).requests
    assert (create.path, rest.path, rest.open_ids) == ("/Groups", "/Groups/‹id of Team›", True)
    assert len(rest.body["Operations"][0]["value"]) == 20
    members = step(group(world), "members")
    assert (len(members.rows), members.more) == (50, 70)
