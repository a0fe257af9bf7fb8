"""Limits: how much may be taken away before a person has looked."""

import pytest

from lockstep.idp.apps.settings import LIMITED_KINDS, LimitedKind, Settings
from lockstep.idp.provisioning.safety import WORDS, Held, over_limits, too_many_failed, too_many_missing


def held(kind: LimitedKind, count: int, linked: int, *, by_hand: int = 0, **settings: float) -> Held | None:
    found = over_limits({kind: count}, {kind: linked}, Settings(**settings), {kind: by_hand})  # type: ignore[arg-type]  # by name
    assert set(found) <= {kind}
    return found.get(kind)


@pytest.mark.parametrize("kind", LIMITED_KINDS)
def test_more_than_the_count_is_held_with_the_reason(kind: LimitedKind) -> None:
    found = held(kind, 11, 1_000_000, limit_deletions=10)
    assert found == Held(kind, 11, f"11 {WORDS[kind]} are more than the limit of 10")
    assert held(kind, 10, 1_000_000, limit_deletions=10) is None


@pytest.mark.parametrize("kind", LIMITED_KINDS)
def test_more_than_the_share_is_held_with_the_reason(kind: LimitedKind) -> None:
    assert held(kind, 21, 400) == Held(kind, 21, f"21 {WORDS[kind]} are more than 5% of 400")
    assert held(kind, 20, 400) is None


@pytest.mark.parametrize("count", range(6))
def test_five_or_fewer_are_never_held_by_share(count: int) -> None:
    assert held("removals", count, 0, limit_deletions_share=0.0) is None


def test_six_of_nothing_are_held() -> None:
    assert held("removals", 6, 0) is not None


def test_few_may_still_be_more_than_the_count() -> None:
    assert held("switch-offs", 2, 1_000_000, limit_deletions=1) is not None
    assert held("switch-offs", 1, 1_000_000, limit_deletions=0) is not None


def test_a_single_one_made_by_hand_is_never_held() -> None:
    assert held("switch-offs", 1, 1, by_hand=1, limit_deletions=0) is None
    assert held("switch-offs", 2, 9, by_hand=2, limit_deletions=0) is not None


def test_nothing_is_never_held() -> None:
    assert held("removals", 0, 0, limit_deletions=0, limit_deletions_share=0.0) is None


def test_a_share_of_one_lets_everything_through() -> None:
    assert held("user-deletions", 400, 400, limit_deletions_share=1.0) is None


def test_each_kind_has_its_own_limit_and_the_others_go_on() -> None:
    counts = dict.fromkeys(LIMITED_KINDS, 6)
    linked = dict.fromkeys(LIMITED_KINDS, 1_000)
    found = over_limits(counts, linked, Settings(limit_removals=5, limit_group_deletions_share=0.001), {})
    assert {kind: one.reason for kind, one in found.items()} == {
        "group-deletions": "6 group deletions are more than 0.1% of 1000",
        "removals": "6 membership removals are more than the limit of 5",
    }


@pytest.mark.parametrize(
    ("missing", "linked", "stops"),
    [(4, 4, False), (5, 5, True), (5, 100, True), (5, 101, False), (6, 120, True), (49, 1000, False), (50, 1000, True)],
)
def test_a_wrong_tenant_is_seen_by_five_and_five_percent(missing: int, linked: int, stops: bool) -> None:
    assert too_many_missing(missing, linked) is stops


@pytest.mark.parametrize(
    ("failed", "tried", "stops"),
    [(49, 49, False), (20, 50, True), (19, 50, False), (400, 1000, True), (399, 1000, False)],
)
def test_too_much_failed_is_forty_percent_of_at_least_fifty(failed: int, tried: int, stops: bool) -> None:
    assert too_many_failed(failed, tried) is stops
