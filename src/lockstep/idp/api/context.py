"""What every call of the API shares, and what sign-in does for it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from lockstep.idp import events
from lockstep.idp.api.budget import Budget
from lockstep.idp.apps.records import App
from lockstep.idp.provisioning.engine import Engine
from lockstep.kit.clock import Clock
from lockstep.kit.db import Connection
from lockstep.kit.web.hashing import Hasher

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Sso:
    """What an app's service provider is told of this identity provider; `certificate` is PEM."""

    metadata_url: str
    acs_url: str
    sls_url: str
    issuer: str
    certificate_id: int
    certificate_name: str
    certificate: str


@dataclass(frozen=True, slots=True)
class SignIn:
    """What the sign-in side does for the API, which stands beside it; `app.py` hands it in.

    `set_password` (connection, user id, stored password, actor, now) ends the sessions, too;
    `end_sessions` says how many there were.  `sso_of` is None where sign-in to the app is not set up.
    """

    set_password: Callable[[Connection, int, str, str, int], None]
    end_sessions: Callable[[Connection, int], int]
    sso_of: Callable[[Connection, App], Sso | None]


@dataclass
class Context:
    """The database, the keys, and who signs people in.

    Everything runs in threads, so that a long list or a large change delays nobody else's answer.
    """

    engine: Engine
    hasher: Hasher
    sign_in: SignIn
    budget: Budget = field(default_factory=Budget)

    @property
    def clock(self) -> Clock:
        """What time it is."""
        return self.engine.clock

    async def read(self, action: Callable[[Connection], Result]) -> Result:
        """The result of `action` over one consistent state."""

        def run() -> Result:
            with self.engine.db.read() as c:
                return action(c)

        return await asyncio.to_thread(run)

    async def write(self, action: Callable[[Connection], Result]) -> Result:
        """The result of `action`, once it is committed, alone among this side's writers."""

        def run() -> Result:
            with self.engine.db.write(serial=events.SERIAL) as c:
                return action(c)

        return await asyncio.to_thread(run)
