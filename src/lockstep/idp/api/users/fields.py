"""Custom attributes: `/api/2/users/custom_attributes` (facts 12)."""

from typing import Any

import msgspec

from lockstep.idp.api.bodies import read_json, shaped
from lockstep.idp.api.call import CREATED, NO_CONTENT, Answer, Call
from lockstep.idp.api.problems import invalid
from lockstep.idp.directory.fields import actions, store
from lockstep.idp.directory.fields.records import CustomField
from lockstep.kit.db import Connection


class Field(msgspec.Struct, forbid_unknown_fields=True):
    """A field as it is sent; both are needed where it is new."""

    name: str | None = None
    shortname: str | None = None
    id: int | None = None
    position: int | None = None


class Wrapped(msgspec.Struct, forbid_unknown_fields=True):
    """As OneLogin's documents send it."""

    user_field: Field


def show_all(_call: Call, c: Connection) -> Answer:
    """Every field."""
    return Answer([_written(one) for one in store.everything(c)])


def show(call: Call, c: Connection) -> Answer:
    """One field."""
    return Answer(_written(actions.find(c, call.id())))


def create(call: Call, c: Connection) -> Answer:
    """A new field."""
    sent = _sent(call)
    if not sent.name or not sent.shortname:
        raise invalid("name" if not sent.name else "shortname", "is missing")
    return Answer(_written(actions.create(c, sent.name, sent.shortname, actor=call.actor, now=call.now)), CREATED)


def change(call: Call, c: Connection) -> Answer:
    """A field, called otherwise.  Its short name stays: parameters, rules and mappings know it by that."""
    sent, before = _sent(call), actions.find(c, call.id())
    if sent.shortname not in (None, before.shortname):
        raise invalid("shortname", "cannot be changed: make another field")
    if sent.name is None:
        raise invalid("name", "is missing")
    return Answer(_written(actions.rename(c, before.id, sent.name, actor=call.actor, now=call.now)))


def remove(call: Call, c: Connection) -> Answer:
    """Delete a field with everybody's value of it."""
    actions.remove(c, call.id(), actor=call.actor, now=call.now)
    return NO_CONTENT


def _sent(call: Call) -> Field:
    found = read_json(call.body)
    if isinstance(found, dict) and "user_field" in found:
        return shaped(found, Wrapped).user_field
    return shaped(found, Field)


def _written(field: CustomField) -> dict[str, Any]:
    return {"id": field.id, "name": field.name, "shortname": field.shortname, "position": field.position}
