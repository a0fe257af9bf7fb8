"""The table of signing certificates, and its SQL."""

from typing import Any

import sqlalchemy as sa

from lockstep.idp.schema import metadata
from lockstep.idp.signin.certificates.records import Certificate, State
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement

certificates = sa.Table(
    "certificates",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("pem", sa.Text, nullable=False),
    sa.Column("sealed_key", sa.LargeBinary, nullable=False),
    sa.Column("fingerprint", sa.Text, nullable=False, unique=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("not_after", sa.BigInteger, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("warned_days", sa.Integer, nullable=False),
    sqlite_autoincrement=True,  # a number is never given twice
)
_C = certificates.c
_NAMES = [column.name for column in _C if column.name != "id"]
_ORDER = sa.case({State.ACTIVE.value: 0, State.NEXT.value: 1}, value=_C.state, else_=2)
_ALL = Statement(sa.select(*_C).order_by(_ORDER, _C.id))
_ADD = Statement(sa.insert(certificates), columns=_NAMES)
_SET_STATE = Statement(sa.update(certificates).where(_C.id == sa.bindparam("number")), columns=["state"])
_WARNED = Statement(sa.update(certificates).where(_C.id == sa.bindparam("number")), columns=["warned_days"])
_REMOVE = Statement(sa.delete(certificates).where(_C.id == sa.bindparam("number")))


def all_certificates(c: Connection) -> list[Certificate]:
    """Every certificate: the active one, those to come, those that go."""
    return [_certificate(row) for row in c.all(_ALL)]


def add(c: Connection, certificate: Certificate) -> None:
    """Insert a certificate (whose id is not looked at)."""
    values = {name: getattr(certificate, name) for name in _NAMES}
    c.run(_ADD, **{**values, "state": certificate.state.value})


def set_state(c: Connection, number: int, state: State) -> None:
    """Say what a certificate is."""
    c.run(_SET_STATE, number=number, state=state.value)


def set_warned(c: Connection, number: int, days: int) -> None:
    """The warning at `days` before the end was written."""
    c.run(_WARNED, number=number, warned_days=days)


def remove(c: Connection, number: int) -> None:
    """Delete a certificate and its key."""
    c.run(_REMOVE, number=number)


def _certificate(row: tuple[Any, ...]) -> Certificate:
    number, pem, key, fingerprint, state, *rest = row
    return Certificate(number, pem, bytes(key), fingerprint, State(state), *rest)
