"""Managers before those they manage, without holding everybody."""

from hypothesis import given
from hypothesis import strategies as st

from lockstep.idp.provisioning.levels import Levels
from lockstep.idp.provisioning.order import manager_depths
from lockstep.idp.provisioning.plan import with_manager
from tests.idp.provisioning.world import World

KEYS = "ABCDEFG"


def levels(manager_of: dict[str, str]) -> dict[str, int]:
    found = Levels(lambda key: manager_of.get(key, ""))
    return {key: found.of(key, with_manager({}, manager_of.get(key, ""))) for key in KEYS}


def test_a_chain() -> None:
    assert levels({"A": "B", "B": "C", "D": "B"}) == {"A": 2, "B": 1, "C": 0, "D": 2, "E": 0, "F": 0, "G": 0}


@given(st.dictionaries(st.sampled_from(KEYS), st.sampled_from(KEYS)))
def test_without_circles_it_is_what_the_order_says(manager_of: dict[str, str]) -> None:
    """Everybody's manager comes later in the alphabet, so that there is no circle."""
    up = {key: manager for key, manager in manager_of.items() if manager > key}
    depths = manager_depths(up)
    assert levels(up) == {key: depths.get(key, 0) for key in KEYS}


@given(st.dictionaries(st.sampled_from(KEYS), st.sampled_from(KEYS)))
def test_a_circle_ends(manager_of: dict[str, str]) -> None:
    up = {key: manager for key, manager in manager_of.items() if manager != key}
    assert all(0 <= level <= 2 * len(KEYS) for level in levels(up).values())


def test_managers_are_made_first(each_world: World) -> None:
    each_world.make_app()
    each_world.become({"A": {"manager_id": "B"}, "B": {"manager_id": "C"}, "C": {}, "D": {"manager_id": "nobody"}})
    result = each_world.sync()
    assert (result.requests, result.floor) == (4, 4)
