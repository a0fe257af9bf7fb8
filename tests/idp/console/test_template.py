"""The SCIM JSON Template on the tab Configuration."""

import json

from lockstep.idp.apps.template import actions
from tests.idp.console.world import ADMIN, World, address, press

PAGE, SAVE = address("/configuration"), address("/configuration/template")
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
TEMPLATE = json.dumps(
    {
        "schemas": [USER],
        "userName": "{$user.email}",
        "nickName": "{$user.firstname}",
        "emails": [{"value": "{$user.email}", "primary": True}],
    },
    indent=1,
)


def stored(world: World) -> tuple[str, bool]:
    with world.db.read() as c:
        return actions.template_of(c, world.app)


async def test_it_is_shown_previewed_saved_and_taken_back(world: World) -> None:
    world.set("provisioning=on", "approve-create=off")
    browser = await world.signed_in()
    page = await browser.get(PAGE)
    for words in ("SCIM JSON Template", "As the connector has it", "Preview for", "checked against AWS IAM Identity Center"):
        assert words in page.text
    assert "{$parameters.userName}" in page.html
    seen = await press(browser, page, SAVE, template=TEMPLATE.replace("\n", "\r\n"), preview_user="alice", do="preview")
    assert seen.status == 200
    for words in ("alice@x.example by this template", "Would be sent", '"nickName": "alice"', "they would be created"):
        assert words in seen.text
    assert not stored(world)[1]
    saved = await press(browser, page, SAVE, template=TEMPLATE.replace("\n", "\r\n"), preview_user="", do="save")
    assert "Everybody is looked at again" in saved.text
    assert "Changed" in saved.text
    assert stored(world) == (f"{TEMPLATE}\n", True)
    assert world.events("app.updated")[-1]["actor"] == ADMIN
    await world.sync()
    again = await press(browser, saved, SAVE, template=TEMPLATE, preview_user="alice", do="preview")
    assert "Nothing would change" in again.text
    other = await press(
        browser, saved, SAVE, template=TEMPLATE.replace("nickName", "title"), preview_user="alice", do="preview"
    )
    for words in ("What would change", "nickName", "At the target, as last written"):
        assert words in other.text
    gone = await press(browser, saved, SAVE, do="reset")
    assert "The template of the connector is in force again" in gone.text
    assert not stored(world)[1]


async def test_what_is_wrong_is_told_with_its_line(world: World) -> None:
    browser = await world.signed_in()
    page = await browser.get(PAGE)
    wrong = await press(browser, page, SAVE, template=TEMPLATE.replace("firstname", "frstname"), preview_user="", do="save")
    assert wrong.status == 422
    assert "Line 6, /nickName : {$user.frstname} is not known; did you mean {$user.firstname}?" in wrong.text
    assert "&#34;{$user.frstname}&#34;" in wrong.html  # still in the form
    nobody = await press(browser, page, SAVE, template=TEMPLATE, preview_user="zoe", do="preview")
    assert nobody.status == 422
    assert 'id="f-preview_user-error"' in nobody.html


async def test_somebody_without_the_app(world: World) -> None:
    with world.changing() as c:
        c.script(["DELETE FROM app_assignments"])
    browser = await world.signed_in()
    page = await browser.get(PAGE)
    seen = await press(browser, page, SAVE, template=TEMPLATE, preview_user="bob", do="preview")
    assert "They do not have aws" in seen.text
