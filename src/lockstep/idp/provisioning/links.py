"""SQL of the links: what is remembered of a target."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from lockstep.idp.provisioning.plan import email_of, manager_of, name_of, with_manager
from lockstep.idp.provisioning.records import Document, GroupLink, UserLink, name_key
from lockstep.idp.provisioning.tables import group_links, link_members, targets, user_links
from lockstep.idp.provisioning.touched import touch
from lockstep.kit.db import Connection, Row
from lockstep.kit.sql import Statement, among, listed
from lockstep.scim.urls import is_same

_u, _g, _m = user_links.c, group_links.c, link_members.c
_USER = (_u.id, _u.key, _u.target_id, _u.made, _u.value, _u.left_at, _u.missing)
_GROUP = (_g.id, _g.key, _g.name, _g.target_id, _g.made, _g.feeders, _g.missing)


def _is(column: sa.ColumnElement[Any], name: str) -> sa.ColumnElement[bool]:
    return column == sa.bindparam(name, type_=column.type)


def _checked(column: sa.ColumnElement[Any], name: str) -> sa.ColumnElement[bool]:
    """Like `_is`, of a number by which nothing is to be found.

    SQLite, which has no statistics, would rather walk all groups of a target than begin with one member.
    """
    return column + 0 == sa.bindparam(name, type_=column.type)


_TARGET = Statement(sa.select(targets.c.id).where(_is(targets.c.app_id, "app"), _is(targets.c.scim_url, "url")))
_TARGETS = Statement(sa.select(targets.c.id, targets.c.scim_url).where(_is(targets.c.app_id, "app")).order_by(targets.c.id))
_ADD_TARGET = Statement(sa.insert(targets).inline(), columns=["app_id", "scim_url"])

_USERS = Statement(sa.select(*_USER).where(_is(_u.target, "target")).order_by(_u.key))
_USER_BY_KEY = Statement(sa.select(*_USER).where(_is(_u.target, "target"), _is(_u.key, "key")))
_USERS_BY_KEYS = Statement(sa.select(*_USER).where(_is(_u.target, "target"), among(_u.key, "keys")))
_USER_BY_TARGET_ID = Statement(sa.select(*_USER).where(_is(_u.target, "target"), _is(_u.target_id, "target_id")))
_IDS_BY_KEYS = Statement(sa.select(_u.key, _u.target_id, _u.missing).where(_is(_u.target, "target"), among(_u.key, "keys")))
_KEY_BY_USER_NAME = Statement(sa.select(_u.key).where(_is(_u.target, "target"), _is(_u.user_name_key, "name"), _u.missing == 0))
_KEY_BY_EMAIL = Statement(sa.select(_u.key).where(_is(_u.target, "target"), _is(_u.email_key, "name"), _u.missing == 0))
_ANY_USER = Statement(sa.select(_u.id).where(_is(_u.target, "target")).limit(1))
_MISSING_USERS = Statement(sa.select(_u.key).where(_is(_u.target, "target"), _u.missing == 1))
_LEFT_UNTIL = Statement(
    sa.select(_u.key).where(_is(_u.target, "target"), _u.left_at > 0, _u.left_at <= sa.bindparam("until"), _u.made == 1)
)
_COUNT_USERS = Statement(sa.select(sa.func.count()).select_from(user_links).where(_is(_u.target, "target")))
_COUNT_MISSING = Statement(sa.select(sa.func.count()).select_from(user_links).where(_is(_u.target, "target"), _u.missing == 1))
_USER_COLUMNS = [column.name for column in _u if column.name != "id"]
_ADD_USER = Statement(
    lambda insert: (
        insert(user_links)
        .values({name: sa.bindparam(name, type_=user_links.c[name].type) for name in _USER_COLUMNS})
        .on_conflict_do_update(
            index_elements=["target", "key"],
            set_={
                name: sa.bindparam(name, type_=user_links.c[name].type)
                for name in _USER_COLUMNS
                if name not in ("target", "key")
            },
        )
    )
)
_SET_USER = Statement(
    sa.update(user_links).where(_is(_u.id, "link")),
    columns=["value", "user_name_key", "email_key", "manager_key", "missing"],
)
_SET_LEFT = Statement(sa.update(user_links).where(_is(_u.id, "link")), columns=["left_at"])
_SET_USER_MISSING = Statement(sa.update(user_links).where(_is(_u.id, "link")), columns=["missing"])
_CLAIM_USER = Statement(sa.update(user_links).where(_is(_u.id, "link")).values(made=1))
_DROP_USER = Statement(sa.delete(user_links).where(_is(_u.id, "link")))
_SET_MANAGER = Statement(sa.update(user_links).where(_is(_u.id, "link")), columns=["value", "manager_key"])
_MANAGER = Statement(sa.select(_u.manager_key).where(_is(_u.id, "link")))
_REPORTS = Statement(sa.select(_u.id, _u.key, _u.value).where(_is(_u.target, "target"), _is(_u.manager_key, "manager")))

_GROUPS = Statement(sa.select(*_GROUP).where(_is(_g.target, "target")).order_by(_g.key))
_GROUP_BY_KEY = Statement(sa.select(*_GROUP).where(_is(_g.target, "target"), _is(_g.key, "key")))
_GROUP_BY_TARGET_ID = Statement(sa.select(*_GROUP).where(_is(_g.target, "target"), _is(_g.target_id, "target_id")))
_GROUPS_BY_KEYS = Statement(sa.select(*_GROUP).where(_is(_g.target, "target"), among(_g.key, "keys")).order_by(_g.key))
_GROUPS_BY_IDS = Statement(
    sa.select(*_GROUP).where(_is(_g.target, "target"), among(sa.cast(_g.id, sa.Text), "ids")).order_by(_g.key)
)
_MISSING_GROUPS = Statement(sa.select(_g.key).where(_is(_g.target, "target"), _g.missing == 1))
_MEMBERSHIPS_OF = Statement(
    sa.select(_m.member_id, _m.key, *_GROUP)
    .select_from(link_members.join(group_links, _m.link_id == _g.id))
    .where(_checked(_g.target, "target"), among(_m.member_id, "members"))
)
_COUNT_GROUPS = Statement(sa.select(sa.func.count()).select_from(group_links).where(_is(_g.target, "target")))
_COUNT_MISSING_GROUPS = Statement(
    sa.select(sa.func.count()).select_from(group_links).where(_is(_g.target, "target"), _g.missing == 1)
)
_GROUP_COLUMNS = [column.name for column in _g if column.name not in ("id", "pushed_at")]
_ADD_GROUP = Statement(
    lambda insert: (
        insert(group_links)
        .values({name: sa.bindparam(name, type_=group_links.c[name].type) for name in _GROUP_COLUMNS})
        .on_conflict_do_update(
            index_elements=["target", "key"],
            set_={
                name: sa.bindparam(name, type_=group_links.c[name].type)
                for name in _GROUP_COLUMNS
                if name not in ("target", "key")
            },
        )
        .returning(_g.id)
    )
)
_NAME_GROUP = Statement(sa.update(group_links).where(_is(_g.id, "link")), columns=["key", "name", "feeders"])
_CALL_GROUP = Statement(sa.update(group_links).where(_is(_g.id, "link")), columns=["name"])
_FEED_GROUP = Statement(sa.update(group_links).where(_is(_g.id, "link")), columns=["feeders"])
_SET_GROUP_MISSING = Statement(sa.update(group_links).where(_is(_g.id, "link")), columns=["missing"])
_CLAIM_GROUP = Statement(sa.update(group_links).where(_is(_g.id, "link")).values(made=1))
_CLAIM_MEMBERS = Statement(sa.update(link_members).where(_is(_m.link_id, "link")).values(added=1))
_PUSHED_GROUP = Statement(sa.update(group_links).where(_is(_g.id, "link")), columns=["pushed_at"])
_DROP_GROUP = Statement(sa.delete(group_links).where(_is(_g.id, "link")))

_MEMBERS = Statement(sa.select(_m.member_id, _m.key, _m.added).where(_is(_m.link_id, "link")).order_by(_m.member_id))
_COUNT_MEMBERS = Statement(
    sa.select(sa.func.count())
    .select_from(link_members.join(group_links, _m.link_id == _g.id))
    .where(_is(_g.target, "target"), _m.added == 1)
)
_MEMBERS_OF_GROUPS = Statement(
    sa.select(_g.id, _m.member_id, _m.key)
    .select_from(group_links.join(link_members, _m.link_id == _g.id))
    .where(_is(_g.target, "target"))
    .order_by(_g.id, _m.member_id)
)
_GROUPS_OF_MEMBER = Statement(
    sa.select(_g.name)
    .select_from(link_members.join(group_links, _m.link_id == _g.id))
    .where(_checked(_g.target, "target"), _is(_m.member_id, "member"))
    .order_by(_g.key)
)
_ADD_MEMBER = Statement(
    lambda insert: (
        insert(link_members)
        .values({name: sa.bindparam(name, type_=_m[name].type) for name in ("link_id", "member_id", "key", "added")})
        .on_conflict_do_update(index_elements=["link_id", "member_id"], set_={"key": sa.bindparam("key", type_=_m.key.type)})
    )
)
_DROP_MEMBER = Statement(sa.delete(link_members).where(_is(_m.link_id, "link"), _is(_m.member_id, "member")))
_DROP_MEMBERS = Statement(sa.delete(link_members).where(_is(_m.link_id, "link")))
_DROP_MEMBERSHIPS = Statement(
    sa.delete(link_members).where(
        _is(_m.member_id, "member"), sa.exists().where(_g.id == _m.link_id, _checked(_g.target, "target"))
    )
)


def target_of(c: Connection, app_id: int, scim_url: str) -> int:
    """The number under which links to this URL, however it is spelt, are kept for the app; made if it is new."""
    found = find_target(c, app_id, scim_url)
    if not found:
        c.run(_ADD_TARGET, app_id=app_id, scim_url=scim_url)
        found = find_target(c, app_id, scim_url)
    return found


def find_target(c: Connection, app_id: int, scim_url: str) -> int:
    """Like `target_of`, 0 where there is none."""
    found = c.value(_TARGET, app=app_id, url=scim_url)
    if found is not None:
        return int(found)
    return next((int(number) for number, url in c.all(_TARGETS, app=app_id) if is_same(url, scim_url)), 0)


def _user(row: Row) -> UserLink:
    number, key, target_id, made, value, left_at, missing = row
    return UserLink(number, key, target_id, bool(made), msgspec.json.decode(value), left_at, bool(missing))


def _group(row: Row) -> GroupLink:
    number, key, name, target_id, made, feeders, missing = row
    return GroupLink(number, key, name, target_id, bool(made), tuple(msgspec.json.decode(feeders)), bool(missing))


def users(c: Connection, target: int) -> Iterator[UserLink]:
    """Every user link, by key, one after the other."""
    return map(_user, c.stream(_USERS, target=target))


def user_by_key(c: Connection, target: int, key: str) -> UserLink | None:
    """The link of one person."""
    row = c.one(_USER_BY_KEY, target=target, key=key)
    return None if row is None else _user(row)


def users_by_keys(c: Connection, target: int, keys: Iterable[str]) -> list[UserLink]:
    """The links of some people."""
    return [_user(row) for row in c.all(_USERS_BY_KEYS, target=target, keys=listed(keys))]


def has_users(c: Connection, target: int) -> bool:
    """Whether anybody is linked."""
    return c.one(_ANY_USER, target=target) is not None


def missing_users(c: Connection, target: int) -> list[str]:
    """The keys of linked users that the target says are gone."""
    return [key for (key,) in c.all(_MISSING_USERS, target=target)]


def missing_groups(c: Connection, target: int) -> list[str]:
    """The keys of linked groups that the target says are gone."""
    return [key for (key,) in c.all(_MISSING_GROUPS, target=target)]


def left_until(c: Connection, target: int, until: int) -> list[str]:
    """The keys of users we made whose people had left by an instant."""
    return [key for (key,) in c.all(_LEFT_UNTIL, target=target, until=until)]


def user_by_target_id(c: Connection, target: int, target_id: str) -> UserLink | None:
    """The link to one user of the target."""
    row = c.one(_USER_BY_TARGET_ID, target=target, target_id=target_id)
    return None if row is None else _user(row)


def target_ids(c: Connection, target: int, keys: Iterable[str]) -> dict[str, str]:
    """The target's ids of those of `keys` who are there."""
    return {key: found for key, found, missing in c.all(_IDS_BY_KEYS, target=target, keys=listed(keys)) if not missing}


def holder_of_user_name(c: Connection, target: int, name: str) -> str | None:
    """Whose link holds the userName."""
    found: str | None = c.value(_KEY_BY_USER_NAME, target=target, name=name_key(name))
    return found


def holder_of_email(c: Connection, target: int, email: str) -> str | None:
    """Whose link holds the e-mail address."""
    found: str | None = c.value(_KEY_BY_EMAIL, target=target, name=name_key(email))
    return found


def count_users(c: Connection, target: int) -> int:
    """Linked users."""
    return int(c.value(_COUNT_USERS, target=target))


def count_missing(c: Connection, target: int) -> int:
    """Linked users and groups that the target says are gone."""
    return int(c.value(_COUNT_MISSING, target=target)) + int(c.value(_COUNT_MISSING_GROUPS, target=target))


def count_groups(c: Connection, target: int) -> int:
    """Linked groups."""
    return int(c.value(_COUNT_GROUPS, target=target))


def count_members(c: Connection, target: int) -> int:
    """Memberships that we hold at the target."""
    return int(c.value(_COUNT_MEMBERS, target=target))


def _indexed(value: Document) -> dict[str, Any]:
    return {
        "value": msgspec.json.encode(value).decode(),
        "user_name_key": name_key(name_of(value)),
        "email_key": name_key(email_of(value)),
        "manager_key": manager_of(value),
    }


def put_user(c: Connection, target: int, key: str, target_id: str, value: Document, *, made: bool) -> None:
    """Link a person to a user of the target; a link to another user is replaced."""
    c.run(_ADD_USER, target=target, key=key, target_id=target_id, made=int(made), left_at=0, missing=0, **_indexed(value))


def set_value(c: Connection, link_id: int, value: Document) -> None:
    """What the target holds now."""
    c.run(_SET_USER, link=link_id, missing=0, **_indexed(value))


def set_left(c: Connection, link_id: int, at: int) -> None:
    """The person has left (at an instant), or has come back (0)."""
    c.run(_SET_LEFT, link=link_id, left_at=at)


def set_user_missing(c: Connection, target: int, link: UserLink) -> None:
    """The target answers 404 for this user; its memberships fell with it, and those they manage hold an id that is nobody's."""
    c.run(_SET_USER_MISSING, link=link.id, missing=1)
    c.run(_DROP_MEMBERSHIPS, target=target, member=link.target_id)
    _name_manager(c, target, link.key, link.target_id)


def drop_user(c: Connection, target: int, link_id: int, target_id: str) -> None:
    """Forget a user; its memberships fell with it."""
    c.run(_DROP_USER, link=link_id)
    c.run(_DROP_MEMBERSHIPS, target=target, member=target_id)


def claim_user(c: Connection, link_id: int) -> None:
    """A person says that we made this user."""
    c.run(_CLAIM_USER, link=link_id)


def claim_group(c: Connection, link_id: int) -> None:
    """A person says that we made this group, and put in whoever we know in it."""
    c.run(_CLAIM_GROUP, link=link_id)
    c.run(_CLAIM_MEMBERS, link=link_id)


def _name_manager(c: Connection, target: int, old: str, new: str) -> None:
    """Whoever is remembered with the manager `old` (an employee_id, or an id that is nobody's) has `new`."""
    for link_id, key, text in c.all(_REPORTS, target=target, manager=old):
        value = with_manager(msgspec.json.decode(text), new)
        c.run(_SET_MANAGER, link=link_id, value=msgspec.json.encode(value).decode(), manager_key=new)
        touch(c, target, "user", [key])


def manager_held(c: Connection, link_id: int) -> str:
    """The manager that a user holds at the target: an employee_id, an id that is nobody's, or ""."""
    return str(c.value(_MANAGER, link=link_id) or "")


def groups(c: Connection, target: int) -> list[GroupLink]:
    """Every group link, by key."""
    return [_group(row) for row in c.all(_GROUPS, target=target)]


def group_by_key(c: Connection, target: int, key: str) -> GroupLink | None:
    """The link of the group of that name, without case."""
    row = c.one(_GROUP_BY_KEY, target=target, key=key)
    return None if row is None else _group(row)


def groups_by_keys(c: Connection, target: int, keys: Iterable[str]) -> list[GroupLink]:
    """The links of the groups of these names, without case, by key."""
    return [_group(row) for row in c.all(_GROUPS_BY_KEYS, target=target, keys=listed(keys))]


def groups_by_ids(c: Connection, target: int, numbers: Iterable[int]) -> list[GroupLink]:
    """The links of these numbers, by key."""
    return [_group(row) for row in c.all(_GROUPS_BY_IDS, target=target, ids=listed(map(str, numbers)))]


def memberships_of(c: Connection, target: int, member_ids: Iterable[str]) -> Iterator[tuple[str, str, GroupLink]]:
    """(member_id, key, group) of every group that some users are remembered in."""
    for member, key, *group in c.all(_MEMBERSHIPS_OF, target=target, members=listed(member_ids)):
        yield member, key, _group(tuple(group))


def group_by_target_id(c: Connection, target: int, target_id: str) -> GroupLink | None:
    """The link to one group of the target."""
    row = c.one(_GROUP_BY_TARGET_ID, target=target, target_id=target_id)
    return None if row is None else _group(row)


def set_group_name(c: Connection, link_id: int, name: str) -> None:
    """What the group is called at the target now, without its becoming another group for us."""
    c.run(_CALL_GROUP, link=link_id, name=name)


def put_group(c: Connection, target: int, key: str, name: str, target_id: str, feeders: Sequence[str], *, made: bool) -> int:
    """Link a name to a group of the target; the link's number.  A link of that name is replaced, its members dropped."""
    old = group_by_key(c, target, key)
    if old is not None:
        c.run(_DROP_MEMBERS, link=old.id)
    added = c.value(
        _ADD_GROUP,
        target=target,
        key=key,
        name=name,
        target_id=target_id,
        made=int(made),
        feeders=msgspec.json.encode(list(feeders)).decode(),
        missing=0,
    )
    return int(added)


def name_group(c: Connection, link_id: int, key: str, name: str, feeders: Sequence[str]) -> None:
    """The group has a new name."""
    c.run(_NAME_GROUP, link=link_id, key=key, name=name, feeders=msgspec.json.encode(list(feeders)).decode())


def feed_group(c: Connection, link_id: int, feeders: Sequence[str]) -> None:
    """Which roles feed the group now."""
    c.run(_FEED_GROUP, link=link_id, feeders=msgspec.json.encode(list(feeders)).decode())


def set_group_missing(c: Connection, target: int, link_id: int) -> None:
    """The target answers 404 for this group; its memberships fell with it, and who should be in it is looked at."""
    touch(c, target, "user", [key for _, key, _ in members(c, link_id) if key])
    c.run(_SET_GROUP_MISSING, link=link_id, missing=1)
    c.run(_DROP_MEMBERS, link=link_id)


def set_group_found(c: Connection, link_id: int) -> None:
    """The group is at the target after all; who is in it is not known."""
    c.run(_SET_GROUP_MISSING, link=link_id, missing=0)


def set_pushed(c: Connection, link_id: int, at: int) -> None:
    """A request about the group went through."""
    c.run(_PUSHED_GROUP, link=link_id, pushed_at=at)


def manager_is_back(c: Connection, target: int, key: str, target_id: str) -> None:
    """A user who was missing is at the target after all: whoever they manage holds an id that is theirs again."""
    _name_manager(c, target, target_id, key)


def drop_group(c: Connection, link_id: int) -> None:
    """Forget a group and its members."""
    c.run(_DROP_MEMBERS, link=link_id)
    c.run(_DROP_GROUP, link=link_id)


def members(c: Connection, link_id: int) -> list[tuple[str, str, bool]]:
    """(member_id, key, added) of everyone in the group, as far as is remembered."""
    return [(member, key, bool(added)) for member, key, added in c.all(_MEMBERS, link=link_id)]


def members_of_groups(c: Connection, target: int) -> Iterator[Row]:
    """(link_id, member_id, key) of every group, by link."""
    return c.stream(_MEMBERS_OF_GROUPS, target=target)


def add_members(c: Connection, link_id: int, members: Iterable[tuple[str, str]], *, added: bool) -> None:
    """Remember (member_id, key) as members."""
    c.many(
        _ADD_MEMBER,
        [{"link_id": link_id, "member_id": member, "key": key, "added": int(added)} for member, key in members],
    )


def drop_members(c: Connection, link_id: int, member_ids: Iterable[str]) -> None:
    """Forget members."""
    c.many(_DROP_MEMBER, [{"link": link_id, "member": member} for member in member_ids])


def groups_of_member(c: Connection, target: int, member_id: str) -> list[str]:
    """The names of the groups that a user of the target is in, as far as is remembered."""
    return [name for (name,) in c.all(_GROUPS_OF_MEMBER, target=target, member=member_id)]
