"""The tab Provisioning."""

from lockstep.idp.apps.settings import Settings
from lockstep.idp.console.provisioning import VALUES, values_of
from tests.idp.console.world import ADMIN, World, address, press

PAGE = address("/provisioning")


async def test_the_words_of_the_guide(world: World) -> None:
    page = await (await world.signed_in()).get(PAGE)
    for words in (
        "Enable provisioning",
        "Require admin approval before this action is performed",
        "Create user",
        "Delete user",
        "Update user",
        "Entitlements",
        "Refresh",
        "Do Nothing",
    ):
        assert words in page.text


async def test_what_has_changed_is_saved(world: World) -> None:
    browser = await world.signed_in()
    page = await browser.get(PAGE)
    now = {key: value for key, value in values_of(world.app_now().settings).items() if key in VALUES}
    ticked = {"provisioning": "yes", "approve-delete": "yes"}
    done = await press(browser, page, PAGE, **now, **ticked)
    # A browser sends only what is ticked; `press` repeats boxes that were on the page.
    assert "The settings have been saved." in done.text
    assert world.app_now().settings.provisioning
    event = world.events("app.updated")[-1]
    assert event["actor"] == ADMIN
    assert "rate" not in event["notes"]
    token = page.form(PAGE).value("csrf")
    fields = [("csrf", token), *{**now, "leavers": "delete", "grace-days": "30"}.items()]
    done = await browser.follow(await browser.post(PAGE, fields))
    settings = world.app_now().settings
    assert (settings.leavers, settings.grace_days, settings.provisioning, settings.approve_delete) == (
        "delete",
        30,
        False,
        False,
    )
    assert "what is at the target stays as it is" in done.text


async def test_what_is_wrong_stands_beside_each_field(world: World) -> None:
    browser = await world.signed_in()
    token = (await browser.get(PAGE)).form(PAGE).value("csrf")
    fields = {"rate": "fast", "limit-deletions": "-1", "schedule": "soon", "grace-days": "30", "limit-deletions-share": "2"}
    wrong = await browser.post(PAGE, [("csrf", token), *fields.items()])
    assert wrong.status == 422
    for name in ("rate", "limit-deletions", "schedule", "limit-deletions-share"):
        assert f'id="f-{name}-error"' in wrong.html
        assert f'value="{fields[name]}"' in wrong.html
    assert 'value="30"' in wrong.html
    assert world.app_now().settings == Settings()


async def test_refresh_files_a_full_sync(world: World) -> None:
    browser = await world.signed_in()
    page = await press(browser, await browser.get(PAGE), "/do/refresh")
    assert "Full sync" in page.text
    assert "Entitlements are being refreshed" in page.text


async def test_an_app_is_limited_before_it_is_let_loose(world: World) -> None:
    browser = await world.signed_in()
    page = await browser.get(PAGE)
    wrong = await press(browser, page, PAGE, **{"pilot-role": "Nobody's"})
    assert (wrong.status, 'id="f-pilot-role-error"' in wrong.html) == (422, True)
    done = await press(browser, page, PAGE, **{"pilot-role": "readers", "pilot-people": "2", "creates-only": "yes"})
    assert "No role has this name" in done.text
    done = await press(browser, page, PAGE, **{"pilot-role": "Readers", "pilot-people": "2", "creates-only": "yes"})
    settings = world.app_now().settings
    assert (settings.pilot_role, settings.pilot_people, settings.creates_only) == ("Readers", 2, True)
    assert "This app is limited to people of the role Readers and to 2 people: others are left as they are." in done.text
    assert "This app only makes what is missing" in done.text
