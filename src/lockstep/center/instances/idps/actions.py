"""What an administrator may do with trusted identity providers: check, write, append the event, in one transaction."""

from typing import Any

import msgspec

from lockstep.center import events
from lockstep.center.events import Call, Operation
from lockstep.center.instances import actions as instances
from lockstep.center.instances.idps import store
from lockstep.center.instances.idps.certificates import certificate_of
from lockstep.center.instances.idps.records import IdentityProvider
from lockstep.center.instances.origin import is_safe
from lockstep.center.instances.records import Instance
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem
from lockstep.saml.records import EMAIL_FORMAT, IdpMetadata

_OK = 200
_LONGEST_NAME = 100


def trust(
    connection: Connection, call: Call, name: str, read: IdpMetadata, shown: str | None = None, unsolicited: bool | None = None
) -> IdentityProvider:
    """Trust the identity provider whose metadata was read; if it is trusted already, its metadata is replaced.

    `shown` is what people see (at first its entity id), `unsolicited` whether sign-ins may begin there (at first they may);
    None leaves what is known.  Raises Problem for metadata that cannot be used, which changes nothing.
    """
    if shown is not None:
        check_name(shown)
    check_metadata(read)
    instance = instances.locked(connection, name)
    known = store.by_entity_id(connection, instance.key, read.entity_id)
    if known is None:
        store.add(connection, instance, read, shown or read.entity_id, unsolicited is not False, call.at)
    else:
        call = msgspec.structs.replace(call, operation=Operation.UPDATE_IDP)
        kept = known.unsolicited if unsolicited is None else unsolicited
        store.replace(connection, instance, read, shown or known.name, kept, call.at)
    made = _found(connection, instance, read.entity_id)
    _append(connection, instance, call, made)
    return made


def every(connection: Connection, name: str) -> list[IdentityProvider]:
    """The identity providers that an instance trusts, by name.  Raises Problem for an unknown instance."""
    return store.every(connection, instances.named(connection, name).key)


def remove(connection: Connection, call: Call, name: str, entity_id: str) -> None:
    """Trust an identity provider no longer, and end its sessions.  Raises Problem if it was not trusted."""
    instance = instances.locked(connection, name)
    known = _found(connection, instance, entity_id)
    store.delete(connection, instance, entity_id)
    _append(connection, instance, call, known)


def remarks(read: IdpMetadata) -> list[str]:
    """What an administrator should know of metadata that can be used."""
    said = []
    if read.want_authn_requests_signed:
        said.append("it wants signed requests, and this centre, like AWS, does not sign them: switch that off there")
    if read.name_id_formats and EMAIL_FORMAT not in read.name_id_formats:
        said.append(f"its metadata does not name the NameID format that is needed, {EMAIL_FORMAT}: choose it there")
    return said


def _found(connection: Connection, instance: Instance, entity_id: str) -> IdentityProvider:
    found = store.by_entity_id(connection, instance.key, entity_id)
    if found is None:
        name = instance.name
        raise Problem(f"{name!r} trusts no identity provider {entity_id!r}", f"`lockstep center idp list {name}` shows them")
    return found


def check_name(shown: str) -> None:
    """Raise Problem for a name that people cannot be shown."""
    if not shown.strip() or not shown.isprintable() or len(shown) > _LONGEST_NAME:
        raise Problem(f"a name that people see has 1 to {_LONGEST_NAME} printable characters", "it is given with --idp-name")


def check_metadata(read: IdpMetadata) -> None:
    """Raise Problem for metadata that was read and cannot be used."""
    if not read.certificates or not read.sso:
        raise Problem("the metadata has no signing certificate, or no place to sign in at")
    for location in read.sso.values():
        if not is_safe(location):
            raise Problem(
                f"the metadata's SingleSignOnService is at {location!r}: it must be https, or http on this machine itself"
            )


def _append(connection: Connection, instance: Instance, call: Call, idp: IdentityProvider) -> None:
    parameters: dict[str, Any] = {
        "directoryId": instance.identity_store_id,
        "entityId": idp.entity_id,
        "name": idp.name,
        "unsolicited": idp.unsolicited,
        "certificates": [certificate_of(der, call.at).sha256 for der in idp.certificates],
    }
    told = msgspec.structs.replace(call, parameters=parameters)
    events.append(connection, instance.key, told, _OK, resource_id=idp.entity_id)
