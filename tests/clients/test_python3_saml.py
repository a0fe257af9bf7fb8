"""python3-saml as service provider accepts what our identity provider says, and nothing else; everything over real HTTP."""

import base64
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from lockstep.saml.records import EMAIL_FORMAT, PROTECTED_TRANSPORT
from tests.clients.environment import serving
from tests.clients.identity import ATTRIBUTES, SESSION, TAG, USER, Sp, World, new_key, world
from tests.support.browser import Answer, Browser

WANTED = {
    "wantNameId": True,
    "wantAttributeStatement": True,
    "rejectDeprecatedAlgorithm": True,
    "failOnAuthnContextMismatch": True,
}
SPS = {
    "assertion": Sp("assertion", {**WANTED, "wantAssertionsSigned": True}),
    "response": Sp("response", {**WANTED, "wantMessagesSigned": True}),
    "both": Sp("both", {**WANTED, "wantAssertionsSigned": True, "wantMessagesSigned": True}),
    "signing": Sp(
        "assertion",
        {**WANTED, "wantAssertionsSigned": True, "authnRequestsSigned": True, "signMetadata": True},
        key=new_key("sp"),
        more={
            "singleLogoutService": {"url": "https://sp.test/slo"},
            "attributeConsumingService": {
                "serviceName": "Ünïversal",
                "serviceDescription": "all of it",
                "requestedAttributes": [{"name": TAG, "isRequired": True}],
            },
        },
    ),
}
DEEP = "/deep/link?a=1&b=%C3%BC ü#part"


@pytest.fixture(scope="module")
def idp(clients: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("python3-saml")
    with serving("service_provider", folder / "sp.log") as peer, world(folder, peer, SPS) as made:
        yield made


def is_accepted(said: Any) -> None:
    """Everything of it is as it is here."""
    assert (said["authenticated"], said["errors"], said["reason"]) == (True, [], None)
    assert (said["name_id"], said["format"], said["contexts"]) == (USER, EMAIL_FORMAT, [PROTECTED_TRANSPORT])
    assert said["attributes"] == ATTRIBUTES
    assert said["session_index"]
    assert said["confirmation"].get("InResponseTo") == said["in_response_to"]
    assert said["confirmation"].keys() - {"InResponseTo"} == {"NotOnOrAfter", "Recipient"}
    left = timedelta(seconds=said["session_ends"] - time.time())
    assert SESSION - timedelta(minutes=10) < left <= SESSION


def test_each_side_reads_the_others_metadata(idp: World) -> None:
    for name in SPS:
        shown = idp.idp.done("app", "saml", name, "--json").one
        assert shown["acs_urls"] == [f"{idp.peer.url}/{name}/acs"]
        assert shown["issuer"] == f"{idp.peer.url}/{name}/metadata"
        read = idp.parsed[name]
        assert read["idp"]["entityId"] == shown["entity_id"]
        assert read["idp"]["singleSignOnService"]["url"] == shown["sso_url"]
        assert len(read["idp"]["x509certMulti"]["signing"]) == 2
        assert read["sp"]["NameIDFormat"] == EMAIL_FORMAT
    elaborate = idp.peer.read("/signing/metadata")
    for part in ("ds:Signature", "md:SingleLogoutService", "md:AttributeConsumingService", 'AuthnRequestsSigned="true"'):
        assert part in elaborate


@pytest.mark.parametrize("name", SPS)
async def test_begun_at_the_service_provider(idp: World, name: str) -> None:
    at_sp, at_idp = idp.at_sp(), idp.browser()
    sent = await idp.ask(at_sp, name, f"?to={quote(DEEP)}")
    page = await idp.log_in(at_idp, await idp.arrive(at_idp, sent))
    said = await idp.deliver(at_sp, page, name)
    is_accepted(said)
    assert said["relay_state"] == DEEP
    assert said["in_response_to"] == said["asked"]
    assert said["asked"]


@pytest.mark.parametrize("name", SPS)
async def test_begun_at_the_identity_provider(idp: World, signed_in: Browser, name: str) -> None:
    said = await idp.deliver(idp.at_sp(), await idp.launch(signed_in, name), name)
    is_accepted(said)
    assert said["asked"] is None
    assert said["in_response_to"] is None


async def test_who_is_signed_in_is_not_asked_again_unless_the_service_provider_wants_it(idp: World) -> None:
    at_sp, at_idp = idp.at_sp(), idp.browser()
    await idp.log_in(at_idp)
    page = await idp.arrive(at_idp, await idp.ask(at_sp, "both"))
    is_accepted(await idp.deliver(at_sp, page, "both"))
    page = await idp.arrive(at_idp, await idp.ask(at_sp, "both", "?force_authn"))
    is_accepted(await idp.deliver(at_sp, await idp.log_in(at_idp, page), "both"))


@pytest.mark.parametrize("name", ["assertion", "response", "both"])
async def test_nobody_is_signed_in_and_no_page_may_be_shown(idp: World, name: str) -> None:
    """A refusal is answered, and is understood as one."""
    at_sp = idp.at_sp()
    page = await idp.arrive(idp.browser(), await idp.ask(at_sp, name, "?is_passive"))
    said = await idp.deliver(at_sp, page, name)
    assert (said["authenticated"], said["name_id"]) == (False, None)
    assert said["reason"].startswith("The status code of the Response was not Success, was Responder")
    assert "Nobody is signed in here" in said["reason"]


async def test_the_answer_to_another_browser_is_refused(idp: World, signed_in: Browser) -> None:
    at_sp, other = idp.at_sp(), idp.at_sp()
    page = await idp.arrive(signed_in, await idp.ask(at_sp, "both"))
    await idp.ask(other, "both")
    said = await idp.deliver(other, page, "both")
    assert said["reason"].startswith("The InResponseTo of the Response")


@pytest.mark.parametrize("name", ["assertion", "response", "both"])
async def test_a_changed_name_is_refused(idp: World, signed_in: Browser, name: str) -> None:
    """It does look at what is signed."""
    page = await idp.launch(signed_in, name)
    text = base64.b64decode(page.form("/acs").value("SAMLResponse"))
    assert USER.encode() in text
    changed = base64.b64encode(text.replace(USER.encode(), b"admin@example.com")).decode()
    said = await idp.deliver(idp.at_sp(), page, name, SAMLResponse=changed)
    assert (said["authenticated"], said["name_id"]) == (False, None)


async def test_the_answer_for_another_service_provider_is_refused(idp: World, signed_in: Browser) -> None:
    page = await idp.launch(signed_in, "assertion")
    answer = await idp.at_sp().post(f"{idp.peer.url}/both/acs", page.form("/acs").fields, site="cross-site", sender=idp.url)
    assert '"authenticated": false' in answer.html


class TestSignedRequests:
    """What the service provider signs in the address, it has to have signed."""

    async def refused(self, idp: World, address: str) -> Answer:
        answer = await idp.arrive(idp.browser(), address)
        assert answer.status == 403
        assert answer.forms == []
        return answer

    async def test_the_requests_are_signed(self, idp: World) -> None:
        sent = await idp.ask(idp.at_sp(), "signing")
        assert "&SigAlg=" in sent
        assert "&Signature=" in sent
        assert "&Signature=" not in await idp.ask(idp.at_sp(), "both")

    async def test_another_relay_state(self, idp: World) -> None:
        sent = await idp.ask(idp.at_sp(), "signing", "?to=here")
        assert "RelayState=here&" in sent
        page = await self.refused(idp, sent.replace("RelayState=here&", "RelayState=there&"))
        assert "bad_signature" in page.text

    async def test_another_request(self, idp: World) -> None:
        sent, other = [await idp.ask(idp.at_sp(), "signing", "?to=here") for _ in range(2)]
        page = await self.refused(idp, sent.split("&", 1)[0] + "&" + other.split("&", 1)[1])
        assert "bad_signature" in page.text

    async def test_no_signature(self, idp: World) -> None:
        sent = await idp.ask(idp.at_sp(), "signing")
        page = await self.refused(idp, sent.split("&SigAlg=")[0])
        assert "unsigned" in page.text


async def test_a_roll_over(idp: World, signed_in: Browser) -> None:
    """The metadata held both certificates from the start, so either may sign."""
    try:
        idp.idp.done("certificate", "activate", "2")
        is_accepted(await idp.deliver(idp.at_sp(), await idp.launch(signed_in, "both"), "both"))
    finally:
        idp.idp.done("certificate", "activate", "1")
    is_accepted(await idp.deliver(idp.at_sp(), await idp.launch(signed_in, "both"), "both"))
