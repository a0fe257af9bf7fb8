"""Users > Custom User Fields."""

from lockstep.idp.directory import actions as directory
from lockstep.idp.directory.fields import store as fields
from tests.idp.console.world import HAND, World, press

HOME = "/admin/users/fields"


def order(world: World) -> list[str]:
    with world.db.read() as c:
        return [one.shortname for one in fields.everything(c)]


async def test_fields_are_added_renamed_and_put_in_order(each_world: World) -> None:
    browser = await each_world.signed_in()
    page = await browser.get(HOME)
    assert "No custom user fields" in page.text
    for name in ("Badge number", "Desk"):
        page = await press(browser, page, HOME, name=name, shortname=name.split()[0].lower())
    assert "The field Desk has been added." in page.text
    wrong = await press(browser, page, HOME, name="Other", shortname="badge")
    assert 'id="f-shortname-error"' in wrong.html
    await press(browser, page, f"{HOME}/2/move", to="up")
    assert order(each_world) == ["desk", "badge"]
    await press(browser, page, f"{HOME}/2/move", to="down")
    await press(browser, page, f"{HOME}/2/move", to="down")
    assert order(each_world) == ["badge", "desk"]
    saved = await press(browser, await browser.get(f"{HOME}/1"), f"{HOME}/1", name="Pass")
    assert "Pass" in saved.text
    assert order(each_world) == ["badge", "desk"]


async def test_a_field_goes_with_everybodys_value_after_a_word(world: World) -> None:
    with world.changing() as c:
        directory.change_user(c, world.alice.id, {}, custom={"badge": "7"}, actor=HAND, now=world.now)
        directory.change_user(c, world.bob.id, {}, custom={"desk": '"badge":'}, actor=HAND, now=world.now)
    browser = await world.signed_in()
    asked = await browser.get(f"{HOME}/1/remove")
    assert "1 user has a value of it" in asked.text
    wrong = await press(browser, asked, f"{HOME}/1/remove", word="")
    assert 'id="f-word-error"' in wrong.html
    done = await press(browser, asked, f"{HOME}/1/remove", word="delete")
    assert "with the values of 1 user." in done.text
    assert order(world) == ["desk"]
    assert (await browser.get(f"{HOME}/1")).status == 404
