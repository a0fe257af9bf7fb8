"""Users and groups as a person looks for them: a part of the name, in pages by key, and how many there are.

A part of a name is looked for in the index of names, without reading documents.  Counting stops at a limit: nobody waits for
an exact number of a large one.
"""

from typing import Any

import sqlalchemy as sa

from lockstep.center.directory import reads
from lockstep.center.directory.actions import name_key
from lockstep.center.directory.reads import Entry
from lockstep.center.directory.tables import groups, memberships, users
from lockstep.center.instances.records import Instance
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement

COUNTED = 10_000
_ESCAPE = "!"
_HERE: sa.BindParameter[Any] = sa.bindparam("instance_key")
_AFTER: sa.BindParameter[Any] = sa.bindparam("after")
_MOST: sa.BindParameter[Any] = sa.bindparam("most", type_=sa.Integer)
_PATTERN: sa.BindParameter[Any] = sa.bindparam("pattern", type_=sa.Text)


def _named(table: sa.Table, column: sa.ColumnElement[str]) -> Statement:
    key = table.c.key + 0  # not for the index in the order of keys: that of names holds all that is asked for, and is smaller
    found = (
        sa.select(table.c.key)
        .where(table.c.instance_key == _HERE, key > _AFTER, column.like(_PATTERN, escape=_ESCAPE))
        .order_by(key)
        .limit(_MOST)
    )
    return Statement(sa.select(table.c.key, table.c.document).where(table.c.key.in_(found)).order_by(table.c.key))


def _counted(selected: sa.Select[Any]) -> Statement:
    return Statement(sa.select(sa.func.count()).select_from(selected.limit(sa.bindparam("most", type_=sa.Integer)).subquery()))


_USERS_NAMED = _named(users, users.c.user_name_key)
_GROUPS_NAMED = _named(groups, groups.c.name_key)
_USER_BY_EMAIL = Statement(
    sa.select(users.c.key, users.c.document).where(users.c.instance_key == _HERE, users.c.email_key == sa.bindparam("value"))
)
_COUNT_USERS = _counted(sa.select(users.c.key).where(users.c.instance_key == _HERE))
_COUNT_GROUPS = _counted(sa.select(groups.c.key).where(groups.c.instance_key == _HERE))
_COUNT_MEMBERS = _counted(sa.select(memberships.c.user_key).where(memberships.c.group_key == sa.bindparam("group_key")))
_COUNT_GROUPS_OF = _counted(sa.select(memberships.c.group_key).where(memberships.c.user_key == sa.bindparam("user_key")))


def _pattern(text: str, ignores_case: bool) -> str:
    plain = name_key(text, ignores_case)
    for special in (_ESCAPE, "%", "_"):
        plain = plain.replace(special, _ESCAPE + special)
    return f"%{plain}%"


def users_named(connection: Connection, instance: Instance, text: str, after: int, most: int) -> list[Entry]:
    """At most `most` users after key `after` whose userName contains `text`."""
    pattern = _pattern(text, instance.profile.user_name_ignores_case)
    rows = connection.all(_USERS_NAMED, instance_key=instance.key, pattern=pattern, after=after, most=most)
    return [Entry(*row) for row in rows]


def groups_named(connection: Connection, instance: Instance, text: str, after: int, most: int) -> list[Entry]:
    """At most `most` groups after key `after` whose name contains `text`."""
    pattern = _pattern(text, instance.profile.group_name_ignores_case)
    rows = connection.all(_GROUPS_NAMED, instance_key=instance.key, pattern=pattern, after=after, most=most)
    return [Entry(*row) for row in rows]


def users_exactly(connection: Connection, instance: Instance, text: str) -> list[Entry]:
    """The users whose id, externalId or e-mail address is `text`; each once, by key."""
    key = name_key(text, instance.profile.email_ignores_case)
    row = connection.one(_USER_BY_EMAIL, instance_key=instance.key, value=key)
    found = [
        reads.user(connection, instance, text),
        reads.user_by_external_id(connection, instance, text),
        None if row is None else Entry(*row),
    ]
    return sorted({entry.key: entry for entry in found if entry is not None}.values())


def groups_exactly(connection: Connection, instance: Instance, text: str) -> list[Entry]:
    """The groups whose id or externalId is `text`; each once, by key."""
    found = [reads.group(connection, instance, text), reads.group_by_external_id(connection, instance, text)]
    return sorted({entry.key: entry for entry in found if entry is not None}.values())


def count_users(connection: Connection, instance: Instance) -> int:
    """How many users there are, counted up to one more than `COUNTED`."""
    return int(connection.value(_COUNT_USERS, instance_key=instance.key, most=COUNTED + 1))


def count_groups(connection: Connection, instance: Instance) -> int:
    """How many groups there are, counted up to one more than `COUNTED`."""
    return int(connection.value(_COUNT_GROUPS, instance_key=instance.key, most=COUNTED + 1))


def count_members(connection: Connection, group: Entry) -> int:
    """How many members a group has, counted up to one more than `COUNTED`."""
    return int(connection.value(_COUNT_MEMBERS, group_key=group.key, most=COUNTED + 1))


def count_groups_of(connection: Connection, user: Entry) -> int:
    """How many groups a user is in, counted up to one more than `COUNTED`."""
    return int(connection.value(_COUNT_GROUPS_OF, user_key=user.key, most=COUNTED + 1))
