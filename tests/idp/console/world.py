"""An identity provider with its console, an app called aws with its target in memory, and an administrator."""

import asyncio
from typing import Any

from lockstep.idp import events
from lockstep.idp.admins import actions as admins
from lockstep.idp.apps import actions as apps
from lockstep.idp.apps.capabilities.records import Found
from lockstep.idp.apps.connect import Connection
from lockstep.idp.apps.records import App
from lockstep.idp.console.context import Context
from lockstep.idp.console.routes import build_console
from lockstep.idp.directory import actions as directory
from lockstep.idp.directory.records import Role, User
from lockstep.idp.provisioning.engine import Engine
from lockstep.kit.db import Database
from lockstep.kit.passwords import hash_password
from lockstep.kit.vault import KEY_BYTES, Vault
from lockstep.kit.web.hashing import Hasher
from tests.idp.provisioning.target import Target
from tests.support.browser import Answer, Browser, into

ORIGIN = "https://login.example.com"
URL = "https://scim.example/tenant/scim/v2"
ADMIN, PASSWORD = "root", "correct horse battery"
HAND = "a test"
TOKEN = "the-token-of-the-target"
OPEN = ("provisioning=on", "groups=on", "approve-create=off", "approve-update=off", "approve-delete=off")
HOSTILE = '<script>alert(\'&"x")</script>{{ 7*7 }}'


class World:
    """Alice and Bob, the role Readers with Alice in it, and an app that everyone has."""

    def __init__(self, database: Database) -> None:
        self.now = 1_800_000_000_000
        self.db = database
        self.target = Target(lambda: self.now)
        self.engine = Engine(database, Vault(bytes(KEY_BYTES)), clock=lambda: self.now)
        self.context = Context(self.engine, ORIGIN, Hasher())
        self.site = build_console(self.context)
        self.tested: list[tuple[str, str]] = []
        """(URL, token) of each connection test."""
        self.answers = Connection(True)
        self.can = Found()
        self.answers = Connection(True, status=200)
        self.answers_to: dict[str, Connection] = {}
        """What single tokens are answered instead."""
        with self.changing() as c:
            admins.create(c, ADMIN, hash_password(PASSWORD), actor=HAND, now=self.now)
            self.app = apps.create_app(
                c,
                self.engine.vault,
                self.now,
                name="aws",
                connector="aws-iam-identity-center",
                scim_url=URL,
                token=TOKEN,
                allow_loopback=False,
            )
            apps.assign(c, self.app, None, self.now)
        self.alice, self.bob = self.user("alice"), self.user("bob")
        self.role = self.found("Readers", self.alice)

    async def close(self) -> None:
        """The end."""
        await self.context.hasher.close()

    async def test_connection(self, url: str, token: str) -> Connection:
        """Instead of asking the target."""
        self.tested.append((url, token))
        return self.answers_to.get(token, self.answers)

    async def ask(self, _url: str, _token: str, _now: int) -> Found:
        """Instead of asking the target what it can do."""
        return self.can

    def changing(self) -> Any:
        """A transaction of one's own."""
        return self.db.write(serial=events.SERIAL)

    def user(self, name: str, **fields: str) -> User:
        """A new person."""
        address = f"{name}@x.example"
        values = {"employee_id": name, "user_name": address, "email": address, "display_name": name, "given_name": name}
        with self.changing() as c:
            return directory.create_user(c, {**values, **fields}, actor=HAND, now=self.now)

    def found(self, name: str, *members: User) -> Role:
        """A new role."""
        with self.changing() as c:
            role = directory.create_role(c, name, actor=HAND, now=self.now)
            directory.add_members(c, role.id, [one.id for one in members], actor=HAND, now=self.now)
        return role

    def seat(self, role: Role, *members: User) -> None:
        """More members of a role."""
        with self.changing() as c:
            directory.add_members(c, role.id, [one.id for one in members], actor=HAND, now=self.now)

    def set(self, *settings: str) -> None:
        """Settings of the app."""
        with self.changing() as c:
            apps.change_settings(c, apps.find_app(c, "aws"), list(settings), self.now)

    def app_now(self) -> App:
        """The app as it is."""
        with self.db.read() as c:
            return apps.find_app(c, "aws")

    def events(self, kind: str = "") -> list[dict[str, Any]]:
        """What happened, of one kind."""
        with self.db.read() as c:
            found = [events.describe(event) for event in events.follow(c, 0)]
        return [one for one in found if one["type"].startswith(kind)]

    async def sync(self) -> dict[str, Any]:
        """A sync by hand, done at once."""
        number = self.engine.order(self.app.id, "sync", {})
        return await asyncio.to_thread(self.engine.wait, number)

    def browser(self, address: str = "192.0.2.1") -> Browser:
        """A fresh browser."""
        return Browser(into(self.site, address), ORIGIN)

    async def log_in(self, browser: Browser, name: str = ADMIN, password: str = PASSWORD, path: str = "/admin/login") -> Answer:
        """Fill in the form."""
        return await browser.submit(await browser.get(path), "/admin/login", name=name, password=password)

    async def signed_in(self) -> Browser:
        """A browser with a session."""
        browser = self.browser()
        answer = await self.log_in(browser)
        assert answer.status == 303, answer.text
        return browser


def address(path: str = "") -> str:
    """A page of the app."""
    return f"/admin/apps/1{path}"


async def press(browser: Browser, page: Answer, action: str, **values: str) -> Answer:
    """Post a form of the page with these fields and its own hidden ones, and follow to the page that says what came of it."""
    exact = [form for form in page.forms if form.action == action and form.method == "post"]
    form = exact[0] if exact else page.form(action)
    fields = {name: value for name, value in form.fields if name not in values and value != "yes"}  # boxes
    answer = await browser.post(form.action, [*fields.items(), *values.items()])
    return await browser.follow(answer)
