"""What has to be done now and then: forgetting old events, expired sessions, and messages that are too old to come again."""

import asyncio
import logging

from lockstep.center import events
from lockstep.center.instances import actions
from lockstep.center.signin import actions as signin
from lockstep.kit.clock import Clock
from lockstep.kit.runner import Runner

log = logging.getLogger(__name__)
_EVERY_SECONDS = 3600
_AT_ONCE = 500
"""Rows deleted in one transaction, so that requests do not wait long behind it."""
_DAY_MS = 86_400_000


async def keep_house(runner: Runner, now: Clock) -> None:
    """Forget, at the start and every hour, what has no meaning any more, and the events that are kept no longer."""
    while True:
        try:
            await forget_sign_ins(runner, now())
            for instance in await runner.read(lambda connection: list(actions.every(connection))):
                await forget_old_events(runner, instance.key, instance.profile.trail_days, now())
            await forget_old_events(runner, events.NO_INSTANCE, events.NO_INSTANCE_DAYS, now())
        except Exception:
            log.exception("what is old could not be forgotten; trying again in an hour")
        await asyncio.sleep(_EVERY_SECONDS)


async def forget_old_events(runner: Runner, instance_key: int, days: int, now: int) -> None:
    """Forget the events of one instance, or of none, that are older than so many days."""
    before = now - days * _DAY_MS
    gone = _AT_ONCE
    while gone == _AT_ONCE:
        gone = await runner.write(lambda connection: events.forget(connection, instance_key, before, _AT_ONCE))


async def forget_sign_ins(runner: Runner, now: int) -> None:
    """Forget the sessions that have expired, and the messages that are too old to come again."""
    gone = _AT_ONCE
    while gone == _AT_ONCE:
        gone = await runner.write(lambda connection: signin.forget(connection, now, _AT_ONCE))
