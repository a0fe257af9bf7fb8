"""The tables of credentials and access tokens, and their SQL."""

import sqlalchemy as sa

from lockstep.idp.api.credentials.records import Credential, Scope
from lockstep.idp.schema import metadata
from lockstep.kit.db import Connection, Row
from lockstep.kit.sql import KeyText, Statement

credentials = sa.Table(
    "api_credentials",
    metadata,
    sa.Column("client_id", KeyText, primary_key=True),
    sa.Column("name", KeyText, nullable=False),
    sa.Column("scope", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("used_at", sa.BigInteger, nullable=False),
    sa.Column("secret", sa.LargeBinary, nullable=False),  # SHA-256
    sa.UniqueConstraint("name", name="api_credentials_name"),
)
tokens = sa.Table(
    "api_tokens",
    metadata,
    sa.Column("digest", sa.LargeBinary, primary_key=True),  # SHA-256
    sa.Column("client_id", KeyText, sa.ForeignKey("api_credentials.client_id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("sealed", sa.LargeBinary, nullable=False),  # because the same token is given until it ends
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("expires_at", sa.BigInteger, nullable=False, index=True),
)
api_settings = sa.Table(
    "api_settings",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.BigInteger, nullable=False),
)
_c, _t = credentials.c, tokens.c
_FIELDS = (_c.client_id, _c.name, _c.scope, _c.created_at, _c.created_by, _c.used_at)
_ADD = Statement(sa.insert(credentials), columns=[column.name for column in _c])
_ALL = Statement(sa.select(*_FIELDS).order_by(_c.name))
_BY_NAME = Statement(sa.select(*_FIELDS).where(_c.name == sa.bindparam("name")))
_BY_ID = Statement(sa.select(*_FIELDS, _c.secret).where(_c.client_id == sa.bindparam("client_id")))
_REMOVE = Statement(sa.delete(credentials).where(_c.client_id == sa.bindparam("client_id")))
_USED = Statement(sa.update(credentials).where(_c.client_id == sa.bindparam("which")).values(used_at=sa.bindparam("now")))
_ADD_TOKEN = Statement(sa.insert(tokens), columns=[column.name for column in _t])
_NEWEST_TOKEN = Statement(
    sa.select(_t.digest, _t.sealed, _t.created_at, _t.expires_at)
    .where(_t.client_id == sa.bindparam("client_id"), _t.expires_at > sa.bindparam("now"))
    .order_by(_t.expires_at.desc())
    .limit(1)
)
_HOLDER = Statement(
    sa.select(*_FIELDS)
    .select_from(tokens.join(credentials, _t.client_id == _c.client_id))
    .where(_t.digest == sa.bindparam("digest"), _t.expires_at > sa.bindparam("now"))
)
_REMOVE_TOKEN = Statement(
    sa.delete(tokens).where(_t.digest == sa.bindparam("digest"), _t.client_id == sa.bindparam("client_id"))
)
_FORGET = Statement(sa.delete(tokens).where(_t.expires_at <= sa.bindparam("now")))
_SETTING = Statement(sa.select(api_settings.c.value).where(api_settings.c.name == sa.bindparam("name")))
_SET = Statement(
    lambda insert: (
        insert(api_settings)
        .values(name=sa.bindparam("name"), value=sa.bindparam("value"))
        .on_conflict_do_update(index_elements=["name"], set_={"value": sa.bindparam("value")})
    )
)


def add(c: Connection, credential: Credential, secret: bytes) -> None:
    """Insert a credential with the digest of its secret."""
    c.run(
        _ADD,
        client_id=credential.client_id,
        name=credential.name,
        scope=credential.scope.value,
        created_at=credential.created_at,
        created_by=credential.created_by,
        used_at=credential.used_at,
        secret=secret,
    )


def everything(c: Connection) -> list[Credential]:
    """Every credential, by name."""
    return [_credential(row) for row in c.all(_ALL)]


def by_name(c: Connection, name: str) -> Credential | None:
    """The credential of that name."""
    row = c.one(_BY_NAME, name=name)
    return None if row is None else _credential(row)


def by_client_id(c: Connection, client_id: str) -> tuple[Credential, bytes] | None:
    """The credential of that client id, and the digest of its secret."""
    row = c.one(_BY_ID, client_id=client_id)
    return None if row is None else (_credential(row), bytes(row[-1]))


def remove(c: Connection, client_id: str) -> None:
    """Delete a credential; its tokens fall with it."""
    c.run(_REMOVE, client_id=client_id)


def used(c: Connection, client_id: str, now: int) -> None:
    """It asked for a token."""
    c.run(_USED, which=client_id, now=now)


def add_token(c: Connection, digest: bytes, client_id: str, sealed: bytes, created_at: int, expires_at: int) -> None:
    """Insert a token."""
    c.run(_ADD_TOKEN, digest=digest, client_id=client_id, sealed=sealed, created_at=created_at, expires_at=expires_at)


def newest_token(c: Connection, client_id: str, now: int) -> tuple[bytes, bytes, int, int] | None:
    """(digest, sealed, created_at, expires_at) of the token that a credential has, if it has not ended."""
    row = c.one(_NEWEST_TOKEN, client_id=client_id, now=now)
    return None if row is None else (bytes(row[0]), bytes(row[1]), row[2], row[3])


def holder(c: Connection, digest: bytes, now: int) -> Credential | None:
    """Whose token has this digest, if it has not ended."""
    row = c.one(_HOLDER, digest=digest, now=now)
    return None if row is None else _credential(row)


def remove_token(c: Connection, digest: bytes, client_id: str) -> bool:
    """Delete a token of that credential; False if there was none."""
    return c.run(_REMOVE_TOKEN, digest=digest, client_id=client_id) > 0


def forget_tokens(c: Connection, now: int) -> None:
    """Delete those that have ended."""
    c.run(_FORGET, now=now)


def setting(c: Connection, name: str) -> int | None:
    """A setting, None where it was never set."""
    found = c.value(_SETTING, name=name)
    return None if found is None else int(found)


def set_setting(c: Connection, name: str, value: int) -> None:
    """Set one."""
    c.run(_SET, name=name, value=value)


def _credential(row: Row) -> Credential:
    client_id, name, scope, created_at, created_by, used_at = row[:6]
    return Credential(client_id, name, Scope(scope), created_at, created_by, used_at)
