"""The tables of the target that is kept here, and their SQL.

Members are rows, so that a change of a group costs what changes, whatever its size.
"""

from collections.abc import Iterable
from typing import Any, Literal

import msgspec
import sqlalchemy as sa

from lockstep.idp.directory.records import folded
from lockstep.idp.schema import metadata
from lockstep.kit.db import Connection
from lockstep.kit.sql import KeyText, Statement

Document = dict[str, Any]
Kind = Literal["Users", "Groups"]
COLUMN = {"id": "id", "userName": "name", "displayName": "name", "externalId": "external", "emails.value": "email"}
"""Which column a filter looks at."""

memory_resources = sa.Table(
    "memory_resources",
    metadata,
    sa.Column("app_id", sa.Integer, sa.ForeignKey("apps.id"), primary_key=True),
    # Users or Groups
    sa.Column("kind", KeyText, primary_key=True),
    sa.Column("id", KeyText, primary_key=True),
    # userName or displayName, without case
    sa.Column("name", KeyText, nullable=False),
    sa.Column("external", KeyText, nullable=False),
    sa.Column("email", KeyText, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.UniqueConstraint("app_id", "kind", "name", name="memory_resources_name"),
    sa.Index("memory_resources_external", "app_id", "kind", "external"),
    sa.Index("memory_resources_email", "app_id", "kind", "email"),
)
memory_members = sa.Table(
    "memory_members",
    metadata,
    sa.Column("app_id", sa.Integer, sa.ForeignKey("apps.id"), primary_key=True),
    sa.Column("group_id", KeyText, primary_key=True),
    sa.Column("member_id", KeyText, primary_key=True),
    sa.Index("memory_members_member", "app_id", "member_id"),
)
_r, _m = memory_resources.c, memory_members.c


def _is(column: sa.ColumnElement[Any], name: str) -> sa.ColumnElement[bool]:
    return column == sa.bindparam(name, type_=column.type)


_OF_KIND = (_is(_r.app_id, "app"), _is(_r.kind, "of"))
_GET = Statement(sa.select(_r.body).where(*_OF_KIND, _is(_r.id, "number")))
_ADD = Statement(sa.insert(memory_resources), columns=[column.name for column in _r])
_SET = Statement(
    sa.update(memory_resources).where(*_OF_KIND, _is(_r.id, "number")), columns=["name", "external", "email", "body"]
)
_DROP = Statement(sa.delete(memory_resources).where(*_OF_KIND, _is(_r.id, "number")))
_PAGE = Statement(
    sa.select(_r.id, _r.body)
    .where(*_OF_KIND, _r.id > sa.bindparam("after", type_=_r.id.type))
    .order_by(_r.id)
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_COUNT = Statement(sa.select(sa.func.count()).select_from(memory_resources).where(*_OF_KIND))
_FIND = {
    column: Statement(sa.select(_r.id, _r.body).where(*_OF_KIND, _is(_r[column], "value")).order_by(_r.id).limit(1_000))
    for column in ("id", "name", "external", "email")
}
_USERS_IN = Statement(
    sa.select(_r.id, _r.body)
    .select_from(memory_resources.join(memory_members, sa.and_(_r.app_id == _m.app_id, _r.id == _m.member_id)))
    .where(*_OF_KIND, _is(_m.group_id, "value"), _r.id > sa.bindparam("after", type_=_r.id.type))
    .order_by(_r.id)
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_GROUPS_OF = Statement(
    sa.select(_r.id, _r.body)
    .select_from(memory_resources.join(memory_members, sa.and_(_r.app_id == _m.app_id, _r.id == _m.group_id)))
    .where(*_OF_KIND, _is(_m.member_id, "value"), _r.id > sa.bindparam("after", type_=_r.id.type))
    .order_by(_r.id)
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_BY_MEMBERSHIP = {"groups.value": _USERS_IN, "members.value": _GROUPS_OF}
_ADD_MEMBER = Statement(
    lambda insert: (
        insert(memory_members)
        .values({column.name: sa.bindparam(column.name, type_=column.type) for column in _m})
        .on_conflict_do_nothing()
    )
)
_DROP_MEMBER = Statement(
    sa.delete(memory_members).where(_is(_m.app_id, "app"), _is(_m.group_id, "number"), _is(_m.member_id, "member"))
)
_DROP_MEMBERS = Statement(sa.delete(memory_members).where(_is(_m.app_id, "app"), _is(_m.group_id, "number")))
_DROP_MEMBERSHIPS = Statement(sa.delete(memory_members).where(_is(_m.app_id, "app"), _is(_m.member_id, "number")))
_MEMBERS = Statement(
    sa.select(_m.member_id, _r.body)
    .select_from(memory_members.join(memory_resources, sa.and_(_r.app_id == _m.app_id, _r.id == _m.member_id)))
    .where(_is(_m.app_id, "app"), _is(_m.group_id, "number"), _r.kind == "Users")
    .order_by(_m.member_id)
)


def get(c: Connection, app: int, kind: Kind, number: str) -> Document | None:
    """One resource."""
    text = c.value(_GET, app=app, of=kind, number=number)
    return None if text is None else msgspec.json.decode(text)


def _row(document: Document) -> Document:
    emails = document.get("emails") or [{}]
    return {
        "name": folded(str(document.get("userName") or document.get("displayName", ""))),
        "external": str(document.get("externalId", "")),
        "email": folded(str(emails[0].get("value", ""))),
        "body": msgspec.json.encode(document).decode(),
    }


def add(c: Connection, app: int, kind: Kind, document: Document) -> None:
    """A new resource."""
    c.run(_ADD, app_id=app, kind=kind, id=document["id"], **_row(document))


def change(c: Connection, app: int, kind: Kind, document: Document) -> None:
    """The resource as it is now."""
    c.run(_SET, app=app, of=kind, number=document["id"], **_row(document))


def drop(c: Connection, app: int, kind: Kind, number: str) -> bool:
    """Delete a resource with its memberships; False if it was not there."""
    c.run(_DROP_MEMBERS if kind == "Groups" else _DROP_MEMBERSHIPS, app=app, number=number)
    return c.run(_DROP, app=app, of=kind, number=number) > 0


def page(c: Connection, app: int, kind: Kind, after: str, most: int) -> list[Document]:
    """Resources by id, from the one behind `after` on."""
    return [msgspec.json.decode(text) for _, text in c.all(_PAGE, app=app, of=kind, after=after, most=most)]


def count(c: Connection, app: int, kind: Kind) -> int:
    """How many there are."""
    return int(c.value(_COUNT, app=app, of=kind))


def find(c: Connection, app: int, kind: Kind, attribute: str, value: str) -> list[Document]:
    """The resources whose attribute has the value; texts but ids and externalIds are compared without case."""
    column = COLUMN[attribute]
    wanted = value if column in ("id", "external") else folded(value)
    return [msgspec.json.decode(text) for _, text in c.all(_FIND[column], app=app, of=kind, value=wanted)]


def related(c: Connection, app: int, attribute: str, value: str, after: str, most: int) -> list[Document]:
    """The users in a group (groups.value), or the groups of a user (members.value), by id from behind `after` on."""
    kind = "Users" if attribute == "groups.value" else "Groups"
    found = c.all(_BY_MEMBERSHIP[attribute], app=app, of=kind, value=value, after=after, most=most)
    return [msgspec.json.decode(text) for _, text in found]


def add_members(c: Connection, app: int, group: str, members: Iterable[str]) -> None:
    """Put users into a group."""
    c.many(_ADD_MEMBER, [{"app_id": app, "group_id": group, "member_id": one} for one in members])


def drop_members(c: Connection, app: int, group: str, members: Iterable[str]) -> None:
    """Take users out of a group."""
    c.many(_DROP_MEMBER, [{"app": app, "number": group, "member": one} for one in members])


def contents(c: Connection, app: int, most: int) -> Document:
    """What is there, to look at: `users` and `groups` (with `members` by userName), at most so many of each, and how many."""
    groups = page(c, app, "Groups", "", most)
    return {
        "users": page(c, app, "Users", "", most),
        "groups": [{**one, "members": [name for _, name in members(c, app, one["id"])[:most]]} for one in groups],
        "user_count": count(c, app, "Users"),
        "group_count": count(c, app, "Groups"),
    }


def members(c: Connection, app: int, group: str) -> list[tuple[str, str]]:
    """(id, userName) of everyone in a group."""
    rows = c.all(_MEMBERS, app=app, number=group)
    return [(number, str(msgspec.json.decode(text).get("userName", ""))) for number, text in rows]
