"""Finds at the target what a create of ours may have made.

A found object is ours only if it was made after we first asked for it (its `meta.created`, on the target's own clock); where a
target does not say when, only if it holds exactly what we sent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lockstep.idp.provisioning.matching import primary_email
from lockstep.idp.provisioning.plan import name_of
from lockstep.idp.provisioning.records import Document, ObjectKind, name_key
from lockstep.scim.client import ListError, ScimClient, quoted

TOLERANCE_MS = 5_000
"""Targets give seconds, and clocks are read at different moments."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for: a user's document or a group's name, and when it was first sent (ms, our clock)."""

    object: ObjectKind
    name: str
    document: Document
    since: int


MATCHES = ("externalId", "userName")
_NAMES = ("userName", "displayName")
NOT_FILTERED = (400, 501)
"""How a target says that it does not filter by an attribute."""


async def look_up(client: ScimClient, wanted: Wanted, matches: Sequence[str] = MATCHES) -> dict[str, Any] | None:
    """What is at the target in the place of `wanted`: a user by `matches` in their order, a group by its name.

    A target need not filter by each of them: who is not found by name is not there.  Raises ListError, TransportError.
    """
    return (await first_found(client, _places(wanted, matches)))[0]


async def look_up_all(client: ScimClient, wanted: Wanted, matches: Sequence[str] = MATCHES) -> list[dict[str, Any]]:
    """What `look_up` finds, and behind it whatever else agrees with `wanted`, in something in which the first does not.

    Costs no more than `look_up` where the first agrees in all.  Raises ListError, TransportError.
    """
    return [one for one, _ in await _found_in(client, _places(wanted, matches), every=True)]


Looked = tuple[str, str, str]
"""A look-up: the path of a list, an attribute, its value."""


async def first_found(client: ScimClient, places: Iterable[Looked]) -> tuple[dict[str, Any] | None, str]:
    """The first resource that is found in these places, and by which attribute; (None, "") where there is none.

    What a target does not filter by is passed over, as long as it answers for a name.  Raises ListError, TransportError.
    """
    found = await _found_in(client, places, every=False)
    return found[0] if found else (None, "")


async def _found_in(client: ScimClient, places: Iterable[Looked], *, every: bool) -> list[tuple[dict[str, Any], str]]:
    """What is found, with the attribute by which it was; only the first, or all that differ."""
    refused: ListError | None = None
    answered = False
    found: dict[str, tuple[dict[str, Any], str]] = {}
    for path, attribute, value in places:
        if any(_agrees(one, attribute, value) for one, _ in found.values()):
            continue
        try:
            listed = await client.find(path, attribute, value)
        except ListError as error:
            if error.answer.status not in NOT_FILTERED:
                raise
            refused = error
            continue
        for one in listed:
            if one.get("id"):
                found.setdefault(str(one["id"]), (one, attribute))
        if found and not every:
            break
        answered = answered or attribute in _NAMES
    if refused is not None and not answered and not found:
        raise refused
    return list(found.values())


def _agrees(found: dict[str, Any], attribute: str, value: str) -> bool:
    """Whether what was found has the value already, so that nobody else needs to be looked for: a name is given once."""
    if attribute == "emails.value":
        return name_key(primary_email(found)) == name_key(value)
    return name_key(str(found.get(attribute) or "")) == name_key(value)


def _places(wanted: Wanted, matches: Sequence[str]) -> list[Looked]:
    if wanted.object == "group":
        return [("/Groups", "displayName", wanted.name)]
    emails = wanted.document.get("emails") or [{}]
    values = {
        "externalId": str(wanted.document.get("externalId", "")),
        "userName": wanted.name,
        "emails.value": str(emails[0].get("value", "")),
    }
    return [("/Users", attribute, values[attribute]) for attribute in matches if values[attribute]]


async def members_of(client: ScimClient, group: str) -> list[str]:
    """The ids of everyone in a group, by a filter, else as the group shows them.  Raises ListError, TransportError."""
    try:
        return await filtered_members(client, group)
    except ListError as error:
        if error.answer.status not in NOT_FILTERED:
            raise
        return await shown_members(client, group)


async def filtered_members(client: ScimClient, group: str) -> list[str]:
    """The ids of everyone in a group, by the filter groups.value.  Raises ListError, TransportError."""
    members: list[str] = []
    async for page in client.pages("/Users", filter_text=f"groups.value eq {quoted(group)}", paging="either"):
        members.extend(str(resource["id"]) for resource in page if resource.get("id"))
    return members


async def shown_members(client: ScimClient, group: str) -> list[str]:
    """The ids of everyone whom a group shows as its member.  Raises ListError, TransportError."""
    answer = await client.read(f"/Groups/{group}")
    if not answer.ok or not isinstance(answer.body, dict):
        raise ListError(answer)
    return members_in(answer.body)


def members_in(resource: Document) -> list[str]:
    """The ids of the members that a group's resource holds."""
    listed = resource.get("members")
    shown = listed if isinstance(listed, list) else []
    return [str(member["value"]) for member in shown if isinstance(member, dict) and member.get("value")]


def is_ours(found: dict[str, Any], wanted: Wanted, skew_ms: int) -> bool:
    """Whether `found` can be what we asked for.  `skew_ms` is how far the target's clock is ahead of ours."""
    if not _same(found, wanted):
        return False
    created = _created(found)
    if created is None:
        return wanted.object == "user" and _same_content(found, wanted.document)
    return created >= wanted.since + skew_ms - TOLERANCE_MS


def _same(found: dict[str, Any], wanted: Wanted) -> bool:
    if wanted.object == "group":
        return str(found.get("displayName", "")) == wanted.name
    external = wanted.document.get("externalId")
    if external and found.get("externalId"):
        return bool(found["externalId"] == external)
    return name_key(str(found.get("userName", ""))) == name_key(name_of(wanted.document))


def _created(found: dict[str, Any]) -> int | None:
    text = (found.get("meta") or {}).get("created")
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


def _same_content(found: dict[str, Any], document: Document) -> bool:
    return all(found.get(name) == value for name, value in document.items() if isinstance(value, str))
