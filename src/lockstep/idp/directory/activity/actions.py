"""What day it is for the directory: whoever asks about days since a login asks about this one, until the next has begun.

So all that is decided on a day agrees, and it is known whom the next day moves.
"""

from lockstep.idp.directory.activity import store
from lockstep.idp.directory.activity.days import day_of
from lockstep.kit.db import Connection


def begin_day(c: Connection, now: int) -> int:
    """The day of `now` has begun, unless a later one has; the day that it is."""
    known, day = store.today(c), day_of(now)
    if day > known:
        store.set_today(c, day)
    return max(day, known)
