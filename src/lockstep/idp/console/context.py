"""What every page of the console shares."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import Request

from lockstep.idp import events
from lockstep.idp.console.kept import KeptPlans
from lockstep.idp.console.words import FILTERS
from lockstep.idp.provisioning.engine import Engine
from lockstep.kit.clock import Clock
from lockstep.kit.db import Connection
from lockstep.kit.vault import Vault
from lockstep.kit.web.cookies import Cookie
from lockstep.kit.web.hashing import Hasher
from lockstep.kit.web.live import News
from lockstep.kit.web.origins import is_secure
from lockstep.kit.web.pages import Pages

Result = TypeVar("Result")
SEE_OTHER, NOT_FOUND = 303, 404
LARGEST = 2**53
"""Ids are smaller than this; what is not is nobody's."""

PAGES = Pages("Lockstep administration", "lockstep.idp.console")
PAGES.environment.filters.update(FILTERS)


@dataclass
class Context:
    """The database, the keys, and the public origin.

    Everything runs in threads: a plan for many people takes seconds, and nobody else's page should wait for it.
    """

    engine: Engine
    origin: str
    hasher: Hasher
    news: News = field(init=False)
    """Wakes the pages that follow the events."""
    plans: KeptPlans = field(default_factory=KeptPlans)
    """What need not be planned again."""

    def __post_init__(self) -> None:
        """One look for all streams of this process."""
        self.news = News(lambda: self.read(events.latest))

    @property
    def vault(self) -> Vault:
        """What tokens are sealed with."""
        return self.engine.vault

    @property
    def clock(self) -> Clock:
        """What time it is."""
        return self.engine.clock

    @property
    def session_cookie(self) -> Cookie:
        """Holds the session's secret."""
        return Cookie("lockstep_idp_admin", secure=is_secure(self.origin))

    @property
    def browser_cookie(self) -> Cookie:
        """Knows a browser again before anybody has signed in."""
        return Cookie("lockstep_idp_admin_browser", secure=is_secure(self.origin))

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


def number(request: Request, name: str = "id") -> int:
    """A number in the address.  Raises HTTPException (404) for one that nothing can have."""
    found = int(request.path_params[name])
    if found >= LARGEST:
        raise HTTPException(NOT_FOUND)
    return found
