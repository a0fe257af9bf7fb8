"""`/api/2/mappings` (facts 51 to 57).

What is saved here is in force once somebody has looked at whom it changes and reapplied all mappings, as in the console.
"""

from typing import Any

from lockstep.idp.api import conditional
from lockstep.idp.api.bodies import read_ids, read_object
from lockstep.idp.api.call import CREATED, NO_CONTENT, Answer, Call
from lockstep.idp.api.problems import ApiProblem, FieldError, invalid, not_found
from lockstep.idp.directory import store as directory
from lockstep.idp.directory.conditions import wire as conditions
from lockstep.idp.directory.fields import store as custom_fields
from lockstep.idp.directory.mappings import actions, store, wire
from lockstep.idp.directory.mappings.records import Mapping
from lockstep.kit.db import Connection

SENT = ("id", "name", "match", "enabled", "position", "conditions", "actions")


def show_all(call: Call, c: Connection) -> Answer:
    """Every mapping, in order."""
    return Answer(conditional.shown(call, _written(store.everything(c))))


def show(call: Call, c: Connection) -> Answer:
    """One mapping."""
    return Answer(_one(c, _known(call, c).id))


def create(call: Call, c: Connection) -> Answer:
    """A new mapping, at its position, or the last."""
    return Answer(_save(call, c, None), CREATED)


def change(call: Call, c: Connection) -> Answer:
    """A mapping; what is not sent stays as it is."""
    return Answer(_save(call, c, _known(call, c)))


def remove(call: Call, c: Connection) -> Answer:
    """Delete a mapping."""
    actions.remove(c, _known(call, c).id, call.now, actor=call.actor)
    return NO_CONTENT


def sort(call: Call, c: Connection) -> Answer:
    """Put all mappings in this order."""
    ids = read_ids(call)
    if sorted(ids) != sorted(one.id for one in store.everything(c)):
        raise invalid("", "name every mapping once")
    actions.sort(c, ids, call.now, actor=call.actor)
    return Answer(ids)


def list_conditions(_call: Call, c: Connection) -> Answer:
    """What conditions can look at."""
    return Answer(conditional.options(conditions.sources(_shortnames(c))))


def list_operators(call: Call, _c: Connection) -> Answer:
    """The operators of a source."""
    return Answer(conditional.options(conditions.operators(call.places["source"])))


def list_condition_values(call: Call, c: Connection) -> Answer:
    """The values of a source; none where any text can be written."""
    found = conditions.values(call.places["source"], directory.roles(c))
    return Answer(conditional.options(found, numbers=True))


def list_actions(_call: Call, c: Connection) -> Answer:
    """What mappings can do."""
    return Answer(conditional.options(wire.actions(_shortnames(c))))


def list_action_values(call: Call, c: Connection) -> Answer:
    """The values of an action; none where any text can be written."""
    return Answer(conditional.options(wire.values(call.places["action"], directory.roles(c)), numbers=True))


def _save(call: Call, c: Connection, before: Mapping | None) -> dict[str, Any]:
    roles = {role.id for role in directory.roles(c)}
    sent = wire.read_mapping(read_object(call, SENT), before, roles)
    missing = [name for name in ("name", "actions") if not getattr(sent.mapping, name)]
    if missing:
        raise ApiProblem(422, "Validation Failed", [FieldError(name, ("is missing",)) for name in missing])
    saved = actions.save(c, sent.mapping, call.now, actor=call.actor)
    if sent.position is not None:
        actions.move(c, saved.id, sent.position, call.now, actor=call.actor)
    return _one(c, saved.id)


def _known(call: Call, c: Connection) -> Mapping:
    number = call.id()
    for one in store.everything(c):
        if one.id == number:
            return one
    raise not_found(f"There is no mapping {number}.")


def _one(c: Connection, mapping_id: int) -> dict[str, Any]:
    return next(one for one in _written(store.everything(c)) if one["id"] == mapping_id)


def _written(found: tuple[Mapping, ...]) -> list[dict[str, Any]]:
    return [wire.write_mapping(one, number) for number, one in enumerate(found, 1)]


def _shortnames(c: Connection) -> list[str]:
    return [one.shortname for one in custom_fields.everything(c)]
