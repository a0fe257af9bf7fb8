"""What may be done with users, groups and memberships: check, write, append the event, in one transaction.

Every function takes part in the caller's transaction and raises Refusal, after which the caller must undo what it did
(`kit.groupcommit.savepoint`).  SCIM, the AWS APIs and the console call the same functions.
"""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple
from uuid import uuid4

from lockstep.center import events
from lockstep.center.directory import store
from lockstep.center.directory.documents import attributes_of, group_document, user_document
from lockstep.center.directory.problems import Refusal, absent, duplicate
from lockstep.center.directory.shapes import checked_group, checked_user
from lockstep.center.events import Call
from lockstep.center.instances.records import Instance
from lockstep.kit.db import Connection, unique_violations
from lockstep.scim.messages import ENTERPRISE
from lockstep.scim.schemas import case_key

Json = dict[str, Any]
_ID = re.compile(r"(?:[0-9a-f]{10}-)?[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_CREATED, _OK, _NO_CONTENT = 201, 200, 204


class Rendered(NamedTuple):
    """A user or group after a change, as it is sent."""

    id: str
    document: str


@dataclass(frozen=True, slots=True)
class MemberStep:
    """Membership changes of one kind; several are done one after the other.  `empty` takes everybody out."""

    kind: Literal["add", "remove", "empty"]
    user_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupChange:
    """What is to change in a group: the attributes (from what they are to what they shall be), then the members."""

    attributes: Callable[[Json], Json] | None = None
    members: tuple[MemberStep, ...] = ()


def is_id(text: str) -> bool:
    """Whether `text` has the form of an id (Identity Store model); nothing else can be found."""
    return _ID.fullmatch(text) is not None


def new_id(instance: Instance) -> str:
    """A bare UUID, or with the store's prefix as in older stores."""
    return f"{instance.identity_store_id[2:]}-{uuid4()}" if instance.profile.prefixed_ids else str(uuid4())


# --- users


def create_user(connection: Connection, instance: Instance, body: Any, call: Call) -> Rendered:
    """A new user.  `active` is true unless said otherwise."""
    user = checked_user(body, instance.profile)
    user.setdefault("active", True)
    user_id = new_id(instance)
    columns = _user_columns(instance, user, user_document(user, user_id, call.at, call.at), call)
    try:
        store.add_user(connection, instance.key, user_id, call.at, columns)
    except unique_violations() as error:
        raise _duplicate(error) from None
    events.append(connection, instance.key, call, _CREATED, resource_id=user_id)
    return Rendered(user_id, columns["document"])


def replace_user(connection: Connection, instance: Instance, user_id: str, body: Any, call: Call) -> Rendered:
    """The user, with the attributes of `body` and no others (RFC 7644, 3.5.1; AWS PutUser)."""
    before = _user(connection, instance, user_id)
    user = checked_user(body, instance.profile)
    if "active" not in user:
        keep = instance.profile.put_without_active == "keep"
        user["active"] = attributes_of(before.document)["active"] if keep else True
    document = _write_user(connection, instance, (user_id, before), user, call)
    events.append(connection, instance.key, call, instance.profile.put_user_status, resource_id=user_id)
    return Rendered(user_id, document)


def change_user(
    connection: Connection, instance: Instance, user_id: str, change: Callable[[Json], Json], call: Call
) -> Rendered:
    """The user, with its attributes as `change` makes them of those it has."""
    before = _user(connection, instance, user_id)
    user = checked_user(change(attributes_of(before.document)), instance.profile, mark_primary=True)
    user.setdefault("active", True)
    document = _write_user(connection, instance, (user_id, before), user, call)
    events.append(connection, instance.key, call, _OK, resource_id=user_id)
    return Rendered(user_id, document)


def delete_user(connection: Connection, instance: Instance, user_id: str, call: Call) -> None:
    """Delete a user and its memberships.  Account assignments stay, as dangling ids (AWS user guide, "Troubleshooting")."""
    if not is_id(user_id) or not store.delete_user(connection, instance.key, user_id):
        raise absent("User", user_id)
    events.append(connection, instance.key, call, _NO_CONTENT, resource_id=user_id)


def _user(connection: Connection, instance: Instance, user_id: str) -> store.Stored:
    found = store.lock_user(connection, instance.key, user_id) if is_id(user_id) else None
    if found is None:
        raise absent("User", user_id)
    return found


def _write_user(connection: Connection, instance: Instance, of: tuple[str, store.Stored], user: Json, call: Call) -> str:
    user_id, before = of
    document = user_document(user, user_id, before.created_at, call.at)
    columns = _user_columns(instance, user, document, call)
    if user["active"] and columns == _user_columns(instance, attributes_of(before.document), document, call):
        store.set_user_document(connection, before.key, document)
        return document
    try:
        store.set_user(connection, before.key, columns)
    except unique_violations() as error:
        raise _duplicate(error) from None
    return document


def _user_columns(instance: Instance, user: Json, document: str, call: Call) -> Json:
    profile = instance.profile
    email = next((email.get("value") for email in user.get("emails", ())), None)
    return {
        "user_name": user["userName"],
        "user_name_key": name_key(user["userName"], profile.user_name_ignores_case),
        "external_id": user.get("externalId"),
        "email_key": None if email is None else name_key(email, profile.email_ignores_case),
        "manager": user.get(ENTERPRISE, {}).get("manager", {}).get("value"),
        "document": document,
        "switched_off_at": None if user["active"] else call.at,
    }


# --- groups


def create_group(connection: Connection, instance: Instance, body: Any, call: Call) -> Rendered:
    """A new group, with its members or without them."""
    group, members = checked_group(body, instance.profile)
    group_id = new_id(instance)
    columns = _group_columns(instance, group, group_document(group, group_id, call.at, call.at))
    user_keys = _held(connection, instance, members, instance.profile.absent_member_status) if members else ()
    try:
        key = store.add_group(connection, instance.key, group_id, call.at, columns)
    except unique_violations() as error:
        raise _duplicate(error) from None
    store.add_members(connection, key, user_keys)
    events.append(connection, instance.key, call, _CREATED, resource_id=group_id)
    return Rendered(group_id, columns["document"])


def change_group(connection: Connection, instance: Instance, group_id: str, change: GroupChange, call: Call) -> Rendered:
    """The group after `change`: all of it, or none if a single member does not exist."""
    before = lock_group(connection, instance, group_id)
    group = attributes_of(before.document)
    if change.attributes is not None:
        group, _members = checked_group(change.attributes(group), instance.profile)
    document = group_document(group, group_id, before.created_at, call.at)
    _write_group(connection, instance, before, group, document)
    for step in change.members:
        _do_step(connection, instance, before.key, step)
    events.append(connection, instance.key, call, _NO_CONTENT, resource_id=group_id)
    return Rendered(group_id, document)


def _write_group(connection: Connection, instance: Instance, before: store.Stored, group: Json, document: str) -> None:
    columns = _group_columns(instance, group, document)
    if columns == _group_columns(instance, attributes_of(before.document), document):
        store.set_group_document(connection, before.key, document)
        return
    try:
        store.set_group(connection, before.key, columns)
    except unique_violations() as error:
        raise _duplicate(error) from None


def lock_group(connection: Connection, instance: Instance, group_id: str) -> store.Stored:
    """The group as it is, kept from other writers until the end of the transaction.  Raises Refusal if there is none."""
    found = store.lock_group(connection, instance.key, group_id) if is_id(group_id) else None
    if found is None:
        raise absent("Group", group_id)
    return found


def delete_group(connection: Connection, instance: Instance, group_id: str, call: Call) -> None:
    """Delete a group and its memberships; its users stay."""
    if not is_id(group_id) or not store.delete_group(connection, instance.key, group_id):
        raise absent("Group", group_id)
    events.append(connection, instance.key, call, _NO_CONTENT, resource_id=group_id)


def _do_step(connection: Connection, instance: Instance, group_key: int, step: MemberStep) -> None:
    profile = instance.profile
    if step.kind == "empty":
        store.remove_all_members(connection, group_key)
    elif step.kind == "add":
        store.add_members(connection, group_key, _held(connection, instance, step.user_ids, profile.absent_member_status))
    else:
        held = _held(connection, instance, step.user_ids, profile.absent_member_remove_status)
        store.remove_members(connection, group_key, held)


def _held(connection: Connection, instance: Instance, user_ids: Iterable[str], status: int) -> Collection[int]:
    """The keys of users that have to exist, kept from being deleted."""
    wanted = set(user_ids)
    known = store.hold_users(connection, instance.key, filter(is_id, wanted))
    for unknown in sorted(wanted - known.keys()):
        raise absent("User", unknown, status)
    return known.values()


def _group_columns(instance: Instance, group: Json, document: str) -> Json:
    return {
        "name_key": name_key(group["displayName"], instance.profile.group_name_ignores_case),
        "external_id": group.get("externalId"),
        "document": document,
    }


def name_key(text: str, ignores_case: bool) -> str:
    """What a name is compared by."""
    return case_key(text) if ignores_case else text


_WHAT_IS_TAKEN = {
    "users.user_name_key": "UserName",
    "ux_users_user_name": "UserName",
    "users.external_id": "ExternalId",
    "ux_users_external_id": "ExternalId",
    "users.email_key": "Email",
    "ux_users_email": "Email",
    "groups.name_key": "GroupDisplayName",
    "ux_groups_name": "GroupDisplayName",
    "groups.external_id": "ExternalId",
    "ux_groups_external_id": "ExternalId",
}
"""SQLite names the columns of a broken constraint, PostgreSQL the constraint."""


def _duplicate(error: Exception) -> Refusal:
    text = str(error)
    what = next((name for sign, name in _WHAT_IS_TAKEN.items() if sign in text), None)
    if what is None:
        raise error
    return duplicate(f"Duplicate {what}")
