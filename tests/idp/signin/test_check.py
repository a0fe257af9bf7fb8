"""Who could not sign in, and why."""

from lockstep.idp.apps import actions as apps
from lockstep.idp.apps.rules import actions as rules
from lockstep.idp.apps.rules.records import Macro, Rule
from lockstep.idp.directory import actions as directory
from lockstep.idp.directory.conditions.records import Condition
from lockstep.idp.directory.nesting.actions import nest_role
from lockstep.idp.directory.records import Status
from lockstep.idp.signin.addresses import entity_id, metadata_for, sso_url
from lockstep.idp.signin.check import Checked, check_app
from tests.idp.signin.world import ALICE, COST_CENTER, HAND, ORIGIN, World


def check(world: World) -> Checked:
    with world.db.read() as c:
        return check_app(c, world.app)


async def test_everybody_is_looked_at(each_world: World) -> None:
    found = check(each_world)
    assert (found.people, found.without_password, found.found) == (2, 1, [])
    each_world.parameter("userName", "display_name")
    assert {one.user_name for one in check(each_world).found} == {ALICE, "bob@x.example"}


async def test_what_rules_set_is_looked_at(world: World) -> None:
    with world.changing() as c:
        only = (Condition("email", "equals", ALICE),)
        rules.save(c, world.app, Rule("name", (Macro("{department}", "userName"),), conditions=only), 1, actor="root")
        assert check_app(c, world.app).found == []
        rules.apply(c, world.app, 1, actor="root")
    assert [one.user_name for one in check(world).found] == [ALICE]


async def test_all_that_is_in_one_person_s_way_is_listed(world: World) -> None:
    world.parameter(COST_CENTER, "cost_center", include_in_saml_assertion=True)
    world.change(ALICE, cost_center="R&D", user_name="alice")
    found = [one for one in check(world).found if one.user_name == "alice"]
    assert len(found) == 2
    assert all(one.trouble.fix for one in found)


async def test_who_is_not_active_or_has_not_the_app_is_left_out(each_world: World) -> None:
    world = each_world
    world.parameter("nameid", "{firstname}")
    world.status(ALICE, Status.SUSPENDED)
    assert [one.user_name for one in check(world).found] == ["bob@x.example"]
    with world.changing() as c:
        c.raw.execute("DELETE FROM app_assignments")
        role = directory.create_role(c, "Some", actor=HAND, now=world.now)
        apps.assign(c, world.app, role.group_id, world.now)
    assert check(world).people == 0
    bob = world.user("bob@x.example").id
    with world.changing() as c:
        directory.add_members(c, role.id, [bob], actor=HAND, now=world.now)
    assert (check(world).people, len(check(world).found)) == (1, 1)
    with world.changing() as c:
        directory.remove_members(c, role.id, [bob], actor=HAND, now=world.now)
        inside = directory.create_role(c, "Inside", actor=HAND, now=world.now)
        directory.add_members(c, inside.id, [bob], actor=HAND, now=world.now)
        nest_role(c, role.id, inside.id, actor=HAND, now=world.now)
    assert (check(world).people, len(check(world).found)) == (1, 1)


async def test_addresses_are_made_from_the_public_url(world: World) -> None:
    said = metadata_for(ORIGIN, world.config, (b"x",))
    assert said.entity_id == entity_id(ORIGIN, world.config) == f"{ORIGIN}/saml/metadata/{world.config.uuid}"
    assert (
        set(said.sso.values()) == {sso_url(ORIGIN, world.config)} == {f"{ORIGIN}/trust/saml2/http-post/sso/{world.config.uuid}"}
    )
