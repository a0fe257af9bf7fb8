"""How it stands with people's logins, as far as is remembered: nothing is asked of the target."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from lockstep.idp.apps.records import App
from lockstep.idp.console.words import counted
from lockstep.idp.directory.records import User
from lockstep.idp.provisioning.onelogin import provisioning_of
from lockstep.idp.provisioning.records import Planned, Standing, State, Trouble, UserLink
from lockstep.idp.provisioning.retries import when_again
from lockstep.idp.provisioning.standing import standings
from lockstep.kit.db import Connection

ACTIONS = {"create": "Create user", "update": "Update user", "delete": "Delete user"}
"""OneLogin's words for what is approved."""


@dataclass(frozen=True, slots=True)
class LoginState:
    """One person in one app: a word, the kind of indicator, and what there is to say."""

    word: str
    kind: str
    detail: str = ""
    digest: str = ""
    """Of the change that waits for approval."""
    action: str = ""
    provisioning_state: str = ""
    provisioning_status: str = ""
    """OneLogin's words (`provisioning.onelogin`)."""

    @property
    def opens(self) -> bool:
        """Whether there is more to see, and something to say, on the page of the login."""
        return self.word in ("Pending", "Failed")


def login_states(c: Connection, app: App, users: Iterable[User]) -> dict[int, LoginState]:
    """The state of each, by the user's id."""
    people = list(users)
    found = standings(c, app, [user.employee_id for user in people])
    return {user.id: login_state(found[user.employee_id]) for user in people}


def login_state(standing: Standing) -> LoginState:
    """The state of one login, with OneLogin's words for it."""
    state, status = provisioning_of(standing)
    found = _state(standing.link, standing.trouble, standing.planned)
    return replace(found, provisioning_state=state.value, provisioning_status=status.value)


def _state(link: UserLink | None, trouble: Trouble | None, planned: list[Planned]) -> LoginState:
    for state in (State.WAITING, State.HELD):
        for change in planned:
            if change.state is state:
                return _asked(change)
    if trouble is not None:
        tried = f"{trouble.error} (tried {counted(trouble.attempts, 'time')}; {when_again(trouble)})"
        return LoginState("Failed", "error", tried)
    for change in planned:
        found = _planned(change)
        if found is not None:
            return found
    if link is None:
        return LoginState("Not provisioned", "not-started")
    if link.missing:
        return LoginState("Missing", "warning", "The target says that this user is gone; the next sync makes it again.")
    if link.value.get("active") is False:
        return LoginState("Suspended", "stopped", "Switched off at the target.")
    return LoginState("Provisioned", "success", "" if link.made else "Was there before, and has been taken over.")


def _asked(change: Planned) -> LoginState:
    if change.state is State.HELD:
        return LoginState("Held", "warning", change.reason or "More of this kind than the limits let through.")
    action = ACTIONS[change.action]
    return LoginState("Pending", "pending", f"{action} waits for approval.", change.digest, action)


def _planned(change: Planned) -> LoginState | None:
    if change.state is State.SENDING:
        return LoginState("Provisioning", "in-progress", "Being sent.")
    if change.state is State.READY:
        return LoginState("Ready", "in-progress", f"{ACTIONS[change.action]} goes with the next sync.")
    if change.state in (State.BLOCKED, State.LATER):
        return LoginState("Waiting", "pending", change.reason)
    if change.state is State.DROPPED and change.reason:
        return LoginState("Skipped", "stopped", change.reason)
    return None
