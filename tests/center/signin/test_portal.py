"""The access portal: who is sent where, what a session shows, and how it ends."""

from urllib.parse import quote

import pytest

from lockstep.center.attributes.records import PREFIX, Precedence
from lockstep.center.events import Operation
from lockstep.center.signin import actions
from lockstep.center.signin.browser import idp_digest
from lockstep.saml.bindings import decode_post
from lockstep.saml.records import Binding
from lockstep.saml.requests import read_request
from lockstep.scim.messages import ENTERPRISE
from tests.center.signin.world import ADA, BOB, ORIGIN, World, started, subsidiary
from tests.support.browser import Browser, into

HOUR_MS = 3_600_000


async def test_from_the_portal_to_the_identity_provider_and_back(world: World) -> None:
    browser = world.browser()
    request, state = await world.ask(browser)
    assert (request.issuer, request.acs_url) == (f"{ORIGIN}/platform/saml/{world.instance.identity_store_id}", world.acs)
    assert request.name_id_format == "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
    answer = await world.arrive(browser, world.response(in_response_to=request.id), state)
    assert (answer.status, answer.header("location")) == (303, ORIGIN + world.instance.start_path)
    page = await browser.follow(answer)
    assert page.status == 200
    for shown in (ADA, world.idp.entity_id, world.instance.name, "Babs Jensen", "Sign out"):
        assert shown in page.text
    (session,) = world.sessions
    assert (session.user_name, session.idp) == (ADA, world.idp.entity_id)
    (told,) = [record for record in world.trail if record["eventName"] == "UserAuthentication"]
    assert told["eventSource"] == "signin.amazonaws.com"
    assert told["userIdentity"] == {"type": "IdentityCenterUser", "principalId": world.people[ADA]}
    assert told["additionalEventData"] == {
        "CredentialType": "EXTERNAL_IDP",
        "IdentityProvider": world.idp.entity_id,
        "UserName": ADA,
    }


async def test_cookies_are_secret_and_come_along_where_they_have_to(world: World) -> None:
    browser = world.browser()
    asked = await browser.get(world.instance.start_path)
    cookie = asked.header("set-cookie")
    assert cookie.startswith(f"__Host-lockstep-center-signin-{world.instance.identity_store_id}=")
    for part in ("HttpOnly", "Secure", "SameSite=none", "Path=/"):
        assert part in cookie
    request, state = world.idp.read(asked.header("location"), world.sp)
    answer = await world.arrive(browser, world.response(in_response_to=request.id), state)
    session = next(value for name, value in answer.headers if name == "set-cookie" and "signin" not in value)
    for part in ("__Host-lockstep-center-d-", "HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert part in session
    assert "Domain" not in session + cookie


@pytest.mark.parametrize(
    ("host", "leads_to"),
    [
        ("localhost:8090", "http://127.0.0.1:8090"),
        ("[::1]:8090", "http://127.0.0.1:8090"),
        ("127.0.0.1:8090", None),
        ("localhost:8091", None),
        ("evil.example", None),
        ("", None),
    ],
)
async def test_by_another_name_of_this_machine_it_leads_to_its_own(world: World, host: str, leads_to: str | None) -> None:
    """A cookie of `localhost` would not come along to 127.0.0.1.  No other name out of a request leads anywhere."""
    plain = await started(world.database, world.clock, "http://127.0.0.1:8090")
    try:
        browser = Browser(into(plain), f"http://{host}" if host else "http://127.0.0.1:8090")
        answer = await browser.get(f"{world.instance.start_path}?to=/x")
    finally:
        await plain.stop()
    if leads_to is None:
        assert not answer.header("location").startswith("http://127.0.0.1:8090/d-")
    else:
        assert (answer.status, answer.header("location")) == (303, f"{leads_to}{world.instance.start_path}?to=/x")


async def test_over_plain_http_cookies_have_no_prefix(world: World) -> None:
    plain = await started(world.database, world.clock, "http://127.0.0.1:8090")
    answer = await Browser(into(plain), "http://127.0.0.1:8090").get(world.instance.start_path)
    await plain.stop()
    cookie = answer.header("set-cookie")
    assert cookie.startswith("lockstep-center-signin-")
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie


async def test_an_identity_provider_that_takes_posts_only_gets_one(world: World) -> None:
    world.idp.bindings = (Binding.POST,)
    world.trust(world.idp)
    browser = world.browser()
    page = await browser.get(world.instance.start_path)
    form = page.form("https://idp.example/post")
    assert "form-action 'self' https://idp.example;" in page.header("content-security-policy")
    raw = decode_post(form.value("SAMLRequest"))
    request = read_request(raw, now=world.clock(), destination="https://idp.example/post", sp=world.sp)
    answer = await world.arrive(browser, world.response(in_response_to=request.id), form.value("RelayState"))
    assert (await browser.follow(answer)).status == 200


async def test_of_several_identity_providers_one_is_chosen(world: World) -> None:
    other = subsidiary()
    world.trust(other, "The <b>other</b> one")
    browser = world.browser()
    page = await browser.get(world.instance.start_path)
    assert world.idp.entity_id in page.text
    assert "The <b>other</b> one" in page.text
    way = f"/{world.instance.identity_store_id}/sign-in?idp={idp_digest(other.entity_id)}"
    assert f'href="{way}&amp;to=%2Fd-' in page.html
    sent = await browser.get(way)
    assert sent.header("location").startswith("https://other.example/redirect?")
    lost = await browser.get(f"/{world.instance.identity_store_id}/sign-in?idp=nobody")
    assert lost.header("location") == world.instance.start_path


async def test_without_an_identity_provider_it_says_what_to_do(world: World) -> None:
    world.distrust(world.idp)
    page = await world.browser().get(world.instance.start_path)
    assert "Ask your administrator to set one up." in page.text
    assert f"/console/{world.instance.identity_store_id}/settings/identity-source/change" in page.html


async def test_tags_are_shown_with_where_they_came_from_and_what_was_left_out(world: World) -> None:
    world.enable_attributes(CostCenter="enterprise.costCenter", Title="title", Mail="nickName")
    world.change(ADA, title="R&D", **{ENTERPRISE: {"costCenter": "CC-7"}})
    world.idp.attributes = {f"{PREFIX}Team": ("blue",), f"{PREFIX}costcenter": ("CC-9",), "mail": ("a", "b")}
    page = await world.sign_in(world.browser())
    for shown in ("CostCenter CC-7 Directory, ${path:enterprise.costCenter}", f"Team blue Sent by {world.idp.entity_id}"):
        assert shown in page.text
    assert "Left out" in page.text
    assert "Title Directory, ${path:title} the value has a character" in page.text
    assert "Mail Directory, ${path:nickName} there is no value" in page.text
    assert "CC-9" not in page.text
    (session,) = world.sessions
    assert session.tagged is not None
    assert {tag.key: (tag.value, tag.source_kind) for tag in session.tagged.tags} == {
        "CostCenter": ("CC-7", "directory"),
        "Team": ("blue", "assertion"),
    }


async def test_the_other_precedence(world: World) -> None:
    world.enable_attributes(Precedence.ASSERTION, CostCenter="enterprise.costCenter")
    world.change(ADA, **{ENTERPRISE: {"costCenter": "CC-7"}})
    world.idp.attributes = {f"{PREFIX}CostCenter": ("CC-9",)}
    assert f"CostCenter CC-9 Sent by {world.idp.entity_id}" in (await world.sign_in(world.browser())).text


async def test_where_attributes_are_not_enabled_none_is_passed_on_and_it_is_said(world: World) -> None:
    world.idp.attributes = {f"{PREFIX}Team": ("blue", "green")}
    page = await world.sign_in(world.browser())
    assert "not enabled here" in page.text
    assert "blue" not in page.text
    assert world.sessions[0].tagged is None


async def test_tags_stay_as_they_were_when_the_session_began(world: World) -> None:
    world.enable_attributes(Title="title")
    world.change(ADA, title="Countess")
    browser = world.browser()
    await world.sign_in(browser)
    world.change(ADA, title="Duchess")
    assert "Countess" in (await browser.get(world.instance.start_path)).text
    assert "Duchess" in (await world.sign_in(world.browser())).text


@pytest.mark.parametrize("gone", ["inactive", "deleted", "idp removed", "ended"])
async def test_whoever_is_switched_off_has_no_session_from_the_next_request_on(world: World, gone: str) -> None:
    browser, others = world.browser(), world.browser()
    await world.sign_in(browser)
    await world.sign_in(others, BOB)
    assert (await browser.get(world.instance.start_path)).status == 200
    if gone == "inactive":
        world.change(ADA, active=False)
    elif gone == "deleted":
        world.delete(ADA)
    elif gone == "idp removed":
        world.distrust(world.idp)
    else:
        with world.database.write() as connection:
            assert actions.end_sessions(connection, world.call(Operation.END_SESSIONS), world.instance.name, ADA) == 1
    assert ADA not in (await browser.get(world.instance.start_path)).text
    assert ADA not in [session.user_name for session in world.sessions]
    assert (BOB in (await others.get(world.instance.start_path)).text) == (gone != "idp removed")


async def test_a_session_does_not_come_back_when_its_user_is_switched_on_again(world: World) -> None:
    browser = world.browser()
    await world.sign_in(browser)
    world.change(ADA, active=False)
    world.change(ADA, active=True)
    world.change(ADA, title="Countess")
    assert world.sessions == []
    assert (await browser.get(world.instance.start_path)).status == 303
    world.clock.ahead += 1
    assert ADA in (await world.sign_in(browser)).text


async def test_a_session_ends_when_the_identity_provider_says_or_the_setting(world: World) -> None:
    sooner, later = world.browser(), world.browser()
    await world.sign_in(sooner, session_ends=world.clock() + HOUR_MS)
    await world.sign_in(later, BOB)
    ends = {session.user_name: session.expires_at - session.started_at for session in world.sessions}
    assert ends[BOB] == 8 * HOUR_MS
    assert HOUR_MS - 60_000 < ends[ADA] <= HOUR_MS
    world.clock.ahead = HOUR_MS
    assert (await sooner.get(world.instance.start_path)).status == 303
    assert (await later.get(world.instance.start_path)).status == 200
    world.clock.ahead = 8 * HOUR_MS
    assert (await later.get(world.instance.start_path)).status == 303


async def test_a_session_of_one_instance_is_nothing_to_another(world: World) -> None:
    other = world.beside()
    browser = world.browser()
    await world.sign_in(browser)
    assert (await browser.get(other.instance.start_path)).status == 303
    (name,) = [name for name in browser.cookies if "signin" not in name]
    moved = name.replace(world.instance.identity_store_id, other.instance.identity_store_id)
    browser.cookies[moved] = browser.cookies[name]
    assert (await browser.get(other.instance.start_path)).status == 303


async def test_the_old_session_of_a_browser_ends_when_it_signs_in_again(world: World) -> None:
    browser = world.browser()
    await world.sign_in(browser)
    (name,) = [name for name in browser.cookies if "signin" not in name]
    first = browser.cookies.pop(name)  # as with a POST from another site, which SameSite=Lax keeps it from
    answer = await world.arrive(browser, world.response(BOB))
    assert BOB in (await browser.follow(answer)).text
    assert browser.cookies[name] != first
    browser.cookies[name] = first
    assert (await browser.get(world.instance.start_path)).status == 303
    assert [session.user_name for session in world.sessions] == [BOB]


async def test_signing_out_ends_the_session(world: World) -> None:
    browser = world.browser()
    page = await world.sign_in(browser)
    cookies = dict(browser.cookies)
    gone = await browser.follow(await browser.submit(page, "sign-out"))
    assert "signed out" in gone.text
    assert browser.cookies == {}
    browser.cookies = cookies
    assert (await browser.get(world.instance.start_path)).status == 303
    assert world.sessions == []
    assert [record["userIdentity"]["principalId"] for record in world.trail if record["eventName"] == "Logout"] == [
        world.people[ADA]
    ]


@pytest.mark.parametrize("forged", ["no token", "wrong token", "another site"])
async def test_nobody_else_signs_a_person_out(world: World, forged: str) -> None:
    browser = world.browser()
    page = await world.sign_in(browser)
    form = page.form("sign-out")
    fields = {"no token": [], "wrong token": [("csrf", "0" * 64)]}.get(forged, form.fields)
    sender = "https://evil.example" if forged == "another site" else None
    answer = await browser.post(form.action, fields, site="cross-site" if sender else "same-origin", sender=sender)
    assert answer.status == 403
    assert len(world.sessions) == 1


async def test_pages_have_no_script_of_others_and_are_not_kept(world: World) -> None:
    page = await world.sign_in(world.browser())
    assert "default-src 'none'" in page.header("content-security-policy")
    assert "frame-ancestors 'none'" in page.header("content-security-policy")
    assert page.header("cache-control") == "no-store"
    assert page.header("strict-transport-security")
    assert "<script" not in page.html
    assert "style=" not in page.html


async def test_the_entity_id_leads_to_the_metadata(world: World) -> None:
    answer = await world.browser().get(world.sp.entity_id)
    assert answer.header("content-type") == "application/samlmetadata+xml"
    assert world.acs in answer.body.decode()


@pytest.mark.parametrize(
    "path", ["/d-0000000000/start", "/platform/saml/acs/nobody", "/platform/saml/d-1", "/d-1/signed-out", "/"]
)
async def test_what_is_not_there_is_404(world: World, path: str) -> None:
    assert (await world.browser().get(path)).status == 404


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
async def test_the_way_on_stays_here(world: World, to: str) -> None:
    browser = world.browser()
    request, state = await world.ask(browser, f"{world.instance.start_path}?to={quote(to, safe='')}")
    answer = await world.arrive(browser, world.response(in_response_to=request.id), state)
    assert answer.header("location") == ORIGIN + world.instance.start_path


async def test_the_way_on_is_where_a_person_wanted_to_go(world: World) -> None:
    browser = world.browser()
    request, state = await world.ask(browser, f"{world.instance.start_path}?to=/device%3Fcode%3D1")
    answer = await world.arrive(browser, world.response(in_response_to=request.id), state)
    assert answer.header("location") == f"{ORIGIN}/device?code=1"
