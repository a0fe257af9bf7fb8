"""SQL of what is asked when nothing happens, and nothing else."""

import sqlalchemy as sa

from lockstep.idp.provisioning.jobs import QUEUED
from lockstep.idp.provisioning.records import State
from lockstep.idp.provisioning.tables import changes, jobs
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement, among, listed

_k, _j = changes.c, jobs.c
_LEFT = Statement(
    # By the index of states: most changes of a plan are done.
    sa.select(_k.state, _k.kind, _k.action, sa.func.count(), sa.func.sum(_k.weight))
    .where(_k.plan_id == sa.bindparam("plan", type_=sa.BigInteger), among(_k.state, "states"))
    .group_by(_k.state, _k.kind, _k.action)
)
_OLDEST = Statement(
    sa.select(sa.func.min(_j.created_at)).where(_j.app_id == sa.bindparam("app", type_=sa.Integer), _j.state == QUEUED)
)


def left_to_a_person(c: Connection, plan: int) -> list[tuple[State, str, str, int, int]]:
    """(state, kind, action, changes, weight) of a plan's changes that wait for approval, are held, or were dropped."""
    rows = c.all(_LEFT, plan=plan, states=listed(one.value for one in (State.WAITING, State.HELD, State.DROPPED)))
    return [(State(state), kind, action, int(count), int(weight)) for state, kind, action, count, weight in rows]


def oldest_filed(c: Connection, app_id: int) -> int:
    """When the oldest job of an app was filed that has not begun (ms); 0 where none has."""
    return int(c.value(_OLDEST, app=app_id) or 0)
