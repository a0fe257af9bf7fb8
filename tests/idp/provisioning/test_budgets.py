"""One budget for a target, at the smallest rate of the apps that have it."""

from dataclasses import replace

from lockstep.idp.apps.records import App
from lockstep.idp.provisioning.budgets import Budgets
from tests.idp.provisioning.world import World


def app(world: World, name: str, rate: float, url: str = "https://one.example/scim/v2") -> App:
    made = world.make_app(f"rate={rate}", name=name)
    return replace(made, scim_url=url)


def test_apps_with_one_url_share_it_at_the_smallest_rate(world: World) -> None:
    budgets = Budgets()
    first, second = app(world, "first", 20), app(world, "second", 8)
    budget = budgets.of(first)
    assert (budget.rate, budget.current) == (20, 20)
    assert budgets.of(second) is budget
    assert (budget.rate, budget.current) == (8, 8)
    assert budgets.of(replace(second, settings=first.settings)) is budget
    assert (budget.rate, budget.current) == (20, 20)


def test_other_urls_have_others_and_an_app_that_moved_counts_where_it_is(world: World) -> None:
    budgets = Budgets()
    first, slow = app(world, "first", 20), app(world, "slow", 2)
    budgets.of(slow)
    moved = replace(slow, scim_url="https://other.example/scim/v2")
    assert budgets.of(moved) is not budgets.of(first)
    assert (budgets.of(moved).rate, budgets.of(first).rate) == (2, 20)


def test_what_a_target_was_found_to_take_is_known_to_the_next_run(world: World) -> None:
    budgets = Budgets()
    one = app(world, "one", 20)
    budgets.of(one).throttled(0.0)
    slowed = budgets.of(one).current
    assert slowed < 20
    assert budgets.of(one).current == slowed
