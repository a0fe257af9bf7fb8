"""What an administrator may do with instances and access tokens: check, write, append the event, in one transaction.

Rules of tokens and of switching provisioning on and off: AWS user guide, "Provision users and groups from an external identity
provider using SCIM" and "Rotate an access token".
"""

import hmac
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import msgspec

from lockstep.center import events
from lockstep.center.events import Call, Operation
from lockstep.center.instances import store
from lockstep.center.instances.profiles import FIXED, profile_of
from lockstep.center.instances.records import Instance, NewToken, Token, new_identity_store_id, new_instance_arn, new_tenant_id
from lockstep.center.instances.tokens import digest, new_token
from lockstep.kit.db import Connection, unique_violations
from lockstep.kit.problems import Problem

_DAY_MS = 86_400_000
_OK = 200


def admin_call(operation: Operation, actor: str, at: int, parameters: Any = None) -> Call:
    """A request by an administrator, for the trail."""
    return Call(operation, events.DIRECTORY_SOURCE, events.new_request_id(), at, actor, parameters)


def create(
    connection: Connection,
    call: Call,
    name: str,
    *,
    profile: str = "aws",
    settings: dict[str, Any] | None = None,
    region: str = "us-east-1",
    rate: float | None = None,
) -> Instance:
    """A new instance, with provisioning switched off.  Raises Problem for a taken name or a value that does not fit."""
    profile_of(profile, settings or {})
    if rate is not None and rate <= 0:
        raise Problem("--rate is a number of requests a second, greater than 0")
    if not name.strip() or not name.isprintable():
        raise Problem("an instance needs a name of printable characters")
    try:
        store.add(
            connection,
            name=name,
            instance_arn=new_instance_arn(),
            identity_store_id=new_identity_store_id(),
            tenant_id=new_tenant_id(),
            region=region,
            profile=profile,
            settings=msgspec.json.encode(settings or {}).decode(),
            rate=rate,
            provisioning=0,
            created_at=call.at,
        )
    except unique_violations():
        raise Problem(f"there is an instance {name!r} already; choose another name") from None
    instance = named(connection, name)
    events.append(connection, instance.key, call, _OK, resource_id=instance.instance_arn)
    return instance


def change_settings(connection: Connection, call: Call, name: str, settings: dict[str, Any]) -> Instance:
    """Put `settings` in place of what the instance's profile says; the others stay.  They count from the next request on.

    Raises Problem for a setting that there is not, a value that does not fit, and what cannot change any more.
    """
    instance = locked(connection, name)
    fixed = sorted(FIXED & settings.keys())
    if fixed:
        raise Problem(f"{', '.join(fixed)}: how names are compared can only be said when an instance is created")
    given = store.settings_of(connection, instance) | settings
    profile_of(instance.profile.name, given)
    store.set_settings(connection, instance, given)
    events.append(connection, instance.key, call, _OK, resource_id=instance.instance_arn)
    return named(connection, name)


def every(connection: Connection) -> Iterator[Instance]:
    """All instances, by name."""
    return store.every(connection)


def named(connection: Connection, name: str) -> Instance:
    """The instance called `name`.  Raises Problem if there is none."""
    return _found(store.by_name(connection, name), name)


def locked(connection: Connection, name: str) -> Instance:
    """The instance called `name`, kept from other writers until the end of the transaction.  Raises Problem."""
    return _found(store.by_name(connection, name, locked=True), name)


def _found(instance: Instance | None, name: str) -> Instance:
    if instance is None:
        raise Problem(f"there is no instance {name!r}", "`lockstep center instance list` shows those there are")
    return instance


def enable_provisioning(connection: Connection, call: Call, name: str) -> tuple[Instance, NewToken]:
    """Switch the SCIM endpoint on and make its first token.  Raises Problem if it is on already."""
    instance = locked(connection, name)
    if instance.provisioning:
        raise Problem(
            f"automatic provisioning of {name!r} is enabled already", f"`lockstep center token create {name}` makes a token"
        )
    store.set_provisioning(connection, instance, True)
    events.append(connection, instance.key, call, _OK, resource_id=instance.tenant_id)
    return instance, _new_token(connection, instance, call)


def disable_provisioning(connection: Connection, call: Call, name: str) -> None:
    """Switch the SCIM endpoint off; users and groups stay.  Raises Problem while tokens exist, expired ones too."""
    instance = locked(connection, name)
    if not instance.provisioning:
        raise Problem(f"automatic provisioning of {name!r} is not enabled")
    left = store.tokens_of(connection, instance)
    if left:
        raise Problem(f"delete the access tokens of {name!r} first: {', '.join(token.token_id for token in left)}")
    store.set_provisioning(connection, instance, False)
    events.append(connection, instance.key, call, _OK, resource_id=instance.tenant_id)


def create_token(connection: Connection, call: Call, name: str) -> tuple[Instance, NewToken]:
    """A further token.  Raises Problem if provisioning is off, or if there are two already."""
    instance = locked(connection, name)
    if not instance.provisioning:
        raise Problem("enable automatic provisioning first", f"lockstep center provisioning enable {name}")
    most = instance.profile.max_tokens
    if len(store.tokens_of(connection, instance)) >= most:
        raise Problem(f"an instance has at most {most} access tokens, expired ones included; delete one first")
    return instance, _new_token(connection, instance, call)


def _new_token(connection: Connection, instance: Instance, call: Call) -> NewToken:
    secret = new_token()
    made = NewToken(str(uuid4()), secret, call.at + instance.profile.token_days * _DAY_MS)
    store.add_token(
        connection,
        instance,
        token_id=made.token_id,
        digest=digest(secret),
        created_at=call.at,
        expires_at=made.expires_at,
    )
    call = msgspec.structs.replace(call, operation=Operation.CREATE_BEARER)
    events.append(connection, instance.key, call, _OK, resource_id=made.token_id)
    return made


def list_tokens(connection: Connection, name: str) -> list[Token]:
    """The tokens of an instance, oldest first.  Raises Problem for an unknown instance."""
    return store.tokens_of(connection, named(connection, name))


def delete_token(connection: Connection, call: Call, name: str, token_id: str) -> None:
    """Delete a token; the next request with it is refused.  Raises Problem if the instance does not have it."""
    instance = locked(connection, name)
    if not store.delete_token(connection, instance, token_id):
        raise Problem(f"{name!r} has no access token {token_id}", f"`lockstep center token list {name}` shows those it has")
    events.append(connection, instance.key, call, _OK, resource_id=token_id)


def bearer(connection: Connection, secret: str) -> tuple[Token, Instance] | None:
    """Whom a token belongs to; None if it is nobody's.  Whether it has expired, and fits the path, is for the caller to see."""
    wanted = digest(secret)
    found = store.by_digest(connection, wanted)
    if found is None or not hmac.compare_digest(found[0], wanted):
        return None
    return found[1], found[2]
