"""The rate budget, in a time that only the test lets pass."""

import asyncio
import heapq
from collections.abc import Callable, Coroutine
from itertools import count, pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lockstep.kit.throttle import Throttle
from lockstep.scim import client
from lockstep.scim.client import SLOWEST, Budget

SLACK = 1e-6


class Time:
    """A clock that jumps to the next moment at which somebody wakes up."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = count()

    async def sleep(self, seconds: float) -> None:
        """In the place of asyncio.sleep."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.now + seconds, next(self._numbers), future))  # who slept first wakes first
        await future

    def run(self, *work: Coroutine[Any, Any, None]) -> None:
        """Until all of it is done."""

        async def whole() -> None:
            tasks = [asyncio.create_task(one) for one in work]
            while True:
                for _ in range(20):
                    await asyncio.sleep(0)
                if all(task.done() for task in tasks):
                    break
                self.now, _, future = heapq.heappop(self._sleepers)
                future.set_result(None)
            for task in tasks:
                task.result()

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(client, "time", SimpleNamespace(monotonic=lambda: self.now))
            patch.setattr(client, "asyncio", SimpleNamespace(sleep=self.sleep))
            asyncio.run(whole())


def senders(time: Time, budget: Budget, each: int, workers: int, sent: Callable[[], None]) -> list[Coroutine[Any, Any, None]]:
    """Workers that send as fast as they may."""

    async def worker() -> None:
        for _ in range(each):
            await budget.take()
            sent()

    return [worker() for _ in range(workers)]


def moments(rate: float, each: int, workers: int) -> list[float]:
    time, budget, found = Time(), Budget(rate), list[float]()
    time.run(*senders(time, budget, each, workers, lambda: found.append(time.now)))
    return found


def busiest_second(found: list[float]) -> int:
    return max(sum(1 for other in found if one <= other < one + 1 - SLACK) for one in found)


@pytest.mark.parametrize("workers", [1, 16])
@pytest.mark.parametrize("rate", [0.5, 20.0, 500.0])
def test_requests_keep_an_even_distance(rate: float, workers: int) -> None:
    found = moments(rate, 32 // workers, workers)
    gaps = [later - earlier for earlier, later in pairwise(found)]
    assert all(abs(gap - 1 / rate) < SLACK for gap in gaps)


def test_the_budget_is_kept_full_and_never_gone_over() -> None:
    found = moments(20.0, 25, 16)
    assert busiest_second(found) == 20
    assert found[-1] - found[0] == pytest.approx((len(found) - 1) / 20)


def test_there_is_no_burst_after_a_rest() -> None:
    time, budget, found = Time(), Budget(20.0), list[float]()

    async def rested() -> None:
        await budget.take()
        await time.sleep(60)
        for _ in range(10):
            await budget.take()
            found.append(time.now)

    time.run(rested())
    assert found[-1] - found[0] == pytest.approx(9 / 20)


def test_nothing_is_sent_while_the_target_wants_a_pause() -> None:
    """Also not by those who had their place before the target said so; and they do not all go at its end."""
    time, budget, found = Time(), Budget(20.0), list[float]()
    refused: list[float] = []

    def sent() -> None:
        found.append(time.now)
        if len(found) == 10:
            refused.append(time.now)
            budget.throttled(5.0)

    time.run(*senders(time, budget, 10, 16, sent))
    [at] = refused
    assert not [one for one in found if at < one < at + 5.0 - SLACK]
    afterwards = [one for one in found if one > at]
    assert min(afterwards) >= at + 5.0 - SLACK
    assert busiest_second(afterwards) <= 20


def test_the_rate_is_halved_once_for_all_that_were_refused_together() -> None:
    time, budget = Time(), Budget(20.0)

    async def refused() -> None:
        await budget.take()
        for _ in range(16):
            budget.throttled(1.0)

    time.run(refused())
    assert budget.current == 10.0


def test_it_finds_its_way_up_again_and_no_further() -> None:
    time, budget = Time(), Budget(20.0)
    rates = []

    async def work() -> None:
        budget.throttled(0.0)
        for _ in range(12):
            await time.sleep(1.0 + SLACK)
            await budget.take()
            rates.append(budget.current)

    time.run(work())
    assert rates[:5] == [12.0, 14.0, 16.0, 18.0, 20.0]
    assert set(rates[5:]) == {20.0}


@pytest.mark.parametrize("rate", [0.1, 0.5, 20.0])
def test_it_is_never_slowed_below_a_crawl(rate: float) -> None:
    time, budget = Time(), Budget(rate)

    async def hopeless() -> None:
        for _ in range(20):
            await budget.take()
            await time.sleep(1.5)
            budget.throttled(0.0)

    time.run(hopeless())
    assert budget.current >= min(rate, SLOWEST)
    assert budget.current <= max(min(rate, SLOWEST), 0.2 * rate)


@pytest.mark.parametrize("allowed", [2, 5, 12])
def test_it_adapts_to_a_target_that_takes_less_than_was_set(allowed: int) -> None:
    """For ten minutes: most of what is sent is taken, and most of what may be sent is sent."""
    time, budget, taken = Time(), Budget(20.0), list[float]()
    refused: list[float] = []
    end = time.now + 600

    async def work() -> None:
        while time.now < end:
            await budget.take()
            if sum(1 for one in taken[-allowed:] if one > time.now - 1) >= allowed:
                refused.append(time.now)
                budget.throttled(1.0)
            else:
                taken.append(time.now)

    time.run(work())
    assert len(refused) < 0.05 * len(taken)
    assert len(taken) > 0.85 * allowed * 600


@pytest.mark.parametrize("latency", [0.004, 0.1])
@pytest.mark.parametrize("set_to", [20.0, 100.0])
@pytest.mark.parametrize("allowed", [5, 12])
def test_nine_tenths_of_what_a_target_gives_are_used_within_a_minute(allowed: int, set_to: float, latency: float) -> None:
    """The target gives so many a second and saves up one second's worth at most; nobody was told; 16 are under way."""
    time, budget, gate = Time(), Budget(set_to), Throttle(lambda: time.now)
    answers: list[bool] = []
    end = time.now + 60

    async def worker() -> None:
        again = 0
        while time.now < end:
            await budget.take()
            await time.sleep(latency / 2)
            answers.append(gate.takes(1, allowed))
            await time.sleep(latency / 2)
            again = 0 if answers[-1] else again + 1
            if again:
                budget.throttled(0.5 * 2 ** (again - 1))

    time.run(*(worker() for _ in range(16)))
    assert sum(answers) > 0.9 * allowed * 60
    assert answers.count(False) < 0.12 * len(answers)


def test_a_limit_that_is_lifted_is_found_within_minutes() -> None:
    time, budget, gate = Time(), Budget(20.0), Throttle(lambda: time.now)
    start, found = time.now, list[float]()

    async def work() -> None:
        while time.now < start + 300:
            await budget.take()
            if not gate.takes(1, 5 if time.now < start + 60 else 40):
                budget.throttled(0.5)
            found.append(budget.current)

    time.run(work())
    assert found[-1] == 20.0


@settings(max_examples=60, deadline=None)
@given(
    rate=st.floats(0.5, 50),
    workers=st.integers(1, 8),
    refusals=st.dictionaries(st.integers(1, 60), st.floats(0, 3), max_size=8),
)
def test_whatever_the_target_says_the_rate_and_the_pauses_are_kept(
    rate: float, workers: int, refusals: dict[int, float]
) -> None:
    time, budget, found = Time(), Budget(rate), list[float]()
    pauses: list[tuple[float, float]] = []

    def sent() -> None:
        found.append(time.now)
        if len(found) in refusals:
            pauses.append((time.now, time.now + refusals[len(found)]))
            budget.throttled(refusals[len(found)])

    time.run(*senders(time, budget, 60 // workers, workers, sent))
    gaps = [later - earlier for earlier, later in pairwise(found)]
    assert all(gap >= 1 / rate - SLACK for gap in gaps)
    for begun, over in pauses:
        assert not [one for one in found if begun + SLACK < one < over - SLACK]
    assert min(SLOWEST, rate) <= budget.current <= rate
