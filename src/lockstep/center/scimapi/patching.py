"""PATCH bodies by AWS's rules (pages PatchUser and PatchGroup), turned into changes that the directory can make.

RFC 7644's part, parsing and applying, is `lockstep.scim.patch`; here is what AWS allows of it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from lockstep.center.directory.actions import GroupChange, MemberStep
from lockstep.center.directory.problems import (
    MISSING_PATH,
    PATHLESS,
    REPLACING_MEMBERS,
    Refusal,
    invalid,
    unreadable,
)
from lockstep.center.directory.shapes import member_ids
from lockstep.center.instances.profiles import Profile
from lockstep.scim.dialects import normalise_patch
from lockstep.scim.filters import And, Comparison, Filter
from lockstep.scim.messages import ENTERPRISE, GROUP, USER, ScimError
from lockstep.scim.patch import Operation, apply, parse_patch
from lockstep.scim.paths import Path, parse_path

Json = dict[str, Any]

_USER_PATHS = frozenset(
    name.lower()
    for name in (
        "userName",
        "active",
        "externalId",
        "displayName",
        "nickName",
        "profileUrl",
        "title",
        "userType",
        "preferredLanguage",
        "locale",
        "timezone",
        "name",
        "emails",
        "addresses",
        "phoneNumbers",
    )
)
_ONCE = ("username", "active")
"""Changed once in a request at most, and never removed."""
_IGNORED = frozenset({"id", "schemas", "meta"})
"""Keys of a path-less value that are no attributes to change: Okta sends `id` (AWS's own example in PatchGroup)."""


class GroupPatch(NamedTuple):
    """What a PatchGroup asks for; `refusal` is answered although `change` is made (`legacy_patch` only)."""

    change: GroupChange
    refusal: Refusal | None = None


class _Target(NamedTuple):
    """One attribute that one operation changes."""

    op: str
    path: Path
    value: Any


# --- users


class UserPatch:
    """The operations of a PatchUser, checked.  Raises Refusal."""

    def __init__(self, body: Any, profile: Profile) -> None:
        self._profile = profile
        self._operations = [operation for operation in _operations(body, profile) if self._is_allowed(operation)]
        self._check_once()

    def apply(self, user: Json) -> Json:
        """The attributes of a user after the operations.  Raises Refusal."""
        try:
            return apply(user, self._operations)
        except ScimError as error:
            raise unreadable(error.detail, scim_type=error.scim_type or "invalidValue") from None

    def _is_allowed(self, operation: Operation) -> bool:
        for target in _targets(operation):
            _refuse_empty(target)
            if not self._is_known(target.path):
                if self._profile.unknown_attributes == "drop":
                    return False
                raise unreadable(f"PATCH does not support the path {_name(target.path)}", scim_type="invalidPath")
            if target.path.where is not None and not _only_eq(target.path.where):
                raise unreadable("only eq is supported in the filter of a path", scim_type="invalidPath")
        return True

    def _is_known(self, path: Path) -> bool:
        if path.schema is not None and path.schema.lower() == ENTERPRISE.lower():
            return True
        attribute = path.attribute.lower()
        if path.schema is not None and path.schema.lower() != USER.lower():
            return False
        return attribute in _USER_PATHS or (attribute == "roles" and self._profile.patch_roles)

    def _check_once(self) -> None:
        targets = [target for operation in self._operations for target in _targets(operation)]
        for name in _ONCE:
            of_name = [target for target in targets if target.path.attribute.lower() == name]
            if len(of_name) > 1:
                raise unreadable(f"more than one operation on {name}", scim_type="invalidValue")
            if any(target.op == "remove" for target in of_name):
                raise unreadable(f"{name} cannot be removed", scim_type="mutability")


# --- groups


def group_patch(body: Any, profile: Profile) -> GroupPatch:
    """What a PatchGroup asks for.  Raises Refusal."""
    steps: list[MemberStep] = []
    attributes: list[_Target] = []
    refusal: Refusal | None = None
    for operation in _operations(_with_values(body) if profile.legacy_patch else body, profile):
        for target in _targets(operation):
            if _is_members(target.path):
                found = _member_steps(target, profile)
                steps += found.change.members
                refusal = refusal or found.refusal
            elif _is_group_attribute(target, profile):
                attributes.append(target)
    if sum(len(step.user_ids) for step in steps) > profile.max_members:
        raise unreadable(f"more than {profile.max_members} membership changes in one request", scim_type="tooMany")
    return GroupPatch(GroupChange(_editor(attributes) if attributes else None, tuple(steps)), refusal)


def _is_members(path: Path) -> bool:
    return path.attribute.lower() == "members" and path.schema in (None, GROUP)


def _is_group_attribute(target: _Target, profile: Profile) -> bool:
    path = target.path
    named = path.attribute.lower() in ("displayname", "externalid") and path.schema in (None, GROUP)
    if named and path.sub is None and path.where is None:
        return True
    if profile.unknown_attributes == "drop":
        return False
    raise unreadable(f"PATCH does not support the path {_name(path)}", scim_type="invalidPath")


def _editor(targets: list[_Target]) -> Any:
    def edit(group: Json) -> Json:
        changed = dict(group)
        for target in targets:
            name = "displayName" if target.path.attribute.lower() == "displayname" else "externalId"
            changed[name] = None if target.op == "remove" else target.value
        return changed

    return edit


def _member_steps(target: _Target, profile: Profile) -> GroupPatch:
    path = target.path
    if path.sub is not None:
        raise unreadable(f"PATCH does not support the path {_name(path)}", scim_type="invalidPath")
    if target.op == "replace":
        return _replaced(target, profile)
    if path.where is not None:
        return _steps(target, [_selected(path.where)] if target.op == "remove" else _refuse_selection())
    if target.op == "remove" and not target.value:
        raise invalid("Removing all group memberships is not supported.", scim_type="invalidValue")
    return _steps(target, member_ids(target.value, profile))


def _steps(target: _Target, user_ids: list[str]) -> GroupPatch:
    step = MemberStep("remove" if target.op == "remove" else "add", tuple(user_ids))
    return GroupPatch(GroupChange(members=(step,)))


def _replaced(target: _Target, profile: Profile) -> GroupPatch:
    """`replace` of members: refused now.

    In 2024 it did nothing for an empty value, and worse for an empty id (captured in lichti/aws-iam-scim-problem).
    """
    if not profile.legacy_patch:
        raise invalid(REPLACING_MEMBERS, scim_type="invalidValue")
    if not target.value:
        return GroupPatch(GroupChange())
    emptied = MemberStep("empty")
    if any(isinstance(member, Mapping) and member.get("value") == "" for member in target.value):
        return GroupPatch(GroupChange(members=(emptied,)), unreadable("members.value is not a user id"))
    return GroupPatch(GroupChange(members=(emptied, MemberStep("add", tuple(member_ids(target.value, profile))))))


def _with_values(body: Any) -> Any:
    """`body` with a null value where an operation has none: in 2024 that was answered 204."""
    if not isinstance(body, Mapping) or not isinstance(operations := body.get("Operations"), list):
        return body
    return {**body, "Operations": [{"value": None, **item} if isinstance(item, Mapping) else item for item in operations]}


def _selected(where: Filter) -> str:
    """The id in `members[value eq "<id>"]`."""
    match where:
        case Comparison(path, "eq", str(user_id)) if str(path).lower() == "value":
            return user_id
    raise unreadable("members are selected by their value only", scim_type="invalidPath")


def _refuse_selection() -> list[str]:
    raise unreadable("only remove takes members with a filter", scim_type="invalidPath")


# --- both


def _operations(body: Any, profile: Profile) -> list[Operation]:
    try:
        operations = parse_patch(normalise_patch(body) if profile.scim_1_patch else body)
    except ScimError as error:
        if error.scim_type == "noTarget":
            raise invalid(MISSING_PATH, scim_type="noTarget") from None
        raise unreadable(error.detail, scim_type=error.scim_type or "invalidSyntax") from None
    for operation in operations:
        if operation.path is None and len(_keys(operation.value)) != 1:
            raise invalid(PATHLESS, scim_type="invalidPath")
    return operations


def _keys(value: Mapping[str, Any]) -> list[str]:
    return [key for key in value if key.lower() not in _IGNORED]


def _targets(operation: Operation) -> Iterator[_Target]:
    if operation.path is not None:
        yield _Target(operation.op, operation.path, operation.value)
        return
    for key in _keys(operation.value):
        try:
            yield _Target(operation.op, parse_path(key), operation.value[key])
        except ScimError as error:
            raise unreadable(error.detail, scim_type="invalidPath") from None


def _only_eq(where: Filter) -> bool:
    if isinstance(where, And):
        return all(_only_eq(term) for term in where.terms)
    return isinstance(where, Comparison) and where.op == "eq"


def _refuse_empty(target: _Target) -> None:
    """AWS refuses "" wherever it stands; applying the operation would take it for "nothing"."""
    if _holds_empty(target.value):
        name = _name(target.path)
        raise invalid(
            f"1 validation errors detected: Value at '{name}' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1"
        )


def _holds_empty(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_holds_empty(inner) for inner in value.values())
    if isinstance(value, list):
        return any(_holds_empty(inner) for inner in value)
    return isinstance(value, str) and not value


def _name(path: Path) -> str:
    """A path without the value that its filter may hold."""
    name = path.attribute if path.sub is None else f"{path.attribute}.{path.sub}"
    return ":".join(part for part in (path.schema, name) if part)
