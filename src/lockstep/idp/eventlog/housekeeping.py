"""What a server does about events by itself: seal what is new, remove what is old."""

from collections.abc import Callable
from pathlib import Path

from lockstep.idp.eventlog import outside, retention, sealing
from lockstep.idp.eventlog.walking import HaltedError
from lockstep.kit import log
from lockstep.kit.clock import Clock
from lockstep.kit.db import Database
from lockstep.kit.vault import Vault

EVERY_SECONDS = 60.0
"""So much of the stream at most is not sealed yet."""


def keep_house(db: Database, vault: Vault, clock: Clock, stopped: Callable[[], bool], folder: Path | None = None) -> None:
    """Move the seal on, and then remove what is kept no longer, which needs the seal.  Takes a while on a long stream.

    `folder` is that of the key.
    """
    try:
        broken = sealing.seal(db, vault, clock(), stopped, outside.file_of(db, folder))
    except HaltedError:
        return
    if broken is not None:
        log.warning("the chain of events is broken", seq=broken.seq, what=broken.words)
        return
    retention.remove_old(db, vault, clock, stopped)
