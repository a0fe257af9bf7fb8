"""Values of attributes as text.  Pure."""

import base64
import uuid
from datetime import UTC, datetime, timedelta

GUIDS = frozenset({"objectguid", "msexchmailboxguid", "ms-ds-consistencyguid", "guid"})
"""Attributes whose value is a GUID in its binary form."""
SIDS = frozenset({"objectsid", "sidhistory"})
BINARY = frozenset({"jpegphoto", "thumbnailphoto", "photo", "usercertificate", "usersmimecertificate", "audio", "userpkcs12"})
"""Attributes whose values are bytes, which stand in base64."""
_GUID_BYTES, _SID_HEAD = 16, 8
DISABLED_BIT = 0x2
"""ADS_UF_ACCOUNTDISABLE of userAccountControl."""
_NEVER = (0, 0x7FFFFFFFFFFFFFFF)
_FILETIME_BEGINS = datetime(1601, 1, 1, tzinfo=UTC)
_TICKS = 10
"""Of 100 ns in a microsecond."""


class NotTextError(ValueError):
    """A value whose bytes are no UTF-8 text."""


def text_of(attribute: str, value: bytes) -> str:
    """A value as text: GUIDs and SIDs in the form people write them in, known binary attributes in base64.

    Raises NotTextError for other bytes that are not UTF-8, and for a NUL, which no text has.
    """
    name, *options = attribute.lower().split(";")
    if name in GUIDS and len(value) == _GUID_BYTES:
        return str(uuid.UUID(bytes_le=value))
    if name in SIDS and len(value) >= _SID_HEAD:
        return sid_text(value)
    if name in BINARY or "binary" in options:
        return base64.b64encode(value).decode()
    try:
        text = value.decode()
    except UnicodeDecodeError:
        raise NotTextError(attribute) from None
    if "\0" in text:
        raise NotTextError(attribute)
    return text


def sid_text(raw: bytes) -> str:
    """A security identifier as `S-1-5-21-…` (MS-DTYP 2.4.2)."""
    authority = int.from_bytes(raw[2:8], "big")
    parts = [int.from_bytes(raw[place : place + 4], "little") for place in range(8, 8 + 4 * raw[1], 4)]
    return "-".join(["S", str(raw[0]), str(authority), *map(str, parts)])


def is_switched_off(user_account_control: str) -> bool:
    """Whether Active Directory has an account disabled.  What is no number says nothing."""
    try:
        return bool(int(user_account_control) & DISABLED_BIT)
    except ValueError:
        return False


def filetime(moment: datetime) -> int:
    """A moment in 100 ns since 1601, as Active Directory writes it."""
    return (moment - _FILETIME_BEGINS) // timedelta(microseconds=1) * _TICKS


def has_expired(account_expires: str, now: datetime) -> bool:
    """Whether an account of Active Directory has run out; 0 and the largest number stand for never."""
    try:
        ticks = int(account_expires)
    except ValueError:
        return False
    return ticks not in _NEVER and ticks <= filetime(now)


def generalized(moment: datetime) -> str:
    """A moment as LDAP writes it (RFC 4517 3.3.13), to the second."""
    return moment.astimezone(UTC).strftime("%Y%m%d%H%M%SZ")


def moment_of(text: str) -> datetime | None:
    """The moment that a generalized time in UTC says, None for what is none; fractions of a second are dropped."""
    try:
        return datetime.strptime(text[:14] + "Z", "%Y%m%d%H%M%SZ").replace(tzinfo=UTC) if text.endswith("Z") else None
    except ValueError:
        return None
