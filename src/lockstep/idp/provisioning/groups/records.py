"""How it stands with one group.  Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from lockstep.idp.provisioning.records import GroupLink, Kind, State


class Standing(StrEnum):
    """Where a group of an app stands at the target, as far as is remembered."""

    IN_STEP = "in step"
    WAITS = "waits"
    """Something about it is to go: with the next sync, after an approval, or when its time has come."""
    HELD = "held"
    FAILED = "failed"
    GONE = "gone"
    """The target says that it is not there any more."""
    LEFT = "left as is"
    PROTECTED = "protected"


@dataclass(frozen=True, slots=True)
class Planned:
    """One change of a group in a plan; `adds` and `removals` count members."""

    kind: Kind
    state: State
    reason: str
    name: str
    feeders: tuple[str, ...] = ()
    adds: int = 0
    removals: int = 0


@dataclass(frozen=True, slots=True)
class Failure:
    """What came back last, how often it was tried, and when it is tried again (ms)."""

    error: str
    attempts: int
    next_at: int


@dataclass(frozen=True, slots=True)
class Pushed:
    """One group of an app.

    `members` are those at the target as remembered; `wanted` how many there should be, None where nothing is managed; `feeders`
    what feeds it (as in `GroupLink`); `last_pushed` when a request about it last went through (ms, 0 for never).
    """

    key: str
    name: str
    state: Standing
    detail: str = ""
    link_id: int = 0
    id_at_target: str = ""
    made: bool = False
    members: int = 0
    wanted: int | None = None
    feeders: tuple[str, ...] = ()
    failure: Failure | None = None
    last_pushed: int = 0
    planned: tuple[Planned, ...] = ()

    @property
    def error(self) -> str:
        """What came back last, "" where nothing has failed."""
        return "" if self.failure is None else self.failure.error


_OPEN = (State.HELD, State.WAITING, State.SENDING, State.READY, State.BLOCKED, State.LATER, State.DROPPED)
_WORDS = {
    Kind.CREATE: "Making it",
    Kind.RENAME: "Renaming it",
    Kind.MEMBERS: "A change of members",
    Kind.DELETE: "Deleting it",
}


def standing(
    link: GroupLink | None, planned: Sequence[Planned], failure: Failure | None, *, protected: bool, managed: bool
) -> tuple[Standing, str] | None:
    """Where it stands, and what there is to say; None for what is neither there nor planned.

    `managed` says that the app includes groups in provisioning; what comes first here is what stands in the way.
    """
    changes = [one for one in planned if one.state in _OPEN and (one.state is not State.DROPPED or one.reason)]
    if link is None and not changes and failure is None:
        return None
    if protected:
        return Standing.PROTECTED, "On the list of protected groups: neither changed nor deleted."
    if not managed:
        return Standing.LEFT, "The app includes no groups in user provisioning, and leaves this one as it is."
    by_state = {one.state: one for one in reversed(changes)}
    held = by_state.get(State.HELD)
    if held is not None:
        return Standing.HELD, f"{_WORDS.get(held.kind, held.kind)} is held: {held.reason or 'over a limit'}."
    if failure is not None:
        return Standing.FAILED, ""
    if link is not None and link.missing:
        again = " after your approval" if State.WAITING in by_state else " with the next sync"
        return Standing.GONE, f"The target says that it is gone. It is made again, with its members,{again}."
    return _waiting(by_state) or (
        Standing.IN_STEP,
        "" if link is None or link.made else "Was there before, and was taken over.",
    )


def _waiting(changes: dict[State, Planned]) -> tuple[Standing, str] | None:
    for state in (State.WAITING, State.SENDING, State.READY, State.BLOCKED, State.LATER):
        if state in changes:
            return Standing.WAITS, waiting_words(changes[state])
    if State.DROPPED in changes:
        dropped = changes[State.DROPPED]
        return Standing.LEFT, f"{_WORDS.get(dropped.kind, dropped.kind)}: {dropped.reason}."
    return None


def waiting_words(change: Planned) -> str:
    """What a change waits for."""
    what = _WORDS.get(change.kind, change.kind.value)
    if change.state is State.WAITING:
        return f"{what} waits for approval."
    if change.state is State.SENDING:
        return f"{what} is being sent."
    if change.state is State.READY:
        return f"{what} goes with the next sync."
    return f"{what} waits: {change.reason}." if change.reason else f"{what} waits."
