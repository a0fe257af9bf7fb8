"""Why a person has an app, and is in its groups."""

from lockstep.idp.apps import actions as apps
from lockstep.idp.apps.rules import actions as rules
from lockstep.idp.apps.rules.records import Existing, Mapped, Rule
from lockstep.idp.console.why import Why, why
from lockstep.idp.directory import actions as directory
from lockstep.idp.directory.conditions.records import Condition
from lockstep.idp.directory.lookup import user_of_id
from tests.idp.console.world import HAND, World


def asked(world: World, user_id: int) -> Why:
    app = world.app_now()
    with world.db.read() as c:
        return why(c, app, user_of_id(c, user_id))


async def test_by_everyone_by_role_and_by_rule(each_world: World) -> None:
    world = each_world
    assert asked(world, world.alice.id) == Why(("everyone has it",))
    world.set("groups=on")
    with world.changing() as c:
        apps.assign(c, world.app, "Readers", world.now)
        apps.unassign(c, world.app, 99, world.now)
    assert asked(world, world.alice.id) == Why(("everyone has it", "role Readers"), (("Readers", "role Readers"),))
    assert asked(world, world.bob.id) == Why(("everyone has it",))
    with world.changing() as c:
        directory.change_user(c, world.bob.id, {"department": "Sales"}, actor=HAND, now=world.now)
        sales = (Condition("department", "equals", "Sales"),)
        for rule in (
            Rule("Map", (Mapped("department", "S.*"),)),
            Rule("Name", (Existing(("A", "B")),), conditions=sales, enabled=False),
        ):
            rules.save(c, world.app, rule, world.now, actor=HAND)
        rules.apply(c, world.app, world.now, actor=HAND)
    assert asked(world, world.bob.id) == Why(("everyone has it",), (("Sales", "Department “Sales”"),), "Map")
    with world.changing() as c:
        rules.enable(c, world.app, 2, True, world.now, actor=HAND)
        rules.apply(c, world.app, world.now, actor=HAND)
    assert asked(world, world.bob.id).groups == (("A", "named by the rule"), ("B", "named by the rule"))
    page = await (await world.signed_in()).get(f"/admin/users/{world.bob.id}/applications")
    assert "Has it because: everyone has it. Groups by the rule Name : A – named by the rule B" in page.text
