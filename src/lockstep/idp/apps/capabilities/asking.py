"""Asks a target what it can do: one read of its ServiceProviderConfig."""

from dataclasses import replace

from lockstep.idp.apps.capabilities.reading import read
from lockstep.idp.apps.capabilities.records import Found
from lockstep.scim.client import ScimClient, TransportError

PLACE = "/ServiceProviderConfig"


async def ask(base_url: str, token: str, now: int) -> Found:
    """What the target says of itself at the instant `now` (ms)."""
    async with ScimClient(base_url, token, timeout_seconds=15.0, patience=2) as client:
        return await ask_by(client, now)


async def ask_by(client: ScimClient, now: int, before: Found | None = None) -> Found:
    """The same over a connection that is open.  What was shown `before` stays known."""
    kept = before or Found()
    try:
        answer = await client.request("GET", PLACE)
    except TransportError as error:
        return replace(kept, asked_at=now, problem=f"no answer: {error}"[:500])
    said = read(answer.body) if answer.ok else None
    if said is None:
        what = "something else" if answer.ok else f"{answer.status}"
        return replace(kept, asked_at=now, problem=f"it has no ServiceProviderConfig, and answered with {what}")
    return replace(kept, said=said, asked_at=now, problem="")
