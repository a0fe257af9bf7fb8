"""AWS's closed list of filters, each of which runs on an index (AWS's pages ListUsers, ListGroups)."""

import re
from collections.abc import Callable
from typing import NamedTuple

from lockstep.center.directory import reads
from lockstep.center.directory.problems import Refusal, absent, invalid
from lockstep.center.directory.reads import Entry
from lockstep.center.instances.records import Instance
from lockstep.kit.db import Connection
from lockstep.scim.filters import And, Comparison, Filter, parse_filter
from lockstep.scim.messages import ScimError

_LONGEST = 8000
"""Characters: a displayName of 1,024 of them, escaped, has room."""
_SIMPLE = re.compile(r'([A-Za-z]+(?:\.[A-Za-z]+)?) eq "([^"\\\x00-\x1f]+)"')
"""The form that nearly every client sends; it means the same to `parse_filter`, which takes its time."""
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_MOST_TERMS = 2

Terms = dict[str, str]
Page = Callable[[Connection, int, int], list[Entry]]
"""`(connection, after, most)` to the entries after key `after`."""


class Selection(NamedTuple):
    """What a list is asked for."""

    page: Page
    identity: str
    """The same for the same question."""
    without_members: bool = False
    """Groups without the key `members` (AWS's example of `id and members`)."""


def users(instance: Instance, text: str | None) -> Selection:
    """The selection of a ListUsers filter; None is everybody.  Raises Refusal for a filter that AWS does not have."""
    if text is None:
        return Selection(lambda connection, after, most: reads.users_page(connection, instance, after, most), "Users")
    terms = _terms(text)
    return Selection(_users_page(instance, terms), f"Users {sorted(terms.items())}")


def groups(instance: Instance, text: str | None) -> Selection:
    """The selection of a ListGroups filter; None is every group.  Raises Refusal for a filter that AWS does not have."""
    if text is None:
        return Selection(lambda connection, after, most: reads.groups_page(connection, instance, after, most), "Groups")
    terms = {"members" if name == "member" else name: value for name, value in _terms(text).items()}
    return Selection(_groups_page(instance, terms), f"Groups {sorted(terms.items())}", terms.keys() == {"id", "members"})


def _users_page(instance: Instance, terms: Terms) -> Page:
    match terms:
        case {"username": name, **rest} if not rest:
            return _one(lambda connection: reads.user_by_name(connection, instance, name))
        case {"externalid": external_id, **rest} if not rest:
            return _one(lambda connection: reads.user_by_external_id(connection, instance, external_id))
        case {"groups.value": group_id, **rest} if not rest:
            return _members(instance, group_id)
        case {"id": user_id, **rest} if not rest:
            return _one(lambda connection: reads.user(connection, instance, user_id))
        case {"id": user_id, "manager": manager}:
            return _one(lambda connection: reads.user_with_manager(connection, instance, user_id, manager))
    raise _invalid_filter(f"Users are not filtered by {' and '.join(terms)}")


def _groups_page(instance: Instance, terms: Terms) -> Page:
    match terms:
        case {"displayname": name, **rest} if not rest:
            return _one(lambda connection: reads.group_by_name(connection, instance, name))
        case {"externalid": external_id, **rest} if not rest:
            return _one(lambda connection: reads.group_by_external_id(connection, instance, external_id))
        case {"members.value": user_id, **rest} if not rest:
            return _groups_of(instance, user_id)
        case {"id": group_id, **rest} if not rest:
            return _one(lambda connection: reads.group(connection, instance, group_id))
        case {"id": group_id, "members": user_id}:
            return _one(lambda connection: _group_with(connection, instance, group_id, user_id))
    raise _invalid_filter(f"Groups are not filtered by {' and '.join(terms)}")


def _one(find: Callable[[Connection], Entry | None]) -> Page:
    def page(connection: Connection, after: int, _most: int) -> list[Entry]:
        found = find(connection)
        return [found] if found is not None and found.key > after else []

    return page


def _members(instance: Instance, group_id: str) -> Page:
    def page(connection: Connection, after: int, most: int) -> list[Entry]:
        group = reads.group(connection, instance, group_id)
        return [] if group is None else reads.members_page(connection, group, after, most)

    return page


def _groups_of(instance: Instance, user_id: str) -> Page:
    def page(connection: Connection, after: int, most: int) -> list[Entry]:
        return reads.groups_of_page(connection, _member(connection, instance, user_id), after, most)

    return page


def _group_with(connection: Connection, instance: Instance, group_id: str, user_id: str) -> Entry | None:
    member = _member(connection, instance, user_id)
    group = reads.group(connection, instance, group_id)
    return group if group is not None and reads.is_member(connection, group, member) else None


def _member(connection: Connection, instance: Instance, user_id: str) -> Entry:
    """The user that a filter names.  ListGroups: an unknown one is 404, not an empty list."""
    member = reads.user(connection, instance, user_id)
    if member is None:
        raise absent("User", user_id, instance.profile.absent_member_status)
    return member


def _terms(text: str) -> Terms:
    """`{attribute in lower case: value}` of one comparison, or of two joined by `and`."""
    simple = _SIMPLE.fullmatch(text)
    if simple is not None:
        return {simple[1].lower(): simple[2]}
    try:
        tree = parse_filter(text, max_length=_LONGEST)
    except ScimError as error:
        raise _invalid_filter(error.detail) from None
    if "(" in text and "(" in _QUOTED.sub("", text):
        raise _invalid_filter("parentheses are not supported")
    parts: tuple[Filter, ...] = tree.terms if isinstance(tree, And) else (tree,)
    terms: Terms = {}
    for part in parts:
        if not isinstance(part, Comparison) or part.op != "eq" or not isinstance(part.value, str) or part.path.schema:
            raise _invalid_filter('only `attribute eq "value"` is supported')
        if not part.value or "\0" in part.value:
            raise _invalid_filter("the value is empty, or holds a character that no value has")
        terms[str(part.path).lower()] = part.value
    if len(parts) > _MOST_TERMS or len(terms) < len(parts):
        raise _invalid_filter("at most two different attributes are joined by `and`")
    return terms


def _invalid_filter(why: str) -> Refusal:
    return invalid("Invalid Filter format", f"Invalid Filter format: {why}", scim_type="invalidFilter")
