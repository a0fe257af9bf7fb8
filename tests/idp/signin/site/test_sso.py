"""Signing in to an app that asks for it, by both bindings."""

import re
from dataclasses import replace

import pytest

from lockstep.idp.apps import actions as apps
from lockstep.idp.apps.saml import actions as saml
from lockstep.idp.directory import actions as directory
from lockstep.idp.directory.records import Status
from lockstep.idp.signin.addresses import entity_id
from lockstep.idp.signin.certificates import actions as certificates
from lockstep.saml.bindings import decode_post, encode_post, redirect_url
from lockstep.saml.keys import new_signing_key
from lockstep.saml.metadata import read_idp_metadata
from lockstep.saml.problems import SamlProblem
from lockstep.saml.records import EMAIL_FORMAT, PROTECTED_TRANSPORT, Binding, Signed
from lockstep.saml.records import Status as SamlStatus
from lockstep.saml.requests import write_request
from tests.idp.signin.world import ACS, ALICE, COST_CENTER, HAND, MINUTE, ORIGIN, PASSWORD, SP, World
from tests.support.browser import Answer

STATES = [
    None,
    "",
    "/accounts?a=b&c=d",
    "x" * 1024,
    "<\"'>&amp; ü 💙 %2F+ \t",
    "//evil.test",
    "javascript:alert(1)",
]


def refused_with(page: Answer, acs: str = ACS) -> str:
    return decode_post(page.form(acs).value("SAMLResponse")).decode()


@pytest.mark.parametrize("binding", ["redirect", "post"])
async def test_a_person_logs_in_and_is_signed_in_to_the_app(each_world: World, binding: str) -> None:
    world, request = each_world, each_world.request()
    browser = world.browser()
    asking = world.ask if binding == "redirect" else world.ask_by_post
    login = await asking(browser, request, "state")
    assert "Sign in to aws" in login.text
    page = await browser.follow(await world.log_in(browser, page=login))
    accepted = world.accepted(page, request)
    assert (accepted.name_id, accepted.name_id_format) == (ALICE, EMAIL_FORMAT)
    assert accepted.in_response_to == request.id
    assert accepted.authn_instant == world.now
    assert page.form(ACS).value("RelayState") == "state"
    assert page.header("cache-control") == "no-store"
    assert "form-action 'self' https://sp.example.com;" in page.header("content-security-policy")
    [event] = world.events("signin.to_app")
    assert (event["event_type_id"], event["user_name"], event["app_name"]) == (8, ALICE, "aws")


@pytest.mark.parametrize("binding", ["redirect", "post"])
async def test_who_is_signed_in_already_is_not_asked(world: World, binding: str) -> None:
    browser, request = await world.signed_in(), world.request()
    asking = world.ask if binding == "redirect" else world.ask_by_post
    assert world.accepted(await asking(browser, request), request).name_id == ALICE


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("binding", ["redirect", "post"])
async def test_the_relay_state_comes_back_to_the_letter(world: World, binding: str, state: str | None) -> None:
    browser, request = await world.signed_in(), world.request()
    asking = world.ask if binding == "redirect" else world.ask_by_post
    page = await asking(browser, request, state)
    assert dict(page.form(ACS).fields).get("RelayState") == state
    world.accepted(page, request)


async def test_a_relay_state_that_is_too_long_is_refused(world: World) -> None:
    assert (await world.ask(await world.signed_in(), world.request(), "ü" * 513)).status == 413


async def test_the_attributes_are_those_of_the_parameters(world: World) -> None:
    world.parameter(COST_CENTER, "cost_center", include_in_saml_assertion=True)
    world.parameter("Role", "custom_attribute_roles", include_in_saml_assertion=True, multi_value=True)
    world.parameter("Nothing", "division", include_in_saml_assertion=True)
    world.change(ALICE, {"roles": "reader; writer;;"})
    request = world.request()
    accepted = world.accepted(await world.ask(await world.signed_in(), request), request)
    assert accepted.attributes == {COST_CENTER: ("CC-7",), "Role": ("reader", "writer")}


async def test_markup_in_a_profile_stays_text(world: World) -> None:
    """E63 of the attack documents: what a person can write about himself is never structure."""
    evil = '</saml:AttributeValue></saml:Attribute><saml:Attribute Name="role"><saml:AttributeValue>admin'
    world.parameter("Dept", "department", include_in_saml_assertion=True)
    world.change(ALICE, department=evil)
    request = world.request()
    accepted = world.accepted(await world.ask(await world.signed_in(), request), request)
    assert accepted.attributes == {"Dept": (evil,)}


async def test_the_session_ends_with_the_one_here_or_as_the_app_says(world: World) -> None:
    browser, request = await world.signed_in(), world.request()
    assert world.accepted(await world.ask(browser, request), request).session_ends == world.now + 480 * MINUTE
    with world.changing() as c:
        world.config = saml.configure(c, world.app, world.now, session_minutes=5)
    began = world.now
    world.now += 2 * MINUTE
    request = world.request()
    assert world.accepted(await world.ask(browser, request), request).session_ends == began + 7 * MINUTE


@pytest.mark.parametrize("signed", list(Signed))
async def test_what_is_signed_is_as_the_app_says(world: World, signed: Signed) -> None:
    with world.changing() as c:
        world.configure(c, world.app, want_assertions_signed=False)
        world.config = saml.configure(c, world.app, world.now, signed=signed)
    request = world.request()
    page = await world.ask(await world.signed_in(), request)
    assert world.accepted(page, request).name_id == ALICE
    assert world.xml(page).count("<ds:SignatureValue>") == (2 if signed is Signed.BOTH else 1)


async def test_force_authn_asks_for_the_password_again(world: World) -> None:
    browser = await world.signed_in()
    world.now += MINUTE
    request = world.request(force_authn=True)
    login = await world.ask(browser, request)
    assert login.forms[0].action == "/login"
    world.now += 1_000
    page = await browser.follow(await world.log_in(browser, page=login))
    assert world.accepted(page, request).authn_instant == world.now


async def test_is_passive_without_a_session_is_answered_no(world: World) -> None:
    page = await world.ask(world.browser(), world.request(is_passive=True), "state")
    assert SamlStatus.NO_PASSIVE in refused_with(page)
    assert page.form(ACS).value("RelayState") == "state"
    assert "<saml:Assertion" not in refused_with(page)
    browser = await world.signed_in()
    request = world.request(is_passive=True)
    assert world.accepted(await world.ask(browser, request), request).name_id == ALICE
    world.now += 1
    page = await world.ask(browser, world.request(is_passive=True, force_authn=True))
    assert SamlStatus.NO_PASSIVE in refused_with(page)


@pytest.mark.parametrize("kind", ["urn:oasis:names:tc:SAML:2.0:nameid-format:persistent", "x"])
async def test_names_of_another_kind_are_answered_no(world: World, kind: str) -> None:
    page = await world.ask(await world.signed_in(), world.request(name_id_format=kind))
    assert SamlStatus.INVALID_NAMEID_POLICY in refused_with(page)


@pytest.mark.parametrize("kind", [None, EMAIL_FORMAT, "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"])
async def test_names_that_we_have(world: World, kind: str | None) -> None:
    request = world.request(name_id_format=kind)
    assert world.accepted(await world.ask(await world.signed_in(), request), request).name_id_format == EMAIL_FORMAT


async def test_a_stronger_sign_in_than_was_done_is_never_claimed(world: World) -> None:
    browser, strong = await world.signed_in(), "urn:oasis:names:tc:SAML:2.0:ac:classes:X509"
    page = await world.ask(browser, world.request(requested_contexts=(strong,)))
    assert SamlStatus.NO_AUTHN_CONTEXT in refused_with(page)
    request = world.request(requested_contexts=(strong, PROTECTED_TRANSPORT))
    world.accepted(await world.ask(browser, request), request)


async def test_the_place_may_be_named_by_its_index(world: World) -> None:
    request = world.request(acs_url=None, acs_index=7)
    page = await world.ask(await world.signed_in(), request)
    assert world.accepted(page, request, acs=f"{ACS}/other").name_id == ALICE
    request = world.request(acs_url=None)
    world.accepted(await world.ask(await world.signed_in(), request), request)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"acs_url": "https://evil.test/acs"}, "acs_mismatch"),
        ({"acs_url": f"{ACS}.evil.test"}, "acs_mismatch"),
        ({"acs_url": None, "acs_index": 3}, "acs_mismatch"),
        ({"issuer": "https://other.example/"}, "issuer_mismatch"),
        ({"destination": "https://login.example.com/trust"}, "destination_mismatch"),
        ({"issue_instant": 1_800_000_000_000 - 11 * MINUTE}, "expired"),
        ({"issue_instant": 1_800_000_000_000 + 11 * MINUTE}, "not_yet_valid"),
        ({"id": "not an id"}, "not_a_request"),
    ],
)
@pytest.mark.parametrize("binding", ["redirect", "post"])
async def test_a_bad_request_is_shown_here_and_never_answered(
    world: World, binding: str, changes: dict[str, object], word: str
) -> None:
    browser = await world.signed_in()
    asking = world.ask if binding == "redirect" else world.ask_by_post
    page = await asking(browser, world.request(**changes), "state")
    assert page.status in (400, 403)
    assert word in page.text
    assert page.forms == []
    assert "evil.test" not in page.html
    assert "evil.test" not in page.header("content-security-policy")
    [event] = world.events("signin.to_app_failed")
    assert word in event["error_description"]


async def test_bad_requests_do_not_fill_the_log(world: World) -> None:
    for _ in range(3):
        await world.ask(world.browser(), world.request(issuer="https://x.example"))
    assert len(world.events("signin.to_app_failed")) == 1
    world.now += MINUTE
    await world.ask(world.browser(), world.request(issuer="https://x.example"))
    assert len(world.events("signin.to_app_failed")) == 2


@pytest.mark.parametrize("query", ["SAMLRequest=", "SAMLRequest=%2A", "SAMLRequest=YQ%3D%3D", "SAMLRequest=a&SAMLRequest=b"])
async def test_what_is_no_message_is_refused(world: World, query: str) -> None:
    assert (await world.browser().get(f"{world.sso}?{query}")).status == 400


async def test_an_entity_is_refused(world: World) -> None:
    evil = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>'
    answer = await world.browser().post(world.sso, [("SAMLRequest", encode_post(evil))], site="cross-site", sender="null")
    assert answer.status == 400
    assert "dtd_forbidden" in answer.text


async def test_a_request_is_answered_once_and_to_its_own_browser(each_world: World) -> None:
    world, request = each_world, each_world.request()
    browser, url = await each_world.signed_in(), redirect_url(each_world.sso, write_request(request), None)
    waiting = (await browser.get(url, site="cross-site")).header("location")
    assert (await browser.get(url, site="cross-site")).header("location") == waiting  # loaded again, before it was used
    stranger = await world.signed_in()
    assert (await stranger.get(waiting)).status == 400
    assert "too old" in (await stranger.get(url, site="cross-site")).text
    world.accepted(await browser.get(waiting), request)
    assert (await browser.get(waiting)).status == 400
    assert (await browser.get(url, site="cross-site")).status == 400
    assert len(world.events("signin.to_app")) == 1


async def test_only_looking_does_not_use_a_request_up(world: World) -> None:
    browser, request = await world.signed_in(), world.request()
    answer = await browser.get(redirect_url(world.sso, write_request(request), None))
    head = await browser.send("HEAD", answer.header("location"), [])
    assert (head.status, head.body) == (200, b"")
    world.accepted(await browser.follow(answer), request)


async def test_a_request_waits_for_ten_minutes(world: World) -> None:
    browser = world.browser()
    login = await world.ask(browser, world.request())
    world.now += 10 * MINUTE
    page = await browser.follow(await world.log_in(browser, page=login))
    assert "too old" in page.text


async def test_who_has_not_the_app_is_told_so_and_nobody_else(each_world: World) -> None:
    world, alice = each_world, each_world.user(ALICE).id
    with world.changing() as c:
        other = world.add_app(c, "secret app")
        role = directory.create_role(c, "Nobody", actor=HAND, now=world.now)
        c.raw.execute("DELETE FROM app_assignments WHERE app_id = " + str(other.id))
        apps.assign(c, other, role.group_id, world.now)
        world.app, world.config = other, world.configure(c, other)
    browser, request = await world.signed_in(), world.request()
    page = await world.ask(browser, request)
    assert (page.status, page.forms) == (403, [])
    assert "has not been given to you" in page.text
    [event] = world.events("signin.to_app_failed")
    assert (event["user_name"], event["app_name"]) == (ALICE, "secret app")
    with world.changing() as c:
        directory.add_members(c, role.id, [alice], actor=HAND, now=world.now)
    request = world.request()
    assert world.accepted(await world.ask(browser, request), request).name_id == ALICE


async def test_who_is_not_set_up_is_told_plainly_and_the_administrator_too(world: World) -> None:
    world.parameter("nameid", "{firstname}.{lastname}@x.example")
    page = await world.ask(await world.signed_in(), world.request())
    assert (page.status, page.forms) == (403, [])
    assert "differs from the userName" in page.text
    [event] = world.events("signin.to_app_failed")
    assert "differs from the userName" in event["error_description"]
    assert event["user_name"] == ALICE


async def test_a_person_who_is_switched_off_while_the_request_waits_gets_nothing(world: World) -> None:
    browser = await world.signed_in()
    answer = await browser.get(redirect_url(world.sso, write_request(world.request()), None))
    world.status(ALICE, Status.SUSPENDED)
    page = await browser.follow(answer)
    assert page.forms[0].action == "/login"
    assert world.events("signin.to_app") == []


async def test_a_signed_request_is_checked_and_an_unsigned_one_refused_where_the_metadata_says_so(world: World) -> None:
    key = new_signing_key("sp", now_ms=world.now, bits=2048)
    with world.changing() as c:
        world.config = world.configure(c, world.app, authn_requests_signed=True, certificates=(key.der,))
    page = await world.ask(await world.signed_in(), world.request())
    assert "unsigned" in page.text
    url = redirect_url(world.sso, write_request(world.request()), None)
    page = await (world.browser()).get(f"{url}&SigAlg=x&Signature=YQ%3D%3D")
    assert page.status in (400, 403)


async def test_metadata_lists_every_certificate_and_names_our_addresses_whatever_the_host_header_says(world: World) -> None:
    place = f"/saml/metadata/{world.config.uuid}"
    answer = await world.browser().get(place)
    said = read_idp_metadata(answer.body)
    assert answer.header("content-type").startswith("application/samlmetadata+xml")
    assert said.entity_id == ORIGIN + place == entity_id(ORIGIN, world.config)
    assert said.sso == {Binding.POST: world.sso, Binding.REDIRECT: world.sso}
    with world.changing() as c:
        certificates.add(c, world.vault, new_signing_key("next", now_ms=world.now, bits=2048), world.now)
    evil = world.browser()
    evil.origin = "https://evil.test"
    again = await evil.get(place)
    assert len(read_idp_metadata(again.body).certificates) == 2
    assert b"evil" not in again.body


async def test_after_a_roll_over_the_new_key_signs(world: World) -> None:
    with world.changing() as c:
        certificates.add_first(c, world.vault, certificates.make_key(world.now), world.now)
        made = certificates.add(c, world.vault, new_signing_key("next", now_ms=world.now, bits=2048), world.now)
    browser, request = await world.signed_in(), world.request()
    before = world.xml(await world.ask(browser, request))
    with world.changing() as c:
        certificates.activate(c, made.id, world.now)
    request = world.request()
    page = await world.ask(browser, request)
    assert world.accepted(page, request).name_id == ALICE
    pattern = r"<ds:X509Certificate>([^<]+)<"
    assert re.findall(pattern, world.xml(page)) != re.findall(pattern, before)


@pytest.mark.parametrize(
    "path", ["/saml/metadata/none", "/trust/saml2/http-post/sso/none", "/continue", "/saml/metadata/%00", "/launch"]
)
async def test_what_is_not_there(world: World, path: str) -> None:
    assert (await world.browser().get(path)).status == 404


async def test_the_address_alone_leads_to_the_person_s_page(world: World) -> None:
    assert (await world.browser().get(world.sso)).header("location") == "/"


async def test_another_service_provider_does_not_take_the_response(world: World) -> None:
    request = world.request()
    page = await world.ask(await world.signed_in(), request)
    other = replace(request, id="_other")
    with pytest.raises(SamlProblem):
        world.accepted(page, other)
    assert PASSWORD not in page.html
    assert SP in world.xml(page)
