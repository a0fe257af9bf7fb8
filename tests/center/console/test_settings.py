"""Settings in the console: identity source, session duration."""

from tests.center.console.world import EVIL, Desk, fields_of


async def test_identity_source_shows_what_each_side_needs(desk: Desk) -> None:
    browser = await desk.signed_in()
    page = await browser.get(desk.path("settings"))
    for words in (desk.world.acs, desk.world.sp.entity_id, desk.world.idp.entity_id, "Download metadata file", "days left"):
        assert words in page.text
    assert f'href="/platform/saml/{desk.instance.identity_store_id}"' in page.html


async def test_session_duration_is_chosen_or_typed_within_its_limits(desk: Desk) -> None:
    browser, path = await desk.signed_in(), desk.path("settings", "authentication")
    page = await browser.get(path)
    form = page.form("/authentication")
    answer = await browser.follow(await browser.post(path, fields_of(form, duration="60")))
    assert "Settings updated" in answer.text
    assert desk.instance.profile.session_minutes == 60
    await browser.post(path, fields_of(form, duration="custom", minutes="90"))
    assert desk.instance.profile.session_minutes == 90
    for typed in ("14", "129601", "an hour", "9" * 30, EVIL, ""):
        wrong = await browser.post(path, fields_of(form, duration="custom", minutes=typed))
        assert wrong.status == 422
        assert wrong.form("/authentication").value("minutes") == typed[:20]
        assert 'aria-invalid="true"' in wrong.html
    assert desk.instance.profile.session_minutes == 90
