"""Before anything is planned: finds out what became of creates whose outcome is not known.

A worker died, or an answer got lost.  What is found at the target, and is ours, is linked as what it is there; a plan always
starts from known links, so that somebody who has left meanwhile, or a role that has a new name, is treated as usual.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from lockstep.idp import events
from lockstep.idp.events import Event, EventType
from lockstep.idp.provisioning import ledger, links
from lockstep.idp.provisioning.belonging import Belonging, Wishes
from lockstep.idp.provisioning.exchange import TargetProblem
from lockstep.idp.provisioning.ledger import OpenCreate
from lockstep.idp.provisioning.lookup import Wanted, is_ours, look_up, members_of
from lockstep.idp.provisioning.observe import observed_by
from lockstep.idp.provisioning.records import Document, Kind, State
from lockstep.idp.provisioning.source import Source
from lockstep.idp.provisioning.touched import touch
from lockstep.kit.clock import Clock
from lockstep.kit.db import Connection, Database
from lockstep.scim.client import ListError, ScimClient, TransportError

AT_ONCE = 16
"""Creates that are looked for together."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What became of one open create: nothing, or this resource with these members."""

    create: OpenCreate
    resource: dict[str, Any] | None
    members: list[str] = field(default_factory=list)


async def settle_creates(db: Database, source: Source, target: int, client: ScimClient, clock: Clock) -> int:
    """Look for every open create, and link what is there; how many were found.

    A few at a time, each time written down: whoever dies in the middle of it has not looked for nothing.
    Raises TargetProblem where the target cannot be asked: then nothing may be planned yet.
    """
    with db.read() as c:
        waiting = ledger.open_creates(c, target)
    count, wishes = 0, Wishes()
    for first in range(0, len(waiting), AT_ONCE):
        found = await _find_all(client, waiting[first : first + AT_ONCE], source.connector.matches)
        with db.write(serial=events.SERIAL) as c:
            for one in found:
                _settle(Belonging(c, source, target, wishes), one, clock())
        count += sum(one.resource is not None for one in found)
    return count


async def _find_all(client: ScimClient, creates: list[OpenCreate], matches: Sequence[str]) -> list[_Found]:
    """All of them together; the first failure is raised once none is under way any more."""
    ended = await asyncio.gather(*(_find(client, one, matches) for one in creates), return_exceptions=True)
    for one in ended:
        if isinstance(one, BaseException):
            raise one
    return [one for one in ended if isinstance(one, _Found)]


async def _find(client: ScimClient, create: OpenCreate, matches: Sequence[str]) -> _Found:
    document: Document = create.payload.get("document", {})
    wanted = Wanted("user" if create.object == "user" else "group", create.name, document, create.at)
    try:
        resource = await look_up(client, wanted, matches)
        if resource is None or not is_ours(resource, wanted, client.skew_ms):
            return _Found(create, None)
        if create.object == "user":
            return _Found(create, resource)
        return _Found(create, resource, await members_of(client, str(resource["id"])))
    except (ListError, TransportError) as error:
        raise TargetProblem(f"the target cannot be asked what became of {create.object} {create.name}: {error}") from error


def _settle(belonging: Belonging, found: _Found, now: int) -> None:
    c, source, target = belonging.c, belonging.source, belonging.target
    create = found.create
    ledger.close_create(c, target, create.object, create.key)
    touch(c, target, "user" if create.object == "user" else "group", [create.key])
    touch(c, target, "user", [key for key, _ in create.payload.get("add", ()) if key])
    if found.resource is None or _is_linked(c, target, create, str(found.resource["id"])):
        return
    if create.object == "user" and _may_be_anothers(belonging, create, found.resource):
        return  # it is made in the usual way, which says what is there instead
    if create.object == "user":
        _link_user(c, source, target, create, found.resource)
    else:
        _link_group(c, target, create, found)
    ledger.end_trouble(c, target, (create.object, create.key, Kind.CREATE.value))
    _mark_done(c, source, create)
    kind = EventType.USER_LINKED_IN_APP if create.object == "user" else EventType.GROUP_LINKED_IN_APP
    event = Event(
        type=kind,
        actor="engine",
        user_name=create.name if create.object == "user" else "",
        app_id=source.app.id,
        app_name=source.app.name,
        object=create.object,
        object_name=create.name if create.object == "group" else "",
        notes="made by an earlier request whose answer was lost",
    )
    events.append(c, event, now)


def _may_be_anothers(belonging: Belonging, create: OpenCreate, resource: dict[str, Any]) -> bool:
    """Whether it has another name than we asked for, and somebody else of ours wants that."""
    document: Document = create.payload["document"]
    if belonging.is_what_was_sent(document, resource):
        return False
    return bool(belonging.why_not(create.key, document, [resource]))


def _is_linked(c: Connection, target: int, create: OpenCreate, target_id: str) -> bool:
    find = links.user_by_target_id if create.object == "user" else links.group_by_target_id
    return find(c, target, target_id) is not None


def _link_user(c: Connection, source: Source, target: int, create: OpenCreate, resource: dict[str, Any]) -> None:
    def key_of(target_id: str) -> str | None:
        link = links.user_by_target_id(c, target, target_id)
        return None if link is None or link.missing else link.key

    value = observed_by(source.recipe, resource, key_of)
    links.put_user(c, target, create.key, str(resource["id"]), value, made=True)


def _link_group(c: Connection, target: int, create: OpenCreate, found: _Found) -> None:
    resource = found.resource or {}
    name = str(resource.get("displayName", create.name))
    link = links.put_group(c, target, create.key, name, str(resource["id"]), create.payload["feeders"], made=True)
    known = [links.user_by_target_id(c, target, member) for member in found.members]
    keyed = [(member, "" if user is None else user.key) for member, user in zip(found.members, known, strict=True)]
    links.add_members(c, link, keyed, added=True)


def _mark_done(c: Connection, source: Source, create: OpenCreate) -> None:
    """A plan that goes on after a crash must not make it again."""
    plan = ledger.newest(c, source.app.id)
    if plan is None:
        return
    object_kind = "user" if create.object == "user" else "group"
    for placed in ledger.of_key(c, plan.id, object_kind, create.key):
        if placed.change.kind is Kind.CREATE and placed.change.state is State.READY:
            ledger.set_states(c, plan.id, [(placed.position, State.DONE, "found at the target")])
