"""Why a person is in a group of an app, and why not."""

from lockstep.idp.apps import actions as apps
from lockstep.idp.apps.rules import actions as rules
from lockstep.idp.apps.rules.records import Existing, Mapped, Rule
from lockstep.idp.directory.conditions.records import Condition
from lockstep.idp.directory.lookup import find_user
from lockstep.idp.provisioning.groups.records import Standing
from lockstep.idp.provisioning.groups.why import Way, Why, way_words, why
from tests.idp.provisioning.target import Fault
from tests.idp.provisioning.world import World, everyone

AB = everyone("A", "B")
ROLES = {"G": ("Staff", []), "H": ("Cooks", ["A"]), "I": ("Sauciers", ["A"])}


def asked(world: World, person: str, group: str) -> Why:
    with world.db.read() as c:
        return why(c, apps.find_app(c, "aws"), find_user(c, person), group)


def test_the_ways_through_roles_are_named(each_world: World) -> None:
    each_world.make_app()
    each_world.become(AB, ROLES)
    each_world.nest("G", "H")
    each_world.nest("H", "I")
    each_world.sync()
    found = asked(each_world, "A", "STAFF")
    assert (found.wanted, found.why_not, found.group, found.rule) == (True, (), "Staff", "")
    assert found.app_by == (Way("everyone has it"),)
    assert [one.path for one in found.group_by] == [("Staff", "Cooks"), ("Staff", "Cooks", "Sauciers")]
    assert [way_words(one) for one in found.group_by] == [
        "role Staff, through Cooks",
        "role Staff, through Cooks → Sauciers",
    ]
    assert found.pushed is not None
    assert (found.pushed.state, found.pushed.id_at_target) == (Standing.IN_STEP, each_world.target.id_of("Staff"))
    assert (found.member, found.ours, found.pending, found.error) == (True, True, (), "")
    assert found.at_target == "In the group at the target, as far as is remembered."
    found = asked(each_world, "B", "Staff")
    assert (found.wanted, found.group_by) == (False, ())
    assert found.why_not == ("The person is in none of the roles that feed it: Staff (G).",)
    assert found.at_target == "Not in the group at the target, as far as is remembered."


def test_who_does_not_have_the_app_is_told_by_which_roles_it_is_given(each_world: World) -> None:
    each_world.make_app(everyone=False)
    each_world.become(AB, ROLES)
    found = asked(each_world, "A", "Cooks")
    assert found.why_not == ("The person does not have aws: it is given to nobody.",)
    with each_world.write() as c:
        apps.assign(c, apps.find_app(c, "aws"), "Staff", 1)
    found = asked(each_world, "A", "Cooks")
    assert found.why_not == ("The person does not have aws: it is given to role Staff, and they are in none.",)
    each_world.nest("G", "H")
    found = asked(each_world, "A", "Cooks")
    assert (found.wanted, found.app_by) == (True, (Way("role Staff", ("Staff", "Cooks")),))


def test_what_no_role_has_and_what_is_left_alone(world: World) -> None:
    world.make_app("protect=Cook*")
    world.become(AB, ROLES)
    assert asked(world, "A", "Nobody").why_not == (
        "Nothing feeds a group called Nobody: no role has that name, and no rule makes it.",
    )
    assert asked(world, "A", "cooks").why_not == (
        "Cooks is on the list of protected groups: it is neither changed nor deleted.",
    )
    world.set("groups=off")
    assert asked(world, "A", "Sauciers").why_not == ("aws includes no groups in user provisioning.",)


def test_rules_say_which_decides_and_which_condition_does_not_hold(each_world: World) -> None:
    each_world.make_app()
    each_world.become({"A": {"department": "Sales"}, "B": {}}, ROLES)
    app = each_world.app()
    sales = (Condition("department", "equals", "Sales"),)
    with each_world.write() as c:
        for rule in (
            Rule("all", (Existing(("Everybody",)),)),
            Rule("sales", (Existing(("Sellers",)),), conditions=sales),
            Rule("kitchen", (Mapped("role", "^Cooks$"),), conditions=sales),
        ):
            rules.save(c, app, rule, 1, actor="root")
        rules.apply(c, app, 1, actor="root")
    found = asked(each_world, "A", "Cooks")
    assert (found.wanted, found.rule, [one.path for one in found.group_by]) == (True, "kitchen", [("Cooks",)])
    assert asked(each_world, "A", "Sellers").why_not == (
        "The rule kitchen decides, and gives: Cooks.",
        "The rule sales would give it, but the later rule decides.",
    )
    assert asked(each_world, "B", "Sellers").why_not == (
        "The rule all decides, and gives: Everybody.",
        "The rule sales could give it, and does not hold: department equals “Sales”.",
    )
    with each_world.write() as c:
        rules.save(c, app, Rule("cooks", (Mapped("role", "^Cooks$"),)), 1, actor="root")
        rules.apply(c, app, 1, actor="root")
    assert asked(each_world, "B", "Cooks").why_not == (
        "The rule all decides, and gives: Everybody.",
        "The rule kitchen could give it, and does not hold: department equals “Sales”.",
        "The rule cooks gives it to the roles Cooks (H), and the person is in none of them.",
    )
    assert asked(each_world, "B", "Everybody").group_by == (Way("named by the rule"),)


def test_what_has_to_happen_first_at_the_target(each_world: World) -> None:
    world = each_world
    world.make_app("approve-create=on")
    world.become(AB, ROLES)
    assert asked(world, "A", "Cooks").at_target.startswith("The person is not at the target yet: the next sync")
    world.plan()
    found = asked(world, "A", "Cooks")
    assert (found.wanted, found.member) == (True, False)
    there = "The person is not at the target yet, and follows into the group once they are."
    assert found.at_target == f"{there} Making them waits for approval."
    assert [(one.adds, one.state.value) for one in found.pending] == [(True, "waiting")]
    world.set("approve-create=off")
    world.target.faults = lambda sent: Fault(400, detail="no good name") if sent.path == "/Users" else None
    world.sync()
    found = asked(world, "A", "Cooks")
    assert "no good name" in found.error
    assert found.at_target.startswith(f"{there} failed:")
    world.target.faults = lambda sent: Fault(400, detail="no") if sent.path.startswith("/Groups") else None
    world.now += 3_600_000
    world.sync()
    found = asked(world, "A", "Cooks")
    assert found.at_target.startswith("Not in the group at the target yet. ")
    assert found.error == "the target refused it (400): no"


def test_a_removal_that_is_held_is_told(each_world: World) -> None:
    world = each_world
    world.make_app("limit-removals=1")
    world.synced(everyone("A", "B", "C"), {"G": ("Staff", ["A", "B", "C"])})
    world.become(everyone("A", "B", "C"), {"G": ("Staff", ["C"])})
    world.sync()
    found = asked(world, "A", "Staff")
    assert (found.wanted, found.member) == (False, True)
    assert found.at_target == "Still in the group at the target. held: too many membership removals."
    assert found.pushed is not None
    assert found.pushed.state is Standing.HELD
    assert asked(world, "C", "Staff").at_target.startswith("In the group at the target")
