"""How people sign in to an app."""

from dataclasses import dataclass
from typing import Literal

from lockstep.saml.records import Signed, SpMetadata

Empty = Literal["omit", "send"]
"""What becomes of an attribute without a value in an assertion: it is left out, or is there and empty."""
SESSION_MINUTES = 480


@dataclass(frozen=True, slots=True)
class SamlConfig:
    """How people sign in to an app: the service provider, and what it is told.

    `uuid` is in the addresses that the service provider knows; it stays when the rest changes.  `session_minutes` is how long
    the service provider is told to keep a session at most.
    """

    app_id: int
    uuid: str
    sp: SpMetadata
    signed: Signed = Signed.ASSERTION
    session_minutes: int = SESSION_MINUTES
    empty: Empty = "omit"
