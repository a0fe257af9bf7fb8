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
    """Where the value for one attribute comes from: a user attribute, or a macro such as `{firstname} {lastname}`.

    The key is a SCIM attribute, or NAME_ID, or any name at all if it is for the SAML assertion alone.
    """

    key: str
    source: str
    macro: bool
    include_in_saml_assertion: bool = False
    multi_value: bool = False
    """The value is a list, `a;b;c`: each has an AttributeValue of its own."""


NAME_ID = "nameid"
"""The key of the parameter "SAML NameID (Subject)"."""
