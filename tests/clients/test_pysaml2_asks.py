"""pysaml2 as service provider, the other way round: it signs its requests in the address and in the form, too."""

import base64
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from lockstep.saml.records import EMAIL_FORMAT, PROTECTED_TRANSPORT
from tests.clients.environment import serving
from tests.clients.identity import ATTRIBUTES, SESSION, USER, Sp, World, new_key, world
from tests.support.browser import Answer, Browser

ASSERTION = {"want_assertions_signed": True, "want_response_signed": False, "allow_unsolicited": True}
RESPONSE = {"want_assertions_signed": False, "want_response_signed": True, "allow_unsolicited": True}
BOTH = {"want_assertions_signed": True, "want_response_signed": True, "allow_unsolicited": True}
KEY = new_key("sp")
SPS = {
    "assertion": Sp("assertion", ASSERTION, KEY),
    "response": Sp("response", RESPONSE, KEY),
    "both": Sp("both", BOTH, KEY),
    "signing": Sp("both", {**BOTH, "authn_requests_signed": True}, KEY),
}
pytestmark = pytest.mark.xmlsec


@pytest.fixture(scope="module")
def idp(clients: None, xmlsec: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("pysaml2-asks")
    with serving("another_service_provider", folder / "sp.log") as peer, world(folder, peer, SPS) as made:
        yield made


def is_accepted(said: Any, *, solicited: bool) -> None:
    assert said["accepted"], said["why"]
    assert (said["name_id"], said["format"], said["contexts"]) == (USER, EMAIL_FORMAT, [PROTECTED_TRANSPORT])
    assert said["attributes"] == ATTRIBUTES
    assert said["session_index"]
    assert bool(said["in_response_to"]) is solicited
    assert SESSION - timedelta(minutes=10) < timedelta(seconds=said["session_ends"] - time.time()) <= SESSION


async def ask(idp: World, browser: Browser, name: str, query: str = "") -> Answer:
    """Begin at the service provider; what the identity provider shows."""
    return await idp.arrive(browser, await idp.ask(idp.at_sp(), name, query))


async def form_of(idp: World, name: str) -> Any:
    """The form with which the service provider asks."""
    return (await idp.at_sp().get(f"/{name}/login?post&sign&to=here")).form("/sso/")


async def post(idp: World, browser: Browser, form: Any, **changes: str) -> Answer:
    """Another site's form: the cookie of the session does not come along, and is there again afterwards."""
    fields = [(key, changes.get(key, value)) for key, value in form.fields]
    kept = dict(browser.cookies)
    browser.cookies = {key: value for key, value in kept.items() if key.endswith("browser")}
    answer = await browser.post(form.action, fields, site="cross-site", sender=idp.peer.url)
    browser.cookies = {**kept, **browser.cookies}
    return await browser.follow(answer)


def test_it_reads_our_metadata(idp: World) -> None:
    for name, read in idp.parsed.items():
        assert read == {"entity_id": idp.idp.done("app", "saml", name, "--json").one["entity_id"], "certificates": 2}


@pytest.mark.parametrize("name", ["assertion", "response", "both"])
async def test_asked_by_redirect(idp: World, signed_in: Browser, name: str) -> None:
    said = await idp.deliver(idp.at_sp(), await ask(idp, signed_in, name, "?to=/deep%3Fa=1"), name)
    is_accepted(said, solicited=True)
    assert said["relay_state"] == "/deep?a=1"


@pytest.mark.parametrize("name", ["assertion", "response", "both"])
async def test_not_asked(idp: World, signed_in: Browser, name: str) -> None:
    is_accepted(await idp.deliver(idp.at_sp(), await idp.launch(signed_in, name), name), solicited=False)


async def test_asked_by_redirect_signed(idp: World, signed_in: Browser) -> None:
    page = await ask(idp, signed_in, "signing", "?sign&to=here")
    is_accepted(await idp.deliver(idp.at_sp(), page, "signing"), solicited=True)
    sent = await idp.ask(idp.at_sp(), "signing", "?sign&to=here")
    page = await idp.arrive(signed_in, sent.replace("RelayState=here", "RelayState=there"))
    assert (page.status, "bad_signature" in page.text) == (403, True)


async def test_asked_by_form_signed(idp: World, signed_in: Browser) -> None:
    page = await post(idp, signed_in, await form_of(idp, "signing"))
    said = await idp.deliver(idp.at_sp(), page, "signing")
    is_accepted(said, solicited=True)
    assert said["relay_state"] == "here"


async def test_asked_by_form_changed(idp: World, signed_in: Browser) -> None:
    form = await form_of(idp, "signing")
    text = base64.b64decode(form.value("SAMLRequest"))
    assert b'ForceAuthn="true"' not in text
    changed = text.replace(b"AuthnRequest ", b'AuthnRequest ForceAuthn="true" ', 1)
    page = await post(idp, signed_in, form, SAMLRequest=base64.b64encode(changed).decode())
    assert (page.status, "bad_signature" in page.text) == (403, True)
