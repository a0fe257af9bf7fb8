"""The tab Configuration: values, the write-only token, and the connection test."""

from typing import Any

import pytest

from lockstep.idp.apps.actions import stop, token_of
from lockstep.idp.apps.connect import Connection
from lockstep.idp.apps.saml import store as saml
from lockstep.idp.apps.tokens import actions as tokens
from lockstep.idp.console.configuration import ANOTHER_URL, LONGEST, NEW_TENANT, api_status
from lockstep.idp.provisioning.installation import actions as installation
from lockstep.kit.problems import Problem
from lockstep.saml.keys import SigningKey
from lockstep.saml.metadata import write_idp_metadata, write_sp_metadata
from lockstep.saml.records import AssertionConsumer, Binding, IdpMetadata, Signed, SpMetadata
from tests.idp.console.world import ADMIN, OPEN, TOKEN, URL, World, address, press

PAGE = address("/configuration")
OTHER = "https://other.example/scim/v2"
ACS, ISSUER = "https://sp.example/acs", "https://sp.example/metadata"


async def send(world: World, browser: Any, **values: str) -> Any:
    page = await browser.get(PAGE)
    blank = {"scim_url": URL, "token": "", "acs_url": "", "issuer": ""}
    return await press(browser, page, PAGE, **{**blank, "do": "save", **values})


def stored(world: World) -> tuple[str, str]:
    app = world.app_now()
    with world.db.read() as c:
        return app.scim_url, token_of(c, world.engine.vault, app)


async def test_the_token_is_write_only(world: World) -> None:
    browser = await world.signed_in()
    done = await send(world, browser, token="a-new-one")
    assert "The configuration has been saved." in done.text
    assert stored(world) == (URL, "a-new-one")
    assert "a-new-one" not in done.html
    assert "a-new-one" not in (await browser.get(PAGE)).html
    assert "a-new-one" not in str(world.events())
    assert "a-new-one" not in str(done.headers) + str(browser.cookies)
    await send(world, browser)
    assert stored(world) == (URL, "a-new-one")
    assert world.events("app.updated")[-1]["actor"] == ADMIN


async def test_another_url_needs_its_token(world: World) -> None:
    browser = await world.signed_in()
    for do in ("save", "enable"):
        wrong = await send(world, browser, scim_url=OTHER, do=do)
        assert wrong.status == 422
        assert ANOTHER_URL in wrong.text
        assert f'value="{OTHER}"' in wrong.html
    assert world.tested == []
    await send(world, browser, scim_url=OTHER, token="theirs")
    assert stored(world) == (OTHER, "theirs")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"scim_url": "http://x.example/scim", "token": "t"}, "scim_url"),
        ({"token": "two words"}, "token"),
        ({"acs_url": "ftp://x", "issuer": ISSUER}, "acs_url"),
        ({"acs_url": ACS}, "issuer"),
        ({"acs_url": ACS, "issuer": "x" * 1_025}, "issuer"),
        ({"scim_url": "http://127.0.0.1/scim", "token": "t"}, "scim_url"),
        ({"scim_url": "https://x.example/" + "x" * 3_000, "token": "t"}, "scim_url"),
        ({"acs_url": ACS, "issuer": ISSUER, "session_minutes": "0"}, "session_minutes"),
        ({"acs_url": ACS, "issuer": ISSUER, "session_minutes": "many"}, "session_minutes"),
        ({"session_minutes": "100"}, "metadata"),
    ],
)
async def test_what_is_wrong_stands_beside_the_field_and_nothing_is_saved(
    world: World, values: dict[str, str], field: str
) -> None:
    browser = await world.signed_in()
    before = stored(world)
    wrong = await send(world, browser, **values)
    assert wrong.status == 422
    assert f'id="f-{field}-error"' in wrong.html
    assert stored(world) == before
    for name, value in values.items():
        assert (f'value="{value}"' in wrong.html) == (name != "token")


async def test_enable_tests_what_is_typed_and_keeps_it(world: World) -> None:
    browser = await world.signed_in()
    done = await send(world, browser, scim_url=OTHER, token="theirs", do="enable")
    assert world.tested == [(OTHER, "theirs")]
    assert "The API connection is enabled" in done.text
    assert "API Status: Enabled" in done.text
    assert stored(world) == (OTHER, "theirs")
    again = await send(world, browser, scim_url=OTHER, do="save")
    assert "API Status: Enabled" in again.text
    assert stored(world) == (OTHER, "theirs")
    assert world.events("app.connected")[-1]["actor"] == ADMIN


async def test_a_connection_that_does_not_work_says_why_and_what_to_do(world: World) -> None:
    world.answers = Connection(False, "The target refused the access token (401).", "Copy the token again, whole.")
    browser = await world.signed_in()
    wrong = await send(world, browser, token="bad", do="enable")
    assert "The target refused the access token (401)." in wrong.text
    assert "Copy the token again, whole." in wrong.text
    assert stored(world) == (URL, TOKEN)
    assert "API Status: Not tested yet" in wrong.text  # what is stored was not tested
    broken = await send(world, browser, do="enable")
    assert wrong.status == broken.status == 422
    assert 'id="f-token-error"' not in broken.html  # this answer does not say which value is wrong
    assert broken.text.count("The target refused") == 2  # beside the buttons and above, not in a hint, too
    assert "API Status: Broken" in broken.text
    hint = (await browser.get(address())).text
    assert "The API connection is broken. The target refused the access token (401). Copy the token again, whole." in hint


async def test_disable_stops_and_enable_starts(world: World) -> None:
    browser = await world.signed_in()
    off = await send(world, browser, do="disable")
    assert "API Status: Disabled" in off.text
    assert world.app_now().stopped
    on = await send(world, browser, do="enable")
    assert "API Status: Enabled" in on.text
    assert not world.app_now().stopped


async def test_enable_does_not_end_a_quarantine(world: World) -> None:
    with world.changing() as c:
        stop(c, world.app, world.now)
        c.script(["UPDATE apps SET quarantine = 'gone'"])
    await send(world, await world.signed_in(), do="enable")
    assert world.app_now().quarantine == "gone"
    assert api_status(world.app_now()) == ("stopped", "Disabled")


async def test_the_service_provider_by_its_two_values(world: World) -> None:
    browser = await world.signed_in()
    await send(world, browser, acs_url=ACS, issuer=ISSUER)
    with world.db.read() as c:
        config = saml.of_app(c, world.app.id)
    assert config is not None
    assert (config.sp.consumers[0].location, config.sp.entity_id) == (ACS, ISSUER)
    page = await browser.get(PAGE)
    assert f'value="{ACS}"' in page.html
    assert [event["actor"] for event in world.events("signin.saml_changed")] == [ADMIN]
    await send(world, browser, acs_url=ACS, issuer=ISSUER)
    assert len(world.events("signin.saml_changed")) == 1


@pytest.mark.parametrize(("about", "field"), [("token", "token"), ("scim_url", "scim_url")])
async def test_the_value_that_the_target_refuses_is_marked(world: World, about: str, field: str) -> None:
    world.answers = Connection(False, "The target refused it.", "Try another.", about)
    wrong = await send(world, await world.signed_in(), scim_url=OTHER, token="theirs", do="enable")
    assert f'id="f-{field}-error"' in wrong.html
    assert f'value="{OTHER}"' in wrong.html
    assert "the token has to be pasted again" in wrong.text
    assert stored(world) == (URL, TOKEN)


async def upload(world: World, content: bytes, **values: str) -> Any:
    """Send the form as a browser does: with a file."""
    browser = await world.signed_in()
    page = await browser.get(PAGE)
    fields = {"csrf": page.form(PAGE).value("csrf"), "scim_url": URL, "token": "", "acs_url": "", "issuer": "", "do": "save"}
    return await browser.follow(await browser.upload(PAGE, {**fields, **values}, {"file": content}))


def metadata_of_sp(acs_url: str = ACS, **more: Any) -> bytes:
    return write_sp_metadata(SpMetadata(entity_id=ISSUER, consumers=(AssertionConsumer(acs_url, 0, True),), **more))


def provider_of(world: World) -> Any:
    with world.db.read() as c:
        return saml.of_app(c, world.app.id)


async def test_metadata_comes_as_a_file_or_as_text(world: World) -> None:
    done = await upload(world, metadata_of_sp())
    assert "The configuration has been saved." in done.text
    assert ISSUER in done.text
    assert provider_of(world).sp.entity_id == ISSUER
    pasted = metadata_of_sp("https://sp.example/other").decode()
    done = await upload(world, b"", acs_url=ACS, issuer=ISSUER, metadata=f"\n {pasted}", sign="both", send_empty="yes")
    assert "The configuration has been saved." in done.text
    now = provider_of(world)
    assert (now.sp.consumers[0].location, now.signed, now.empty) == ("https://sp.example/other", Signed.BOTH, "send")
    assert stored(world) == (URL, TOKEN)


async def test_the_wrong_side_s_metadata_says_what_is_needed(world: World, signing_key: SigningKey) -> None:
    theirs = IdpMetadata("https://idp.example", (signing_key.der,), {Binding.POST: "https://idp.example/sso"})
    wrong = await upload(world, write_idp_metadata(theirs))
    assert wrong.status == 422
    assert "This is the metadata of an identity provider; the service provider's is needed." in wrong.text
    assert 'id="f-file-error"' in wrong.html
    assert "the file has to be chosen again" in wrong.text
    assert provider_of(world) is None


@pytest.mark.parametrize(
    ("content", "values", "field"),
    [
        (b"no xml", {}, "file"),
        (b"\n", {}, "file"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 100_000, {}, "file"),
        (b"", {"metadata": "no <xml"}, "metadata"),
        (metadata_of_sp(), {"metadata": "x"}, "metadata"),
        (metadata_of_sp(), {"acs_url": ACS, "issuer": ISSUER}, "file"),
        (metadata_of_sp(want_assertions_signed=True), {"sign": "response"}, "sign"),
        (metadata_of_sp(), {"sign": "nothing"}, "sign"),
        (b"<!DOCTYPE x>" + b"<a/>" * 100_000, {}, "file"),
    ],
)
async def test_metadata_that_cannot_be_taken(world: World, content: bytes, values: dict[str, str], field: str) -> None:
    wrong = await upload(world, content, **values)
    assert wrong.status == 422
    assert f'id="f-{field}-error"' in wrong.html
    assert "no &lt;xml" in wrong.html or "no <xml" not in values.get("metadata", "")
    assert "--" not in wrong.text
    assert provider_of(world) is None


async def test_what_is_no_metadata_at_all_says_what_to_choose(world: World) -> None:
    assert "The file is empty: download the metadata" in (await upload(world, b" \n")).text
    assert "This is not XML: choose the metadata file" in (await upload(world, b"\x89PNG" + b"x" * 100_000)).text


async def test_an_upload_is_guarded_like_every_form(world: World) -> None:
    browser = await world.signed_in()
    token = (await browser.get(PAGE)).form(PAGE).value("csrf")
    fields = {"csrf": token, "scim_url": URL, "do": "save"}
    assert (await browser.upload(PAGE, {**fields, "csrf": "x"}, {"file": metadata_of_sp()})).status == 403
    assert (await browser.upload(PAGE, fields, {"file": metadata_of_sp()}, sender="https://evil.example")).status == 403
    assert (await browser.upload(PAGE, fields, {"file": b"x" * (LONGEST + 1)})).status == 413
    assert (await browser.upload(address("/provisioning"), fields, {"file": b"x"})).status == 415
    assert provider_of(world) is None


async def test_another_url_is_taken_once_it_is_shown_to_be_the_same_tenant(world: World) -> None:
    world.set(*OPEN)
    await world.sync()
    browser = await world.signed_in()
    done = await send(world, browser, scim_url=OTHER, token="theirs")
    assert "The configuration has been saved." in done.text
    assert stored(world) == (OTHER, "theirs")
    assert world.events("app.updated")[-1]["notes"] == f"SCIM URL {OTHER}: the same tenant, 3 of 3 linked objects found"
    assert (await world.sync())["requests"] == 0


async def test_another_tenant_is_taken_by_a_typed_word_only(world: World) -> None:
    world.set(*OPEN)
    await world.sync()
    browser = await world.signed_in()
    world.target.users.clear()
    world.target.groups.clear()
    for do in ("save", "enable"):
        wrong = await send(world, browser, scim_url=OTHER, token="theirs", do=do)
        assert wrong.status == 422
        assert "This is another tenant: none of 3 linked users and groups is there." in wrong.text
        assert f"To start with no links, type {NEW_TENANT}" in wrong.text
        assert 'id="f-word-error"' not in wrong.html
        assert "theirs" not in wrong.html
    mistyped = await send(world, browser, scim_url=OTHER, token="theirs", word="new tenant")
    assert 'id="f-word-error"' in mistyped.html
    assert stored(world) == (URL, TOKEN)
    done = await send(world, browser, scim_url=OTHER, token="theirs", word=NEW_TENANT)
    assert "The configuration has been saved." in done.text
    assert stored(world) == (OTHER, "theirs")
    assert "Nothing is sent, because its SCIM URL is that of another tenant now." in done.text
    with pytest.raises(Problem, match="Compare with the target"):
        await world.sync()
    app = world.app_now()
    with world.changing() as c:
        installation.let_go(c, app, world.now, unseen=True)
    assert (await world.sync())["applied"] == 3


async def test_a_url_that_is_not_shown_to_be_the_same_tenant_changes_nothing(world: World) -> None:
    world.set(*OPEN)
    await world.sync()
    world.target.accepts = {TOKEN}
    wrong = await send(world, await world.signed_in(), scim_url=OTHER, token="theirs")
    assert wrong.status == 422
    assert "it refuses the access token (401)" in wrong.text
    assert 'id="f-scim_url-error"' in wrong.html
    assert NEW_TENANT not in wrong.text
    assert stored(world) == (URL, TOKEN)


async def test_enable_tests_both_tokens_and_takes_the_one_that_works(world: World) -> None:
    with world.changing() as c:
        tokens.give(c, world.engine.vault, world.app, "second", world.now, spare=True)
    browser = await world.signed_in()
    assert "Both access tokens work." in (await send(world, browser, do="enable")).text
    assert world.tested == [(URL, TOKEN), (URL, "second")]
    world.answers_to[TOKEN] = Connection(False, "Refused (401).", "", "token", 401)
    done = await send(world, browser, do="enable")
    assert "The next one works, and is in use from now on." in done.text
    assert stored(world) == (URL, "second")


async def test_all_that_is_wrong_is_said_at_once(world: World) -> None:
    wrong = await upload(world, b"no xml", session_minutes="-1", token="two words", scim_url="ftp://x.example")
    assert wrong.status == 422
    for field in ("file", "session_minutes", "token", "scim_url"):
        assert f'id="f-{field}-error"' in wrong.html
