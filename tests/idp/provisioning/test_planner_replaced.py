"""Plans that a newer one takes the place of."""

import pytest
import sqlalchemy as sa

from lockstep.idp.provisioning import planner
from lockstep.idp.provisioning.planner import make_plan, make_plan_apart
from lockstep.idp.provisioning.tables import changes, plans
from lockstep.kit.sql import Statement
from tests.idp.provisioning.world import World, everyone, many

_CHANGES = Statement(sa.select(sa.func.count()).select_from(changes))
_PLANS = Statement(sa.select(sa.func.count()).select_from(plans))


def stored(world: World) -> tuple[int, int]:
    with world.db.read() as c:
        return c.value(_PLANS), c.value(_CHANGES)


def test_a_short_plan_does_not_wait_until_all_of_a_very_long_one_is_gone(
    each_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a million changes that took longer than any plan; each plan takes some of them away, until none is left."""
    monkeypatch.setattr(planner, "DROPPED", 10)
    app = each_world.make_app()
    each_world.become(everyone(*many(40)))
    make_plan_apart(each_world.db, app, each_world.now)
    assert stored(each_world) == (1, 40)
    each_world.become({})
    found = []
    for _ in range(5):
        with each_world.write() as c:
            make_plan(c, app, each_world.now)
        found.append(stored(each_world)[1])
    assert found == [30, 20, 10, 0, 0]
    assert stored(each_world)[0] == 1


def test_long_plans_never_pile_up(each_world: World) -> None:
    app = each_world.make_app()
    each_world.become(everyone(*many(40)))
    for _ in range(4):
        make_plan_apart(each_world.db, app, each_world.now, everything=True)
    assert stored(each_world) == (1, 40)
