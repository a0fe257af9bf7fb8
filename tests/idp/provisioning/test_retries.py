"""When what failed is tried again."""

from dataclasses import replace

import pytest

from lockstep.idp.provisioning.records import Change, Kind, Trouble
from lockstep.idp.provisioning.retries import (
    GIVE_UP_AFTER_MS,
    NEVER,
    failed_again,
    is_dead,
    next_try,
    same,
    subject,
    waits,
    when_again,
)

NOW = 1_795_545_600_000  # 2026-11-24 18:40 UTC
MINUTE = 60_000
DAY = 1440 * MINUTE
CHANGE = Change(Kind.UPDATE, "user", "E1", "e1@x.example", 0, digest="d1")


def failed(**more: object) -> Trouble:
    known = Trouble("user", "E1", "e1@x.example", "update", 3, NOW, "no", digest="d1", plan=7, first_at=NOW - DAY)
    return replace(known, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("attempts", "minutes"), [(1, 1), (2, 5), (3, 15), (4, 60), (5, 360), (6, 1440), (7, 1440), (30, 1440)]
)
def test_pauses_grow(attempts: int, minutes: int) -> None:
    assert next_try(attempts, NOW, NOW) == NOW + minutes * MINUTE


def test_the_last_try_is_within_28_days_of_the_first_failure() -> None:
    assert GIVE_UP_AFTER_MS == 28 * DAY
    assert next_try(9, NOW - 27 * DAY, NOW) == NOW + DAY
    assert next_try(9, NOW - 27 * DAY - 1, NOW) == NEVER


def test_it_waits_for_its_time_as_long_as_it_is_the_same() -> None:
    later = failed(next_at=NOW + 1)
    assert waits(later, CHANGE, NOW)
    assert not waits(later, CHANGE, NOW + 1)
    assert not waits(later, replace(CHANGE, digest="d2"), NOW)
    assert waits(failed(next_at=NEVER), CHANGE, NOW + 1000 * DAY)
    assert waits(replace(later, digest=""), CHANGE, NOW), "what failed before digests were kept"


def test_members_of_a_group_are_one_subject() -> None:
    part = replace(CHANGE, kind=Kind.MEMBERS, payload={"add": [], "remove": [], "whole": "w"})
    assert (subject(part), subject(replace(part, digest="d9"))) == ("w", "w")
    assert same(failed(digest="w"), part)
    assert subject(replace(part, payload={"add": [], "remove": []})) == "d1"


def test_attempts_and_the_first_failure() -> None:
    assert failed_again(None, CHANGE, 8, NOW) == (1, NOW)
    assert failed_again(failed(), CHANGE, 8, NOW) == (4, NOW - DAY)
    assert failed_again(failed(), CHANGE, 7, NOW) == (3, NOW - DAY), "another part of the same plan"
    assert failed_again(failed(), replace(CHANGE, digest="d2"), 8, NOW) == (1, NOW)


def test_in_words() -> None:
    assert when_again(failed()) == "tried again at 2026-11-24 18:40 UTC"
    assert when_again(failed(next_at=NEVER)).startswith("given up after 28 days")
    assert (is_dead(failed(next_at=NEVER)), is_dead(failed())) == (True, False)
