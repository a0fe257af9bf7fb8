"""Asks the target whether it is ahead of what the database knows, in at most five reads, before something is sent.

Only where the guard is not sure (`judge`).  Its question: did somebody do there, after the last moment that this database
knows of, what only this installation does?
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice, product
from typing import Any

from lockstep.idp.provisioning import ledger
from lockstep.idp.provisioning.lookup import NOT_FILTERED
from lockstep.idp.provisioning.plan import name_of
from lockstep.idp.provisioning.records import Change, Document, Kind, State, name_key
from lockstep.kit.db import Connection
from lockstep.scim.client import ListError, ScimClient

TOLERANCE_MS = 300_000
"""The clock of the target and ours, and the minute between two notes that a worker is alive."""
CREATES, LINKED = 3, 2
"""How many users that would be made, and that would be changed, are looked at."""
_GONE = 404


def chosen(c: Connection, plan: int) -> list[Change]:
    """The users of a plan to ask the target about."""
    ready = [placed.change for placed in _first(c, plan, made=True)]
    return [*ready, *(placed.change for placed in _first(c, plan, made=False))]


def _first(c: Connection, plan: int, *, made: bool) -> Iterator[ledger.Placed]:
    users = (placed for placed in ledger.in_state(c, plan, State.READY) if placed.change.object == "user")
    fitting = (placed for placed in users if (placed.change.kind is Kind.CREATE) == made)
    return islice((one for one in fitting if made or one.change.target_id), CREATES if made else LINKED)


async def ahead(client: ScimClient, changes: list[Change], until: int) -> str:
    """What shows that the target is ahead; "" where nothing does.  Raises ListError, TransportError.

    A user whom we would make, and who was made there after `until` under our externalId, is enough.  Users that were changed
    or deleted there may be somebody's work at the target, unless all that are looked at were, and they are more than one.
    """
    creates = [one for one in changes if one.kind is Kind.CREATE]
    for change, found in zip(creates, await _there(client, [one.payload["document"] for one in creates]), strict=True):
        if any(_later(one, "created", until + client.skew_ms) for one in found):
            return f"{change.name} was made at the target after this database was last at work"
    linked = [one for one in changes if one.kind is not Kind.CREATE]
    moved = [one.name for one in linked if await _moved(client, one, until)]
    if len(moved) > 1 and len(moved) == len(linked):
        return f"{' and '.join(moved)} were changed at the target after this database was last at work"
    return ""


async def _there(client: ScimClient, documents: list[Document]) -> list[list[Document]]:
    """For each document the users at the target that it would make; a target that filters by nothing is read to its end."""
    try:
        return [await _filtered(client, document) for document in documents]
    except ListError as error:
        if error.answer.status not in NOT_FILTERED:
            raise
    found: list[list[Document]] = [[] for _ in documents]
    async for page in client.pages("/Users", paging="either"):
        for one, document in product(page, range(len(documents))):
            if _is_of(one, documents[document]):
                found[document].append(one)
    return found


async def _filtered(client: ScimClient, document: Document) -> list[Document]:
    external = str(document.get("externalId") or "")
    if external:
        try:
            return await client.find("/Users", "externalId", external)
        except ListError as error:
            if error.answer.status not in NOT_FILTERED:
                raise
    return [one for one in await client.find("/Users", "userName", name_of(document)) if _is_of(one, document)]


def _is_of(user: Document, document: Document) -> bool:
    """Whether a user there is what we would make: by our externalId, else by the name."""
    external = document.get("externalId")
    if external and user.get("externalId"):
        return bool(user["externalId"] == external)
    return name_key(str(user.get("userName", ""))) == name_key(name_of(document))


async def _moved(client: ScimClient, change: Change, until: int) -> bool:
    answer = await client.read(f"/Users/{change.target_id}")
    if answer.status == _GONE:
        return True
    return isinstance(answer.body, dict) and _later(answer.body, "lastModified", until + client.skew_ms)


def _later(resource: dict[str, Any], name: str, until: int) -> bool:
    text = (resource.get("meta") or {}).get(name)
    if not isinstance(text, str):
        return False
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return False
    at = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000
    return at > until + TOLERANCE_MS
