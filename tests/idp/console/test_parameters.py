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
    await press(browser, page, EDIT, key="title", source="macro", text="{title} ({department})", provisioning="yes")
    assert own(world) == [Parameter("title", "{title} ({department})", True)]
    page = await browser.get(f"{EDIT}?key=title")
    assert 'value="{title} ({department})"' in page.html
    first = await press(browser, page, EDIT, key="title", do="remove")
    assert "title is as it was at first." in first.text
    assert own(world) == []
    await press(browser, page, EDIT, key="title", source="custom", text="badge", provisioning="yes")
    assert source_words(own(world)[0]) == "Custom attribute badge"
    assert 'value="badge"' in (await browser.get(f"{EDIT}?key=title")).html


async def test_the_subject_is_a_parameter_of_its_own(world: World) -> None:
    browser = await world.signed_in()
    assert "SAML NameID (Subject)" in (await browser.get(PAGE)).text
    page = await browser.get(f"{EDIT}?key=nameid")
    await press(browser, page, EDIT, key="nameid", source="email", text="")
    assert own(world) == [Parameter("nameid", "email", False)]
    assert (await browser.get(f"{EDIT}?key=nothing")).status == 404


async def test_all_of_a_field_is_kept_and_shown(world: World) -> None:
    browser = await world.signed_in()
    page = await browser.get(EDIT)
    for words in (
        "Default if no value selected",
        "Semicolon Delimited input (Multi-value output)",
        "Include in User Provisioning",
    ):
        assert words in page.text
    assert "aria-invalid" not in page.html
    said = {"label": "Teams", "default": "a;b\r\nc", "transform": "semicolon", "provisioning": "yes", "blank": "yes"}
    done = await press(browser, page, EDIT, key="teams", source="none", text="", values="one, two", **said)
    assert "The parameter teams has been saved." in done.text
    assert own(world) == [
        Parameter(
            *("teams", "none", False, False, False),
            label="Teams",
            transform="semicolon",
            values="one, two",
            default_values=("a;b", "c"),
            skip_if_blank=False,
            in_provisioning=True,
        )
    ]
    for words in ("Teams", "Enabled", "the same for everybody: one, two", "default if no value selected: a;b, c", "sent empty"):
        assert words in done.text
    again = await browser.get(f"{EDIT}?key=teams")
    assert "a;b\nc</textarea>" in again.html


async def test_a_field_is_left_out_of_provisioning(world: World) -> None:
    browser = await world.signed_in()
    page = await browser.get(f"{EDIT}?key=title")
    await press(browser, page, EDIT, key="title", source="title", text="")
    assert own(world)[0].in_provisioning is False
    assert "Disabled" in (await browser.get(PAGE)).text


async def test_credentials_and_safe_entitlements(world: World) -> None:
    browser = await world.signed_in()
    page = await browser.get(PAGE)
    for words in ("Credentials are", "Configured by admin", "Configured by admins and shared by all users"):
        assert words in page.text
    shared = await press(browser, page, f"{PAGE}/credentials", credentials="shared")
    assert "Everybody has the values of the parameters." in shared.text
    assert world.app_now().settings.credentials == "shared"
    form = await browser.get(f"{PAGE}/groups")
    await press(browser, form, f"{PAGE}/groups", groups="yes")
    assert (world.app_now().settings.groups, world.app_now().settings.safe_entitlements) == (True, False)
    await press(browser, form, f"{PAGE}/groups", groups="yes", safe="yes")
    assert world.app_now().settings.safe_entitlements
