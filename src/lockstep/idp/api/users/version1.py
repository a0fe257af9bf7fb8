"""What version 1 of OneLogin's API does with one user (facts 68)."""

from typing import Any

from lockstep.idp.api.bodies import ids_of, read_object
from lockstep.idp.api.call import Answer, Call, done, enveloped
from lockstep.idp.api.problems import invalid
from lockstep.idp.api.users import store, writing
from lockstep.idp.directory import actions
from lockstep.idp.directory.fields import store as custom_fields
from lockstep.idp.directory.lookup import user_of_id
from lockstep.kit.db import Connection

MINUTE_MS = 60_000
MOST_MINUTES = 5_256_000
"""Ten years."""


def lock(call: Call, c: Connection) -> Answer:
    """Lock a user for `locked_until` minutes; 0 until somebody unlocks."""
    sent = read_object(call, ("locked_until",))
    minutes = _number(sent, "locked_until", MOST_MINUTES)
    until = call.now + minutes * MINUTE_MS if minutes else 0
    user = writing.check_person(call, c, user_of_id(c, call.id()))
    actions.lock(c, user.id, until=until, actor=call.actor, now=call.now)
    call.context.sign_in.end_sessions(c, user.id)
    return done()


def log_out(call: Call, c: Connection) -> Answer:
    """End every session of a user."""
    user = writing.check_person(call, c, user_of_id(c, call.id()))
    call.context.sign_in.end_sessions(c, user.id)
    return done()


def add_roles(call: Call, c: Connection) -> Answer:
    """Give a user roles, besides those they have."""
    user = user_of_id(c, call.id())
    writing.add_roles(call, c, user.id, _roles(call))
    return done()


def remove_roles(call: Call, c: Connection) -> Answer:
    """Take roles from a user."""
    user = user_of_id(c, call.id())
    writing.remove_roles(call, c, user.id, _roles(call))
    return done()


def roles(call: Call, c: Connection) -> Answer:
    """The ids of a user's roles."""
    return enveloped(store.role_ids(c, user_of_id(c, call.id()).id))


def set_state(call: Call, c: Connection) -> Answer:
    """Approve a user, or not (0 unapproved, 1 approved, 2 rejected, 3 unlicensed)."""
    state = _number(read_object(call, ("state",)), "state", 3)
    user = writing.check_person(call, c, user_of_id(c, call.id()))
    actions.set_state(c, user.id, state, actor=call.actor, now=call.now)
    return done()


def set_password(call: Call, c: Connection) -> Answer:
    """Give a user the password that was sent."""
    read_object(call, ("password", "password_confirmation", "validate_policy"))
    if call.stored_password is None:
        raise invalid("password", "is missing")
    user = user_of_id(c, call.id())
    call.context.sign_in.set_password(c, user.id, call.stored_password, call.actor, call.now)
    return done()


def refuse_salted(_call: Call, _c: Connection) -> Answer:
    """A password that was hashed elsewhere."""
    raise invalid("password_algorithm", writing.NO_OTHER_HASH)


def custom_attributes(_call: Call, c: Connection) -> Answer:
    """The short names of the custom fields, as version 1 lists them: a list in a list."""
    return enveloped([[one.shortname for one in custom_fields.everything(c)]])


def _number(sent: dict[str, Any], name: str, most: int) -> int:
    value = sent.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise invalid(name, f"has to be a whole number from 0 to {most}")
    return value


def _roles(call: Call) -> list[int]:
    """The ids of `role_id_array`; OneLogin's client writes them as objects where it takes roles away."""
    found = read_object(call, ("role_id_array",)).get("role_id_array")
    if isinstance(found, list):
        found = [one.get("role_id") if isinstance(one, dict) else one for one in found]
    return ids_of(found, "role_id_array")
