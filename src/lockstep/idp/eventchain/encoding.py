"""The digest of an event: over the digest before it, and over everything that its row says.  Pure.

Version 1: one byte 0x01, then SHA-256 of

    0x01 · the digest before (33 bytes; 33 times 0x00 for the very first event) · the row

The row is the columns of `FIELDS[1]`, in that order, as one JSON array in UTF-8: no blanks, whole numbers in decimal, `null`
for what is not there, in text only the quotation mark, the backslash and control characters escaped, in their shortest form.
That is what Python's `json.dumps(row, ensure_ascii=False, separators=(",", ":"))` writes, so that others can check a chain
without this program.  The digest before has a fixed length, and a JSON array says by itself where each value begins and ends,
and whether it is a number, a text or nothing: no two different rows, and no two places in the chain, encode alike.

The first byte of a digest names its version.  A new column of events needs a new version, which names it, too.
"""

from collections.abc import Sequence
from hashlib import sha256

import msgspec

VERSION = 1
"""What new events are chained by."""
GENESIS = bytes(33)
"""The digest before the very first event."""
FIELDS: dict[int, tuple[str, ...]] = {
    1: (
        *("seq", "at", "type", "event_type_id", "actor", "user_id", "user_name", "user_key", "role_id", "role_name"),
        *("app_id", "app_name", "object", "object_name", "notes", "error_description"),
        *("actor_user_id", "ipaddr", "client_id", "group_id", "group_name", "policy_id", "policy_name", "mapping_id"),
        *("directory_id", "directory_sync_run_id", "certificate_id", "user_field_id", "otp_device_id", "otp_device_name"),
    ),
}
"""The columns that a digest covers, by version.  What is written here is never changed."""
NEWEST = FIELDS[VERSION]

Value = int | str | None
_MARK = bytes([VERSION])
_encode = msgspec.json.Encoder().encode


class UnknownVersionError(Exception):
    """A digest of a version that this program does not know, or what is no digest."""


def link(before: bytes, row: Sequence[Value]) -> bytes:
    """The digest of a row (the values of `NEWEST`) that comes after the digest `before`; 33 bytes."""
    return _MARK + sha256(_MARK + before + _encode(row)).digest()


def fits(digest: bytes, before: bytes, row: Sequence[Value]) -> bool:
    """Whether `digest` is that of the row after `before`.  Raises UnknownVersionError."""
    if len(digest) != len(GENESIS) or digest[:1] != _MARK:
        raise UnknownVersionError
    return link(before, row) == digest
