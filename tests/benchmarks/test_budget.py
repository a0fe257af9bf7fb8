"""How much of a budget was used, from what a centre has received."""

import pytest

from benchmarks.engine.budget import LIMITS, used
from benchmarks.engine.received import Arrived

TOLD, UNTOLD = LIMITS[0], LIMITS[1]


def arrived(*moments: tuple[int, int]) -> list[Arrived]:
    return [Arrived(number, at, status) for number, (at, status) in enumerate(moments)]


def test_a_request_each_twentieth_of_a_second_uses_all_of_twenty_a_second() -> None:
    found = used(arrived(*((50 * number, 201) for number in range(201))), TOLD)
    assert (found.taken, found.refused, found.seconds) == (201, 0, 10.0)
    assert found.share == pytest.approx(1.0)


def test_what_was_refused_is_not_used() -> None:
    found = used(arrived((0, 201), (500, 429), (1000, 200)), TOLD)
    assert (found.taken, found.refused) == (2, 1)
    assert found.share == pytest.approx(1 / 20)


def test_what_a_target_has_saved_up_is_given_to_who_goes_over_its_rate() -> None:
    burst = [(0, 201)] * 12
    found = used(arrived(*burst, *((1000 * number // 12, 201) for number in range(1, 13))), UNTOLD)
    assert found.share == pytest.approx(23 / 24)
