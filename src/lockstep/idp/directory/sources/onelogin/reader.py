"""Reads an account at OneLogin: all of it, or what has changed since the last time."""

import asyncio
from typing import Any

from lockstep.idp.directory.sources.onelogin import watermark as marks
from lockstep.idp.directory.sources.onelogin.lists import rows
from lockstep.idp.directory.sources.onelogin.reading import PAGE, Run
from lockstep.idp.directory.sources.onelogin.records import (
    CUSTOM,
    FIELDS,
    GROUP,
    LOGIN,
    MANAGER_KEY,
    NO_ATTRIBUTES,
    ROLES,
    OneLoginSettings,
)
from lockstep.idp.directory.sources.onelogin.wire import Answer, Api, ApiProblem
from lockstep.idp.directory.sources.records import Check, Reading, SourceProblem

_COUNTED = 1_000
"""As far as a test of the connection counts."""


class OneLoginReader:
    """A `Reader` of one account.  Its methods run an event loop of their own: call them in a thread that has none."""

    def __init__(self, settings: OneLoginSettings, secret: str) -> None:
        self._settings = settings
        self._secret = secret

    def check(self) -> Check:
        """Get a token, and look at the first users and roles."""
        try:
            return asyncio.run(self._check())
        except ApiProblem as problem:
            return Check(ok=False, problem=problem.problem, fix=problem.fix)
        except SourceProblem as problem:
            return Check(ok=False, problem=problem.text)

    def attributes(self) -> tuple[str, ...]:
        """OneLogin's fields, its custom fields, and ours.  Raises SourceProblem."""
        return asyncio.run(self._attributes())

    def read(self, watermark: str = "") -> Reading:
        """All, or what has changed since.  Raises SourceProblem."""
        return asyncio.run(self._read(watermark))

    async def _read(self, watermark: str) -> Reading:
        before = marks.read(watermark, self._settings)
        async with Api(self._settings, self._secret) as api:
            run = Run(api, self._settings)
            return await (run.since(before) if before else run.whole())

    async def _check(self) -> Check:
        async with Api(self._settings, self._secret) as api:
            told = [await _count(api, "users")]
            if self._settings.roles:
                told.append(await _count(api, "roles"))
        return Check(ok=True, sees=f"{' and '.join(told)} at {self._settings.url}")

    async def _attributes(self) -> tuple[str, ...]:
        async with Api(self._settings, self._secret) as api:
            answer = await api.get("/api/2/users/custom_attributes", {}, "custom fields")
        own = [name for name in FIELDS if name not in NO_ATTRIBUTES]
        return (*own, LOGIN, MANAGER_KEY, GROUP, ROLES, *(f"{CUSTOM}{name}" for name in _shortnames(answer)))


async def _count(api: Api, what: str) -> str:
    number = 0
    async for _ in rows(api, f"/api/2/{what}", {"limit": str(PAGE), "fields": "id"}, what):
        number += 1
        if number > _COUNTED:
            return f"more than {_COUNTED:,} {what}"
    return f"{number:,} {what}"


def _shortnames(answer: Answer) -> list[str]:
    """Of version 2's objects, or of version 1's list of lists of names."""
    listed: Any = answer.body.get("data") if isinstance(answer.body, dict) else answer.body
    found: list[str] = []
    for one in listed if isinstance(listed, list) else ():
        names = [one.get("shortname")] if isinstance(one, dict) else one if isinstance(one, list) else [one]
        found += [name for name in names if isinstance(name, str)]
    return sorted(found)
