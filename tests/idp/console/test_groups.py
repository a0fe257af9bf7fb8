"""The tab Groups of an app, and the page of one group."""

from lockstep.idp.console import hints, store
from lockstep.idp.directory.nesting.actions import nest_role
from lockstep.idp.provisioning.groups import listing
from tests.idp.console.world import OPEN, World, press
from tests.idp.provisioning.target import Fault

TAB = "/admin/apps/1/groups"


async def test_from_nothing_to_in_step(each_world: World) -> None:
    world = each_world
    browser = await world.signed_in()
    assert "Open Plan to see which groups this app would have." in (await browser.get(TAB)).text
    world.set(*OPEN, "approve-create=on")
    await browser.get("/admin/apps/1/plan")
    page = await browser.get(TAB)
    assert "Readers Waits Making it waits for approval. 0 (1 wanted) Readers –" in page.text
    world.set("approve-create=off")
    await world.sync()
    page = await browser.get(TAB)
    number = world.target.id_of("Readers")
    assert f"Readers {number} In step 1 Readers 2027-01-15 08:00:00" in page.text
    assert f'href="{TAB}/one?name=Readers"' in page.html


async def test_a_group_s_own_page(each_world: World) -> None:
    world = each_world
    cooks = world.found("Cooks", world.bob)
    with world.changing() as c:
        nest_role(c, world.role.id, cooks.id, actor="x", now=1)
    world.set(*OPEN)
    await world.sync()
    browser = await world.signed_in()
    page = await browser.get(f"{TAB}/one?name=READERS")
    assert world.target.id_of("Readers") in page.text
    assert "Members at the target (2)" in page.text
    assert "group.created_in_app" in page.text
    assert f'href="/admin/roles/{world.role.id}"' in page.html
    asked = await browser.get(f"{TAB}/one?name=Readers&user=bob")
    assert "Should be in this group Has aws because everyone has it In the group because role Readers → Cooks" in asked.text
    assert "In the group at the target, as far as is remembered." in asked.text
    stranger = world.user("carol")
    asked = await browser.get(f"{TAB}/one?name=Readers&user={stranger.user_name}")
    assert "Should not be in this group The person is in none of the roles that feed it: Readers" in asked.text
    wrong = await browser.get(f"{TAB}/one?name=Readers&user=no%3Cbody")
    assert 'id="f-user-error"' in wrong.html
    assert "Error: " in wrong.html.partition("</title>")[0]
    nothing = await browser.get(f"{TAB}/one?name=Nothing&user=bob")
    assert "No group of that name is at the target or in the last plan." in nothing.text
    assert "Nothing feeds a group called Nothing" in nothing.text
    filed = await press(browser, page, "/admin/apps/1/do/now")
    assert "Synchronizing users with aws" in filed.text


async def test_what_is_planned_and_what_failed_is_shown(each_world: World) -> None:
    world = each_world
    world.set(*OPEN)
    await world.sync()
    world.target.faults = lambda sent: Fault(400, detail="no room left") if sent.path.startswith("/Groups") else None
    world.seat(world.role, world.bob)
    await world.sync()
    browser = await world.signed_in()
    page = await browser.get(f"{TAB}/one?name=Readers")
    assert "1 at the target, 2 wanted" in page.text
    assert "no room left" in page.text
    assert "group.members_failed_in_app" in page.text
    assert "Members Failed" in page.text
    assert "+ bob@x.example" in page.text
    listed = await browser.get(f"{TAB}?state=failed")
    assert "no room left" in listed.text
    assert "No matches" in (await browser.get(f"{TAB}?state=gone")).text
    assert "No matches" in (await browser.get(f"{TAB}?q=nothing")).text
    asked = await browser.get(f"{TAB}/one?name=Readers&user=bob")
    assert "Not in the group at the target yet." in asked.text


async def test_pages_go_by_key(each_world: World) -> None:
    world = each_world
    for number in range(listing.PAGE + 3):
        world.found(f"Team {number:03}")
    people = [world.user(f"p{number:03}") for number in range(listing.PAGE + 3)]
    world.seat(world.role, *people)
    world.set(*OPEN)
    await world.sync()
    browser = await world.signed_in()
    first = await browser.get(TAB)
    assert "Team 052" not in first.text
    after = first.html.split(f'href="{TAB}?')[1].split('"')[0].replace("&amp;", "&")
    assert "Team 052" in (await browser.get(f"{TAB}?{after}")).text
    page = await browser.get(f"{TAB}/one?name=Readers")
    assert "Members at the target (54)" in page.text
    assert "p052@x.example" not in page.text
    where = page.html.rpartition(f'href="{TAB}/one?')[2].split('"')[0].replace("&amp;", "&")
    rest = await browser.get(f"{TAB}/one?{where}")
    assert "p052@x.example" in rest.text
    assert "First page" in rest.text


async def test_what_waits_is_counted_by_the_index_of_states(world: World) -> None:
    """Every tab says what is left to a person; it must not read all that is done."""
    world.set(*OPEN, "approve-create=on")
    await (await world.signed_in()).get("/admin/apps/1/plan")
    app = world.app_now()
    with world.db.read() as c:
        assert hints.waiting_of(c, app).approvals == 3
        statement = store._LEFT.for_dialect("sqlite")
        plan = c.raw.execute(f"EXPLAIN QUERY PLAN {statement.text}", {**statement.fixed, "plan": 1, "states": "[]"}).fetchall()
    assert any("changes_by_state" in row[3] for row in plan), plan
