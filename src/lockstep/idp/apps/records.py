"""What an app is."""

from dataclasses import dataclass

from lockstep.idp.apps.settings import Settings


@dataclass(frozen=True, slots=True)
class App:
    """One app: a target that people are provisioned into.

    `stopped` is the switch that stops everything; `quarantine` says why the engine stopped by itself ("" if it did not).
    """

    id: int
    name: str
    connector: str
    scim_url: str
    allow_loopback: bool
    settings: Settings
    stopped: bool
    quarantine: str
    connected_at: int
    connect_problem: str


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who has the app: everyone (`role_id` None), or the members of a role."""

    role_id: int | None


@dataclass(frozen=True, slots=True)
class Parameter:
    """Where the value for one SCIM attribute comes from: a user attribute, or a macro such as `{firstname} {lastname}`."""

    key: str
    source: str
    macro: bool
