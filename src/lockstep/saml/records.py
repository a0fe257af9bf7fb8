"""What SAML messages say, as values.  Moments are milliseconds since 1970, certificates DER bytes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

EMAIL_FORMAT = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
UNSPECIFIED_FORMAT = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
PROTECTED_TRANSPORT = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
URI_NAMES = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
BASIC_NAMES = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"
SKEW_MS = 60_000
"""How far two clocks may be apart."""


class Binding(StrEnum):
    """How a message travels."""

    POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
    REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"


class Status(StrEnum):
    """Status codes that we give or expect (SAML Core 3.2.2.2)."""

    SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
    REQUESTER = "urn:oasis:names:tc:SAML:2.0:status:Requester"
    RESPONDER = "urn:oasis:names:tc:SAML:2.0:status:Responder"
    AUTHN_FAILED = "urn:oasis:names:tc:SAML:2.0:status:AuthnFailed"
    INVALID_NAMEID_POLICY = "urn:oasis:names:tc:SAML:2.0:status:InvalidNameIDPolicy"
    NO_AUTHN_CONTEXT = "urn:oasis:names:tc:SAML:2.0:status:NoAuthnContext"
    NO_PASSIVE = "urn:oasis:names:tc:SAML:2.0:status:NoPassive"
    REQUEST_DENIED = "urn:oasis:names:tc:SAML:2.0:status:RequestDenied"


@dataclass(frozen=True, slots=True)
class IdpMetadata:
    """What an identity provider says of itself.  `sso` holds the location for each binding; at least one certificate."""

    entity_id: str
    certificates: tuple[bytes, ...]
    sso: Mapping[Binding, str]
    name_id_formats: tuple[str, ...] = (EMAIL_FORMAT,)
    want_authn_requests_signed: bool = False


@dataclass(frozen=True, slots=True)
class AssertionConsumer:
    """One place of a service provider that takes responses, by POST."""

    location: str
    index: int
    default: bool = False


@dataclass(frozen=True, slots=True)
class SpMetadata:
    """What a service provider says of itself.  At least one consumer."""

    entity_id: str
    consumers: tuple[AssertionConsumer, ...]
    name_id_formats: tuple[str, ...] = (EMAIL_FORMAT,)
    authn_requests_signed: bool = False
    want_assertions_signed: bool = True
    certificates: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class AuthnRequest:
    """A service provider asks for a sign-in (SAML Core 3.4.1).  `acs_url` and `acs_index` are never both set."""

    id: str
    issue_instant: int
    issuer: str
    destination: str | None = None
    acs_url: str | None = None
    acs_index: int | None = None
    force_authn: bool = False
    is_passive: bool = False
    name_id_format: str | None = None
    requested_contexts: tuple[str, ...] = ()
    """Classes of sign-in, one of which is wanted."""
    context_comparison: str = "exact"
    """How: `exact`, `minimum`, `better` or `maximum` (SAML Core 3.3.2.2.1)."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of an assertion.  One `AttributeValue` for each value."""

    name: str
    values: tuple[str, ...]
    name_format: str = URI_NAMES


@dataclass(frozen=True, slots=True)
class Answer:
    """What an identity provider vouches for.  `acs_url` is Destination and Recipient, `audience` its entity id."""

    issuer: str
    acs_url: str
    audience: str
    name_id: str
    attributes: tuple[Attribute, ...]
    now: int
    authn_instant: int
    session_index: str
    session_ends: int
    in_response_to: str | None = None
    name_id_format: str = EMAIL_FORMAT
    context: str = PROTECTED_TRANSPORT
    valid_ms: int = 300_000
    early_ms: int = SKEW_MS
    """How long before `now` it is valid already."""


class Signed(StrEnum):
    """Which element an identity provider signs, or a service provider wants signed."""

    ASSERTION = "assertion"
    RESPONSE = "response"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class TrustedIdp:
    """What a service provider knows of one identity provider that it trusts."""

    entity_id: str
    certificates: tuple[bytes, ...]
    unsolicited: bool = True
    """Whether a sign-in may begin at the identity provider."""
    name_id_formats: tuple[str, ...] = (EMAIL_FORMAT,)
    expired_certificates: bool = True
    """Whether a pinned certificate counts after its last day: the key is what is trusted."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A request that we sent from the browser that now answers: its id, and whom we asked."""

    id: str
    idp_entity_id: str


@dataclass(frozen=True, slots=True)
class Expected:
    """What the service provider compares a response with: configured values, nothing out of the HTTP request."""

    acs_url: str
    audience: str
    now: int
    pending: Pending | None = None
    skew_ms: int = SKEW_MS


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a response that passed every check says.  Replay, and whether the user exists, are for the caller to see.

    `keep_until` is how long the ids have to be remembered against replay.
    """

    issuer: str
    name_id: str
    name_id_format: str
    attributes: Mapping[str, tuple[str, ...]]
    authn_instant: int
    session_index: str | None
    session_ends: int | None
    in_response_to: str | None
    response_id: str
    assertion_id: str
    keep_until: int
    warnings: tuple[str, ...] = field(default=())
