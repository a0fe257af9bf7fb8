"""Provision on demand: what it shows of a user or a group, and what it sends."""

import pytest

from lockstep.idp import events
from lockstep.idp.apps import actions as apps
from lockstep.idp.directory import actions as directory
from lockstep.idp.provisioning import ledger, ondemand
from lockstep.idp.provisioning.run import Orders
from lockstep.idp.provisioning.shown import Shown, Step
from lockstep.kit.problems import Problem
from lockstep.scim.messages import ENTERPRISE
from tests.idp.provisioning.target import Fault
from tests.idp.provisioning.world import World, everyone, many

A, B = "A@x.example", "B@x.example"
TEAM = {"G": ("Team", ["A", "B"])}


def user(world: World, who: str = "A", *, told: bool = False) -> Shown:
    with world.write() as c:
        return ondemand.look_at_user(c, apps.find_app(c, "aws"), who, world.now, told=told)


def group(world: World, name: str = "Team", *, told: bool = False) -> Shown:
    with world.write() as c:
        return ondemand.look_at_group(c, apps.find_app(c, "aws"), name, world.now, told=told)


def step(shown: Shown, name: str) -> Step:
    return next(one for one in shown.steps if one.name == name)


def exactly(world: World, shown: Shown) -> None:
    """Sends what is shown, and nothing else goes."""
    told = [(one.method, one.path, one.body) for one in shown.requests if one.state in ("ready", "waiting")]
    world.target.log.clear()
    world.sync(Orders(**shown.orders, digest=shown.digest))
    assert [(sent.method, sent.path, sent.body) for sent in world.target.writes] == told


def test_a_new_person_with_a_new_group(each_world: World) -> None:
    each_world.make_app()
    each_world.become({"A": {"title": "Lead", "manager_id": "B"}, "B": {}}, {"G": ("Team", ["A"])})
    found = user(each_world, "a@X.example")
    assert [one.name for one in found.steps] == ["person", "scope", "attributes", "groups", "known", "said", "send"]
    assert step(found, "person").verdict == "Found. Status: Active."
    assert ("Manager", f"{B} (B)") in step(found, "person").rows
    assert step(found, "scope").rows == (("everyone", "everyone has aws"),)
    assert ("title", "title", "Lead") in step(found, "attributes").rows
    assert ("nickName", "nickname", "") in step(found, "attributes").rows
    assert ("manager", "manager_id, sent as the id that they have at the target", "B") in step(found, "attributes").rows
    assert step(found, "groups").rows == (("Team", "role Team", "not there yet: made by a sync"),)
    assert step(found, "known").verdict.startswith("Not linked")
    assert step(found, "said").state == "success"
    assert step(found, "send").verdict == "1 request."
    [request] = found.requests
    assert (request.method, request.path, request.state) == ("POST", "/Users", "ready")
    assert request.headers["Authorization"] == "Bearer …"
    assert request.body["userName"] == A
    assert "manager" not in request.body[ENTERPRISE]
    assert request.reason == "the manager B is not at the target yet, and follows once they are"
    assert each_world.target.log == []
    exactly(each_world, found)
    assert list(each_world.target.people()) == ["A"]


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


def test_an_edit_is_the_patch_that_is_sent(each_world: World) -> None:
    each_world.make_app()
    each_world.synced(everyone("A", "B"), TEAM)
    each_world.become({"A": {"title": "Lead"}, "B": {"title": "other"}}, {"G": ("Team", ["B"])})
    found = user(each_world)
    assert [(one.method, one.kind) for one in found.requests] == [("PATCH", "members"), ("PATCH", "update")]
    assert step(found, "known").verdict.startswith("Linked to the user ")
    assert ("in group", "Team") in step(found, "known").rows
    exactly(each_world, found)
    assert user(each_world).requests == ()
    assert step(user(each_world), "send").verdict.startswith("Nothing: ")


def test_what_stands_in_the_way_is_said(world: World) -> None:
    world.make_app("provisioning=off", everyone=False)
    world.become(everyone("A"), {"G": ("Team", ["A"])})
    assert step(user(world), "scope").verdict == "Nobody has aws yet."
    with world.write() as c:
        apps.assign(c, apps.find_app(c, "aws"), "Team", 1)
    found = user(world)
    assert step(found, "scope").rows == (("role Team", "the role has aws"),)
    assert step(found, "scope").verdict == "Has aws, but nothing is sent: provisioning is off for aws."
    assert step(found, "send").verdict == "1 request, but nothing is sent: provisioning is off for aws."
    assert found.stopped
    world.become(everyone("A", "B"), {"G": ("Team", ["B"])})
    assert "none of their roles gives it" in step(user(world), "scope").verdict
    assert user(world).requests == ()


def test_somebody_who_has_left_is_known_by_their_link(world: World) -> None:
    world.make_app("leavers=suspend")
    world.synced(everyone("A", "B"), TEAM)
    world.by_hand(directory.remove_user, "A")
    for who in ("A", A):
        found = user(world, who)
        assert step(found, "person").verdict == "Not in the directory any more."
        assert [one.kind for one in found.requests] == ["switch-off", "members"]
    assert step(found, "attributes").verdict == "Who leaves is switched off."
    exactly(world, found)
    for who in ("nobody", "a\0b"):
        with pytest.raises(Problem, match="no user is called"):
            user(world, who)


def test_what_waits_is_approved_by_sending_exactly_that(each_world: World) -> None:
    each_world.make_app("approve-create=on")
    each_world.become(everyone("A", "B"))
    found = user(each_world, told=True)
    assert step(found, "said").state == "pending"
    assert step(found, "send").verdict == "1 request; it waits for approval."
    with each_world.write() as c:
        app = apps.find_app(c, "aws")
        assert ondemand.approve_shown(c, app, found, each_world.now, actor="ada") == 1
        ondemand.send(c, app, found, each_world.now, actor="ada")
    told = [(one.type.value, one.actor, one.notes) for one in each_world.events()][-2:]
    assert told == [("approval.given", "ada", "1 changes"), ("sync.asked", "ada", "provision on demand")]
    exactly(each_world, found)


def test_an_earlier_failure_and_a_saved_decision_are_said(world: World) -> None:
    world.make_app()
    world.become(everyone("A"))
    world.target.faults = lambda sent: Fault(400, detail="no good") if sent.method == "POST" else None
    with world.write() as c:
        since = events.latest(c)
    world.sync()
    found = user(world)
    assert step(found, "said").state == "warning"
    assert step(found, "said").rows[-1][2].startswith("the target refused it (400): no good; tried again by itself after ")
    with world.db.read() as c:
        told = ondemand.came_back(c, apps.find_app(c, "aws"), found, since)
    assert [(one["event"], one["ok"]) for one in told] == [("user.creation_failed_in_app", False)] * 3
    with world.write() as c:
        ledger.decide(c, world.app_id(c), "rejected", [found.requests[0].digest], 1)
    found = user(world)
    assert (found.requests[0].state, found.requests[0].method) == ("dropped", "")
    assert "thrown away by an administrator" in step(found, "said").rows[0][2]
    assert step(found, "send").verdict == "Nothing now."


def test_a_new_group_is_made_with_those_who_are_there(each_world: World) -> None:
    each_world.make_app()
    each_world.synced(everyone("A", "B"))
    each_world.become(everyone("A", "B", "C"), {"G": ("Team", ["A", "B", "C"]), "H": ("Other", ["A"])})
    found = group(each_world, "TEAM")
    assert [one.name for one in found.steps] == ["fed", "scope", "members", "known", "said", "send"]
    assert step(found, "fed").rows == (("role Team",),)
    assert step(found, "members").verdict == "3 people; 1 of them not at the target yet."
    assert step(found, "members").rows[0] == ("C@x.example", "not there yet: follows once they are")
    [request] = found.requests
    assert (request.method, request.path, len(request.body["members"])) == ("POST", "/Groups", 2)
    exactly(each_world, found)
    assert each_world.target.teams() == {"Team": {A, B}}


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


def test_as_json(world: World) -> None:
    world.make_app()
    world.become(everyone("A"))
    found = user(world).as_json()
    assert found.keys() == {"app", "scim_url", "object", "name", "key", "digest", "steps", "requests"}
    assert (found["object"], found["name"], found["key"]) == ("user", A, "A")
    assert found["steps"][0].keys() == {"name", "state", "verdict", "rows", "more"}
    assert found["steps"][0]["rows"][0] == {"Attribute": "Username", "Value": A}
    assert found["requests"][0].keys() >= {"method", "path", "headers", "body", "digest", "state", "kind", "object", "name"}
