"""Where a group stands, from what is remembered, planned and failed."""

from typing import Any

import pytest

from lockstep.idp.provisioning.groups.records import Failure, Planned, Standing, standing
from lockstep.idp.provisioning.records import GroupLink, Kind, State

LINK = GroupLink(1, "team", "Team", "t-1", True, ("G",))
GONE = GroupLink(1, "team", "Team", "t-1", True, ("G",), missing=True)
TAKEN = GroupLink(1, "team", "Team", "t-1", False, ("G",))
FAILURE = Failure("no", 2, 5)


def change(state: State, kind: Kind = Kind.MEMBERS, reason: str = "") -> Planned:
    return Planned(kind, state, reason, "Team")


CASES: list[tuple[GroupLink | None, list[Planned], Failure | None, Standing, str]] = [
    (LINK, [], None, Standing.IN_STEP, ""),
    (LINK, [change(State.DONE)], None, Standing.IN_STEP, ""),
    (TAKEN, [], None, Standing.IN_STEP, "Was there before, and was taken over."),
    (LINK, [change(State.WAITING, Kind.DELETE)], None, Standing.WAITS, "Deleting it waits for approval."),
    (None, [change(State.READY, Kind.CREATE)], None, Standing.WAITS, "Making it goes with the next sync."),
    (LINK, [change(State.SENDING, Kind.RENAME)], None, Standing.WAITS, "Renaming it is being sent."),
    (LINK, [change(State.LATER, reason="not yet")], None, Standing.WAITS, "A change of members waits: not yet."),
    (LINK, [change(State.READY), change(State.HELD, reason="too many")], None, Standing.HELD, "is held: too many."),
    (LINK, [change(State.LATER)], FAILURE, Standing.FAILED, ""),
    (GONE, [change(State.READY, Kind.CREATE)], None, Standing.GONE, "with its members, with the next sync."),
    (GONE, [change(State.WAITING, Kind.CREATE)], None, Standing.GONE, "with its members, after your approval."),
    (LINK, [change(State.DROPPED, reason="thrown away")], None, Standing.LEFT, "A change of members: thrown away."),
    (LINK, [change(State.DROPPED)], None, Standing.IN_STEP, ""),
    (None, [], FAILURE, Standing.FAILED, ""),
]


@pytest.mark.parametrize(("link", "planned", "failure", "state", "detail"), CASES)
def test_what_stands_in_the_way_comes_first(link: Any, planned: Any, failure: Any, state: Standing, detail: str) -> None:
    found = standing(link, planned, failure, protected=False, managed=True)
    assert found is not None
    assert found[0] is state
    assert found[1].endswith(detail)
    assert bool(found[1]) == bool(detail)


def test_what_is_neither_there_nor_planned_is_nothing() -> None:
    assert standing(None, [], None, protected=False, managed=True) is None
    assert standing(None, [change(State.DONE, Kind.DELETE)], None, protected=True, managed=False) is None


def test_what_is_left_alone() -> None:
    asked = [change(State.READY)]
    assert (standing(LINK, asked, FAILURE, protected=True, managed=True) or ("",))[0] is Standing.PROTECTED
    assert (standing(LINK, asked, FAILURE, protected=False, managed=False) or ("",))[0] is Standing.LEFT
