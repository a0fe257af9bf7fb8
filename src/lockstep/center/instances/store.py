"""Instances and tokens in the database.  SQL and nothing else."""

from collections.abc import Iterator
from typing import Any

import msgspec
import sqlalchemy as sa

from lockstep.center.instances.profiles import profile_of
from lockstep.center.instances.records import Instance, Token
from lockstep.center.schema import metadata
from lockstep.kit.db import Connection, Row
from lockstep.kit.sql import Statement

_Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

instances = sa.Table(
    "instances",
    metadata,
    sa.Column("key", _Key, primary_key=True, autoincrement=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("instance_arn", sa.Text, nullable=False, unique=True),
    sa.Column("identity_store_id", sa.Text, nullable=False, unique=True),
    sa.Column("tenant_id", sa.Text, nullable=False, unique=True),
    sa.Column("region", sa.Text, nullable=False),
    sa.Column("profile", sa.Text, nullable=False),
    sa.Column("settings", sa.Text, nullable=False),
    sa.Column("rate", sa.Float),
    sa.Column("provisioning", sa.Integer, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
)

tokens = sa.Table(
    "tokens",
    metadata,
    sa.Column("token_id", sa.Text, primary_key=True),
    sa.Column("instance_key", sa.BigInteger, sa.ForeignKey("instances.key", ondelete="CASCADE"), nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("expires_at", sa.BigInteger, nullable=False),
    sa.Column("last_used_at", sa.BigInteger),
    sa.Index("ix_tokens_instance", "instance_key"),
)

settings = sa.Table(
    "settings",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

_INSTANCE = [column.name for column in instances.columns]
_TOKEN = [tokens.c.token_id, tokens.c.created_at, tokens.c.expires_at, tokens.c.last_used_at]
_select = sa.select(*instances.columns)

_ADD = Statement(sa.insert(instances), columns=[name for name in _INSTANCE if name != "key"])
_ALL = Statement(_select.order_by(instances.c.name))
_BY_NAME = Statement(_select.where(instances.c.name == sa.bindparam("name")))
_BY_NAME_LOCKED = Statement(_select.where(instances.c.name == sa.bindparam("name")).with_for_update())
_KEY_OF_TENANT = Statement(sa.select(instances.c.key).where(instances.c.tenant_id == sa.bindparam("tenant_id")))
_PROVISIONING = Statement(
    sa.update(instances).where(instances.c.key == sa.bindparam("of")).values(provisioning=sa.bindparam("provisioning"))
)
_SETTINGS = Statement(sa.select(instances.c.settings).where(instances.c.key == sa.bindparam("of")))
_SET_SETTINGS = Statement(
    sa.update(instances).where(instances.c.key == sa.bindparam("of")).values(settings=sa.bindparam("settings"))
)
_ADD_TOKEN = Statement(sa.insert(tokens), columns=["token_id", "instance_key", "digest", "created_at", "expires_at"])
_TOKENS = Statement(
    sa.select(*_TOKEN)
    .where(tokens.c.instance_key == sa.bindparam("instance_key"))
    .order_by(tokens.c.created_at, tokens.c.token_id)
)
_DELETE_TOKEN = Statement(
    sa.delete(tokens).where(
        tokens.c.instance_key == sa.bindparam("instance_key"), tokens.c.token_id == sa.bindparam("token_id")
    )
)
_BY_DIGEST = Statement(
    sa.select(tokens.c.digest, *_TOKEN, *instances.columns)
    .join(instances, instances.c.key == tokens.c.instance_key)
    .where(tokens.c.digest == sa.bindparam("digest"))
)
_USED = Statement(sa.update(tokens).where(tokens.c.token_id == sa.bindparam("of")).values(last_used_at=sa.bindparam("at")))
_BY_STORE = Statement(_select.where(instances.c.identity_store_id == sa.bindparam("identity_store_id")))
_BY_TENANT = Statement(_select.where(instances.c.tenant_id == sa.bindparam("tenant_id")))
_SETTING = Statement(sa.select(settings.c.value).where(settings.c.name == sa.bindparam("name")))
_ADD_SETTING = Statement(lambda insert: insert(settings).on_conflict_do_nothing(), columns=["name", "value"])
_SET_SETTING = Statement(
    lambda insert: insert(settings).on_conflict_do_update(
        index_elements=["name"], set_={"value": sa.literal_column("excluded.value")}
    ),
    columns=["name", "value"],
)


def _instance(row: Row) -> Instance:
    given: dict[str, Any] = dict(zip(_INSTANCE, row, strict=True))
    given["profile"] = profile_of(given["profile"], msgspec.json.decode(given.pop("settings")))
    given["provisioning"] = bool(given["provisioning"])
    return Instance(**given)


def add(connection: Connection, **values: Any) -> None:
    """Add an instance.  Raises UniqueViolation if the name is taken."""
    connection.run(_ADD, **values)


def every(connection: Connection) -> Iterator[Instance]:
    """All instances, by name."""
    return map(_instance, connection.all(_ALL))


def by_name(connection: Connection, name: str, *, locked: bool = False) -> Instance | None:
    """The instance called `name`; `locked` keeps other writers of it out until the end of the transaction."""
    row = connection.one(_BY_NAME_LOCKED if locked else _BY_NAME, name=name)
    return None if row is None else _instance(row)


def by_identity_store(connection: Connection, identity_store_id: str) -> Instance | None:
    """The instance whose identity store has this id."""
    row = connection.one(_BY_STORE, identity_store_id=identity_store_id)
    return None if row is None else _instance(row)


def by_tenant(connection: Connection, tenant_id: str) -> Instance | None:
    """The instance with this tenant id."""
    row = connection.one(_BY_TENANT, tenant_id=tenant_id)
    return None if row is None else _instance(row)


def setting(connection: Connection, name: str) -> str | None:
    """A setting of the centre as a whole."""
    found = connection.value(_SETTING, name=name)
    return None if found is None else str(found)


def set_setting(connection: Connection, name: str, value: str) -> None:
    """Write a setting down, in place of what it was."""
    connection.run(_SET_SETTING, name=name, value=value)


def add_setting(connection: Connection, name: str, value: str) -> None:
    """Write a setting down, unless there is one."""
    connection.run(_ADD_SETTING, name=name, value=value)


def key_of_tenant(connection: Connection, tenant_id: str) -> int | None:
    """The key of the instance whose SCIM endpoint has this tenant id."""
    found = connection.value(_KEY_OF_TENANT, tenant_id=tenant_id)
    return None if found is None else int(found)


def settings_of(connection: Connection, instance: Instance) -> dict[str, Any]:
    """What an instance has in place of its profile's own settings."""
    found: dict[str, Any] = msgspec.json.decode(connection.value(_SETTINGS, of=instance.key))
    return found


def set_settings(connection: Connection, instance: Instance, given: dict[str, Any]) -> None:
    """Replace what an instance has in place of its profile's own settings."""
    connection.run(_SET_SETTINGS, of=instance.key, settings=msgspec.json.encode(given).decode())


def set_provisioning(connection: Connection, instance: Instance, on: bool) -> None:
    """Note whether automatic provisioning is enabled."""
    connection.run(_PROVISIONING, of=instance.key, provisioning=int(on))


def add_token(
    connection: Connection, instance: Instance, *, token_id: str, digest: bytes, created_at: int, expires_at: int
) -> None:
    """Add an access token."""
    connection.run(
        _ADD_TOKEN, token_id=token_id, instance_key=instance.key, digest=digest, created_at=created_at, expires_at=expires_at
    )


def tokens_of(connection: Connection, instance: Instance) -> list[Token]:
    """The tokens of an instance, oldest first; expired ones too."""
    return [Token(*row) for row in connection.all(_TOKENS, instance_key=instance.key)]


def delete_token(connection: Connection, instance: Instance, token_id: str) -> bool:
    """Delete a token; whether the instance had it."""
    return connection.run(_DELETE_TOKEN, instance_key=instance.key, token_id=token_id) > 0


def by_digest(connection: Connection, digest: bytes) -> tuple[bytes, Token, Instance] | None:
    """The token with this digest (as stored, to be compared again) and its instance."""
    row = connection.one(_BY_DIGEST, digest=digest)
    if row is None:
        return None
    rest = 1 + len(_TOKEN)
    return bytes(row[0]), Token(*row[1:rest]), _instance(row[rest:])


def note_use(connection: Connection, token_id: str, at: int) -> None:
    """Note when a token was used."""
    connection.run(_USED, of=token_id, at=at)
