"""What a signing certificate is."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Metadata lists all; only the active one signs.

    A new one is `next` until service providers know it, then `active`; the one before is `retiring` until it is removed.
    """

    NEXT = "next"
    ACTIVE = "active"
    RETIRING = "retiring"


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate.  `der` is what metadata lists; `warned_days` the last warning about its end that was written."""

    id: int
    pem: str
    sealed_key: bytes
    fingerprint: str
    state: State
    not_after: int
    created_at: int
    warned_days: int
