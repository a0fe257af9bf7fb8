"""The whole way over real HTTP: an identity provider as its own process, a person's browser, a service provider that checks."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from typer.testing import CliRunner

from lockstep.cli.idp import app
from lockstep.idp.signin.site.routes import ROUTES
from lockstep.kit.clock import now_ms
from lockstep.saml.accept import accept
from lockstep.saml.bindings import encode_post, redirect_url
from lockstep.saml.metadata import read_idp_metadata
from lockstep.saml.records import Accepted, AuthnRequest, Binding, Expected, IdpMetadata, Pending, TrustedIdp
from lockstep.saml.requests import new_request, write_request
from tests.cli.processes import serving
from tests.support.browser import Answer, Browser, over_http

ACS, SP = "http://127.0.0.1:9/acs", "http://127.0.0.1:9/metadata"
ZOE = "zoe.akers@example.com"
TAG = "https://aws.amazon.com/SAML/Attributes/AccessControl:CostCenter"
PASSWORD = "correct horse battery"


@dataclass
class Live:
    """A server that runs."""

    data: str
    origin: str
    said: IdpMetadata

    def browser(self) -> Browser:
        return Browser(over_http, self.origin)

    def request(self) -> AuthnRequest:
        return new_request(issuer=SP, destination=self.said.sso[Binding.POST], acs_url=ACS, now=now_ms())

    def accepted(self, page: Answer, request: AuthnRequest | None) -> Accepted:
        pending = None if request is None else Pending(request.id, self.said.entity_id)
        trusted = {self.said.entity_id: TrustedIdp(self.said.entity_id, self.said.certificates)}
        value = page.form(ACS).value("SAMLResponse")
        return accept(value, trusted, Expected(acs_url=ACS, audience=SP, now=now_ms(), pending=pending))


def done(*words: str) -> str:
    """A command, in this process: beside the server, as another process would be."""
    ended = CliRunner().invoke(app, words[1:], catch_exceptions=False)
    assert ended.exit_code == 0, ended.output
    return ended.stdout


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    folder = tmp_path_factory.mktemp("live")
    data, token, password = str(folder / "data"), folder / "token", folder / "password"
    token.write_text("a-token")
    password.write_text(f"{PASSWORD}\n")
    place = ("--data", data)
    done("idp", "user", "create", ZOE, f"email={ZOE}", "display_name=Zoë Akers", "cost_center=CC-7", *place)
    url = ("--scim-url", "https://scim.example/t/scim/v2")
    done("idp", "app", "create", "aws", "--connector", "aws-iam-identity-center", *url, "--token-file", str(token), *place)
    done("idp", "app", "assign", "aws", "--everyone", *place)
    done("idp", "app", "saml", "aws", "--acs-url", ACS, "--issuer", SP, *place)
    done("idp", "app", "parameter", "aws", TAG, "--attribute", "cost_center", "--include-in-saml-assertion", *place)
    done("idp", "password", ZOE, "--password-file", str(password), *place)
    with serving("idp", "serve", *place, "--no-worker") as origin:
        yield Live(data, origin, read_idp_metadata(done("idp", "metadata", "aws", *place).encode()))


async def log_in(browser: Browser, page: Answer | None = None, password: str = PASSWORD) -> Answer:
    page = page or await browser.get("/login")
    return await browser.submit(page, "/login", user_name=ZOE, password=password)


async def test_the_command_and_the_server_give_the_same_metadata(live: Live) -> None:
    served = await live.browser().get(urlsplit(live.said.entity_id).path)
    assert read_idp_metadata(served.body) == live.said
    assert live.said.entity_id.startswith(live.origin)


@pytest.mark.parametrize("binding", ["redirect", "post"])
async def test_a_person_signs_in_to_an_app_that_asks(live: Live, binding: str) -> None:
    browser, request = live.browser(), live.request()
    if binding == "redirect":
        answer = await browser.get(
            redirect_url(live.said.sso[Binding.REDIRECT], write_request(request), "st/ate"), site="cross-site"
        )
    else:
        fields = [("SAMLRequest", encode_post(write_request(request))), ("RelayState", "st/ate")]
        answer = await browser.post(live.said.sso[Binding.POST], fields, site="cross-site", sender="null")
    login = await browser.follow(answer)
    assert (await log_in(browser, login, "wrong password")).status == 403
    page = await browser.follow(await log_in(browser, login))
    accepted = live.accepted(page, request)
    assert (accepted.name_id, dict(accepted.attributes)) == (ZOE, {TAG: ("CC-7",)})
    assert page.form(ACS).value("RelayState") == "st/ate"
    assert "http://127.0.0.1:9;" in page.header("content-security-policy")


async def test_a_tile_signs_in(live: Live) -> None:
    browser = live.browser()
    portal = await browser.follow(await log_in(browser))
    assert live.accepted(await browser.submit(portal, "/launch/"), None).name_id == ZOE


async def test_a_person_who_is_suspended_is_out_with_the_next_request(live: Live) -> None:
    browser = live.browser()
    await log_in(browser)
    assert (await browser.get("/")).status == 200
    done("idp", "user", "suspend", ZOE, "--data", live.data)
    try:
        assert (await browser.get("/")).header("location") == "/login"
        assert (await log_in(live.browser())).status == 403
    finally:
        done("idp", "user", "reactivate", ZOE, "--data", live.data)


async def test_what_is_typed_wrong_is_answered_with_a_page(live: Live) -> None:
    browser = live.browser()
    assert (await browser.get("/nothing")).status == 404
    assert (await browser.get("/static/lockstep.css")).status == 200
    assert len(ROUTES) == 20
