"""Why a SAML message is not believed."""

from enum import StrEnum

_TOO_LARGE, _MALFORMED, _REFUSED = 413, 400, 403


class Reason(StrEnum):
    """What was wrong, for the log and the trail.  The person at the browser is told less: see `SamlProblem.status`."""

    BAD_BINDING = "bad_binding"
    TOO_LARGE = "too_large"
    BAD_BASE64 = "bad_base64"
    BAD_ENCODING = "bad_encoding"
    NOT_XML = "not_xml"
    DTD_FORBIDDEN = "dtd_forbidden"
    MARKUP_FORBIDDEN = "markup_forbidden"
    NS_FORBIDDEN = "ns_forbidden"
    NOT_A_RESPONSE = "not_a_response"
    NOT_A_REQUEST = "not_a_request"
    NOT_METADATA = "not_metadata"
    BAD_STRUCTURE = "bad_structure"
    WRAPPING = "wrapping"
    DUPLICATE_ID = "duplicate_id"
    UNSIGNED = "unsigned"
    BAD_REFERENCE = "bad_reference"
    BAD_ALGORITHM = "bad_algorithm"
    BAD_TRANSFORM = "bad_transform"
    BAD_SIGNATURE = "bad_signature"
    BAD_KEY = "bad_key"
    IDP_STATUS = "idp_status"
    ISSUER_MISMATCH = "issuer_mismatch"
    DESTINATION_MISMATCH = "destination_mismatch"
    BAD_NAMEID = "bad_nameid"
    NO_BEARER = "no_bearer"
    RECIPIENT_MISMATCH = "recipient_mismatch"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    IRT_MISMATCH = "irt_mismatch"
    UNSOLICITED_REFUSED = "unsolicited_refused"
    AUDIENCE_MISMATCH = "audience_mismatch"
    BAD_CONDITION = "bad_condition"
    BAD_AUTHN = "bad_authn"
    SESSION_EXPIRED = "session_expired"
    BAD_ATTRIBUTE = "bad_attribute"
    REPLAY = "replay"
    UNKNOWN_USER = "unknown_user"
    ACS_MISMATCH = "acs_mismatch"
    BAD_NAMEID_POLICY = "bad_nameid_policy"


_BEFORE_THE_SIGNATURE = frozenset(
    {
        Reason.BAD_BINDING,
        Reason.BAD_BASE64,
        Reason.BAD_ENCODING,
        Reason.NOT_XML,
        Reason.DTD_FORBIDDEN,
        Reason.MARKUP_FORBIDDEN,
        Reason.NS_FORBIDDEN,
        Reason.NOT_A_RESPONSE,
        Reason.NOT_A_REQUEST,
        Reason.NOT_METADATA,
        Reason.BAD_STRUCTURE,
        Reason.WRAPPING,
        Reason.DUPLICATE_ID,
    }
)


class SamlProblem(Exception):
    """A message that is refused.  `detail` is for the log: it may quote what came, cut to size; no browser ever sees it."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail

    @property
    def status(self) -> int:
        """The HTTP status for it: 413 too large, 400 not understood, 403 not believed."""
        if self.reason is Reason.TOO_LARGE:
            return _TOO_LARGE
        return _MALFORMED if self.reason in _BEFORE_THE_SIGNATURE else _REFUSED
