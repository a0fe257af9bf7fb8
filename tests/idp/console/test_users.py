"""Users > Users."""

from lockstep.idp.console import store
from lockstep.idp.console.profile import sentence
from lockstep.idp.directory.checks import FieldProblem
from tests.idp.console.world import ADMIN, HOSTILE, OPEN, World, press


async def test_people_are_listed_found_and_filtered(each_world: World) -> None:
    browser = await each_world.signed_in()
    page = await browser.get("/admin/users")
    assert "alice@x.example" in page.text
    assert "bob@x.example" in page.text
    found = await browser.get("/admin/users?q=ALI")
    assert "alice@x.example" in found.text
    assert "bob@x.example" not in found.text
    assert "Clear filters" in found.text
    none = await browser.get("/admin/users?status=2")
    assert "No matches" in none.text
    assert "No matches" in (await browser.get("/admin/users?q=%25")).text
    wrong = await browser.get("/admin/users?status=nonsense&after=")
    assert "'nonsense' is unknown" in wrong.text
    assert 'id="f-status-error"' in wrong.html
    assert "alice" not in wrong.text, "a filter that is not understood is not left out"


async def test_a_long_list_goes_by_key(each_world: World) -> None:
    for number in range(store.PAGE + 5):
        each_world.user(f"p{number:03}")
    browser = await each_world.signed_in()
    first = await browser.get("/admin/users?q=p0")
    assert "p000@x.example" in first.text
    assert "p054@x.example" not in first.text
    address = first.html.split('href="/admin/users?q=p0&amp;after=')[1].split('"')[0]
    second = await browser.get(f"/admin/users?q=p0&after={address}")
    assert "p054@x.example" in second.text
    assert "p000@x.example" not in second.text
    assert "End of the list" in second.text


async def test_a_user_is_made_and_what_is_wrong_stands_beside_the_field(world: World) -> None:
    browser = await world.signed_in()
    page = await browser.get("/admin/users/new")
    wrong = await press(browser, page, "/admin/users/new", user_name="ALICE@x.example", given_name="Kept <b>")
    assert wrong.status == 422
    assert 'value="ALICE@x.example"' in wrong.html
    assert 'value="Kept &lt;b&gt;"' in wrong.html
    assert 'id="f-user_name-error"' in wrong.html
    assert "is another user's" in wrong.text
    done = await press(browser, page, "/admin/users/new", user_name="carol", display_name="Carol")
    assert "carol has been created." in done.text
    assert world.events("user.created")[-1]["actor"] == ADMIN


async def test_nobody_is_not_found(world: World) -> None:
    browser = await world.signed_in()
    for number in ("999", str(2**53), str(2**80)):
        assert (await browser.get(f"/admin/users/{number}")).status == 404


async def test_hostile_values_are_text_everywhere(world: World) -> None:
    mallory = world.user("mallory", display_name=HOSTILE, department=HOSTILE, title=HOSTILE)
    role = world.found(HOSTILE, mallory)
    world.set("groups=on")
    browser = await world.signed_in()
    for path in (
        "/admin/users",
        f"/admin/users?q={HOSTILE}",
        f"/admin/users/{mallory.id}",
        "/admin/roles",
        f"/admin/roles?q={HOSTILE}",
        f"/admin/roles/{role.id}",
        "/admin/apps/1/users",
        "/admin/apps/1/plan",
        "/admin/events",
        f"/admin/events?user={HOSTILE}&since={HOSTILE}&until=x",
    ):
        page = await browser.get(path.replace(" ", "%20").replace("#", "%23").replace('&"', "%26%22"))
        assert page.status == 200, path
        assert "<script>alert" not in page.html, path
        assert "49" not in page.html.replace("2049", "") or "{{ 7*7 }}" in page.html, path


def test_a_problem_is_said_beside_its_field() -> None:
    assert sentence(FieldProblem("email", "is longer than 3 bytes")) == "This is longer than 3 bytes."


async def test_a_deleted_user_loses_the_accounts_that_the_page_names(world: World) -> None:
    world.set(*OPEN, "leavers=delete")
    await world.sync()
    browser = await world.signed_in()
    page = await browser.get(f"/admin/users/{world.alice.id}")
    assert f'data-dialog href="/admin/users/{world.alice.id}/remove"' in page.html
    asked = await browser.get(f"/admin/users/{world.alice.id}/remove")
    assert "The account is deleted. With the next sync, within the app's limits." in asked.text
    assert "1 role loses this member." in asked.text
    gone = await press(browser, asked, "/remove")
    assert "alice@x.example has been deleted. Plan of aws shows what follows." in gone.text
    assert (await browser.get(f"/admin/users/{world.alice.id}")).status == 404
    await world.sync()
    assert "alice@x.example" not in str(world.target.users)
    assert [event["actor"] for event in world.events("user.removed")] == [ADMIN]
