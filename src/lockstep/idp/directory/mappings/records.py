"""What a mapping is, and what mappings make of a person."""

import msgspec

from lockstep.idp.directory.conditions.attributes import CUSTOM
from lockstep.idp.directory.conditions.records import Condition, Match
from lockstep.idp.directory.records import FIELDS, Status

ADD_ROLE, SET_STATUS, SET_GROUP = "add_role", "set_status", "set_group"
SET = "set_"
"""`set_department` sets the field department, `set_custom_attribute_badge` the custom attribute badge."""
STATUS, GROUP = "status", "group_id"
"""What the two fields that are no text are called among those that a mapping sets."""
SETTABLE = tuple(name for name in FIELDS if name not in ("employee_id", "user_name"))
"""The text fields that a mapping may set: not those by which the person is known."""
MAPPED_STATUSES = (Status.UNACTIVATED, Status.ACTIVE, Status.SUSPENDED)
"""Statuses that a mapping sets, and those it replaces: nobody's lock or expired password is ended by one."""


class Action(msgspec.Struct, frozen=True):
    """What a mapping does.

    `action` is ADD_ROLE (`values`: ids of roles), SET_STATUS (a number), SET_GROUP (the id of a group), or SET with the name of
    a field (one text, which may have macros in it: `{firstname}.{lastname}`).
    """

    action: str
    values: tuple[str, ...]


class Mapping(msgspec.Struct, frozen=True):
    """One mapping.  Without conditions it is for everyone.  `id` is given by the store; 0 before."""

    name: str
    actions: tuple[Action, ...]
    match: Match = "all"
    conditions: tuple[Condition, ...] = ()
    enabled: bool = True
    id: int = 0


class MappingProblem(msgspec.Struct, frozen=True):
    """What is wrong with a field of a mapping.

    `field` is `name`, `match`, `actions`, of a condition `source-0`, `operator-0`, `value-0`, of an action `action-0`,
    `values-0`, and so on.
    """

    field: str
    text: str


class Laid(msgspec.Struct, frozen=True):
    """One value that a mapping has laid over what a person has otherwise; both as text, a group's absence as "".

    `base` comes to light again when no mapping sets the field any more.
    """

    base: str
    value: str
    mapping: int


def field_of(action: Action) -> str:
    """The name of what an action sets; "" for roles."""
    if action.action == ADD_ROLE:
        return ""
    if action.action == SET_GROUP:
        return GROUP
    return action.action.removeprefix(SET)


def is_settable(field: str) -> bool:
    """Whether a mapping may set what is called so."""
    return field in (STATUS, GROUP) or field in SETTABLE or (field.startswith(CUSTOM) and len(field) > len(CUSTOM))
