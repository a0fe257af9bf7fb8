"""How often something may happen."""

from lockstep.kit.throttle import Throttle


class Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_holds_one_seconds_worth_and_is_filled_at_its_rate() -> None:
    time = Time()
    throttle = Throttle(time)
    assert [throttle.takes(1, 3.0) for _ in range(4)] == [True, True, True, False]
    time.now += 0.34
    assert [throttle.takes(1, 3.0) for _ in range(2)] == [True, False]
    time.now += 100.0
    assert [throttle.takes(1, 3.0) for _ in range(4)] == [True, True, True, False]


def test_a_client_that_keeps_to_the_rate_is_never_refused() -> None:
    time = Time()
    throttle = Throttle(time)
    for _ in range(200):
        assert throttle.takes(1, 20.0)
        time.now += 0.0500001


def test_rates_below_one_let_one_through() -> None:
    throttle = Throttle(Time())
    assert [throttle.takes(1, 0.5) for _ in range(2)] == [True, False]


def test_buckets_are_apart() -> None:
    throttle = Throttle(Time())
    assert [throttle.takes(key, 1.0) for key in (1, 2, 1)] == [True, True, False]
