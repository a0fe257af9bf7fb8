"""Users, groups and memberships in the database: writing.  SQL and nothing else; reading in pages is in `reads`."""

from collections.abc import Iterable
from typing import Any, NamedTuple, cast

import sqlalchemy as sa

from lockstep.center.directory.tables import groups, memberships, users
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement, among, listed


class Stored(NamedTuple):
    """A row that is about to be changed; other writers of it wait."""

    key: int
    document: str
    created_at: int


_HERE: sa.BindParameter[Any] = sa.bindparam("instance_key")
_this_user = (users.c.instance_key == _HERE) & (users.c.id == sa.bindparam("of"))
_this_group = (groups.c.instance_key == _HERE) & (groups.c.id == sa.bindparam("of"))
_these_users = (users.c.instance_key == _HERE) & among(users.c.id, "ids")

_USER_COLUMNS = ["user_name", "user_name_key", "external_id", "email_key", "manager", "document"]
_GROUP_COLUMNS = ["name_key", "external_id", "document"]
_IDENTITY = ["instance_key", "id", "created_at"]
_switched_off_at = sa.func.coalesce(sa.bindparam("switched_off_at", type_=sa.BigInteger), users.c.switched_off_at)

_ADD_USER = Statement(sa.insert(users), columns=[*_IDENTITY, *_USER_COLUMNS, "switched_off_at"])
_LOCK_USER = Statement(
    sa.select(users.c.key, users.c.document, users.c.created_at).where(_this_user).with_for_update(key_share=True)
)
_SET_USER = Statement(
    sa.update(users)
    .where(users.c.key == sa.bindparam("of"))
    .values({name: sa.bindparam(name) for name in _USER_COLUMNS} | {"switched_off_at": _switched_off_at})
)
_SET_USER_DOCUMENT = Statement(sa.update(users).where(users.c.key == sa.bindparam("of")), columns=["document"])
_DELETE_USER = Statement(sa.delete(users).where(_this_user))

_ADD_GROUP = Statement(sa.insert(groups).returning(groups.c.key), columns=[*_IDENTITY, *_GROUP_COLUMNS])
_LOCK_GROUP = Statement(
    sa.select(groups.c.key, groups.c.document, groups.c.created_at).where(_this_group).with_for_update(key_share=True)
)
_SET_GROUP = Statement(
    sa.update(groups).where(groups.c.key == sa.bindparam("of")).values({name: sa.bindparam(name) for name in _GROUP_COLUMNS})
)
_SET_GROUP_DOCUMENT = Statement(sa.update(groups).where(groups.c.key == sa.bindparam("of")), columns=["document"])
_DELETE_GROUP = Statement(sa.delete(groups).where(_this_group))

_HOLD_USERS = Statement(sa.select(users.c.id, users.c.key).where(_these_users).with_for_update(read=True, key_share=True))
_ADD_MEMBER = Statement(lambda insert: insert(memberships).on_conflict_do_nothing(), columns=["group_key", "user_key"])
_REMOVE_MEMBER = Statement(
    sa.delete(memberships).where(
        memberships.c.group_key == sa.bindparam("group_key"), memberships.c.user_key == sa.bindparam("user_key")
    )
)
_EMPTY_GROUP = Statement(sa.delete(memberships).where(memberships.c.group_key == sa.bindparam("group_key")))


def _stored(row: tuple[Any, ...] | None) -> Stored | None:
    return None if row is None else Stored(*row)


def add_user(connection: Connection, instance_key: int, user_id: str, created_at: int, columns: dict[str, Any]) -> None:
    """Add a user.  Raises UniqueViolation."""
    connection.run(_ADD_USER, instance_key=instance_key, id=user_id, created_at=created_at, **columns)


def lock_user(connection: Connection, instance_key: int, user_id: str) -> Stored | None:
    """The user, kept from other writers until the end of the transaction."""
    return _stored(connection.one(_LOCK_USER, instance_key=instance_key, of=user_id))


def set_user(connection: Connection, key: int, columns: dict[str, Any]) -> None:
    """Change a user; `switched_off_at` None keeps what is there.  Raises UniqueViolation."""
    connection.run(_SET_USER, of=key, **columns)


def set_user_document(connection: Connection, key: int, document: str) -> None:
    """Change what no index knows: so the indexes are left alone, which is half of the work."""
    connection.run(_SET_USER_DOCUMENT, of=key, document=document)


def delete_user(connection: Connection, instance_key: int, user_id: str) -> bool:
    """Delete a user and its memberships; whether there was one."""
    return connection.run(_DELETE_USER, instance_key=instance_key, of=user_id) > 0


def add_group(connection: Connection, instance_key: int, group_id: str, created_at: int, columns: dict[str, Any]) -> int:
    """Add a group; its key.  Raises UniqueViolation."""
    return cast(int, connection.value(_ADD_GROUP, instance_key=instance_key, id=group_id, created_at=created_at, **columns))


def lock_group(connection: Connection, instance_key: int, group_id: str) -> Stored | None:
    """The group, kept from other writers until the end of the transaction."""
    return _stored(connection.one(_LOCK_GROUP, instance_key=instance_key, of=group_id))


def set_group(connection: Connection, key: int, columns: dict[str, Any]) -> None:
    """Change a group.  Raises UniqueViolation."""
    connection.run(_SET_GROUP, of=key, **columns)


def set_group_document(connection: Connection, key: int, document: str) -> None:
    """Change what no index knows."""
    connection.run(_SET_GROUP_DOCUMENT, of=key, document=document)


def delete_group(connection: Connection, instance_key: int, group_id: str) -> bool:
    """Delete a group and its memberships; whether there was one."""
    return connection.run(_DELETE_GROUP, instance_key=instance_key, of=group_id) > 0


def hold_users(connection: Connection, instance_key: int, user_ids: Iterable[str]) -> dict[str, int]:
    """The keys of those of `user_ids` that are users; these cannot be deleted before the end of the transaction."""
    return dict(connection.all(_HOLD_USERS, instance_key=instance_key, ids=listed(user_ids)))


def add_members(connection: Connection, group_key: int, user_keys: Iterable[int]) -> None:
    """Put users into a group; who is in it already stays."""
    connection.many(_ADD_MEMBER, ({"group_key": group_key, "user_key": key} for key in user_keys))


def remove_members(connection: Connection, group_key: int, user_keys: Iterable[int]) -> None:
    """Take users out of a group; who is not in it stays out."""
    connection.many(_REMOVE_MEMBER, ({"group_key": group_key, "user_key": key} for key in user_keys))


def remove_all_members(connection: Connection, group_key: int) -> None:
    """Take everybody out of a group."""
    connection.run(_EMPTY_GROUP, group_key=group_key)
