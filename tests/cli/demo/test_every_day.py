"""The steps of every day after."""

import pytest

from lockstep.cli.demo import every_day
from lockstep.cli.demo.processes import StepFailed
from lockstep.cli.demo.walk import Walk
from tests.cli.demo.scripted import Scripted


@pytest.mark.parametrize(
    ("departments", "who", "after"),
    [
        (["Research", "Treasury", "Sales"], 0, "Treasury"),
        (["", "House", "House", "Senate"], 1, "Senate"),
        (["House", "House"], 0, "Treasury"),
        (["Treasury"], 0, "Treasury 2"),
        (["", ""], 0, "Treasury"),
    ],
)
def test_who_is_changed_and_to_what(departments: list[str], who: int, after: str) -> None:
    people = [{"department": department, "number": number} for number, department in enumerate(departments)]
    assert every_day.whom_to_change(people) == (people[who], after)


def test_only_writes_of_the_wire_from_then_on_are_counted() -> None:
    def record(when: str, *, read_only: bool = False, source: str = "identitystore-scim.amazonaws.com") -> dict[str, object]:
        return {"eventTime": when, "readOnly": read_only, "eventSource": source}

    trail = [
        record("2026-01-02T03:04:04Z"),
        record("2026-01-02T03:04:05Z"),
        record("2026-01-02T03:04:06Z", read_only=True),
        record("2026-01-02T03:04:06Z", source="sso.amazonaws.com"),
        record("2026-01-02T03:04:06Z"),
    ]
    assert every_day.writes_since(trail, 1767323045.9) == 2


def test_a_sync_with_nothing_to_do_sends_nothing(walk: Walk, scripted: Scripted) -> None:
    scripted.answer("idp", "sync", json={"requests": 0, "floor": 0})
    every_day.resync(walk)
    assert walk.result.resync_requests == 0
    scripted.answer("idp", "sync", json={"requests": 3, "floor": 0})
    with pytest.raises(StepFailed, match="nothing had changed, and still 3 requests were sent"):
        every_day.resync(walk)


def test_approval_is_switched_off_for_all_three(walk: Walk, scripted: Scripted) -> None:
    every_day.approval_off(walk)
    assert set(scripted.asked[-1]) > {"approve-create=off", "approve-update=off", "approve-delete=off"}
