"""A user or group as it was sent, read into the form in which it is kept: known attributes, in one order, checked.

What is supported, required, single-valued and refused: AWS's pages CreateUser, PutUser, CreateGroup and "Limitations".
"""

from collections.abc import Callable, Mapping
from typing import Any

from lockstep.center.directory.limits import EXTERNAL_ID, TEXT, USER_NAME, Findings, Limit
from lockstep.center.directory.problems import invalid, unreadable
from lockstep.center.instances.profiles import Profile
from lockstep.scim.messages import ENTERPRISE, GROUP, USER

Json = dict[str, Any]

_NAME = ("formatted", "familyName", "givenName", "middleName", "honorificPrefix", "honorificSuffix")
_ADDRESS = ("formatted", "streetAddress", "locality", "region", "postalCode", "country", "type", "primary")
_ENTERPRISE = ("employeeNumber", "costCenter", "organization", "division", "department", "manager")
_LISTS: dict[str, tuple[str, ...]] = {
    "emails": ("value", "type", "primary"),
    "addresses": _ADDRESS,
    "phoneNumbers": ("value", "type", "primary"),
    "roles": ("value", "type", "primary"),
}
_LIMITS: dict[str, Limit] = {"userName": USER_NAME, "externalId": EXTERNAL_ID}
_USER = (
    "externalId",
    "userName",
    "name",
    "displayName",
    "nickName",
    "profileUrl",
    "title",
    "userType",
    "preferredLanguage",
    "locale",
    "timezone",
    "active",
    *_LISTS,
    ENTERPRISE,
)
_GROUP = ("externalId", "displayName", "members")
_MEMBER = ("value", "type")
_MANAGER = ("value",)
SUPPORTED: dict[str, dict[str, tuple[str, ...]]] = {
    USER: {name: _LISTS.get(name, _NAME if name == "name" else ()) for name in _USER if name != ENTERPRISE},
    ENTERPRISE: {name: ("value", "$ref") if name == "manager" else () for name in _ENTERPRISE},
    GROUP: {"displayName": (), "members": (*_MEMBER, "$ref")},
}
"""By schema: its supported attributes, each with its supported parts."""
_READ_ONLY = frozenset({"schemas", "id", "meta"})
_UNSUPPORTED = frozenset(name.lower() for name in ("password", "ims", "photos", "entitlements", "x509Certificates", "groups"))
_REQUIRED_NAME = ("givenName", "familyName")
_TRUTH = {"true": True, "false": False}


def _spellings(names: tuple[str, ...]) -> dict[str, str]:
    return {name.lower(): name for name in names}


_USER_NAMES = _spellings(_USER)
_GROUP_NAMES = _spellings(_GROUP)
_SUB_NAMES = {sub: _spellings(names) for sub, names in {**_LISTS, "name": _NAME, ENTERPRISE: _ENTERPRISE}.items()}
_MEMBER_NAMES = _spellings(_MEMBER)
_MANAGER_NAMES = _spellings(_MANAGER)


def checked_user(body: Any, profile: Profile, *, mark_primary: bool = False) -> Json:
    """The user in `body`: known attributes only, without `schemas`, `id`, `meta`, nulls and empty lists.

    `mark_primary` marks an e-mail primary that says nothing about it, for a PATCH that makes one.  Raises Refusal.
    """
    given = _known(_object(body, "the user"), _USER_NAMES, profile)
    _check_schemas(body, USER, profile)
    findings = Findings(profile)
    user: Json = {}
    for name in _USER:
        value = given.get(name)
        if value is not None:
            kept = _user_value(name, value, findings, mark_primary)
            if kept is not None:
                user[name] = kept
    _check_required(user, findings)
    findings.refuse_if_any()
    return user


def _user_value(name: str, value: Any, findings: Findings, mark_primary: bool) -> Any:
    if name in _LISTS:
        return _single(name, value, findings, mark_primary)
    if name == "name":
        return _parts(name, value, findings) or None
    if name == ENTERPRISE:
        return _enterprise(value, findings) or None
    if name == "active":
        return truth(value, name)
    return _text(name, value, findings, _LIMITS.get(name, TEXT))


def _check_required(user: Json, findings: Findings) -> None:
    for name in ("userName", "displayName"):
        if name not in user:
            findings.missing(name)
    for part in _REQUIRED_NAME:
        if part not in user.get("name", {}):
            findings.missing(f"name.{part}")
    if "userName" in user:
        findings.reserved("userName", user["userName"])


def checked_group(body: Any, profile: Profile) -> tuple[Json, list[str]]:
    """The group in `body` without its members, and the ids of those.  Raises Refusal."""
    given = _known(_object(body, "the group"), _GROUP_NAMES, profile)
    _check_schemas(body, GROUP, profile)
    findings = Findings(profile)
    group: Json = {}
    for name in ("externalId", "displayName"):
        if given.get(name) is not None:
            group[name] = _text(name, given[name], findings, _LIMITS.get(name, TEXT))
    if "displayName" not in group:
        findings.missing("displayName")
    else:
        findings.reserved("displayName", group["displayName"])
    members = member_ids(given.get("members") or [], profile)
    findings.refuse_if_any()
    if len(members) > profile.max_members:
        raise unreadable(f"List attribute members exceeds allowed limit of {profile.max_members}", scim_type="tooMany")
    return group, members


def member_ids(value: Any, profile: Profile) -> list[str]:
    """The user ids in a `members` value: a list of `{value, type?, $ref?}`, or one of them.  Raises Refusal."""
    if isinstance(value, Mapping):
        value = [value]
    if not isinstance(value, list):
        raise unreadable("members is not a list")
    return [_member_id(member, profile) for member in value]


def _member_id(member: Any, profile: Profile) -> str:
    if type(member) is dict and len(member) == 1 and type(found := member.get("value")) is str and found:
        return found  # the form that nearly every client sends
    given = _known(_object(member, "a member"), _MEMBER_NAMES, profile, inside="members")
    kind, user_id = given.get("type"), given.get("value")
    if not isinstance(user_id, str) or not user_id:
        raise unreadable("members.value is not a user id")
    if kind is not None and (not isinstance(kind, str) or kind.lower() != "user"):
        raise unreadable("members.type is not User: groups do not hold groups")
    return user_id


def truth(value: Any, path: str) -> bool:
    """A truth value, which AWS's own examples send as a string, too (PatchUser).  Raises Refusal."""
    if isinstance(value, str):
        value = _TRUTH.get(value.lower())
    if not isinstance(value, bool):
        raise unreadable(f"{path} is neither true nor false")
    return value


def _object(value: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise unreadable(f"{what} is not a JSON object")
    return value


def _check_schemas(body: Mapping[str, Any], wanted: str, profile: Profile) -> None:
    schemas = body.get("schemas")
    if schemas is None and not profile.require_schemas:
        return
    if not isinstance(schemas, list) or not any(isinstance(urn, str) and urn.lower() == wanted.lower() for urn in schemas):
        raise unreadable(f"schemas does not hold {wanted}")


def _known(given: Mapping[str, Any], names: dict[str, str], profile: Profile, *, inside: str | None = None) -> Json:
    """The attributes that `names` has, under its spelling (attribute names count without case: RFC 7643, 2.1)."""
    known: Json = {}
    for key, value in given.items():
        name = names.get(key.lower())
        if name is not None:
            known[name] = value
        elif inside is not None:
            _unsupported_part(f"{inside}.{key}", profile)
        elif key.lower() not in _READ_ONLY:
            _unsupported(key, value, profile)
    return known


def _unsupported_part(path: str, profile: Profile) -> None:
    if profile.unsupported_sub_attributes == "reject" and not path.endswith(".$ref"):
        raise unreadable(f"attribute {path} is not supported")


def _unsupported(name: str, value: Any, profile: Profile) -> None:
    if value is None or value in ([], {}, ""):
        return
    policy = profile.unsupported_attributes if name.lower() in _UNSUPPORTED else profile.unknown_attributes
    if policy == "reject":
        raise unreadable(f"attribute {name} is not supported")


def _text(path: str, value: Any, findings: Findings, limit: Limit = TEXT) -> str:
    if not isinstance(value, str):
        raise unreadable(f"{path} is not a string")
    findings.text(path, value, limit)
    return value


def _parts(name: str, value: Any, findings: Findings, prefix: str | None = None) -> Json:
    """The sub-attributes of `name` that are there."""
    given = _known(_object(value, name), _SUB_NAMES[name], findings.profile, inside=name)
    parts: Json = {}
    for part in _SUB_NAMES[name].values():
        found = given.get(part)
        if found is not None:
            path = f"{prefix or name}.{part}"
            reader = _PART_READERS.get(part)
            parts[part] = _text(path, found, findings) if reader is None else reader(path, found, findings)
    return parts


def _primary(path: str, value: Any, _findings: Findings) -> bool:
    return truth(value, path)


def _manager(path: str, value: Any, findings: Findings) -> Json | None:
    """`{"value": id}`; Entra sends the id alone.  `$ref` is taken and not kept (AWS's example of CreateUser)."""
    if isinstance(value, str):
        value = {"value": value}
    given = _known(_object(value, path), _MANAGER_NAMES, findings.profile, inside=path)
    return None if given.get("value") is None else {"value": _text(f"{path}.value", given["value"], findings)}


_PART_READERS: dict[str, Callable[[str, Any, Findings], Any]] = {"primary": _primary, "manager": _manager}


def _enterprise(value: Any, findings: Findings) -> Json:
    return {part: found for part, found in _parts(ENTERPRISE, value, findings).items() if found is not None}


def _single(name: str, value: Any, findings: Findings, mark_primary: bool) -> list[Json] | None:
    """The elements of a multi-valued attribute, which at AWS are one at most."""
    if not isinstance(value, list):
        raise unreadable(f"{name} is not a list")
    if findings.profile.single_valued and len(value) > 1:
        raise invalid(f"List attribute {name} exceeds allowed limit of 1", scim_type="invalidValue")
    elements = [_parts(name, element, findings) for element in value]
    elements = [element for element in elements if element]
    for element in elements:
        if name != "addresses" and "value" not in element:
            findings.missing(f"{name}.value")
        if name == "emails":
            _check_primary(element, findings.profile, mark_primary)
    return elements or None


def _check_primary(email: Json, profile: Profile, mark_primary: bool) -> None:
    if email.get("primary"):
        return
    if mark_primary and "primary" not in email:
        email["primary"] = True
    elif profile.require_primary_email:
        raise unreadable("emails.primary is not true: an e-mail has to be the primary one", scim_type="invalidValue")
