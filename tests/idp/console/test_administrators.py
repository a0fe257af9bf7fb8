"""Security > Administrators."""

import pytest

from lockstep.idp.admins import actions
from lockstep.idp.console.administrators import DIFFERENT, HOME, YOURSELF
from tests.idp.console.world import ADMIN, HAND, HOSTILE, World, press

NEW = "a long enough one"


async def test_one_is_added_signs_in_and_is_removed_at_once(each_world: World) -> None:
    browser = await each_world.signed_in()
    page = await browser.get(HOME)
    assert f"{ADMIN} (you)" in page.text
    added = await press(browser, page, HOME, name="ada", password=NEW, again=NEW)
    assert "Administrator ada has been added, and can sign in." in added.text
    assert NEW not in added.html + str(each_world.events())
    other = each_world.browser()
    assert (await each_world.log_in(other, "ada", NEW)).status == 303
    assert (await other.get("/admin/users")).status == 200
    asked = await browser.get(f"{HOME}/remove?name=ada")
    assert "Every session of this administrator ends at once" in asked.text
    gone = await press(browser, asked, f"{HOME}/remove")
    assert "Administrator ada has been removed; the sessions have ended." in gone.text
    assert (await other.get("/admin/users")).status == 303
    assert (await each_world.log_in(each_world.browser(), "ada", NEW)).status == 403
    kinds = [(event["type"], event["actor"]) for event in each_world.events("admin.") if event.get("object_name") == "ada"]
    assert ("admin.created", ADMIN) in kinds
    assert ("admin.removed", ADMIN) in kinds


@pytest.mark.parametrize(
    ("name", "password", "again", "field", "words"),
    [
        ("", NEW, NEW, "name", "An administrator needs a name"),
        ("a\tb", NEW, NEW, "name", "An administrator needs a name"),
        (ADMIN, NEW, NEW, "name", "Another administrator has this name."),
        ("ada", "short", "short", "password", "A password has 8 to 1024 characters."),
        ("ada", NEW, "something else", "again", DIFFERENT),
        ("ada", NEW, "", "again", DIFFERENT),
        (HOSTILE, NEW, "x", "again", DIFFERENT),
    ],
)
async def test_wrong_input(world: World, name: str, password: str, again: str, field: str, words: str) -> None:
    browser = await world.signed_in()
    wrong = await press(browser, await browser.get(HOME), HOME, name=name, password=password, again=again)
    assert wrong.status == 422
    assert f'id="f-{field}-error"' in wrong.html
    assert words in wrong.text
    assert "<script>alert" not in wrong.html
    assert NEW not in wrong.html
    with world.db.read() as c:
        assert [one.name for one in actions.everyone(c)] == [ADMIN]


async def test_nobody_removes_themselves_or_the_last_one(world: World) -> None:
    browser = await world.signed_in()
    asked = await browser.get(f"{HOME}/remove?name={ADMIN}")
    assert YOURSELF in asked.text
    token = asked.form("/admin/logout").value("csrf")
    for name, status in ((ADMIN, 409), ("nobody", 404), ("", 404)):
        assert (await browser.post(f"{HOME}/remove", [("csrf", token), ("name", name)])).status == status
    assert (await browser.get(f"{HOME}/remove?name=nobody")).status == 404
    with world.db.read() as c:
        assert [one.name for one in actions.everyone(c)] == [ADMIN]


async def test_the_last_one_stays_even_if_who_asks_has_gone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two remove each other in the same moment: the second finds that one is left."""
    with world.changing() as c:
        actions.create(c, "ada", "stored", actor=HAND, now=world.now)
    browser = await world.signed_in()
    asked = await browser.get(f"{HOME}/remove?name=ada")

    def only(c: object, name: str, **_more: object) -> None:
        raise actions.LastAdminProblem(f"{name} is the last administrator: make another one first")

    monkeypatch.setattr(actions, "remove", only)
    refused = await press(browser, asked, f"{HOME}/remove")
    assert refused.status == 409
    assert "Ada is the last administrator: make another one first." in refused.text
