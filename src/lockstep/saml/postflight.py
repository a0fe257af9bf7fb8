"""What a response whose signature is right must say before anybody is let in (SAML Profiles 4.1.4.3)."""

from dataclasses import dataclass

from lockstep.saml.attributes import read_attributes
from lockstep.saml.conditions import valid_until
from lockstep.saml.confirmation import confirmed_until
from lockstep.saml.name_ids import read_name
from lockstep.saml.names import ENTITY_FORMAT, ISSUER, saml, samlp
from lockstep.saml.problems import Reason, SamlProblem
from lockstep.saml.records import Accepted, Expected, Status, TrustedIdp
from lockstep.saml.xml import Element, children, leaf_text, only_child, read_time


@dataclass(frozen=True, slots=True)
class Proven:
    """A response after its signatures: the assertion as it was signed, and the response, which may only be a hint.

    What an unsigned response says can get a sign-in refused, and grants nothing.
    """

    response: Element
    assertion: Element
    response_signed: bool


def check_meaning(proven: Proven, idp: TrustedIdp, expected: Expected) -> Accepted:
    """Steps 21 to 36 of what a service provider checks, in that order.

    SamlProblem: idp_status, issuer_mismatch, destination_mismatch, bad_nameid, no_bearer, recipient_mismatch, expired,
    irt_mismatch, unsolicited_refused, bad_condition, not_yet_valid, audience_mismatch, bad_authn, session_expired,
    bad_attribute.
    """
    response, assertion = proven.response, proven.assertion
    _check_status(response)
    _check_issuers(proven, idp)
    _check_destination(proven, expected)
    subject = only_child(assertion, saml("Subject"), Reason.BAD_NAMEID)
    name_id, name_id_format = read_name(subject, idp, expected)
    confirmed = confirmed_until(subject, response, idp, expected)
    valid = valid_until(assertion, expected)
    authn_instant, session_index, session_ends = _statement(assertion, expected)
    attributes, warnings = read_attributes(assertion)
    return Accepted(
        issuer=idp.entity_id,
        name_id=name_id,
        name_id_format=name_id_format,
        attributes=attributes,
        authn_instant=authn_instant,
        session_index=session_index,
        session_ends=session_ends,
        in_response_to=None if expected.pending is None else expected.pending.id,
        response_id=response.get("ID", ""),
        assertion_id=assertion.get("ID", ""),
        keep_until=max(confirmed, valid) + expected.skew_ms,
        warnings=warnings,
    )


def _check_status(response: Element) -> None:
    status = only_child(response, samlp("Status"))
    code = only_child(status, samlp("StatusCode"))
    if code.get("Value") != Status.SUCCESS:
        nested = " ".join(inner.get("Value", "") for inner in status.iter(samlp("StatusCode")))
        raise SamlProblem(Reason.IDP_STATUS, nested[:300])


def _check_issuers(proven: Proven, idp: TrustedIdp) -> None:
    if proven.response_signed and not children(proven.response, ISSUER):
        raise SamlProblem(Reason.ISSUER_MISMATCH, "a signed response without issuer")
    for issuer in (*children(proven.response, ISSUER), only_child(proven.assertion, ISSUER, Reason.ISSUER_MISMATCH)):
        written = leaf_text(issuer, Reason.ISSUER_MISMATCH)
        if written != idp.entity_id or issuer.get("Format", ENTITY_FORMAT) != ENTITY_FORMAT:
            raise SamlProblem(Reason.ISSUER_MISMATCH, f"from {written[:200]!r}")


def _check_destination(proven: Proven, expected: Expected) -> None:
    """A must where the response is signed (SAML Bindings 3.5.5.2)."""
    destination = proven.response.get("Destination")
    if destination != expected.acs_url and (proven.response_signed or destination is not None):
        raise SamlProblem(Reason.DESTINATION_MISMATCH, f"for {(destination or '')[:200]!r}")


def _statement(assertion: Element, expected: Expected) -> tuple[int, str | None, int | None]:
    """When the person signed in, which session that is, and when it ends."""
    statement = only_child(assertion, saml("AuthnStatement"), Reason.BAD_AUTHN)
    instant = read_time(statement.get("AuthnInstant", ""), Reason.BAD_AUTHN)
    if instant > expected.now + expected.skew_ms:
        raise SamlProblem(Reason.BAD_AUTHN, f"will sign in at {statement.get('AuthnInstant')}")
    written = statement.get("SessionNotOnOrAfter")
    ends = None if written is None else read_time(written, Reason.BAD_AUTHN)
    if ends is not None and expected.now - expected.skew_ms >= ends:
        raise SamlProblem(Reason.SESSION_EXPIRED, f"the session ended at {written}")
    return instant, statement.get("SessionIndex"), ends
