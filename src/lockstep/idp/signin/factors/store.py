"""The tables of devices and recovery codes, and their SQL."""

from collections.abc import Iterable

import sqlalchemy as sa

from lockstep.idp.schema import metadata
from lockstep.idp.signin.factors.records import Device
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement

otp_devices = sa.Table(
    "otp_devices",
    metadata,
    sa.Column("user_id", sa.BigInteger, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    sa.Column("secret", sa.LargeBinary, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("confirmed_at", sa.BigInteger, nullable=False),
    sa.Column("last_step", sa.BigInteger, nullable=False),
)
recovery_codes = sa.Table(
    "recovery_codes",
    metadata,
    sa.Column("user_id", sa.BigInteger, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("digest", sa.LargeBinary, primary_key=True),
)
d, r = otp_devices.c, recovery_codes.c
_COLUMNS = ("user_id", "secret", "created_at", "confirmed_at", "last_step")
_GET = Statement(sa.select(*(d[name] for name in _COLUMNS)).where(d.user_id == sa.bindparam("user_id")))
_ADD = Statement(otp_devices.insert().inline(), _COLUMNS)
_REMOVE = Statement(sa.delete(otp_devices).where(d.user_id == sa.bindparam("user_id")))
_CONFIRM = Statement(sa.update(otp_devices).where(d.user_id == sa.bindparam("which")).values(confirmed_at=sa.bindparam("now")))
_TAKEN = Statement(
    # Of two who give the same code in the same moment one comes in.
    sa.update(otp_devices)
    .where(d.user_id == sa.bindparam("which"), d.last_step < sa.bindparam("step"))
    .values(last_step=sa.bindparam("step"))
)
_ADD_CODE = Statement(recovery_codes.insert().inline(), ("user_id", "digest"))
_USE_CODE = Statement(sa.delete(recovery_codes).where(r.user_id == sa.bindparam("user_id"), r.digest == sa.bindparam("digest")))
_FORGET_CODES = Statement(sa.delete(recovery_codes).where(r.user_id == sa.bindparam("user_id")))
_COUNT_CODES = Statement(sa.select(sa.func.count()).select_from(recovery_codes).where(r.user_id == sa.bindparam("user_id")))


def device_of(c: Connection, user_id: int) -> Device | None:
    """The device of a user, confirmed or not."""
    row = c.one(_GET, user_id=user_id)
    return None if row is None else Device(row[0], bytes(row[1]), *row[2:])


def add_device(c: Connection, device: Device) -> None:
    """Write a device, in the place of any other, whose codes fall with it."""
    remove_device(c, device.user_id)
    values = {"created_at": device.created_at, "confirmed_at": device.confirmed_at, "last_step": device.last_step}
    c.run(_ADD, user_id=device.user_id, secret=device.sealed, **values)


def remove_device(c: Connection, user_id: int) -> bool:
    """Delete a user's device and recovery codes; False if there was none."""
    c.run(_FORGET_CODES, user_id=user_id)
    return c.run(_REMOVE, user_id=user_id) > 0


def confirm(c: Connection, user_id: int, now: int) -> None:
    """The device asks for its codes from now on."""
    c.run(_CONFIRM, which=user_id, now=now)


def take_step(c: Connection, user_id: int, step: int) -> bool:
    """Take the code of a time step, if neither it nor a later one was taken."""
    return c.run(_TAKEN, which=user_id, step=step) > 0


def set_codes(c: Connection, user_id: int, digests: Iterable[bytes]) -> None:
    """Write recovery codes, in the place of all others."""
    c.run(_FORGET_CODES, user_id=user_id)
    c.many(_ADD_CODE, [{"user_id": user_id, "digest": digest} for digest in digests])


def use_code(c: Connection, user_id: int, digest: bytes) -> bool:
    """Take a recovery code, which is gone then; False if there is none such."""
    return c.run(_USE_CODE, user_id=user_id, digest=digest) > 0


def codes_left(c: Connection, user_id: int) -> int:
    """How many recovery codes a user has."""
    return int(c.value(_COUNT_CODES, user_id=user_id) or 0)
