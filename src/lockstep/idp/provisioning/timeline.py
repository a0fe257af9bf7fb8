"""What happened to one login or one group, in words: what was sent, what came back, what to do.  Pure.

It is made of events, which say who and never what: attributes are named, their values are not.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from lockstep.idp.events import ERRORS, Event, EventType
from lockstep.idp.provisioning.failures import Failure, cause_of, status_in
from lockstep.kit.clock import iso

_T = EventType
_WORDS = {
    # at the target
    _T.USER_CREATED_IN_APP: "Created at the target",
    _T.USER_UPDATED_IN_APP: "Updated at the target",
    _T.USER_SUSPENDED_IN_APP: "Switched off at the target",
    _T.USER_REACTIVATED_IN_APP: "Switched on again at the target",
    _T.USER_DELETED_IN_APP: "Deleted at the target",
    _T.USER_LINKED_IN_APP: "Found at the target, and linked",
    _T.USER_LEFT_AS_IS_IN_APP: "Left as it is at the target",
    _T.USER_CREATION_FAILED_IN_APP: "Could not be created at the target",
    _T.USER_UPDATE_FAILED_IN_APP: "Could not be updated at the target",
    _T.USER_SUSPENSION_FAILED_IN_APP: "Could not be switched off at the target",
    _T.USER_REACTIVATION_FAILED_IN_APP: "Could not be switched on again at the target",
    _T.USER_DELETION_FAILED_IN_APP: "Could not be deleted at the target",
    _T.GROUP_CREATED_IN_APP: "Created at the target",
    _T.GROUP_RENAMED_IN_APP: "Renamed at the target",
    _T.GROUP_DELETED_IN_APP: "Deleted at the target",
    _T.GROUP_LINKED_IN_APP: "Found at the target, and linked",
    _T.GROUP_MEMBERS_CHANGED_IN_APP: "Members changed at the target",
    _T.GROUP_LEFT_AS_IS_IN_APP: "Left as it is at the target",
    _T.GROUP_CREATION_FAILED_IN_APP: "Could not be created at the target",
    _T.GROUP_RENAME_FAILED_IN_APP: "Could not be renamed at the target",
    _T.GROUP_DELETION_FAILED_IN_APP: "Could not be deleted at the target",
    _T.GROUP_MEMBERS_FAILED_IN_APP: "Members could not be changed at the target",
    # asked for by hand
    _T.SYNC_ASKED: "Another try was asked for",
    _T.APPROVAL_GIVEN: "Approved",
    _T.APPROVAL_REFUSED: "Rejected",
    # in the directory
    _T.USER_CREATED: "Came into the directory",
    _T.USER_UPDATED: "Changed in the directory",
    _T.USER_DEACTIVATED: "Deactivated in the directory",
    _T.USER_ACTIVATED: "Activated in the directory",
    _T.USER_REMOVED: "Removed from the directory",
    _T.USER_LOCKED: "Locked in the directory",
    _T.USER_SUSPENDED: "Suspended in the directory",
    _T.USER_REACTIVATED: "No longer suspended in the directory",
    _T.USER_ROLES_CHANGED: "Roles changed",
    _T.ROLE_MEMBER_ADDED: "Got a role",
    _T.ROLE_MEMBER_REMOVED: "Lost a role",
    _T.ROLE_MEMBER_ADDED_BY_MAPPING: "Got a role by a mapping",
    _T.ROLE_MEMBER_REMOVED_BY_MAPPING: "Lost a role by a mapping",
    _T.LOGIN_ADDED: "Got the app",
    _T.LOGIN_REMOVED: "Lost the app",
    _T.LOGIN_VALUES_CHANGED: "Values at this login changed",
    # sign-in
    _T.SIGNED_IN: "Signed in",
    _T.SIGN_IN_FAILED: "Could not sign in",
    _T.SIGNED_OUT: "Signed out",
    _T.SIGNED_IN_TO_APP: "Signed in to the app",
    _T.SIGN_IN_TO_APP_FAILED: "Could not sign in to the app",
    _T.PASSWORD_CHANGED: "Password changed",
}
_AT_THE_TARGET = "_in_app"
_SENDS = {_T.USER_CREATED_IN_APP, _T.USER_UPDATED_IN_APP, _T.USER_CREATION_FAILED_IN_APP, _T.USER_UPDATE_FAILED_IN_APP}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened.

    `sent` are the names of attributes, or how many members; `came_back` and `what_to_do` are "" unless it failed.
    """

    seq: int
    at: int
    type: EventType
    title: str
    failed: bool
    actor: str
    sent: str = ""
    came_back: str = ""
    what_to_do: str = ""
    times: int = 1
    """How often in a row: `at` is the last time, `first_at` the first."""
    first_at: int = 0

    def sentence(self) -> str:
        """All of it in one line."""
        often = f", {self.times} times since {iso(self.first_at)}" if self.times > 1 else ""
        parts = [self.title + (f" by {self.actor}" if self.by_somebody else "") + often]
        parts += [f"{head}: {text}" for head, text in self.details()]
        return ". ".join(part.rstrip(".") for part in parts) + "."

    @property
    def by_somebody(self) -> bool:
        """Whether it was done by somebody else than the engine."""
        return self.actor not in ("", "engine")

    def details(self) -> list[tuple[str, str]]:
        """(heading, text) of what there is to say beside the title."""
        back = "Came back" if self.type.value.endswith(_AT_THE_TARGET) else "Why"
        all_of_it = (("Sent", self.sent), (back, self.came_back), ("What to do", self.what_to_do))
        return [(head, text) for head, text in all_of_it if text]

    def as_json(self) -> dict[str, Any]:
        """Beside the event's own fields in `lockstep idp timeline --json`."""
        shown: dict[str, Any] = {"time": iso(self.at), "words": self.sentence()}
        more = {"sent": self.sent, "came_back": self.came_back, "what_to_do": self.what_to_do}
        return shown | {key: text for key, text in more.items() if text}


def entry_of(event: Event) -> Entry:
    """An event about a user or a group as the timeline tells it."""
    failed = event.type in ERRORS or event.error_description != ""
    title = _WORDS.get(event.type, event.type.value)
    if event.role_name:
        title = f"{title}: {event.role_name}"
    return Entry(
        event.seq,
        event.at,
        event.type,
        title,
        failed,
        event.actor,
        _sent(event),
        event.error_description,
        _advice(event),
    )


def without_repeats(entries: Iterable[Entry]) -> list[Entry]:
    """The same, newest first, with a failure that came back again and again told once, as often as it did."""
    found: list[Entry] = []
    for entry in entries:
        newer = found[-1] if found else None
        if newer is not None and entry.failed and _told(newer) == _told(entry):
            found[-1] = replace(newer, times=newer.times + 1, first_at=entry.at)
        else:
            found.append(entry)
    return found


def _told(entry: Entry) -> tuple[EventType, str, str, str]:
    return entry.type, entry.actor, entry.sent, entry.came_back


def _sent(event: Event) -> str:
    """What went to the target; other events have notes of their own kind."""
    if not event.type.value.endswith(_AT_THE_TARGET):
        return ""
    return f"the attributes {event.notes}" if event.type in _SENDS and event.notes else event.notes


def _advice(event: Event) -> str:
    if not event.type.value.endswith("_failed_in_app"):
        return ""
    error = event.error_description
    return cause_of(Failure(error, status_in(error), name=event.user_name or event.object_name)).advice
