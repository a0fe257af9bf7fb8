"""What a server does about the directory by itself: a reapplying that was cut short goes on, and each day begins anew."""

from collections.abc import Callable

from lockstep.idp.directory.mappings import actions, store
from lockstep.idp.events import SERIAL
from lockstep.kit.clock import Clock
from lockstep.kit.db import Connection, Database

EVERY_SECONDS = 30.0


def keep_house(db: Database, clock: Clock, stopped: Callable[[], bool]) -> None:
    """Bring everybody to the mappings in force, piece by piece, where that is not done."""
    with db.read() as c:
        idle = store.applied(c).reached is None and not actions.is_new_day(c, clock())
    if idle:
        return
    _write(db, lambda c: actions.new_day(c, clock()))
    while not stopped() and _write(db, lambda c: actions.go_on(c, clock())):
        pass


def _write(db: Database, act: Callable[[Connection], bool]) -> bool:
    with db.write(serial=SERIAL) as c:
        return act(c)
