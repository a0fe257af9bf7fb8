"""What an administrator may do with attributes for access control: check, write, append the event, in one transaction.

They are off at first.  Disabling forgets the list, and then nothing is passed on, not even what an identity provider sends (AWS
user guide, "Enable and configure attributes for access control").  Sessions keep the tags that they began with.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from lockstep.center import events
from lockstep.center.attributes import store
from lockstep.center.attributes.records import (
    LONGEST_KEY,
    MOST_ATTRIBUTES,
    AccessControlAttribute,
    Configuration,
    Precedence,
    key_of_case,
)
from lockstep.center.attributes.sources import SOURCES
from lockstep.center.attributes.tags import fits
from lockstep.center.events import SSO_SOURCE, Call
from lockstep.center.instances import actions as instances
from lockstep.center.instances.records import Instance
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem

_OK = 200


def configuration_of(connection: Connection, instance: Instance) -> Configuration | None:
    """The configuration of an instance; None where attributes for access control are not enabled."""
    return store.get(connection, instance.key)


def enable(connection: Connection, call: Call, name: str, precedence: Precedence | None = None) -> Configuration:
    """Enable them, with an empty list; or, where they are, change the precedence.

    Raises Problem if they are enabled and there is nothing to change.
    """
    instance = instances.locked(connection, name)
    known = store.get(connection, instance.key)
    if known is None:
        made = Configuration(precedence or Precedence.CONFIGURED)
        store.add(connection, instance, made, call.at)
    else:
        if precedence in (None, known.precedence):
            raise Problem(f"attributes for access control of {name!r} are enabled already (precedence {known.precedence})")
        call = _as_update(call)
        made = Configuration(precedence, known.attributes)
        store.set_configuration(connection, instance, made)
    _append(connection, instance, call, made)
    return made


def disable(connection: Connection, call: Call, name: str) -> None:
    """Disable them; the list is gone.  Raises Problem if they are not enabled."""
    instance, _ = _enabled(connection, name)
    store.delete(connection, instance)
    _append(connection, instance, call, None)


def set_attributes(
    connection: Connection, call: Call, name: str, attributes: Sequence[AccessControlAttribute]
) -> Configuration:
    """Set the sources of keys; the others stay.  A key that differs in case only is the same key, spelt anew.

    Raises Problem for a key or a source that cannot be, a key that is given twice, and more than fifty of them.
    """
    instance, known = _enabled(connection, name)
    given = _by_key(attributes)
    kept = [given.pop(key_of_case(old.key), old) for old in known.attributes]
    return _replace(connection, call, instance, known, [*kept, *given.values()])


def remove_attributes(connection: Connection, call: Call, name: str, keys: Iterable[str]) -> Configuration:
    """Remove keys.  Raises Problem for one that is not configured."""
    instance, known = _enabled(connection, name)
    left = {key_of_case(attribute.key): attribute for attribute in known.attributes}
    for key in keys:
        if left.pop(key_of_case(key), None) is None:
            raise Problem(f"{name!r} has no attribute for access control with the key {key!r}")
    return _replace(connection, call, instance, known, left.values())


def attribute_of(text: str) -> AccessControlAttribute:
    """`CostCenter=${path:enterprise.costCenter}` as it is typed.  Raises Problem."""
    key, equals, source = text.partition("=${")
    if not equals:
        raise Problem(f"an attribute for access control is written KEY='${{path:…}}', not {text!r}")
    return AccessControlAttribute(key, "${" + source)


def _by_key(attributes: Sequence[AccessControlAttribute]) -> dict[str, AccessControlAttribute]:
    found: dict[str, AccessControlAttribute] = {}
    for attribute in attributes:
        _check(attribute)
        if key_of_case(attribute.key) in found:
            raise Problem(f"the key {attribute.key!r} is given twice; keys are compared without case")
        found[key_of_case(attribute.key)] = attribute
    return found


def is_key(key: str) -> bool:
    """Whether a key can be one."""
    return 0 < len(key) <= LONGEST_KEY and fits(key)


def _check(attribute: AccessControlAttribute) -> None:
    if not is_key(attribute.key):
        raise Problem(
            f"the key {attribute.key!r} cannot be: a key has 1 to {LONGEST_KEY} letters, digits, spaces and _ . : / = + - @"
        )
    if attribute.source not in SOURCES:
        raise Problem(f"the source {attribute.source!r} of {attribute.key!r} cannot be; there are: {' '.join(SOURCES)}")


def _enabled(connection: Connection, name: str) -> tuple[Instance, Configuration]:
    instance = instances.locked(connection, name)
    known = store.get(connection, instance.key)
    if known is None:
        raise Problem("attributes for access control are not enabled", f"lockstep center attributes enable {name}")
    return instance, known


def _replace(
    connection: Connection, call: Call, instance: Instance, known: Configuration, attributes: Iterable[AccessControlAttribute]
) -> Configuration:
    made = Configuration(known.precedence, tuple(attributes))
    if len(made.attributes) > MOST_ATTRIBUTES:
        raise Problem(
            f"there are at most {MOST_ATTRIBUTES} attributes for access control, and this would make {len(made.attributes)}"
        )
    store.set_configuration(connection, instance, made)
    _append(connection, instance, call, made)
    return made


def _as_update(call: Call) -> Call:
    return msgspec.structs.replace(call, operation=events.Operation.UPDATE_ACCESS_CONTROL)


def _append(connection: Connection, instance: Instance, call: Call, made: Configuration | None) -> None:
    """The event, with sso-admin's names for what it is about."""
    parameters: dict[str, Any] = {"instanceArn": instance.instance_arn}
    if made is not None:
        listed = [{"key": one.key, "value": {"source": [one.source]}} for one in made.attributes]
        parameters["instanceAccessControlAttributeConfiguration"] = {"accessControlAttributes": listed}
        parameters["precedence"] = made.precedence.value
    told = msgspec.structs.replace(call, source=SSO_SOURCE, parameters=parameters)
    events.append(connection, instance.key, told, _OK, resource_id=instance.instance_arn)
