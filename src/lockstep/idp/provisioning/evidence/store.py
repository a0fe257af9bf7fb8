"""The tables of evidence, and their SQL.  Records are added, and never changed."""

from collections.abc import Iterator

import msgspec
import sqlalchemy as sa

from lockstep.idp.provisioning.evidence.chain import Signed
from lockstep.idp.schema import metadata
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement

evidence_keys = sa.Table(
    "evidence_keys",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("public_key", sa.Text, nullable=False),
    sa.Column("sealed_key", sa.LargeBinary, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
)
evidence = sa.Table(
    "evidence",
    metadata,
    sa.Column("app_id", sa.Integer, sa.ForeignKey("apps.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("equal", sa.Integer, nullable=False),
    sa.Column("record", sa.Text, nullable=False),
    sa.Column("signature", sa.Text, nullable=False),
    sa.Column("public_key", sa.Text, nullable=False),
)
_k, _e = evidence_keys.c, evidence.c
_APP = _e.app_id == sa.bindparam("app", type_=sa.Integer)
_SIGNED = sa.select(_e.record, _e.signature, _e.public_key).where(_APP)
_KEY = Statement(sa.select(_k.public_key, _k.sealed_key))
_ADD_KEY = Statement(sa.insert(evidence_keys), columns=[column.name for column in _k])
_ADD = Statement(sa.insert(evidence), columns=[column.name for column in _e])
_ALL = Statement(_SIGNED.order_by(_e.number))
_ONE = Statement(_SIGNED.where(_e.number == sa.bindparam("number", type_=sa.Integer)))
_NEWEST = Statement(
    _SIGNED.where(_e.number < sa.bindparam("end", type_=sa.Integer))
    .order_by(_e.number.desc())
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_LARGEST = 2**31 - 1
_LAST_AT = Statement(sa.select(sa.func.max(_e.at)).where(_APP))


def key(c: Connection) -> tuple[str, bytes] | None:
    """(public key, sealed private key); None before the first record."""
    row = c.one(_KEY)
    return None if row is None else (str(row[0]), bytes(row[1]))


def add_key(c: Connection, public: str, sealed: bytes, now: int) -> None:
    """Keep the key."""
    c.run(_ADD_KEY, id=1, public_key=public, sealed_key=sealed, created_at=now)


def add(c: Connection, app_id: int, one: Signed, at: int) -> None:
    """Keep a record."""
    c.run(
        _ADD,
        app_id=app_id,
        number=one.record["number"],
        at=at,
        equal=int(one.record["equal"]),
        record=msgspec.json.encode(one.record, order="sorted").decode(),
        signature=one.signature,
        public_key=one.public_key,
    )


def of_app(c: Connection, app_id: int) -> Iterator[Signed]:
    """Every record of an app, in the order in which they were made."""
    return (_signed(*row) for row in c.stream(_ALL, app=app_id))


def one(c: Connection, app_id: int, number: int) -> Signed | None:
    """One record."""
    row = c.one(_ONE, app=app_id, number=number)
    return None if row is None else _signed(*row)


def newest(c: Connection, app_id: int, most: int, *, before: int = 0) -> list[Signed]:
    """The newest records, newest first; of those before number `before` if it is given."""
    return [_signed(*row) for row in c.all(_NEWEST, app=app_id, most=most, end=before or _LARGEST)]


def last_at(c: Connection, app_id: int) -> int:
    """When the newest record was made (ms), 0 before the first."""
    return int(c.value(_LAST_AT, app=app_id) or 0)


def _signed(record: str, signature: str, public_key: str) -> Signed:
    return Signed(msgspec.json.decode(record), signature, public_key)
