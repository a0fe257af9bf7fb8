"""The two sides of most tests here: the identity provider in this process, a real centre behind HTTP."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.pair.equality import Held, differences
from tests.pair.rosters import Roster, write
from tests.support.center import Tenant
from tests.support.idp import AT_ONCE, Idp
from tests.support.processes import Finished, lockstep

Json = dict[str, Any]


@dataclass(slots=True)
class Both:
    """Both sides, and how many changes the centre has seen."""

    idp: Idp
    tenant: Tenant
    folder: Path
    counted: int = 0

    def connect(self, roster: Roster, *settings: str) -> None:
        """Take a roster in, and make an app that lets everything through at once but for what `settings` say."""
        self.take(roster)
        self.idp.app(self.tenant.url, self.tenant.scim.token, *AT_ONCE, *settings)

    def begin(self, roster: Roster, *settings: str) -> None:
        """Both sides in step with a roster."""
        self.connect(roster, *settings)
        result = self.sync()
        assert (result["failed"], result["held"], result["waiting"]) == (0, 0, 0), result
        self.assert_equal(roster)

    def take(self, roster: Roster) -> None:
        """Import a roster."""
        self.idp.take(write(roster, self.folder / "roster"))

    def sync(self, **orders: Any) -> Json:
        """A sync, whose report must be what the centre saw, and not above the floor."""
        result = self.idp.sync(**orders)
        assert result["requests"] == self.writes() == result["floor"], result
        return result

    def writes(self) -> int:
        """How many requests to change something the centre has seen since this was last asked."""
        before, self.counted = self.counted, self.tenant.count(reads=False)
        return self.counted - before

    def held(self) -> Held:
        """What the centre holds."""
        return Held(self.tenant.users(), self.tenant.groups())

    def assert_equal(self, roster: Roster) -> None:
        """The centre holds what the roster says, to the letter."""
        found = differences(roster, self.held())
        assert not found, "\n".join(found)

    def command(self, *words: str) -> Finished:
        """`lockstep idp WORDS` beside us, on the same data."""
        return lockstep("idp", *words, "--data", str(self.idp.folder))
