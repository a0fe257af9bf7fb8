"""Users and groups to read: one by id or by a filter, pages by key, everything as a stream.

A page is asked for by the key it starts after and goes on by the last key it had: its cost does not depend on how far in it is.
Every filter of ListUsers and ListGroups runs on an index.
"""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

import sqlalchemy as sa

from lockstep.center.directory.actions import is_id, name_key
from lockstep.center.directory.documents import with_members
from lockstep.center.directory.tables import groups, memberships, users
from lockstep.center.instances.records import Instance
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement


class Entry(NamedTuple):
    """A document, and the key that its place in the order hangs on."""

    key: int
    document: str


_HERE: sa.BindParameter[Any] = sa.bindparam("instance_key")
_AFTER: sa.BindParameter[Any] = sa.bindparam("after")
_MOST: sa.BindParameter[Any] = sa.bindparam("most", type_=sa.Integer)
_VALUE: sa.BindParameter[Any] = sa.bindparam("value")
_user = sa.select(users.c.key, users.c.document)
_group = sa.select(groups.c.key, groups.c.document)
_in_users = users.c.instance_key == _HERE
_in_groups = groups.c.instance_key == _HERE

_USERS = Statement(_user.where(_in_users, users.c.key > _AFTER).order_by(users.c.key).limit(_MOST))
_USER = Statement(_user.where(_in_users, users.c.id == _VALUE))
_USER_BY_NAME = Statement(_user.where(_in_users, users.c.user_name_key == _VALUE))
_USER_BY_EXTERNAL_ID = Statement(_user.where(_in_users, users.c.external_id == _VALUE))
_USER_WITH_MANAGER = Statement(_user.where(_in_users, users.c.id == _VALUE, users.c.manager == sa.bindparam("manager")))
_MEMBERS = Statement(
    _user.join(memberships, memberships.c.user_key == users.c.key)
    .where(memberships.c.group_key == sa.bindparam("group_key"), memberships.c.user_key > _AFTER)
    .order_by(memberships.c.user_key)
    .limit(_MOST)
)

_GROUPS = Statement(_group.where(_in_groups, groups.c.key > _AFTER).order_by(groups.c.key).limit(_MOST))
_GROUP = Statement(_group.where(_in_groups, groups.c.id == _VALUE))
_GROUP_BY_NAME = Statement(_group.where(_in_groups, groups.c.name_key == _VALUE))
_GROUP_BY_EXTERNAL_ID = Statement(_group.where(_in_groups, groups.c.external_id == _VALUE))
_GROUPS_OF = Statement(
    _group.join(memberships, memberships.c.group_key == groups.c.key)
    .where(memberships.c.user_key == sa.bindparam("user_key"), memberships.c.group_key > _AFTER)
    .order_by(memberships.c.group_key)
    .limit(_MOST)
)
_IS_MEMBER = Statement(
    sa.select(memberships.c.user_key).where(
        memberships.c.group_key == sa.bindparam("group_key"), memberships.c.user_key == sa.bindparam("user_key")
    )
)

_EVERY_USER = Statement(sa.select(users.c.document).where(_in_users).order_by(users.c.key))
_EVERY_GROUP = Statement(_group.where(_in_groups).order_by(groups.c.key))
_EVERY_MEMBERSHIP = Statement(
    sa.select(memberships.c.group_key, users.c.id, users.c.user_name)
    .join(groups, groups.c.key == memberships.c.group_key)
    .join(users, users.c.key == memberships.c.user_key)
    .where(_in_groups)
    .order_by(memberships.c.group_key, memberships.c.user_key)
)


def _entry(row: tuple[Any, ...] | None) -> Entry | None:
    return None if row is None else Entry(*row)


def _entries(rows: list[tuple[Any, ...]]) -> list[Entry]:
    return list(map(Entry._make, rows))


def user(connection: Connection, instance: Instance, user_id: str) -> Entry | None:
    """The user with this id."""
    return _entry(connection.one(_USER, instance_key=instance.key, value=user_id)) if is_id(user_id) else None


def user_by_name(connection: Connection, instance: Instance, user_name: str) -> Entry | None:
    """The user with this userName."""
    key = name_key(user_name, instance.profile.user_name_ignores_case)
    return _entry(connection.one(_USER_BY_NAME, instance_key=instance.key, value=key))


def user_by_external_id(connection: Connection, instance: Instance, external_id: str) -> Entry | None:
    """The user with this externalId."""
    return _entry(connection.one(_USER_BY_EXTERNAL_ID, instance_key=instance.key, value=external_id))


def user_with_manager(connection: Connection, instance: Instance, user_id: str, manager: str) -> Entry | None:
    """The user with this id, if that is who manages it."""
    if not is_id(user_id):
        return None
    return _entry(connection.one(_USER_WITH_MANAGER, instance_key=instance.key, value=user_id, manager=manager))


def users_page(connection: Connection, instance: Instance, after: int, most: int) -> list[Entry]:
    """At most `most` users after key `after`."""
    return _entries(connection.all(_USERS, instance_key=instance.key, after=after, most=most))


def members_page(connection: Connection, group: Entry, after: int, most: int) -> list[Entry]:
    """At most `most` members of a group after user key `after`."""
    return _entries(connection.all(_MEMBERS, group_key=group.key, after=after, most=most))


def group(connection: Connection, instance: Instance, group_id: str) -> Entry | None:
    """The group with this id."""
    return _entry(connection.one(_GROUP, instance_key=instance.key, value=group_id)) if is_id(group_id) else None


def group_by_name(connection: Connection, instance: Instance, display_name: str) -> Entry | None:
    """The group with this displayName."""
    key = name_key(display_name, instance.profile.group_name_ignores_case)
    return _entry(connection.one(_GROUP_BY_NAME, instance_key=instance.key, value=key))


def group_by_external_id(connection: Connection, instance: Instance, external_id: str) -> Entry | None:
    """The group with this externalId."""
    return _entry(connection.one(_GROUP_BY_EXTERNAL_ID, instance_key=instance.key, value=external_id))


def groups_page(connection: Connection, instance: Instance, after: int, most: int) -> list[Entry]:
    """At most `most` groups after key `after`."""
    return _entries(connection.all(_GROUPS, instance_key=instance.key, after=after, most=most))


def groups_of_page(connection: Connection, member: Entry, after: int, most: int) -> list[Entry]:
    """At most `most` groups of a user after group key `after`."""
    return _entries(connection.all(_GROUPS_OF, user_key=member.key, after=after, most=most))


def is_member(connection: Connection, group: Entry, member: Entry) -> bool:
    """Whether a user is in a group."""
    return connection.one(_IS_MEMBER, group_key=group.key, user_key=member.key) is not None


def every_user(connection: Connection, instance: Instance) -> Iterator[str]:
    """The documents of all users, one after the other."""
    for row in connection.stream(_EVERY_USER, instance_key=instance.key):
        yield row[0]


def every_group(connection: Connection, instance: Instance) -> Iterator[str]:
    """The documents of all groups with `members: [{"value", "display"}]`; only one group's members are held at a time."""
    memberships_by_group = groupby(connection.stream(_EVERY_MEMBERSHIP, instance_key=instance.key), key=itemgetter(0))
    ahead = next(memberships_by_group, None)
    for key, document in connection.stream(_EVERY_GROUP, instance_key=instance.key):
        members: list[dict[str, Any]] = []
        if ahead is not None and ahead[0] == key:
            members = [{"value": user_id, "display": user_name} for _group_key, user_id, user_name in ahead[1]]
            ahead = next(memberships_by_group, None)
        yield with_members(document, members)
