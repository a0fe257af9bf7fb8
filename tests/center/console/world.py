"""A centre with an instance, its people and an administrator in front of the console."""

from dataclasses import dataclass
from itertools import count

from lockstep.center.admins import actions as admins
from lockstep.center.console.site import BASE, path_of
from lockstep.center.events import Operation
from lockstep.center.instances.records import Instance
from tests.center.signin.world import ORIGIN, World
from tests.support.browser import Answer, Browser, Form, into

PASSWORD = "correct horse battery"
EVIL = "\"'><script>alert(1)</script>"
_numbers = count(1)


@dataclass
class Desk:
    """A world, and how administrators come to it."""

    world: World

    def __post_init__(self) -> None:
        self.admin = f"admin-{next(_numbers)}"
        self.make(self.admin)

    @property
    def instance(self) -> Instance:
        """As it is now."""
        from lockstep.center.instances import actions

        with self.world.database.read() as connection:
            return actions.named(connection, self.world.instance.name)

    def make(self, name: str) -> None:
        with self.world.database.write() as connection:
            admins.create(connection, self.world.call(Operation.CREATE_ADMIN), name, PASSWORD)

    def remove(self, name: str) -> None:
        with self.world.database.write() as connection:
            admins.remove(connection, self.world.call(Operation.REMOVE_ADMIN), name)

    def browser(self, address: str = "192.0.2.1") -> Browser:
        return Browser(into(self.world.center, address), ORIGIN)

    async def signed_in(self, address: str = "192.0.2.1") -> Browser:
        browser = self.browser(address)
        answer = await self.log_in(browser)
        assert answer.status == 303, answer.text
        return browser

    async def log_in(self, browser: Browser, name: str | None = None, password: str = PASSWORD) -> Answer:
        page = await browser.get(f"{BASE}/sign-in")
        return await browser.submit(page, "/sign-in", name=name or self.admin, password=password)

    def path(self, *rest: str) -> str:
        return path_of(self.world.instance, *rest)

    def last(self, operation: Operation) -> dict[str, object]:
        """The newest event of an operation in the instance's trail."""
        return [record for record in self.world.trail if record["eventName"] == operation][-1]


def fields_of(form: Form, **values: str) -> list[tuple[str, str]]:
    """A form's fields with `values`, also for those that are no `input`."""
    known = [(name, values.pop(name, value)) for name, value in form.fields]
    return [*known, *values.items()]
