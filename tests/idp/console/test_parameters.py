"""The tab Parameters."""

from lockstep.idp.apps import store
from lockstep.idp.apps.records import Parameter
from lockstep.idp.console.parameters import source_words
from tests.idp.console.world import ADMIN, World, address, press

PAGE, EDIT = address("/parameters"), address("/parameters/edit")
TAG = "https://aws.amazon.com/SAML/Attributes/AccessControl:Department"


def own(world: World) -> list[Parameter]:
    with world.db.read() as c:
        return store.parameters(c, world.app.id)


async def test_groups_are_included_and_left_out(world: World) -> None:
    browser = await world.signed_in()
    page = await browser.get(f"{PAGE}/groups")
    for words in ("Edit Field Groups", "Flags", "Include in User Provisioning", "each role is the group of its name"):
        assert words in page.text
    on = await press(browser, page, f"{PAGE}/groups", groups="yes")
    assert "Groups are included in user provisioning" in on.text
    assert world.app_now().settings.groups
    token = page.form("/groups").value("csrf")
    off = await browser.follow(await browser.post(f"{PAGE}/groups", [("csrf", token)]))
    assert "what is at the target stays as it is" in off.text
    assert world.events("app.updated")[-1]["actor"] == ADMIN


async def test_a_new_field_for_the_assertion(world: World) -> None:
    browser = await world.signed_in()
    page = await browser.get(EDIT)
    for words in ("Field name", "Flags", "Include in SAML assertion", "Multi-value", "Department"):
        assert words in page.text
    wrong = await press(browser, page, EDIT, key=TAG, source="department", text="")
    assert wrong.status == 422
    assert "tick “Include in SAML assertion”" in wrong.text
    assert f'value="{TAG}"' in wrong.html
    done = await press(browser, page, EDIT, key=TAG, source="department", text="", saml="yes")
    assert f"The parameter {TAG} has been saved." in done.text
    assert own(world) == [Parameter(TAG, "department", False, True)]
    assert world.events("app.parameter_changed")[-1]["actor"] == ADMIN


async def test_macros_and_custom_attributes(world: World) -> None:
    browser = await world.signed_in()
    page = await browser.get(f"{EDIT}?key=title")
    assert "Edit Field title" in page.text
    wrong = await press(browser, page, EDIT, key="title", source="macro", text="{nobody}")
    assert wrong.status == 422
    assert 'id="f-text-error"' in wrong.html
    assert 'value="{nobody}"' in wrong.html
    await press(browser, page, EDIT, key="title", source="macro", text="{title} ({department})")
    assert own(world) == [Parameter("title", "{title} ({department})", True)]
    page = await browser.get(f"{EDIT}?key=title")
    assert 'value="{title} ({department})"' in page.html
    first = await press(browser, page, EDIT, key="title", do="remove")
    assert "title is as it was at first." in first.text
    assert own(world) == []
    await press(browser, page, EDIT, key="title", source="custom", text="badge")
    assert source_words(own(world)[0]) == "Custom attribute badge"
    assert 'value="badge"' in (await browser.get(f"{EDIT}?key=title")).html


async def test_the_subject_is_a_parameter_of_its_own(world: World) -> None:
    browser = await world.signed_in()
    assert "SAML NameID (Subject)" in (await browser.get(PAGE)).text
    page = await browser.get(f"{EDIT}?key=nameid")
    await press(browser, page, EDIT, key="nameid", source="email", text="")
    assert own(world) == [Parameter("nameid", "email", False)]
    assert (await browser.get(f"{EDIT}?key=nothing")).status == 404
