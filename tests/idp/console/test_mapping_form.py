"""The form of a mapping: what it shows, how it grows, how values are written."""

from lockstep.idp.directory.mappings import store as mappings
from tests.idp.console.test_mappings import HOME, save
from tests.idp.console.world import World, press


async def test_the_form_shows_what_was_saved_and_grows_by_its_buttons(world: World) -> None:
    browser = await world.signed_in()
    await save(browser)
    form = await browser.get(f"{HOME}/edit?mapping=1")
    for value in ('value="Sellers"', 'value="Sales|Legal"', 'value="Readers"'):
        assert value in form.html
    grown = await press(browser, form, f"{HOME}/edit", do="more-actions")
    grown = await press(browser, grown, f"{HOME}/edit", do="more")
    assert ("Condition 2" in grown.text, "Action 2" in grown.text) == (True, True)
    less = await press(browser, grown, f"{HOME}/edit", do="drop-condition-1")
    assert "Condition 2" not in less.text
    less = await press(browser, less, f"{HOME}/edit", do="drop-action-0")
    assert "Action 2" not in less.text
    assert (await browser.get(f"{HOME}/edit?mapping=99")).status == 404


async def test_statuses_groups_and_texts_are_written_as_people_write_them(world: World) -> None:
    browser = await world.signed_in()
    await save(browser, **{"action-0": "set_status", "set-0": "suspended"})
    await save(browser, **{"action-0": "set_title", "set-0": "{firstname} sells"})
    with world.db.read() as c:
        assert [one.actions[0].values for one in mappings.everything(c)] == [("2",), ("{firstname} sells",)]
    assert 'value="Suspended"' in (await browser.get(f"{HOME}/edit?mapping=1")).html
