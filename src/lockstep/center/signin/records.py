"""What sign-in deals with.  Moments are milliseconds since 1970."""

from dataclasses import dataclass

import msgspec

from lockstep.center.attributes.records import Tagged
from lockstep.saml.records import Accepted


class Asked(msgspec.Struct, frozen=True):
    """One request that a browser was sent to an identity provider with.

    `idp` is `idp_digest` of its entity id, `state` the RelayState that goes with it, `to` the path to go on to.
    """

    id: str
    idp: str
    state: str
    to: str
    until: int


class BrowserRecord(msgspec.Struct, frozen=True):
    """What one browser carries for us, sealed: requests that may be answered, and the digest (hex) of its latest session."""

    asked: tuple[Asked, ...] = ()
    session: str | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """A response that passed every check of the library, and what the browser carried.  Digests are SHA-256."""

    accepted: Accepted
    asked: Asked | None
    new_session: bytes
    old_session: bytes | None


@dataclass(frozen=True, slots=True)
class Session:
    """One session of the access portal.

    `tagged` is None where attributes for access control were not enabled when it began.
    """

    user_id: str
    user_name: str
    display_name: str
    idp: str
    idp_name: str
    started_at: int
    expires_at: int
    tagged: Tagged | None
