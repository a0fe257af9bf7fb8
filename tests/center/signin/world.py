"""A centre with an instance, two people and an identity provider, and browsers in front of it."""

from dataclasses import dataclass, field, replace
from typing import Any

from lockstep.center import events
from lockstep.center.app import Center, build
from lockstep.center.attributes import actions as attributes
from lockstep.center.attributes.records import AccessControlAttribute, Precedence
from lockstep.center.directory import actions as directory
from lockstep.center.events import Operation
from lockstep.center.instances.actions import admin_call
from lockstep.center.instances.idps import actions as idps
from lockstep.center.instances.records import Instance
from lockstep.center.signin import actions
from lockstep.center.signin.provider import metadata
from lockstep.center.signin.records import Session
from lockstep.kit.clock import now_ms
from lockstep.kit.db import Database
from lockstep.saml.metadata import read_sp_metadata
from lockstep.saml.records import AuthnRequest, IdpMetadata, SpMetadata
from tests.center.client import Stage, a_user
from tests.support.browser import Answer, Browser, into
from tests.support.saml_idp import Idp, key

ORIGIN = "https://center.example"
ADA = "ada@example.com"
BOB = "bob@example.com"
Json = dict[str, Any]
Fields = list[tuple[str, str]]


class Clock:
    """The clock of the centre; a test may put it forward, or stop it."""

    ahead = 0
    stopped: int | None = None

    def __call__(self) -> int:
        return (now_ms() if self.stopped is None else self.stopped) + self.ahead


async def started(database: Database, clock: Clock, origin: str = ORIGIN) -> Center:
    """A centre that is known by `origin`."""
    center = build(database, now=clock, public_url=origin)
    await center.start()
    return center


def corporate() -> Idp:
    return Idp("https://idp.example/saml", key("one"))


def subsidiary() -> Idp:
    return Idp("https://other.example/saml", key("two"), base="https://other.example")


@dataclass
class World:
    """One instance that trusts `idp`, with Ada and Bob in it."""

    database: Database
    stage: Stage
    center: Center
    clock: Clock
    instance: Instance
    idp: Idp = field(default_factory=corporate)
    origin: str = ORIGIN

    def __post_init__(self) -> None:
        self.people = {name: self.user(name) for name in (ADA, BOB)}
        self.trust(self.idp)

    def beside(self) -> "World":
        """Another instance of the same centre, with the same people and the same identity provider."""
        return World(self.database, self.stage, self.center, self.clock, self.stage.instance())

    # --- what administrators and SCIM do

    def user(self, name: str, **attributes: Any) -> str:
        """A new user; the id."""
        email = f"{name.replace('@', '-')}@mail.example"
        body = a_user(userName=name, emails=[{"value": email, "type": "work", "primary": True}], **attributes)
        with self.database.write() as connection:
            return directory.create_user(connection, self.instance, body, self.call(Operation.CREATE_USER)).id

    def change(self, name: str, **attributes: Any) -> None:
        with self.database.write() as connection:
            call = self.call(Operation.PATCH_USER)
            directory.change_user(connection, self.instance, self.people[name], lambda user: user | attributes, call)

    def delete(self, name: str) -> None:
        with self.database.write() as connection:
            directory.delete_user(connection, self.instance, self.people[name], self.call(Operation.DELETE_USER))

    def trust(self, idp: Idp, shown: str | None = None, unsolicited: bool | None = None) -> None:
        with self.database.write() as connection:
            idps.trust(connection, self.call(Operation.TRUST_IDP), self.instance.name, idp.metadata, shown, unsolicited)

    def trust_metadata(self, read: IdpMetadata) -> None:
        with self.database.write() as connection:
            idps.trust(connection, self.call(Operation.TRUST_IDP), self.instance.name, read)

    def distrust(self, idp: Idp) -> None:
        with self.database.write() as connection:
            idps.remove(connection, self.call(Operation.REMOVE_IDP), self.instance.name, idp.entity_id)

    def enable_attributes(self, precedence: Precedence = Precedence.CONFIGURED, **sources: str) -> None:
        given = [AccessControlAttribute(name, f"${{path:{source}}}") for name, source in sources.items()]
        with self.database.write() as connection:
            call = self.call(Operation.CREATE_ACCESS_CONTROL)
            attributes.enable(connection, call, self.instance.name, precedence)
            attributes.set_attributes(connection, call, self.instance.name, given)

    def call(self, operation: Operation) -> events.Call:
        return admin_call(operation, "alice", self.clock())

    # --- what is there afterwards

    @property
    def sessions(self) -> list[Session]:
        with self.database.read() as connection:
            return list(actions.live_sessions(connection, self.instance.name, self.clock()))

    @property
    def refusals(self) -> list[Json]:
        """What the trail says of refused sign-ins."""
        return [record for record in self.trail if record["eventName"] == "ExternalIdPDirectoryLogin"]

    @property
    def reasons(self) -> list[str]:
        return [record["errorCode"] for record in self.refusals]

    @property
    def trail(self) -> list[Json]:
        with self.database.read() as connection:
            return list(events.records(connection, self.instance.key, self.instance.region))

    # --- what browsers and the identity provider do

    @property
    def sp(self) -> SpMetadata:
        return read_sp_metadata(metadata(self.origin, self.instance))

    @property
    def acs(self) -> str:
        return self.sp.consumers[0].location

    def browser(self) -> Browser:
        return Browser(into(self.center), self.origin)

    async def ask(self, browser: Browser, path: str | None = None) -> tuple[AuthnRequest, str]:
        """Open the portal, and be sent to the identity provider: the request, and the RelayState."""
        answer = await browser.get(path or self.instance.start_path)
        assert answer.status == 303, answer.text
        return self.idp.read(answer.header("location"), self.sp, self.clock())

    def response(self, name: str = ADA, to: SpMetadata | None = None, by: Idp | None = None, **changes: Any) -> str:
        """What the identity provider says, with `changes` to the answer."""
        idp = by or self.idp
        return idp.sign(replace(idp.answer(name, to or self.sp, now=self.clock()), **changes))

    async def arrive(self, browser: Browser, response: str, relay: str | None = None, to: str | None = None) -> Answer:
        """Post a response, as the identity provider's page makes a browser do."""
        fields = [("SAMLResponse", response)] + ([] if relay is None else [("RelayState", relay)])
        return await self.post(browser, fields, to)

    async def post(self, browser: Browser, fields: Fields, to: str | None = None) -> Answer:
        return await browser.post(to or self.acs, fields, site="cross-site", sender="https://idp.example")

    async def sign_in(self, browser: Browser, name: str = ADA, **changes: Any) -> Answer:
        """From the portal to the identity provider and back: the portal."""
        request, state = await self.ask(browser)
        answer = await self.arrive(browser, self.response(name, in_response_to=request.id, **changes), state)
        assert answer.status == 303, answer.text
        return await browser.follow(answer)

    async def refused(self, browser: Browser, response: str, relay: str | None = None, to: str | None = None) -> str:
        """Post what has to be refused; the reason in the trail, once page and trail agree."""
        before = len(self.refusals)
        answer = await self.arrive(browser, response, relay, to)
        assert "Start again" in answer.text
        told = self.refusals[before:]
        assert [(record["requestID"] in answer.text, record["status"]) for record in told] == [(True, answer.status)]
        assert told[0]["errorMessage"] not in answer.text
        return str(told[0]["errorCode"])
