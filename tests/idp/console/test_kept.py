"""A plan is shown again while nothing has happened since, and never when something has."""

from collections.abc import Callable

import pytest

from lockstep.idp import events
from lockstep.idp.console import plans
from lockstep.idp.console.kept import KEPT_MS
from lockstep.idp.directory import actions as directory
from lockstep.idp.events import Event, EventType
from lockstep.idp.provisioning import ledger
from lockstep.idp.provisioning.planner import make_plan, make_plan_apart
from tests.idp.console.world import HAND, World, address, press

PAGE = address("/plan")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The plans that pages have made."""
    numbers: list[int] = []

    def counting(*args: object, **more: object) -> ledger.Plan:
        plan = make_plan(*args, **more)  # type: ignore[arg-type]
        numbers.append(plan.id)
        return plan

    def counting_apart(*args: object, **more: object) -> ledger.Plan:
        plan = make_plan_apart(*args, **more)  # type: ignore[arg-type]
        numbers.append(plan.id)
        return plan

    monkeypatch.setattr(plans, "make_plan", counting)
    monkeypatch.setattr(plans, "make_plan_apart", counting_apart)
    return numbers


async def test_looking_twice_plans_once(each_world: World, made: list[int]) -> None:
    each_world.set("provisioning=on", "groups=on")
    browser = await each_world.signed_in()
    first = await browser.get(PAGE)
    await each_world.signed_in()  # an event that is no app's concern
    again = await browser.get(f"{PAGE}?show=waiting")
    assert len(made) == 1
    assert again.form("/plan/approve").value("digest") == first.form("/plan/approve").value("digest")
    await browser.get(f"{PAGE}?anew=1")
    assert len(made) == 2


async def test_a_decision_needs_no_new_plan_and_the_next_look_does(world: World, made: list[int]) -> None:
    world.set("provisioning=on", "groups=on")
    browser = await world.signed_in()
    page = await browser.get(PAGE)
    answer = await browser.submit(page, "/plan/approve", do="approve")
    assert answer.status == 303
    assert len(made) == 1
    one = page.form("/plan/change")
    await press(browser, page, "/plan/change", change=one.value("change"), do="approve")
    assert len(made) > 1


def by_hand(world: World) -> None:
    with world.changing() as c:
        directory.change_user(c, world.alice.id, {"department": "Treasury"}, actor=HAND, now=world.now)


def by_setting(world: World) -> None:
    world.set("approve-create=off")


def by_time(world: World) -> None:
    world.now += KEPT_MS


def by_another_plan(world: World) -> None:
    app = world.app_now()
    with world.changing() as c:
        make_plan(c, app, world.now)


def by_a_run(world: World) -> None:
    with world.changing() as c:
        event = Event(type=EventType.USER_CREATED_IN_APP, app_id=world.app.id, app_name="aws")
        events.append(c, event, world.now)


def by_much(world: World) -> None:
    with world.changing() as c:
        events.append_many(c, (Event(type=EventType.ADMIN_SIGNED_IN) for _ in range(500)), world.now)


@pytest.mark.parametrize("happens", [by_hand, by_setting, by_time, by_another_plan, by_a_run, by_much])
async def test_whatever_may_move_the_plan_has_it_made_anew(
    world: World, made: list[int], happens: Callable[[World], None]
) -> None:
    world.set("provisioning=on")
    browser = await world.signed_in()
    await browser.get(PAGE)
    happens(world)
    await browser.get(PAGE)
    assert len(made) == 2


async def test_another_app_s_events_move_nothing(world: World, made: list[int]) -> None:
    browser = await world.signed_in()
    await browser.get(PAGE)
    with world.changing() as c:
        events.append(c, Event(type=EventType.APP_UPDATED, app_id=99, app_name="other"), world.now)
    await browser.get(PAGE)
    assert len(made) == 1
