"""Users and groups as typed records, for code that makes them; the JSON form is a plain dict everywhere else."""

from typing import Any, TypeVar

import msgspec

from lockstep.scim.messages import ENTERPRISE, GROUP, USER, refuse
from lockstep.scim.values import compact


class _Record(msgspec.Struct, rename="camel", omit_defaults=True, kw_only=True, frozen=True):
    pass


class Name(_Record, frozen=True, kw_only=True):
    """RFC 7643 4.1.1."""

    formatted: str | None = None
    family_name: str | None = None
    given_name: str | None = None
    middle_name: str | None = None
    honorific_prefix: str | None = None
    honorific_suffix: str | None = None


class Value(_Record, frozen=True, kw_only=True):
    """One value of `emails`, `phoneNumbers` or `roles` (RFC 7643 2.4)."""

    value: str | None = None
    display: str | None = None
    type: str | None = None
    primary: bool | None = None


class Address(_Record, frozen=True, kw_only=True):
    """One value of `addresses` (RFC 7643 4.1.2)."""

    formatted: str | None = None
    street_address: str | None = None
    locality: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None
    type: str | None = None
    primary: bool | None = None


class Reference(_Record, frozen=True, kw_only=True):
    """One value of `members`, or the `manager`: the id of another resource."""

    value: str | None = None
    ref: str | None = msgspec.field(default=None, name="$ref")
    type: str | None = None
    display: str | None = None
    display_name: str | None = None


class Meta(_Record, frozen=True, kw_only=True):
    """RFC 7643 3.1; instants as the text on the wire."""

    resource_type: str | None = None
    created: str | None = None
    last_modified: str | None = None
    location: str | None = None
    version: str | None = None


class Enterprise(_Record, frozen=True, kw_only=True):
    """RFC 7643 4.3."""

    employee_number: str | None = None
    cost_center: str | None = None
    organization: str | None = None
    division: str | None = None
    department: str | None = None
    manager: Reference | None = None


class User(_Record, frozen=True, kw_only=True):
    """RFC 7643 4.1, as far as identity centres take it in."""

    schemas: list[str] = []
    id: str | None = None
    external_id: str | None = None
    user_name: str
    name: Name | None = None
    display_name: str | None = None
    nick_name: str | None = None
    profile_url: str | None = None
    title: str | None = None
    user_type: str | None = None
    preferred_language: str | None = None
    locale: str | None = None
    timezone: str | None = None
    active: bool | None = None
    emails: list[Value] | None = None
    phone_numbers: list[Value] | None = None
    addresses: list[Address] | None = None
    roles: list[Value] | None = None
    enterprise: Enterprise | None = msgspec.field(default=None, name=ENTERPRISE)
    meta: Meta | None = None


class Group(_Record, frozen=True, kw_only=True):
    """RFC 7643 4.2."""

    schemas: list[str] = []
    id: str | None = None
    external_id: str | None = None
    display_name: str
    members: list[Reference] | None = None
    meta: Meta | None = None


Resource = TypeVar("Resource", User, Group)


def to_json(record: User | Group) -> dict[str, Any]:
    """The JSON form of `record`, with `schemas`, without empty values."""
    body: dict[str, Any] = compact(msgspec.to_builtins(record))
    urns = [USER if isinstance(record, User) else GROUP] + ([ENTERPRISE] if ENTERPRISE in body else [])
    return body | {"schemas": urns}


def from_json(body: object, kind: type[Resource]) -> Resource:
    """The record of kind User or Group in `body`, a parsed JSON value; attributes it has no field for are dropped.

    ScimError 400 invalidValue where a value has the wrong type.  Say `dialects.normalise_user(body)` first for foreign bodies.
    """
    try:
        return msgspec.convert(body, kind)
    except msgspec.ValidationError as error:
        refuse("invalidValue", f"{error}.")
