"""Hashes and compares passwords off the event loop, a few at a time: each takes 64 MiB."""

import asyncio

from starlette.exceptions import HTTPException

from lockstep.kit.passwords import hash_password, verify_password
from lockstep.kit.web.secrets import new_secret

AT_ONCE = 4
MOST_WAITING = 100
_BUSY = 503


class Hasher:
    """Takes as long where there is no password to compare with as where there is one."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._nobody: asyncio.Future[str] | None = None

    async def verify(self, password: str, stored: str | None) -> bool:
        """Whether `stored` was made of `password`; False without one.  Raises HTTPException (503) where too many wait."""
        if self._waiting >= MOST_WAITING:
            raise HTTPException(_BUSY, "Too many people sign in at this moment. Try again in a minute.", {"Retry-After": "60"})
        self._waiting += 1
        try:
            nobody = await asyncio.shield(self._of_nobody())  # waited for either way, so that the first log-in tells nothing
            async with self._turns:
                right = await asyncio.to_thread(verify_password, password, stored or nobody)
        finally:
            self._waiting -= 1
        return right and stored is not None

    async def hash(self, password: str) -> str:
        """What is stored of `password`."""
        async with self._turns:
            return await asyncio.to_thread(hash_password, password)

    async def close(self) -> None:
        """Nothing is under way afterwards."""
        if self._nobody is not None:
            await asyncio.gather(self._nobody, return_exceptions=True)

    def _of_nobody(self) -> asyncio.Future[str]:
        if self._nobody is None:
            self._nobody = asyncio.ensure_future(asyncio.to_thread(hash_password, new_secret()))
        return self._nobody
