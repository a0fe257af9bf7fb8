"""The page "Why is nothing happening?", and the four cases of the guide's troubleshooting on it."""

from lockstep.idp.apps.connect import Connection
from lockstep.idp.apps.rules import actions as rules
from lockstep.idp.apps.rules.records import Existing, Rule
from lockstep.idp.directory import actions as directory
from lockstep.idp.provisioning.whynothing.checks import findings, in_the_way
from lockstep.idp.provisioning.whynothing.looking import look
from tests.idp.console.world import ADMIN, HAND, OPEN, World, address, press

WHY = address("/why")


def wrong(world: World) -> set[str]:
    app = world.app_now()
    with world.db.read() as c:
        return {one.check for one in in_the_way(findings(look(c, app, world.now)))}


async def test_it_leads_to_what_mends_each_thing_until_nothing_is_in_the_way(each_world: World) -> None:
    world = each_world
    browser = await world.signed_in()
    assert WHY in (await browser.get(address("/provisioning"))).html
    page = await browser.get(WHY)
    assert "Provisioning is off: nothing is sent. Tick “Enable provisioning”" in page.text
    assert 'href="/admin/apps/1/provisioning"' in page.html
    assert "No worker runs: none was ever at work." in page.text
    tested = await press(browser, page, "/why/test")
    assert "The target answers as it should." in tested.text
    assert world.tested
    world.set(*OPEN, "schedule=0 3 * * *")
    await world.sync()
    assert wrong(world) == set()
    well = await browser.get(WHY)
    assert "Nothing is in the way." in well.text
    assert "2 users have the app." in well.text


async def test_a_test_that_fails_is_said_and_recorded(world: World) -> None:
    world.answers = Connection(False, "The target refused the access token (401).", "Copy it again.", "token", 401)
    browser = await world.signed_in()
    page = await press(browser, await browser.get(WHY), "/why/test")
    assert "The test failed. The target refused the access token (401). Copy it again." in page.text
    assert "connection" in wrong(world)
    assert world.events("app.connector_broken")[-1]["actor"] == ADMIN


async def test_the_guides_case_1_groups_are_not_provisioned(world: World) -> None:
    world.set(*OPEN, "groups=off")
    await world.sync()
    assert "groups" in wrong(world)
    assert "Groups are not sent" in (await (await world.signed_in()).get(WHY)).text
    world.set("groups=on")
    assert "groups" not in wrong(world)


async def test_the_guides_case_2_nothing_is_synced(world: World) -> None:
    world.set("provisioning=on", "groups=on")
    await world.sync()
    assert "approvals" in wrong(world)
    world.now += 3 * 86_400_000
    page = await (await world.signed_in()).get(WHY)
    assert "3 changes wait for approval, for 3 days: 3 to create." in page.text
    with world.changing() as c:
        rules.save(c, world.app, Rule("One", (Existing(("x",)),)), world.now, actor=HAND)
    assert "rules" in wrong(world)


async def test_the_guides_case_3_a_deleted_group_lives_on(world: World) -> None:
    world.set(*OPEN, "approve-delete=on")
    await world.sync()
    with world.changing() as c:
        directory.remove_role(c, world.role.id, actor=HAND, now=world.now)
    await world.sync()
    assert "Readers" in world.target.teams()
    page = await (await world.signed_in()).get(WHY)
    assert "1 to delete or switch off. Review in Plan" in page.text


async def test_the_guides_case_4_a_group_was_deleted_at_the_target_first(world: World) -> None:
    world.set(*OPEN)
    world.found("readers", world.bob)
    await world.sync()
    assert "twice" in wrong(world), "the redundant sources that the guide has one look for"
    with world.changing() as c:
        c.script(["UPDATE group_links SET missing = 1"])
    page = await (await world.signed_in()).get(WHY)
    assert "1 group was deleted at the target: the next sync makes it again." in page.text
    assert "To be rid of a group, delete its role or its rule." in page.text
