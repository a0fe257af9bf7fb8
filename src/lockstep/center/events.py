"""The trail: what was asked of this centre, by whom, and how it ended.

Names are CloudTrail's (AWS user guide, "Logging IAM Identity Center SCIM API calls with CloudTrail").  The event of a change is
written in the transaction of the change.  Personal values never get here (see `hidden`), but for the user name of a sign-in,
which AWS records, too (AWS user guide, "Username in sign-in CloudTrail events").
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from random import getrandbits
from typing import Any

import msgspec
import sqlalchemy as sa

from lockstep.center.schema import metadata
from lockstep.kit import clock
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement

NO_INSTANCE = 0
"""Under which the events of administrators stand that belong to no instance: they are above all of them."""
NO_INSTANCE_DAYS = 365
"""How long those are kept; for the others an instance's profile says it."""
HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
_DEEPEST = 24
TOO_LARGE = "OMITTED_BECAUSE_OF_ITS_SIZE"
_LONGEST_PARAMETERS = 65_536
_LONGEST_MESSAGE = 2_048
_LONGEST_WORD = 256
SCIM_SOURCE = "identitystore-scim.amazonaws.com"
DIRECTORY_SOURCE = "sso-directory.amazonaws.com"
SSO_SOURCE = "sso.amazonaws.com"
SIGNIN_SOURCE = "signin.amazonaws.com"

_MEMBER_PATH = re.compile(r'members\[value eq "[0-9A-Fa-f-]{36,47}"\]')
_SHOWN = frozenset({"schemas", "active", "type", "id"})
"""Keys whose values say nothing about a person."""
_REFERENCES = frozenset({"members", "manager"})
"""Keys under which `value` is an opaque id: without it a trail would not say who was put into which group."""


class Operation(StrEnum):
    """What can be asked.  The first fifteen are the SCIM operations, under CloudTrail's names.

    A sign-in is `UserAuthentication`; one that is refused is `ExternalIdPDirectoryLogin` (AWS user guide, "Understanding
    sign-in events" and "Troubleshooting").
    """

    CREATE_USER = "CreateUser"
    GET_USER = "GetUser"
    LIST_USERS = "ListUsers"
    PUT_USER = "PutUser"
    PATCH_USER = "PatchUser"
    DELETE_USER = "DeleteUser"
    CREATE_GROUP = "CreateGroup"
    GET_GROUP = "GetGroup"
    LIST_GROUPS = "ListGroups"
    PATCH_GROUP = "PatchGroup"
    DELETE_GROUP = "DeleteGroup"
    SERVICE_PROVIDER_CONFIG = "ServiceProviderConfig"
    LIST_RESOURCE_TYPES = "ListResourceTypes"
    LIST_SCHEMAS = "ListSchemas"
    GET_SCHEMA = "GetSchema"
    UNKNOWN = "UnknownOperation"
    CREATE_ADMIN = "CreateAdministrator"
    REMOVE_ADMIN = "DeleteAdministrator"
    CONSOLE_LOGIN = "ConsoleLogin"
    CONSOLE_LOGOUT = "ConsoleLogout"
    CREATE_INSTANCE = "CreateInstance"
    UPDATE_INSTANCE = "UpdateInstance"
    ENABLE_PROVISIONING = "CreateProvisioningTenant"
    DISABLE_PROVISIONING = "DeleteProvisioningTenant"
    CREATE_BEARER = "CreateBearerToken"
    DELETE_BEARER = "DeleteBearerToken"
    CREATE_ACCESS_CONTROL = "CreateInstanceAccessControlAttributeConfiguration"
    UPDATE_ACCESS_CONTROL = "UpdateInstanceAccessControlAttributeConfiguration"
    DELETE_ACCESS_CONTROL = "DeleteInstanceAccessControlAttributeConfiguration"
    TRUST_IDP = "CreateExternalIdPConfigurationForDirectory"
    UPDATE_IDP = "UpdateExternalIdPConfigurationForDirectory"
    REMOVE_IDP = "DeleteExternalIdPConfigurationForDirectory"
    SIGN_IN = "UserAuthentication"
    REFUSED_SIGN_IN = "ExternalIdPDirectoryLogin"
    SIGN_OUT = "Logout"
    END_SESSIONS = "BatchDeleteSession"


OF_NO_INSTANCE = (Operation.CONSOLE_LOGIN, Operation.CONSOLE_LOGOUT, Operation.CREATE_ADMIN, Operation.REMOVE_ADMIN)
READ_ONLY = frozenset(operation for operation in Operation if operation.startswith(("Get", "List", "ServiceProvider")))


class Call(msgspec.Struct):
    """One request, before it is known how it ends: who asks what, from where, when.  Filled in as that becomes known."""

    operation: Operation
    source: str
    request_id: str
    at: int
    actor: str
    parameters: Any = None
    ip: str | None = None
    agent: str | None = None


trail = sa.Table(
    "trail",
    metadata,
    sa.Column("key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("instance_key", sa.BigInteger, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("operation", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("request_id", sa.Text, nullable=False),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("error_code", sa.Text),
    sa.Column("error_message", sa.Text),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("ip", sa.Text),
    sa.Column("agent", sa.Text),
    sa.Column("resource_id", sa.Text),
    sa.Column("parameters", sa.Text),
    sa.Index("ix_trail_instance", "instance_key", "at", "key"),
)

_COLUMNS = [column.name for column in trail.columns if column.name != "key"]
_APPEND = Statement(sa.insert(trail), columns=_COLUMNS)
_of_instance = trail.c.instance_key == sa.bindparam("instance_key")
_OF_INSTANCE = Statement(sa.select(*(trail.c[name] for name in _COLUMNS)).where(_of_instance).order_by(trail.c.at, trail.c.key))
_oldest = sa.select(trail.c.key).where(_of_instance, trail.c.at < sa.bindparam("before")).order_by(trail.c.at, trail.c.key)
_FORGET = Statement(sa.delete(trail).where(trail.c.key.in_(_oldest.limit(sa.bindparam("most", type_=sa.Integer)))))


class TooDeep(ValueError):
    """A value that nests deeper than anything SCIM has."""


def hidden(value: Any, shown: bool = False, room: int = _DEEPEST) -> Any:
    """`value` with every personal value replaced: what is left says which attributes were sent, not what they held.

    Raises TooDeep, before the interpreter's own limit would be reached.
    """
    if isinstance(value, dict | list):
        if room == 0:
            raise TooDeep
        if isinstance(value, list):
            if shown and _only_references(value):
                return value
            return [hidden(inner, shown, room - 1) for inner in value]
        shown = shown or str(value.get("path", "")).lower() == "members"
        return {key: _hidden_under(key, inner, shown, room - 1) for key, inner in value.items()}
    if isinstance(value, bool) or value is None:
        return value
    return value if shown else HIDDEN


def _only_references(members: list[Any]) -> bool:
    """Whether this is a list of `{"value": id}`: the usual one, which there is nothing to hide of."""
    return all(type(member) is dict and len(member) == 1 and type(member.get("value")) is str for member in members)


def _hidden_under(key: str, inner: Any, within_reference: bool, room: int) -> Any:
    if key == "path" and isinstance(inner, str):
        return inner if "[" not in inner or _MEMBER_PATH.fullmatch(inner) else f"{inner.split('[', 1)[0]}[{HIDDEN}]"
    if key == "op" and isinstance(inner, str):
        return inner.upper()
    shown = key in _SHOWN or key in _REFERENCES or (within_reference and key == "value")
    return hidden(inner, shown, room)


def append(
    connection: Connection,
    instance_key: int,
    call: Call,
    status: int,
    *,
    resource_id: str | None = None,
    error: tuple[str, str] | None = None,
) -> None:
    """Write the event of `call`; `error` is AWS's exception name and the message."""
    connection.run(
        _APPEND,
        instance_key=instance_key,
        at=call.at,
        operation=call.operation.value,
        source=call.source,
        request_id=call.request_id,
        status=status,
        error_code=error[0] if error else None,
        error_message=_kept(error[1], _LONGEST_MESSAGE) if error else None,
        actor=call.actor,
        ip=call.ip,
        agent=_kept(call.agent, _LONGEST_WORD),
        resource_id=_kept(resource_id, _LONGEST_WORD),
        parameters=None if call.parameters is None else _encoded(call.parameters),
    )


def _kept(text: str | None, longest: int) -> str | None:
    """What came from outside, cut to size, and without the one character that PostgreSQL does not take."""
    return None if text is None else text[:longest].replace("\0", "\N{REPLACEMENT CHARACTER}")


def _encoded(parameters: Any) -> str:
    text = msgspec.json.encode(parameters).decode()
    if len(text) <= _LONGEST_PARAMETERS:
        return text
    return msgspec.json.encode({**parameters, "id": None, "httpBody": TOO_LARGE}).decode()


def forget(connection: Connection, instance_key: int, before: int, most: int) -> int:
    """Delete at most `most` events of an instance from before the instant `before`; how many went."""
    return connection.run(_FORGET, instance_key=instance_key, before=before, most=most)


def records(connection: Connection, instance_key: int, region: str) -> Iterator[dict[str, Any]]:
    """The events of an instance, oldest first, each in the shape of a CloudTrail record."""
    for row in connection.stream(_OF_INSTANCE, instance_key=instance_key):
        yield _record(dict(zip(_COLUMNS, row, strict=True)), region)


def _record(row: dict[str, Any], region: str) -> dict[str, Any]:
    failed = row["error_code"] is not None
    signin = row["source"] == SIGNIN_SOURCE
    who = "IdentityCenterUser" if signin else "WebIdentityUser"
    parameters = None if row["parameters"] is None else msgspec.json.decode(row["parameters"])
    record = {
        "eventVersion": "1.10",
        "eventTime": clock.iso(row["at"]),
        "eventSource": row["source"],
        "eventName": row["operation"],
        "awsRegion": region,
        "userIdentity": {"type": "Unknown" if failed else who, "principalId": row["actor"]},
        "sourceIPAddress": row["ip"],
        "userAgent": row["agent"],
        "requestParameters": None if signin else parameters,
        "responseElements": None if row["resource_id"] is None else {"id": row["resource_id"]},
        "requestID": row["request_id"],
        "readOnly": row["operation"] in READ_ONLY,
        "status": row["status"],
    }
    if signin:
        record["additionalEventData"] = parameters
    if failed:
        record |= {"errorCode": row["error_code"], "errorMessage": row["error_message"]}
    return record


def new_request_id() -> str:
    """The id of one request: in `x-amzn-RequestId`, in the body of an error, and in the trail."""
    digits = f"{getrandbits(128):032x}"  # distinct is enough: nobody gains by guessing one
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:]}"
