"""An action on many users."""

from enum import StrEnum

import msgspec


class Action(StrEnum):
    """What is done to each of them.  ADD_ROLE, TAKE_ROLE and SET_GROUP have an argument, the id of the role or group."""

    SUSPEND = "suspend"
    ACTIVATE = "activate"
    LOCK = "lock"
    UNLOCK = "unlock"
    APPROVE = "approve"
    REJECT = "reject"
    ADD_ROLE = "add-role"
    TAKE_ROLE = "take-role"
    SET_GROUP = "set-group"
    DELETE = "delete"


class Refusal(msgspec.Struct, frozen=True):
    """Somebody to whom it was not done, and why."""

    user_name: str
    why: str


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """One action on the users that were chosen when it was asked for.  Instants in ms; `finished_at` is 0 before its end.

    `done` counts those who have been looked at: `changed` of them were changed, `refused` could not be (the first of these
    say why), and all others were like that already, or have gone meanwhile.  `touched_at` is when the last piece was done.
    """

    action: Action
    argument: int = 0
    actor: str
    total: int
    done: int = 0
    changed: int = 0
    refused: int = 0
    reasons: tuple[Refusal, ...] = ()
    created_at: int
    touched_at: int
    finished_at: int = 0
    id: int = 0
