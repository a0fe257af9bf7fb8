"""A small identity provider with its site, one app, and the app's service provider."""

import base64
from dataclasses import replace
from typing import Any

from lockstep.idp import events
from lockstep.idp.apps import actions as apps
from lockstep.idp.apps.records import App, Parameter
from lockstep.idp.apps.saml import actions as saml
from lockstep.idp.apps.saml.records import SamlConfig
from lockstep.idp.directory import actions as directory
from lockstep.idp.directory.groups import actions as groups
from lockstep.idp.directory.groups.records import Policy
from lockstep.idp.directory.lookup import find_user
from lockstep.idp.directory.records import Status, User
from lockstep.idp.signin.addresses import entity_id, sso_url
from lockstep.idp.signin.certificates import actions as certificates
from lockstep.idp.signin.people.passwords import set_password
from lockstep.idp.signin.site.context import Context
from lockstep.idp.signin.site.routes import build_sign_in
from lockstep.kit.db import Connection, Database
from lockstep.kit.passwords import hash_password
from lockstep.kit.runner import Runner
from lockstep.kit.vault import Vault
from lockstep.saml.accept import accept
from lockstep.saml.bindings import encode_post, redirect_url
from lockstep.saml.records import Accepted, AssertionConsumer, AuthnRequest, Expected, Pending, SpMetadata, TrustedIdp
from lockstep.saml.requests import new_request, write_request
from tests.support.browser import Answer, Browser, into

ORIGIN = "https://login.example.com"
ACS = "https://sp.example.com/acs"
SP = "https://sp.example.com/metadata"
APP = "aws"
ALICE = "alice@x.example"
PASSWORD = "correct horse battery"
COST_CENTER = "https://aws.amazon.com/SAML/Attributes/AccessControl:CostCenter"
MINUTE = 60_000
HAND = "a test"


class World:
    """The identity provider, with Alice, who has a password and the app, and Bob, who has neither."""

    def __init__(self, database: Database, runner: Runner) -> None:
        self.now = 1_800_000_000_000
        self.db = database
        self.vault = Vault(b"k" * 32)
        self.runner = runner
        with self.changing() as c:
            self._people(c)
            self.app = self.add_app(c, APP)
            self.config = self.configure(c, self.app)
        self.context = Context(runner, self.vault, lambda: self.now, ORIGIN)
        self.site = build_sign_in(self.context)

    async def close(self) -> None:
        """The end."""
        await self.context.hasher.close()
        await self.runner.close()

    def changing(self) -> Any:
        """A transaction of one's own."""
        return self.db.write(serial=events.SERIAL)

    def _people(self, c: Connection) -> None:
        for name, fields in (
            (ALICE, {"display_name": "Alice Adams", "department": "Research", "cost_center": "CC-7"}),
            ("bob@x.example", {"display_name": "Bob Brown"}),
        ):
            values = {"user_name": name, "email": name, **fields}
            directory.create_user(c, values, actor=HAND, now=self.now)
        self.set_password(c, ALICE, PASSWORD)

    def set_password(self, c: Connection, user: str, password: str) -> None:
        """Give a person a password."""
        set_password(c, user, hash_password(password), actor=HAND, now=self.now)

    def policy(self, policy: Policy) -> None:
        """What holds for everybody from now on."""
        with self.changing() as c:
            groups.change_default(c, policy, actor=HAND, now=self.now)

    def add_app(self, c: Connection, name: str) -> App:
        """An app that everyone has."""
        url = "https://scim.example/t/scim/v2"
        values: dict[str, Any] = {"name": name, "connector": "aws-iam-identity-center", "scim_url": url, "token": "t"}
        app = apps.create_app(c, self.vault, self.now, **values, allow_loopback=False)
        apps.assign(c, app, None, self.now)
        return app

    def configure(self, c: Connection, app: App, **changes: Any) -> SamlConfig:
        """How people sign in to the app; `changes` are those of its service provider."""
        consumers = (AssertionConsumer(ACS, 0, True), AssertionConsumer(f"{ACS}/other", 7))
        sp = replace(SpMetadata(entity_id=SP, consumers=consumers), **changes)
        return saml.configure(c, app, self.now, sp=sp)

    def parameter(self, key: str, source: str, *, include_in_saml_assertion: bool = False, multi_value: bool = False) -> None:
        """Set a parameter of the app."""
        chosen = Parameter(key, source, "{" in source, include_in_saml_assertion, multi_value)
        with self.changing() as c:
            apps.set_parameter(c, self.app, chosen, self.now)

    def change(self, user: str, custom: dict[str, str] | None = None, **fields: str) -> None:
        """Change a person."""
        with self.changing() as c:
            directory.change_user(c, find_user(c, user).id, fields, custom=custom, actor=HAND, now=self.now)

    def status(self, user: str, status: Status) -> None:
        """Set a person's status."""
        with self.changing() as c:
            directory.set_status(c, find_user(c, user).id, status, actor=HAND, now=self.now)

    def user(self, name: str) -> User:
        """A person."""
        with self.db.read() as c:
            return find_user(c, name)

    def user_in(self, c: Connection, name: str) -> User:
        """A person, in a transaction."""
        return find_user(c, name)

    def events(self, kind: str = "") -> list[dict[str, Any]]:
        """What happened, of one kind."""
        with self.db.read() as c:
            found = [events.describe(event) for event in events.follow(c, 0)]
        return [one for one in found if one["type"].startswith(kind)]

    def browser(self, address: str = "192.0.2.1") -> Browser:
        """A fresh browser."""
        return Browser(into(self.site, address), ORIGIN)

    async def log_in(self, browser: Browser, user: str = ALICE, password: str = PASSWORD, page: Answer | None = None) -> Answer:
        """Fill in the form."""
        page = page or await browser.get("/login")
        return await browser.submit(page, "/login", user_name=user, password=password)

    async def signed_in(self, user: str = ALICE) -> Browser:
        """A browser with a session."""
        browser = self.browser()
        answer = await self.log_in(browser, user)
        assert answer.status == 303, answer.text
        return browser

    # The service provider

    @property
    def sso(self) -> str:
        """Where the service provider sends people."""
        return sso_url(ORIGIN, self.config)

    def request(self, **changes: Any) -> AuthnRequest:
        """A request as the centre makes it."""
        made = new_request(issuer=SP, destination=self.sso, acs_url=ACS, now=self.now)
        return replace(made, **changes)

    async def ask(self, browser: Browser, request: AuthnRequest, relay_state: str | None = None) -> Answer:
        """Begin at the service provider, by redirect; up to the page that shows something."""
        url = redirect_url(self.sso, write_request(request), relay_state)
        return await browser.follow(await browser.get(url, site="cross-site"))

    async def ask_by_post(self, browser: Browser, request: AuthnRequest, relay_state: str | None = None) -> Answer:
        """Begin at the service provider, by POST: without the cookies that do not come along then."""
        fields = [("SAMLRequest", encode_post(write_request(request)))]
        if relay_state is not None:
            fields.append(("RelayState", relay_state))
        kept = dict(browser.cookies)
        browser.cookies = {name: value for name, value in kept.items() if name.endswith("browser")}
        answer = await browser.post(self.sso, fields, site="cross-site", sender="null")
        browser.cookies = {**kept, **browser.cookies}
        return await browser.follow(answer)

    def accepted(self, page: Answer, request: AuthnRequest | None = None, *, acs: str = ACS) -> Accepted:
        """What the service provider makes of the page that posts the response."""
        form = page.form(acs)
        with self.db.read() as c:
            trusted = TrustedIdp(entity_id(ORIGIN, self.config), certificates.published(c))
        pending = None if request is None else Pending(request.id, trusted.entity_id)
        expected = Expected(acs_url=acs, audience=SP, now=self.now, pending=pending)
        return accept(form.value("SAMLResponse"), {trusted.entity_id: trusted}, expected)

    def xml(self, page: Answer) -> str:
        """The response in the page that posts it."""
        return base64.b64decode(page.form(ACS).value("SAMLResponse")).decode()
