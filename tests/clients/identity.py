"""Our identity provider, served as a process of its own, with a service provider of somebody else's for each of its apps."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from lockstep.kit.clock import now_ms
from lockstep.saml.keys import SigningKey, new_signing_key
from tests.cli.idp.command import Idp
from tests.clients.environment import Peer
from tests.idp.provisioning.target import Target
from tests.support.browser import Answer, Browser, over_http
from tests.support.processes import served

USER = "zoë.ångström@example.com"
PASSWORD = "correct horse battery"
TAG = "https://aws.amazon.com/SAML/Attributes/AccessControl:CostCenter"
ATTRIBUTES = {
    TAG: ["CC-7/Forschung + Ωmega"],
    "Teams": ["Blå", "Grün & <fett>", "日本"],
    "Name": ["Zoë Ångström"],
    "https://example.com/attributes/department": ["Research"],
}
"""What Zoë's assertions say, name by name."""
SESSION = timedelta(minutes=480)


@dataclass(frozen=True)
class Sp:
    """A service provider to be: what is signed for it, and what it wants."""

    sign: str
    security: Mapping[str, Any]
    key: SigningKey | None = None
    more: Mapping[str, Any] = field(default_factory=dict)
    """What else its metadata says."""


@dataclass
class World:
    """The identity provider, and the process in which the service providers live."""

    idp: Idp
    peer: Peer
    url: str = ""
    parsed: dict[str, Any] = field(default_factory=dict)
    """What the service providers' parser made of our metadata."""

    def browser(self) -> Browser:
        """A browser at the identity provider, with nobody signed in."""
        return Browser(over_http, self.url)

    def at_sp(self) -> Browser:
        """The same person's browser as the service provider sees it: with other cookies."""
        return Browser(over_http, self.peer.url)

    async def log_in(self, browser: Browser, page: Answer | None = None) -> Answer:
        """Fill in the form."""
        page = page or await browser.get("/login")
        answer = await browser.submit(page, "/login", user_name=USER, password=PASSWORD)
        assert answer.status == 303, answer.text
        return await browser.follow(answer)

    async def ask(self, at_sp: Browser, name: str, query: str = "") -> str:
        """Begin at the service provider; where it sends the browser."""
        answer = await at_sp.get(f"/{name}/login{query}")
        assert answer.status == 302, answer.text
        return answer.header("location")

    async def arrive(self, browser: Browser, address: str) -> Answer:
        """Follow the service provider's redirect, up to a page that shows something."""
        return await browser.follow(await browser.get(address, site="cross-site"))

    async def launch(self, browser: Browser, name: str) -> Answer:
        """Press an app's tile."""
        uuid = self.idp.done("app", "saml", name, "--json").one["uuid"]
        return await browser.submit(await browser.get("/"), f"/launch/{uuid}")

    async def deliver(self, at_sp: Browser, page: Answer, name: str, **changes: str) -> Any:
        """Let the page post its form; what the service provider makes of it."""
        form = page.form(f"{self.peer.url}/{name}/acs")
        fields = [(key, changes.get(key, value)) for key, value in form.fields]
        answer = await at_sp.post(form.action, fields, site="cross-site", sender=self.url)
        return json.loads(answer.body)


def make_people(idp: Idp) -> None:
    """Zoë, with a password."""
    fields = ("email=" + USER, "given_name=Zoë", "family_name=Ångström", "display_name=Zoë Ångström", "department=Research")
    custom = ("cost_center=" + ATTRIBUTES[TAG][0], "custom.teams=" + ";".join(ATTRIBUTES["Teams"]))
    idp.done("user", "create", USER, *fields, *custom)
    idp.done("password", USER, "--password-file", idp.file("password", PASSWORD))


def make_app(idp: Idp, name: str, metadata: str, sign: str) -> None:
    """An app whose service provider is described by its own metadata."""
    token = idp.file("token", "secret\n")
    made = ("app", "create", name, "--connector", "aws-iam-identity-center", "--scim-url", "https://scim.example/t/scim/v2")
    idp.done(*made, "--token-file", token)
    idp.done("app", "assign", name, "--everyone")
    for key, *source in (
        (TAG, "--attribute", "cost_center"),
        ("Teams", "--attribute", "custom_attribute_teams", "--multi-value"),
        ("Name", "--macro", "{firstname} {lastname}"),
        ("https://example.com/attributes/department", "--attribute", "department"),
    ):
        idp.done("app", "parameter", name, key, *source, "--include-in-saml-assertion")
    idp.done("app", "saml", name, "--metadata", idp.file(f"{name}.xml", metadata), "--sign", sign)


@contextmanager
def world(folder: Path, peer: Peer, sps: Mapping[str, Sp]) -> Iterator[World]:
    """Everything, served; each side has read the other's metadata."""
    made = World(Idp(folder, Target(now_ms)), peer)
    make_people(made.idp)
    for name, sp in sps.items():
        key = "" if sp.key is None else sp.key.pem_private.decode()
        certificate = "" if sp.key is None else sp.key.pem_certificate.decode()
        peer.tell(f"/{name}/settings", security=sp.security, more=sp.more, key=key, certificate=certificate)
        make_app(made.idp, name, peer.read(f"/{name}/metadata"), sp.sign)
    with served(folder / "idp.log", "idp", "serve", "--no-worker", "--data", str(made.idp.data)) as server:
        made.url = server.url
        made.idp.done("certificate", "list")
        made.idp.done("certificate", "new")
        for name in sps:
            metadata = made.idp.done("metadata", name).out
            made.parsed[name] = peer.tell(f"/{name}/trust", metadata=metadata)
        yield made


def new_key(name: str) -> SigningKey:
    """A key for a service provider."""
    return new_signing_key(name, now_ms=now_ms(), days=3650, bits=2048)
