"""The nesting as a value: what is below, what is above, and the way between."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from lockstep.idp.directory.nesting.records import NONE, nesting_of


def test_a_role_alone_is_below_and_above_itself() -> None:
    assert (NONE.below(7), NONE.above(7), NONE.path(7, 7), NONE.path(7, 8)) == ((7,), (7,), (7,), ())
    assert not NONE
    assert nesting_of([]) is NONE


def test_everything_in_a_role_is_below_it_once() -> None:
    found = nesting_of([(1, 2), (1, 3), (2, 4), (3, 4), (4, 5)])
    assert found.below(1) == (1, 2, 3, 4, 5)
    assert found.below(3) == (3, 4, 5)
    assert found.below(2, 3) == (2, 3, 4, 5)
    assert found.above(5) == (5, 4, 2, 3, 1)
    assert found.path(1, 5) == (1, 2, 4, 5)
    assert found.path(5, 1) == ()


def test_the_shortest_way_is_shown() -> None:
    assert nesting_of([(1, 2), (2, 3), (3, 4), (1, 4)]).path(1, 4) == (1, 4)


PAIRS = st.lists(st.tuples(st.integers(1, 8), st.integers(1, 8)), max_size=20)


@given(PAIRS, st.integers(1, 8), st.integers(1, 8))
def test_above_is_below_turned_round_and_a_path_is_there_when_it_is_below(
    pairs: list[tuple[int, int]], top: int, one: int
) -> None:
    found = nesting_of(pairs)  # circles, too: a reader must come to an end
    assert (one in found.below(top)) == (top in found.above(one)) == bool(found.path(top, one))
    path = found.path(top, one)
    assert path == () or (path[0], path[-1]) == (top, one)
    assert all(step in set(pairs) for step in pairwise(path))
