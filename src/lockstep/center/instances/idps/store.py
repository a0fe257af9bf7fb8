"""Trusted identity providers in the database.  SQL and nothing else."""

import base64

import msgspec
import sqlalchemy as sa

from lockstep.center.instances.idps.records import IdentityProvider
from lockstep.center.instances.records import Instance
from lockstep.center.schema import metadata
from lockstep.kit.db import Connection, Row
from lockstep.kit.sql import Statement
from lockstep.saml.records import Binding, IdpMetadata

_Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

idps = sa.Table(
    "idps",
    metadata,
    sa.Column("key", _Key, primary_key=True, autoincrement=True),
    sa.Column("instance_key", sa.BigInteger, sa.ForeignKey("instances.key", ondelete="CASCADE"), nullable=False),
    sa.Column("entity_id", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("unsolicited", sa.Integer, nullable=False),
    sa.Column("sso", sa.Text, nullable=False),
    sa.Column("certificates", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("updated_at", sa.BigInteger, nullable=False),
    sa.Index("ux_idps_entity_id", "instance_key", "entity_id", unique=True),
)

_here = idps.c.instance_key == sa.bindparam("of")
_this = _here & (idps.c.entity_id == sa.bindparam("known_as"))
_ADD = Statement(sa.insert(idps), columns=[column.name for column in idps.columns if column.name != "key"])
_ALL = Statement(sa.select(*idps.columns).where(_here).order_by(idps.c.name, idps.c.entity_id))
_ONE = Statement(sa.select(*idps.columns).where(_this))
_CHANGED = ["name", "unsolicited", "sso", "certificates", "updated_at"]
_SET = Statement(sa.update(idps).where(_this).values({name: sa.bindparam(name) for name in _CHANGED}))
_DELETE = Statement(sa.delete(idps).where(_this))
_sso_of = msgspec.json.Decoder(dict[Binding, str]).decode
_certificates_of = msgspec.json.Decoder(list[str]).decode


def _idp(row: Row) -> IdentityProvider:
    key, instance_key, entity_id, name, unsolicited, sso, certificates, created_at, updated_at = row
    ders = tuple(base64.b64decode(text) for text in _certificates_of(certificates))
    return IdentityProvider(key, instance_key, entity_id, name, bool(unsolicited), _sso_of(sso), ders, created_at, updated_at)


def _columns(read: IdpMetadata) -> dict[str, str]:
    certificates = [base64.b64encode(der).decode() for der in read.certificates]
    return {
        "sso": msgspec.json.encode({binding.value: location for binding, location in read.sso.items()}).decode(),
        "certificates": msgspec.json.encode(certificates).decode(),
    }


def add(connection: Connection, instance: Instance, read: IdpMetadata, name: str, unsolicited: bool, at: int) -> None:
    """Trust an identity provider.  Raises UniqueViolation if the instance does already."""
    connection.run(
        _ADD,
        instance_key=instance.key,
        entity_id=read.entity_id,
        name=name,
        unsolicited=int(unsolicited),
        created_at=at,
        updated_at=at,
        **_columns(read),
    )


def replace(connection: Connection, instance: Instance, read: IdpMetadata, name: str, unsolicited: bool, at: int) -> None:
    """Put new metadata in the place of the old."""
    connection.run(
        _SET,
        of=instance.key,
        known_as=read.entity_id,
        name=name,
        unsolicited=int(unsolicited),
        updated_at=at,
        **_columns(read),
    )


def every(connection: Connection, instance_key: int) -> list[IdentityProvider]:
    """The identity providers that an instance trusts, by name."""
    return [_idp(row) for row in connection.all(_ALL, of=instance_key)]


def by_entity_id(connection: Connection, instance_key: int, entity_id: str) -> IdentityProvider | None:
    """The one with this entity id."""
    row = connection.one(_ONE, of=instance_key, known_as=entity_id)
    return None if row is None else _idp(row)


def delete(connection: Connection, instance: Instance, entity_id: str) -> bool:
    """Trust it no longer; its sessions go with it.  Whether it was trusted."""
    return connection.run(_DELETE, of=instance.key, known_as=entity_id) > 0
