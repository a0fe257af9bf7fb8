"""Pauses after failed log-ins, by account and by address.

An attempt is counted before the password is looked at and forgiven afterwards, so that many at the same time count as many.
All is in the database: every process sees it.  Nobody is locked out for good by a stranger: the longest pause is 15 minutes.
"""

import hashlib
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from lockstep.idp.directory.records import folded
from lockstep.idp.events import alone
from lockstep.idp.signin.people import store
from lockstep.kit.db import Connection

LONGEST_PAUSE_MS = 900_000
_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Key:
    """What failures are counted by: `free` of them cost no pause, and all are forgotten after `memory_ms` without one."""

    name: str
    free: int
    memory_ms: int


def account_key(user_name: str) -> Key:
    """By what was typed as a user name, which need not exist; only its digest is kept: it may be a mistyped password."""
    return Key(f"account {hashlib.sha256(folded(user_name).encode()).hexdigest()}", free=5, memory_ms=_DAY_MS)


def address_key(address: str) -> Key:
    """By where it came from: one IPv4 address, or the 64 bits that one IPv6 network has.  Many people may share it."""
    return Key(f"address {_network(address)}", free=20, memory_ms=3_600_000)


def _network(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        mapped = found.ipv4_mapped
        return str(mapped or ipaddress.ip_network((found.packed[:8] + bytes(8), 64)))
    return str(found)


def pause_ms(failures: int, free: int) -> int:
    """How long nothing is tried after that many failures: none for the first ones, then 1 s, doubling up to 15 minutes."""
    over = failures - free
    return 0 if over < 0 else int(min(1_000 * 2 ** min(over, 20), LONGEST_PAUSE_MS))


def begin(c: Connection, keys: Sequence[Key], now: int) -> bool:
    """Whether an attempt may be made now; it is counted as failed for now.  One that may not be made is not counted."""
    alone(c)
    store.forget_failures(c, now - _DAY_MS)
    counts = [store.failed(c, key.name) for key in keys]
    if any(until > now for _, _, until in counts):
        return False
    for key, (number, last, _) in zip(keys, counts, strict=True):
        failures = 1 if last <= now - key.memory_ms else number + 1
        store.count_failure(c, key.name, failures, now, now + pause_ms(failures, key.free))
    return True


def forgive(c: Connection, account: Key, address: Key) -> None:
    """After a success: the account starts anew; of the address only this attempt is taken back.

    Otherwise one password that somebody knows would pay for guesses at all the others.
    """
    alone(c)
    store.clear_failures(c, account.name)
    number, last, _ = store.failed(c, address.name)
    if number > 1:
        store.count_failure(c, address.name, number - 1, last, 0)
    else:
        store.clear_failures(c, address.name)
