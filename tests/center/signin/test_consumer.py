"""Responses that arrive: which are believed, what is said of the others, and where."""

import asyncio
import base64
import re
from collections.abc import MutableMapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from lockstep.center.attributes.records import PREFIX
from lockstep.center.signin.refusals import UNPROVEN, told
from lockstep.saml.problems import Reason
from lockstep.saml.records import Attribute, Status
from lockstep.saml.response import issue_refusal
from tests.center.signin.world import ADA, BOB, ORIGIN, World, started, subsidiary
from tests.support.browser import Browser, into

MINUTE_MS = 60_000
EVIL = [
    "//evil.test",
    "https:evil",
    "/\\evil",
    "javascript:alert(1)",
    "/" + "a" * 10_240,
    "/a\r\nSet-Cookie: x=1",
    "/ä",
    "nonsense",
]


# --- sign-ins that begin at the identity provider


async def test_an_unsolicited_response_signs_in(world: World) -> None:
    browser = world.browser()
    page = await browser.follow(await world.arrive(browser, world.response()))
    assert ADA in page.text


async def test_also_while_a_request_is_pending_in_the_same_browser(world: World) -> None:
    browser = world.browser()
    await world.ask(browser)
    assert (await world.arrive(browser, world.response())).status == 303


async def test_it_goes_on_to_a_path_of_ours(world: World) -> None:
    answer = await world.arrive(world.browser(), world.response(), "/device?code=1")
    assert answer.header("location") == f"{ORIGIN}/device?code=1"


@pytest.mark.parametrize("relay", EVIL)
async def test_any_other_relay_state_is_passed_over_and_the_sign_in_goes_on(world: World, relay: str) -> None:
    answer = await world.arrive(world.browser(), world.response(), relay)
    assert (answer.status, answer.header("location")) == (303, ORIGIN + world.instance.start_path)
    assert "x=1" not in str(answer.headers)


async def test_two_relay_states_are_passed_over(world: World) -> None:
    fields = [("SAMLResponse", world.response()), ("RelayState", "/a"), ("RelayState", "/b")]
    assert (await world.post(world.browser(), fields)).header("location") == ORIGIN + world.instance.start_path


async def test_where_that_is_forbidden_it_is_refused_in_words(world: World) -> None:
    world.trust(world.idp, unsolicited=False)
    browser = world.browser()
    assert await world.refused(browser, world.response()) == "unsolicited_refused"
    answer = await world.arrive(browser, world.response())
    assert "has to begin here" in answer.text
    await world.sign_in(browser)
    assert len(world.sessions) == 1


# --- requests and their answers


async def test_an_answer_is_for_the_browser_that_asked(world: World) -> None:
    request, state = await world.ask(world.browser())
    answer = world.response(in_response_to=request.id)
    assert await world.refused(world.browser(), answer, state) == "irt_mismatch"
    other = world.browser()
    await world.ask(other)
    assert await world.refused(other, answer, state) == "irt_mismatch"


async def test_an_answer_to_no_request_is_not_taken_for_unsolicited(world: World) -> None:
    browser = world.browser()
    _, state = await world.ask(browser)
    assert await world.refused(browser, world.response(in_response_to="_made-up"), state) == "irt_mismatch"
    assert await world.refused(browser, world.response(in_response_to="_made-up")) == "irt_mismatch"


async def test_an_answer_has_to_name_the_request(world: World) -> None:
    browser = world.browser()
    _, state = await world.ask(browser)
    assert await world.refused(browser, world.response(), state) in ("irt_mismatch", "unsolicited_refused")


async def test_a_request_is_answered_in_time_and_once(world: World) -> None:
    browser = world.browser()
    request, state = await world.ask(browser)
    cookies = dict(browser.cookies)
    assert (await world.arrive(browser, world.response(in_response_to=request.id), state)).status == 303
    browser.cookies = cookies
    assert await world.refused(browser, world.response(in_response_to=request.id), state) == "replay"
    request, state = await world.ask(browser)
    world.clock.ahead = 11 * MINUTE_MS
    assert await world.refused(browser, world.response(in_response_to=request.id), state) == "irt_mismatch"


async def test_sign_ins_in_several_tabs_do_not_disturb_each_other(world: World) -> None:
    browser = world.browser()
    first, second = await world.ask(browser), await world.ask(browser)
    for request, state in (first, second):
        assert (await world.arrive(browser, world.response(in_response_to=request.id), state)).status == 303


async def test_only_who_was_asked_may_answer(world: World) -> None:
    other = subsidiary()
    browser = world.browser()
    request, state = await world.ask(browser)
    world.trust(other)
    assert await world.refused(browser, world.response(by=other, in_response_to=request.id), state) == "issuer_mismatch"
    world.distrust(world.idp)
    assert await world.refused(browser, world.response(in_response_to=request.id), state) == "issuer_mismatch"


async def test_nobody_speaks_for_another_identity_provider(world: World) -> None:
    world.trust(subsidiary())
    assert await world.refused(world.browser(), world.response(by=world.idp.with_key("two"))) == "bad_signature"


async def test_certificates_roll_over(world: World) -> None:
    browser, new = world.browser(), world.idp.with_key("two")
    assert await world.refused(browser, world.response(by=new)) == "bad_signature"
    both = replace(world.idp.metadata, certificates=(world.idp.signing.der, new.signing.der))
    world.trust_metadata(both)
    for idp in (world.idp, new):
        assert (await world.arrive(browser, world.response(by=idp))).status == 303
    world.trust_metadata(new.metadata)
    assert (await world.arrive(browser, world.response(by=new))).status == 303
    assert await world.refused(browser, world.response()) == "bad_signature"


async def test_a_cookie_that_was_made_up_is_no_request(world: World) -> None:
    browser = world.browser()
    request, state = await world.ask(browser)
    ((name, value),) = browser.cookies.items()
    for other in ("x", value[:-4] + "AAAA", base64.urlsafe_b64encode(b"\x01" * 60).decode(), "A" * 5000):
        browser.cookies[name] = other
        assert await world.refused(browser, world.response(in_response_to=request.id), state) == "irt_mismatch"


# --- responses that are for somebody else, or too late


async def test_what_is_not_for_this_instance_is_refused(world: World) -> None:
    other, browser = world.beside(), world.browser()
    assert await world.refused(browser, world.response(audience="https://elsewhere.example")) == "audience_mismatch"
    assert await world.refused(browser, world.response(acs_url="https://elsewhere.example/acs")) == "destination_mismatch"
    assert await other.refused(browser, world.response()) == "destination_mismatch"
    assert await world.refused(browser, world.response(audience=other.sp.entity_id)) == "audience_mismatch"
    assert world.sessions == other.sessions == []


async def test_an_identity_provider_counts_for_its_own_instance_only(world: World) -> None:
    other = world.beside()
    own = subsidiary()
    other.distrust(other.idp)
    other.trust(own)
    assert await other.refused(world.browser(), other.response(by=world.idp)) == "issuer_mismatch"
    forged = replace(own, entity_id=world.idp.entity_id)
    assert await world.refused(world.browser(), world.response(by=forged)) == "bad_signature"
    assert await world.refused(world.browser(), world.response(by=own)) == "issuer_mismatch"


async def test_time_counts(world: World) -> None:
    now = world.clock()
    late = world.response(now=now - 10 * MINUTE_MS, authn_instant=now - 10 * MINUTE_MS)
    assert await world.refused(world.browser(), late) == "expired"
    assert await world.refused(world.browser(), world.response(session_ends=now - 2 * MINUTE_MS)) == "session_expired"
    assert await world.refused(world.browser(), world.response(session_ends=now - 1)) == "session_expired"


async def test_a_form_that_is_sent_slowly_has_to_be_good_when_it_is_there(world: World) -> None:
    form = urlencode([("SAMLResponse", world.response())]).encode()
    parts = [form[:10], form[10:]]
    status = 0

    async def receive() -> dict[str, Any]:
        if len(parts) == 1:
            world.clock.ahead = 10 * MINUTE_MS
        return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

    async def send(message: MutableMapping[str, Any]) -> None:
        nonlocal status
        status = message.get("status", status)

    headers = [(b"content-type", b"application/x-www-form-urlencoded")]
    scope = {"type": "http", "method": "POST", "path": urlsplit(world.acs).path, "query_string": b"", "headers": headers}
    await world.center(scope | {"client": None}, receive, send)
    assert status == 403
    assert world.reasons == ["expired"]


async def test_a_browser_that_goes_away_is_no_error_of_ours(world: World) -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(_message: MutableMapping[str, Any]) -> None:
        pass

    headers = [(b"content-type", b"application/x-www-form-urlencoded")]
    scope = {"type": "http", "method": "POST", "path": urlsplit(world.acs).path, "query_string": b"", "headers": headers}
    await world.center(scope | {"client": None}, receive, send)
    assert world.reasons == ["bad_binding"]


async def test_the_host_header_counts_for_nothing(world: World) -> None:
    evil = Browser(into(world.center), "https://evil.example")
    there = replace(world.sp, consumers=(replace(world.sp.consumers[0], location=world.acs.replace(ORIGIN, evil.origin)),))
    to = there.consumers[0].location
    assert await world.refused(evil, world.response(to=there), to=to) == "destination_mismatch"
    answer = await world.arrive(evil, world.response(), to=to)
    assert answer.header("location") == ORIGIN + world.instance.start_path
    asked = await evil.get(world.instance.start_path.replace("/start", "/start/"))
    assert "evil" not in asked.header("location")


# --- people


@pytest.mark.parametrize("name", ["nobody@example.com", "Ada@example.com", "ADA@EXAMPLE.COM"])
async def test_the_name_has_to_be_a_users_exactly(world: World, name: str) -> None:
    browser = world.browser()
    assert await world.refused(browser, world.response(name)) == "unknown_user"
    answer = await world.arrive(browser, world.response(name))
    assert answer.status == 403
    assert "You do not have access" in answer.text
    told = world.refusals[0]
    assert name in told["errorMessage"]
    assert told["additionalEventData"]["UserName"] == name
    assert told["additionalEventData"]["IdentityProvider"] == world.idp.entity_id


async def test_an_inactive_user_is_told_the_same_as_an_unknown_one(world: World) -> None:
    world.change(ADA, active=False)
    browser = world.browser()
    inactive, unknown = [await world.arrive(browser, world.response(name)) for name in (ADA, "nobody@example.com")]
    assert world.reasons == ["unknown_user", "unknown_user"]
    assert "not active" in world.refusals[0]["errorMessage"]
    references = [record["requestID"] for record in world.refusals]
    assert inactive.html.replace(references[0], "") == unknown.html.replace(references[1], "")


async def test_nobody_is_made_just_in_time(world: World) -> None:
    await world.arrive(world.browser(), world.response("new@example.com"))
    assert world.sessions == []
    assert [record["eventName"] for record in world.trail].count("CreateUser") == 2


# --- replay


async def test_a_response_counts_once(world: World) -> None:
    response = world.response()
    assert (await world.arrive(world.browser(), response)).status == 303
    assert await world.refused(world.browser(), response) == "replay"
    wrapped = base64.b64decode(response).replace(b'Response ID="_', b'Response ID="_0', 1)
    wrapped = wrapped.replace(b' ID="_', b' ID="_0', 1) if b'ID="_0' not in wrapped else wrapped
    assert await world.refused(world.browser(), base64.b64encode(wrapped).decode()) == "replay"
    world.distrust(world.idp)
    world.trust(world.idp)
    assert await world.refused(world.browser(), response) == "replay"


async def test_of_twenty_at_once_one_wins(world: World) -> None:
    response = world.response()
    answers = await asyncio.gather(*(world.arrive(world.browser(), response) for _ in range(20)))
    assert sorted(answer.status for answer in answers) == [303] + [403] * 19
    assert len(world.sessions) == 1


async def test_a_refused_response_can_come_again(world: World) -> None:
    response = world.response(BOB)
    world.change(BOB, active=False)
    assert await world.refused(world.browser(), response) == "unknown_user"
    world.change(BOB, active=True)
    assert (await world.arrive(world.browser(), response)).status == 303


# --- what is no response


async def test_there_is_one_response_in_a_form(world: World) -> None:
    browser, response = world.browser(), world.response()
    for fields in ([("SAMLResponse", response)] * 2, [("RelayState", "x")], []):
        answer = await world.post(browser, fields)
        assert answer.status == 400
    for kind in ("application/json", "multipart/form-data; boundary=x"):
        answer = await browser.send("POST", world.acs, [("content-type", kind)], b"{}")
        assert answer.status == 400
    assert (await browser.get(world.acs)).status == 400
    assert set(world.reasons) == {"bad_binding"}
    assert world.sessions == []


@pytest.mark.parametrize(("size", "status"), [(262_145, 413), (140_000, 413), (1_000, 400)])
async def test_sizes(world: World, size: int, status: int) -> None:
    form = b"SAMLResponse=" + b"A" * (size - 13)
    if size == 140_000:  # small enough as a form, too large as a document
        form = b"SAMLResponse=" + base64.b64encode(b"<" * size)
    headers = [("content-type", "application/x-www-form-urlencoded")]
    assert (await world.browser().send("POST", world.acs, headers, form)).status == status


async def test_an_identity_provider_that_says_no_is_told_in_words(world: World) -> None:
    said: dict[str, Any] = {"issuer": world.idp.entity_id, "acs_url": world.acs, "in_response_to": None, "now": world.clock()}
    raw = issue_refusal(status=Status.RESPONDER, substatus=Status.AUTHN_FAILED, message="<b>no</b>", **said)
    answer = await world.arrive(world.browser(), base64.b64encode(raw).decode())
    assert "did not sign you in" in answer.text
    assert world.reasons == ["idp_status"]


async def test_what_is_not_proven_gets_one_text(world: World) -> None:
    """Nobody learns from it how a forged response has to look."""
    unsigned = base64.b64encode(re.sub(rb"<ds:Signature.*</ds:Signature>", b"", base64.b64decode(world.response()), flags=re.S))
    forged = [
        "AAAA",
        base64.b64encode(b"<x/>").decode(),
        unsigned.decode(),
        world.response(by=subsidiary()),
        world.response(by=world.idp.with_key("x")),
        world.response("nobody@example.com", by=world.idp.with_key("x")),
        world.response(by=world.idp.with_key("x"), audience="https://elsewhere.example"),
    ]
    pages = []
    for value in forged:
        answer = await world.arrive(world.browser(), value)
        pages.append(answer.html.replace(str(world.refusals[-1]["requestID"]), ""))
        assert UNPROVEN.title in answer.text
    assert len(set(pages)) == 1
    assert {"bad_signature", "issuer_mismatch", "unsigned"} < set(world.reasons)


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"audience": "https://elsewhere.example"}, "audience_mismatch", "for another service"),
    ({"acs_url": "https://elsewhere.example/acs"}, "destination_mismatch", "for another service"),
    ({"valid_ms": -600_000}, "expired", "took too long"),
    ({"session_ends": 1_000}, "session_expired", "session at the identity provider is over"),
    ({"early_ms": -600_000, "valid_ms": 1_200_000}, "not_yet_valid", "clocks do not agree"),
    ({"name_id_format": "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"}, "bad_nameid", "Something is missing"),
    ({"name_id": "nobody@example.com"}, "unknown_user", "do not have access"),
    ({"in_response_to": "_made-up"}, "irt_mismatch", "not begun in this browser"),
    ({"attributes": (Attribute(f"{PREFIX}Team", ("a", "b")),)}, "bad_attribute", "value about you cannot be used"),
]


@pytest.mark.parametrize(("changes", "reason", "title"), REFUSED, ids=[reason for _, reason, _ in REFUSED])
async def test_whoever_proves_who_sends_them_learns_what_happened_and_what_to_do(
    world: World, changes: dict[str, Any], reason: str, title: str
) -> None:
    world.enable_attributes()
    answer = await world.arrive(world.browser(), world.response(**changes))
    assert world.reasons == [reason]
    assert title in answer.text
    assert told(Reason(reason)).step in answer.text
    assert str(world.refusals[0]["requestID"]) in answer.text
    assert answer.html.count(f'href="{world.instance.start_path}"') == 1


async def test_a_response_that_comes_again_and_a_disabled_user_are_told_so(world: World) -> None:
    response = world.response()
    await world.arrive(world.browser(), response)
    again = await world.arrive(world.browser(), response)
    assert "used already" in again.text
    assert "If you did not do this yourself" in again.text
    world.change(BOB, active=False)
    disabled = await world.arrive(world.browser(), world.response(BOB))
    assert "is switched off" in disabled.text
    assert "Ask your administrator for access" in disabled.text
    assert world.reasons == ["replay", "unknown_user"]


async def test_who_opens_the_place_for_responses_by_hand_is_told_so(world: World) -> None:
    answer = await world.browser().get(world.acs)
    assert answer.status == 400
    assert "not to be opened by itself" in answer.text
    assert "Start again" in answer.text


async def test_the_trail_says_who_a_response_claims_to_be_from(world: World) -> None:
    await world.arrive(world.browser(), world.response(by=subsidiary()))
    assert world.refusals[0]["additionalEventData"]["ClaimedIdentityProvider"] == subsidiary().entity_id


async def test_strangers_cannot_fill_the_trail_or_the_log(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("lockstep.center.signin.consumer._REFUSALS_A_SECOND", 0.5)
    browser = world.browser()
    for _ in range(30):
        assert (await world.arrive(browser, "AAAA")).status == 400
    assert 1 <= len(world.refusals) < 20
    assert 1 <= len(caplog.records) < 5


# --- attributes


@pytest.mark.parametrize(
    "attributes",
    [
        [Attribute(f"{PREFIX}Team", ("blue", "green"))],
        [Attribute(f"{PREFIX}Team", ("blue",)), Attribute(f"{PREFIX}TEAM", ("blue",))],
        [Attribute(f"{PREFIX}Team", ("x" * 257,))],
        [Attribute(f"{PREFIX}k{number}", ("x",)) for number in range(51)],
    ],
)
async def test_wrong_attributes_refuse_the_sign_in_where_they_are_enabled(world: World, attributes: list[Attribute]) -> None:
    assert (await world.arrive(world.browser(), world.response(attributes=tuple(attributes)))).status in (303, 403)
    world.enable_attributes()
    assert await world.refused(world.browser(), world.response(attributes=tuple(attributes))) == "bad_attribute"


# --- more than one process


async def test_a_request_may_be_answered_at_another_process_with_the_same_key(world: World) -> None:
    browser = world.browser()
    request, state = await world.ask(browser)
    stranger = await started(world.database, world.clock)
    elsewhere = Browser(into(stranger), ORIGIN)
    elsewhere.cookies = dict(browser.cookies)
    assert await world.refused(elsewhere, world.response(in_response_to=request.id), state) == "irt_mismatch"
    await stranger.stop()
    assert (await world.arrive(browser, world.response(in_response_to=request.id), state)).status == 303
