"""Devices: set up, used, lost, removed.  In the caller's one transaction."""

from lockstep.idp.directory.records import User
from lockstep.idp.events import Event, EventType, append
from lockstep.idp.signin.factors import codes, store
from lockstep.idp.signin.factors.records import Device
from lockstep.kit.db import Connection
from lockstep.kit.vault import Vault
from lockstep.kit.web.secrets import digest


def is_set_up(c: Connection, user_id: int) -> bool:
    """Whether a user has a device that asks for its codes."""
    found = store.device_of(c, user_id)
    return found is not None and found.confirmed_at > 0


def begin(c: Connection, vault: Vault, user_id: int, now: int) -> None:
    """A fresh secret for a device that is to be set up; one that is set up stays."""
    if not is_set_up(c, user_id):
        sealed = vault.seal(codes.new_secret(), _where(user_id))
        store.add_device(c, Device(user_id, sealed, now, confirmed_at=0, last_step=0))


def secret_to_set_up(c: Connection, vault: Vault, user_id: int) -> str | None:
    """The secret of a device that is being set up; None once it is: it is never shown again."""
    found = store.device_of(c, user_id)
    return None if found is None or found.confirmed_at else vault.open(found.sealed, _where(user_id))


def confirm(c: Connection, vault: Vault, user: User, code: str, now: int) -> list[str] | None:
    """Set up the device whose code this is: the recovery codes, which appear here and nowhere else; None for a wrong code."""
    found = store.device_of(c, user.id)
    if found is None or found.confirmed_at or not _take(c, vault, found, code, now):
        return None
    store.confirm(c, user.id, now)
    append(c, _about(EventType.OTP_DEVICE_REGISTERED, user, user.user_name), now)
    return new_codes(c, user)


def new_codes(c: Connection, user: User) -> list[str]:
    """Fresh recovery codes in the place of all others."""
    fresh = codes.new_recovery_codes()
    store.set_codes(c, user.id, [digest(codes.plain(one)) for one in fresh])
    return fresh


def check(c: Connection, vault: Vault, user: User, code: str, now: int) -> bool:
    """Whether this is a code of the user's device that was not used yet, or a recovery code; it is used up."""
    found = store.device_of(c, user.id)
    if found is None or not found.confirmed_at:
        return False
    if _take(c, vault, found, code, now):
        return True
    if store.use_code(c, user.id, digest(codes.plain(code))):
        notes = f"{store.codes_left(c, user.id)} left"
        append(c, _about(EventType.RECOVERY_CODE_USED, user, user.user_name, notes), now)
        return True
    return False


def remove(c: Connection, user: User, *, actor: str, now: int) -> bool:
    """Take a user's device away; False if there was none."""
    was = is_set_up(c, user.id)
    removed = store.remove_device(c, user.id)
    if was:
        append(c, _about(EventType.OTP_DEVICE_REMOVED, user, actor), now)
    return removed and was


def _take(c: Connection, vault: Vault, device: Device, code: str, now: int) -> bool:
    step = codes.step_of(vault.open(device.sealed, _where(device.user_id)), code, now)
    return step is not None and store.take_step(c, device.user_id, step)


def _where(user_id: int) -> str:
    return f"otp_devices|secret|{user_id}"


def _about(what: EventType, user: User, actor: str, notes: str = "") -> Event:
    return Event(type=what, actor=actor, user_id=user.id, user_name=user.user_name, user_key=user.employee_id, notes=notes)
