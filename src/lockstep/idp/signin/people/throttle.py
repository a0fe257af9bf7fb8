"""Counts failed log-ins, by account and by address; how long the pauses are is in `kit.pauses`.

An attempt is counted before the password is looked at and forgiven afterwards, so that many at the same time count as many.
All is in the database: every process sees it.
"""

from collections.abc import Sequence

from lockstep.idp.directory.records import folded
from lockstep.idp.events import alone
from lockstep.idp.signin.people import store
from lockstep.kit import pauses
from lockstep.kit.db import Connection
from lockstep.kit.pauses import DAY_MS, Key, pause_ms


def account_key(user_name: str) -> Key:
    """By what was typed as a user name, in whatever case."""
    return pauses.account_key(folded(user_name))


def begin(c: Connection, keys: Sequence[Key], now: int) -> bool:
    """Whether an attempt may be made now; it is counted as failed for now.  One that may not be made is not counted."""
    alone(c)
    store.forget_failures(c, now - DAY_MS)
    counts = [store.failed(c, key.name) for key in keys]
    if any(until > now for _, _, until in counts):
        return False
    for key, (number, last, _) in zip(keys, counts, strict=True):
        failures = 1 if last <= now - key.memory_ms else number + 1
        store.count_failure(c, key.name, failures, now, now + pause_ms(failures, key.free))
    return True


def clear(c: Connection, key: Key) -> None:
    """After a success: the key starts anew."""
    alone(c)
    store.clear_failures(c, key.name)


def forgive(c: Connection, account: Key, address: Key) -> None:
    """After a success: the account starts anew; of the address only this attempt is taken back.

    Otherwise one password that somebody knows would pay for guesses at all the others.
    """
    clear(c, account)
    number, last, _ = store.failed(c, address.name)
    if number > 1:
        store.count_failure(c, address.name, number - 1, last, 0)
    else:
        store.clear_failures(c, address.name)
