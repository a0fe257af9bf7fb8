"""Provision on demand: what it shows of a user or a group, and what it sends."""

from lockstep.idp.apps import actions as apps
from lockstep.idp.provisioning import ondemand
from lockstep.scim.messages import ENTERPRISE
from tests.idp.provisioning.looking import TEAM, A, B, exactly, group, step, user
from tests.idp.provisioning.world import World, everyone


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
