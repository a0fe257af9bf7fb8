"""What an app would be told about a person, beside what is provisioned of them."""

from lockstep.idp.apps.rules import actions as rules
from lockstep.idp.apps.rules.records import Existing, Rule
from lockstep.idp.directory.records import Status
from lockstep.idp.provisioning import ondemand
from lockstep.idp.provisioning.shown import Step
from lockstep.idp.signin.preview import with_sign_in
from tests.idp.signin.world import ALICE, COST_CENTER, World


def step(world: World, who: str = ALICE) -> Step:
    with world.changing() as c:
        shown = with_sign_in(c, world.app, ondemand.look_at_user(c, world.app, who, world.now))
    assert shown.steps[-1].name == "sign-in"
    return shown.steps[-1]


def told(found: Step) -> dict[str, str]:
    return {row[0]: row[1] for row in found.rows}


async def test_the_name_and_the_session_tags_are_those_of_the_assertion(each_world: World) -> None:
    each_world.parameter(COST_CENTER, "cost_center", include_in_saml_assertion=True)
    each_world.change(ALICE, cost_center="4711")
    found = step(each_world)
    assert (found.state, found.verdict) == ("success", "The app is told this, with 1 attribute for access control.")
    assert told(found)["NameID"] == ALICE
    assert told(found)["session tag CostCenter"] == "4711"


async def test_what_rules_set_is_told(world: World) -> None:
    world.parameter(COST_CENTER, "cost_center", include_in_saml_assertion=True)
    with world.changing() as c:
        rules.save(c, world.app, Rule("tag", (Existing(("R-1",), COST_CENTER),)), world.now, actor="root")
        rules.apply(c, world.app, world.now, actor="root")
    assert told(step(world))["session tag CostCenter"] == "R-1"


async def test_an_attribute_that_is_not_included_is_told_to_nobody(world: World) -> None:
    world.change(ALICE, cost_center="4711")
    found = step(world)
    assert found.verdict == "The app is told this, with 0 attributes for access control."
    assert "4711" not in str(found.rows)


async def test_what_would_be_refused_is_said_before_anybody_tries(world: World) -> None:
    world.parameter(COST_CENTER, "cost_center", include_in_saml_assertion=True)
    world.change(ALICE, cost_center="R&D")
    found = step(world)
    assert found.state == "error"
    assert found.verdict.startswith("They could not sign in. The value of the attribute for access control CostCenter")


async def test_who_is_suspended_would_be_told_of_but_cannot_sign_in(world: World) -> None:
    world.status(ALICE, Status.SUSPENDED)
    found = step(world)
    assert (found.state, found.verdict.partition(",")[0]) == ("warning", "They are suspended")
    assert told(found)["NameID"] == ALICE


async def test_who_has_not_the_app_is_nobody_to_it(world: World) -> None:
    with world.changing() as c:
        c.raw.execute("DELETE FROM app_assignments")
    assert step(world).verdict == "They do not have the app, so nobody is told anything about them."


async def test_without_a_service_provider_it_says_what_is_missing(world: World) -> None:
    with world.changing() as c:
        c.raw.execute("DELETE FROM app_saml")
    found = step(world)
    assert found.verdict.startswith(f"No service provider is set yet: lockstep idp app saml {world.app.name}.")
