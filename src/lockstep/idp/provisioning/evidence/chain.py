"""Whether records of one app are whole: signed by the key, in order, none changed, none taken out.  Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lockstep.idp.provisioning.evidence.signing import Record, digest, is_signed


@dataclass(frozen=True, slots=True)
class Signed:
    """One record with its signature (base64) and the public key (base64) that it is said to be of."""

    record: Record
    signature: str
    public_key: str


def problems(signed: Iterable[Signed], key: str = "") -> list[str]:
    """What is wrong with records in the order in which they were made; nothing where all is well.

    `key` is the public key that must have signed all; "" takes each record's own, which shows only that nothing was changed.
    The first record may have any number: what was made before it is not looked at.
    """
    found: list[str] = []
    before: Signed | None = None
    for one in signed:
        name = f"record {one.record.get('number', '?')}"
        if key and one.public_key != key:
            found.append(f"{name} is signed with another key, {one.public_key}")
        if not is_signed(one.record, one.signature, one.public_key):
            found.append(f"{name} was changed, or its signature is not of this key")
        if before is not None:
            found.extend(_follows(before, one, name))
        before = one
    return found


def _follows(before: Signed, one: Signed, name: str) -> list[str]:
    numbers: tuple[Any, Any] = before.record.get("number"), one.record.get("number")
    if numbers[0] is None or numbers[1] != numbers[0] + 1:
        return [f"{name} follows record {numbers[0]}: what was between them is missing"]
    if one.record.get("previous") != digest(before.record):
        return [f"{name} does not name the record before it: that one was replaced"]
    return []
