"""What an app is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

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


Transform = Literal["none", "semicolon", "comma", "pipe", "space", "newline"]
TRANSFORMS: Mapping[Transform, str] = {
    "none": "No transform (Single value output)",
    "semicolon": "Semicolon Delimited input (Multi-value output)",
    "comma": "Comma Delimited input (Multi-value output)",
    "pipe": "Pipe Delimited input (Multi-value output)",
    "space": "Space Delimited input (Multi-value output)",
    "newline": "Newline Delimited input (Multi-value output)",
}
"""What is made of one text before it is sent, in OneLogin's words (the further delimiters are ours)."""

Fixed = str | tuple[str, ...] | None
"""Values that an administrator wrote down, kept exactly as given: a text stays one, `a,b` is one value, a list stays a list."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """Where the value for one attribute comes from: a user attribute, or a macro such as `{firstname} {lastname}`.

    The key is a SCIM attribute, or NAME_ID, or any name at all if it is for the SAML assertion, or named by the app's template.
    Where the source (`none` for no source) has nothing, `values` are taken, the same for everybody, and then `default_values`.
    """

    key: str
    source: str
    macro: bool
    include_in_saml_assertion: bool = False
    multi_value: bool = False
    """The value is a list, `a;b;c`: each has an AttributeValue of its own."""
    label: str = ""
    """What it is called beside its key; given when it is made."""
    transform: Transform = "none"
    values: Fixed = None
    default_values: Fixed = None
    skip_if_blank: bool = True
    """An empty value is left out; without, a text is sent empty."""
    in_provisioning: bool | None = None
    """“Include in User Provisioning”.  None is as the key says: a SCIM attribute is sent, any other is not."""
    provisioned_entitlements: bool = False
    """Its values are entitlements at the target."""
    safe_entitlements: bool = True
    """Whether rules may make entitlements that are not at the target yet."""
    number: int = field(default=0, compare=False)
    """The id that OneLogin's API knows it by, within its app; 0 before it is stored."""


NAME_ID = "nameid"
"""The key of the parameter "SAML NameID (Subject)"."""
