"""How long nothing is tried after failed log-ins, and what they are counted by.  The counting itself is each side's own.

Nobody is locked out for good by a stranger: the longest pause is 15 minutes.
"""

import hashlib
import ipaddress
from dataclasses import dataclass

LONGEST_PAUSE_MS = 900_000
DAY_MS = 86_400_000
_HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Key:
    """What failures are counted by: `free` of them cost no pause, and all are forgotten after `memory_ms` without one."""

    name: str
    free: int
    memory_ms: int


def account_key(name: str) -> Key:
    """By what was typed as a name, which need not exist; only its digest is kept: it may be a mistyped password."""
    return Key(f"account {hashlib.sha256(name.encode()).hexdigest()}", free=5, memory_ms=DAY_MS)


def address_key(address: str) -> Key:
    """By where it came from: one IPv4 address, or the 64 bits that one IPv6 network has.  Many people may share it."""
    return Key(f"address {_network(address)}", free=20, memory_ms=_HOUR_MS)


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
