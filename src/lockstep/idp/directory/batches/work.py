"""Carries actions on many users to their end, a transaction for each piece, with a pause in which others write."""

import time
from collections.abc import Callable

from lockstep.idp.directory.batches import actions
from lockstep.idp.directory.batches import store as batches
from lockstep.idp.directory.batches.records import Batch
from lockstep.idp.events import SERIAL
from lockstep.kit.clock import Clock
from lockstep.kit.db import Database

LEFT_LYING_MS = 20_000
"""After so long without a piece whoever did them is taken for dead.  Were it not, both would do pieces, and none twice."""
_PAUSE = 0.02
"""SQLite's writers look every few milliseconds whether it is their turn."""


def finish(
    db: Database,
    batch_id: int,
    clock: Clock,
    *,
    told: Callable[[Batch], None] = lambda _batch: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Batch:
    """Do pieces until the end, or until `stopped` says so; `told` hears of each.  Raises NotThereProblem."""
    while True:
        with db.write(serial=SERIAL) as c:
            batch = actions.do_piece(c, batch_id, now=clock())
        told(batch)
        if batch.finished_at or stopped():
            return batch
        time.sleep(_PAUSE)


def finish_left_lying(db: Database, clock: Clock, *, stopped: Callable[[], bool] = lambda: False) -> int:
    """Finish what another process has begun and left; how many it were."""
    with db.read() as c:
        found = batches.left_lying(c, clock() - LEFT_LYING_MS)
    for batch in found:
        finish(db, batch.id, clock, stopped=stopped)
    return len(found)
