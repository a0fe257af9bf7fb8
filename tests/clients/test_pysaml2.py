"""Our identity centre accepts what pysaml2 says as identity provider, and refuses what it should; everything over real HTTP."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lockstep.kit.clock import now_ms
from lockstep.saml.keys import new_signing_key
from lockstep.saml.problems import Reason
from lockstep.saml.records import EMAIL_FORMAT
from tests.center.client import ENTERPRISE, a_user
from tests.cli.center.command import Command
from tests.cli.center.scim import Scim
from tests.clients.environment import Peer, serving
from tests.support.browser import Answer, Browser, over_http
from tests.support.processes import served

ADA = "ada.lövelace@example.com"
ACCESS_CONTROL = "https://aws.amazon.com/SAML/Attributes/AccessControl:"
SAID = {f"{ACCESS_CONTROL}Team": ["Zahlen + Ωmega"], "mail": [ADA], "groups": ["a", "b"]}
TAGS = {"CostCenter": "CC-7", "Team": "Zahlen + Ωmega"}
SIGNED = ["assertion", "response", "both"]

pytestmark = pytest.mark.xmlsec


@dataclass(frozen=True)
class World:
    """The centre, and the identity provider that its one instance trusts."""

    command: Command
    url: str
    start: str
    idp: Peer
    read: Any
    """What pysaml2 read in our metadata."""
    metadata: str
    """The file with pysaml2's own."""

    def browser(self) -> Browser:
        return Browser(over_http, self.url)

    def tell(self, sign: str, **how: Any) -> None:
        """Say what pysaml2 will say."""
        self.idp.tell("/answer", **{"user": ADA, "attributes": SAID, "sign": sign, **how})

    async def solicited(self, browser: Browser) -> Answer:
        """Begin at the centre; what becomes of the answer."""
        sent = await browser.get(self.start)
        assert sent.status == 303
        return await self.deliver(browser, await self.browser().get(sent.header("location"), site="cross-site"))

    async def unsolicited(self, browser: Browser, relay_state: str = "") -> Answer:
        """Begin at the identity provider."""
        return await self.deliver(browser, await self.browser().get(f"{self.idp.url}/unsolicited?RelayState={relay_state}"))

    async def deliver(self, browser: Browser, page: Answer) -> Answer:
        """Let the page of the identity provider post its form."""
        form = page.form()
        assert form.action == self.read["acs"][0]
        return await browser.post(form.action, form.fields, site="cross-site", sender=self.idp.url)

    def sessions(self) -> list[Any]:
        return self.command.lines("sessions", "corp")

    def end_sessions(self) -> None:
        self.command.one("sessions", "corp", "--end", ADA)

    def why(self, page: Answer) -> str:
        """The reason in the trail, under the reference that the page shows."""
        found = [one for one in self.command.lines("trail", "corp") if one["requestID"] in page.text]
        (record,) = found
        code: str = record["errorCode"]
        return code


@pytest.fixture(scope="module")
def world(clients: None, xmlsec: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("pysaml2")
    key = new_signing_key("pysaml2", now_ms=now_ms(), bits=2048)
    (folder / "key.pem").write_bytes(key.pem_private)
    (folder / "certificate.pem").write_bytes(key.pem_certificate)
    command = Command(folder / "center")
    instance = command.one("instance", "create", "corp")
    command.one("attributes", "enable", "corp")
    command.one("attributes", "set", "corp", "CostCenter=${path:enterprise.costCenter}")
    token = command.one("provisioning", "enable", "corp")["token"]
    with (
        serving("identity_provider", folder / "idp.log", str(folder)) as idp,
        served(folder / "center.log", "center", "serve", *command.where) as center,
    ):
        Scim(center.url + instance["scim_path"], token).made(
            "/Users", a_user(userName=ADA, **{ENTERPRISE: {"costCenter": "CC-7"}})
        )
        read = idp.tell("/trust", metadata=command.text("metadata", "corp"))
        (folder / "metadata.xml").write_text(idp.read("/metadata"), encoding="utf-8")
        command.one("idp", "trust", "corp", "--metadata", str(folder / "metadata.xml"), "--idp-name", "pysaml2")
        yield World(command, center.url, instance["start_path"], idp, read, str(folder / "metadata.xml"))


@pytest.fixture(autouse=True)
def nobody_signed_in(world: World) -> None:
    world.end_sessions()


def test_each_side_reads_the_others_metadata(world: World) -> None:
    assert world.read["entity_id"].startswith(f"{world.url}/platform/saml/")
    assert len(world.read["acs"]) == 1
    assert world.read["formats"] == [EMAIL_FORMAT]
    (idp,) = world.command.lines("idp", "list", "corp")
    assert (idp["entity_id"], idp["name"]) == (f"{world.idp.url}/metadata", "pysaml2")
    assert idp["sso"] == {"redirect": f"{world.idp.url}/sso", "post": f"{world.idp.url}/sso"}
    assert len(idp["certificates"]) == 1


def test_metadata_in_a_signed_list_says_the_same(world: World, tmp_path: Path) -> None:
    (before,) = world.command.lines("idp", "list", "corp")
    document = world.idp.read("/federation")
    assert "EntitiesDescriptor" in document
    assert "SignatureValue" in document
    (tmp_path / "all.xml").write_text(document, encoding="utf-8")
    after = world.command.one("idp", "trust", "corp", "--metadata", str(tmp_path / "all.xml"))
    assert after | {"updated_at": before["updated_at"]} == before


def is_signed_in(world: World, page: Answer) -> None:
    """The page and the command show the session, with each tag and where it came from."""
    assert page.status == 200
    for shown in (ADA, "pysaml2", "CostCenter CC-7", "Team Zahlen + Ωmega"):
        assert shown in page.text
    (session,) = world.sessions()
    assert (session["user_name"], session["idp"]) == (ADA, f"{world.idp.url}/metadata")
    assert session["tags"] == TAGS
    assert {key: source["kind"] for key, source in session["tag_sources"].items()} == {
        "CostCenter": "directory",
        "Team": "assertion",
    }


@pytest.mark.parametrize("sign", SIGNED)
async def test_begun_at_the_centre(world: World, sign: str) -> None:
    world.tell(sign)
    browser = world.browser()
    answer = await world.solicited(browser)
    assert answer.status == 303, world.why(answer)
    is_signed_in(world, await browser.follow(answer))


@pytest.mark.parametrize("sign", SIGNED)
async def test_begun_at_the_identity_provider(world: World, sign: str) -> None:
    world.tell(sign)
    browser = world.browser()
    answer = await world.unsolicited(browser)
    assert answer.status == 303, world.why(answer)
    is_signed_in(world, await browser.follow(answer))


SHA1 = {
    "sign_alg": "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
    "digest_alg": "http://www.w3.org/2000/09/xmldsig#sha1",
}
REFUSED: dict[str, tuple[Reason, dict[str, Any]]] = {
    "not signed": (Reason.UNSIGNED, {"sign": "nothing"}),
    "signed with SHA-1": (Reason.BAD_ALGORITHM, {"arguments": SHA1}),
    "for another audience": (Reason.AUDIENCE_MISMATCH, {"arguments": {"sp_entity_id": "https://elsewhere.test/saml"}}),
    "for another address": (Reason.DESTINATION_MISMATCH, {"arguments": {"destination": "https://elsewhere.test/acs"}}),
    "by another name": (Reason.ISSUER_MISMATCH, {"arguments": {"issuer": "https://elsewhere.test/metadata"}}),
    "expired": (Reason.EXPIRED, {"policy": {"lifetime": {"minutes": -5}}}),
    "good for too long": (Reason.BAD_CONDITION, {"policy": {"lifetime": {"days": 2}}}),
    "a session that has ended": (Reason.SESSION_EXPIRED, {"arguments": {"session_not_on_or_after": "2026-01-01T00:00:00Z"}}),
    "somebody unknown": (Reason.UNKNOWN_USER, {"user": "eve@example.com"}),
    "two values for one tag": (Reason.BAD_ATTRIBUTE, {"attributes": {f"{ACCESS_CONTROL}Team": ["a", "b"]}}),
    "not successful": (Reason.IDP_STATUS, {"sign": "failure"}),
}


@pytest.mark.parametrize("how", REFUSED)
@pytest.mark.parametrize("begun", ["centre", "identity provider"])
async def test_refused(world: World, how: str, begun: str) -> None:
    reason, told = REFUSED[how]
    world.tell(**{"sign": "assertion", **told})
    browser = world.browser()
    page = await (world.solicited(browser) if begun == "centre" else world.unsolicited(browser))
    assert (world.why(page), page.status) == (reason, 403)
    assert world.sessions() == []


@pytest.mark.parametrize("sign", [*SIGNED, "nothing"])
async def test_an_encrypted_assertion_is_refused(world: World, sign: str) -> None:
    """Whoever has our metadata could encrypt one; nothing says who did."""
    certificate = "".join(new_signing_key("x", now_ms=now_ms(), bits=2048).pem_certificate.decode().splitlines()[1:-1])
    world.tell(sign, arguments={"encrypt_assertion": True, "encrypt_cert_assertion": certificate})
    page = await world.unsolicited(world.browser())
    assert (world.why(page), page.status) == (Reason.BAD_STRUCTURE, 400)
    assert world.sessions() == []


async def test_an_answer_to_nothing_that_was_asked(world: World) -> None:
    world.tell("both", arguments={"in_response_to": "_another"})
    for page in (await world.unsolicited(world.browser()), await world.solicited(world.browser())):
        assert world.why(page) in (Reason.IRT_MISMATCH, Reason.UNSOLICITED_REFUSED)
    assert world.sessions() == []


async def test_a_second_time(world: World) -> None:
    world.tell("both")
    page = await world.browser().get(f"{world.idp.url}/unsolicited")
    assert (await world.deliver(world.browser(), page)).status == 303
    again = await world.deliver(world.browser(), page)
    assert (world.why(again), again.status) == (Reason.REPLAY, 403)
    assert len(world.sessions()) == 1


async def test_sign_ins_that_may_begin_at_the_centre_only(world: World) -> None:
    trust = ("idp", "trust", "corp", "--metadata", world.metadata)
    world.tell("both")
    world.command.one(*trust, "--no-unsolicited")
    try:
        page = await world.unsolicited(world.browser())
        assert (world.why(page), page.status) == (Reason.UNSOLICITED_REFUSED, 403)
        assert (await world.solicited(world.browser())).status == 303
    finally:
        world.command.one(*trust, "--unsolicited")


async def test_where_the_sign_in_leads(world: World) -> None:
    """A path of ours in the RelayState is followed, and nothing else."""
    world.tell("assertion")
    answer = await world.unsolicited(world.browser(), f"{world.start}%2F%3Fx=1")
    assert answer.header("location") == f"{world.url}{world.start}/?x=1"
    answer = await world.unsolicited(world.browser(), "https://elsewhere.test/")
    assert answer.header("location") == f"{world.url}{world.start}"
