"""What a service provider asks for: read, checked, and compared with what can be done here."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from lockstep.idp.apps.saml.records import SamlConfig
from lockstep.saml.bindings import decode_post, decode_redirect, single_parameter, verify_redirect_signature
from lockstep.saml.names import samlp
from lockstep.saml.problems import Reason, SamlProblem
from lockstep.saml.records import EMAIL_FORMAT, PROTECTED_TRANSPORT, UNSPECIFIED_FORMAT, AuthnRequest, Status
from lockstep.saml.requests import choose_consumer, read_request
from lockstep.saml.xml import parse

LONGEST_RELAY_STATE = 1_024
"""Bytes.  The standard says 80, and real service providers send more."""
Pairs = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was found good, where its answer goes, and what goes back with it."""

    request: AuthnRequest
    acs_url: str
    relay_state: str | None


def by_redirect(pairs: Pairs, raw_query: bytes, config: SamlConfig, *, destination: str, now: int) -> Asked:
    """A request in an address.  `raw_query` is the query as it came: that is what a signature covers.  Raises SamlProblem."""
    pairs = list(pairs)
    signed = any(name == "Signature" for name, _ in pairs)
    if signed and config.sp.certificates:
        verify_redirect_signature(raw_query, config.sp.certificates)
    raw = decode_redirect(single_parameter(pairs, "SAMLRequest"))
    return _asked(raw, pairs, config, destination, now, verified=signed and bool(config.sp.certificates))


def by_post(pairs: Pairs, config: SamlConfig, *, destination: str, now: int) -> Asked:
    """A request in a form.  Raises SamlProblem."""
    pairs = list(pairs)
    raw = decode_post(single_parameter(pairs, "SAMLRequest"))
    return _asked(raw, pairs, config, destination, now, verified=False)


def _asked(
    raw: bytes, pairs: list[tuple[str, str]], config: SamlConfig, destination: str, now: int, *, verified: bool
) -> Asked:
    # Names of a kind that we have not are answered (see `refusal`), so they must not be refused in reading.
    sp = replace(config.sp, name_id_formats=(*config.sp.name_id_formats, *_formats_asked(raw)))
    request = read_request(raw, now=now, destination=destination, sp=sp, signature_verified=verified)
    return Asked(request, choose_consumer(request, config.sp).location, _relay_state(pairs))


def _formats_asked(raw: bytes) -> list[str]:
    return [policy.get("Format", "") for policy in parse(raw).iterchildren(samlp("NameIDPolicy"))]


def _relay_state(pairs: list[tuple[str, str]]) -> str | None:
    if not any(name == "RelayState" for name, _ in pairs):
        return None
    value = single_parameter(pairs, "RelayState")
    if len(value.encode()) > LONGEST_RELAY_STATE:
        raise SamlProblem(Reason.TOO_LARGE, f"a RelayState of more than {LONGEST_RELAY_STATE} bytes")
    if "\0" in value:
        raise SamlProblem(Reason.BAD_ENCODING, "a RelayState that no form can carry")
    return value


def refusal(request: AuthnRequest) -> tuple[Status, Status, str] | None:
    """What is asked for and cannot be done here: (status, second status, words) for the service provider."""
    if request.name_id_format not in (None, EMAIL_FORMAT, UNSPECIFIED_FORMAT):
        return Status.REQUESTER, Status.INVALID_NAMEID_POLICY, "Names are e-mail addresses here."
    if request.requested_contexts and PROTECTED_TRANSPORT not in request.requested_contexts:
        return Status.RESPONDER, Status.NO_AUTHN_CONTEXT, "People sign in with a password here."
    return None


_WORDS = {
    Reason.ACS_MISMATCH: "The application wants the answer at an address that is not configured here.",
    Reason.ISSUER_MISMATCH: "The application is another one than this sign-in address is for.",
    Reason.DESTINATION_MISMATCH: "The application's request was meant for another address.",
    Reason.EXPIRED: "The application's request is too old, or the clocks differ. Start again at the application.",
    Reason.NOT_YET_VALID: "The application's request is from the future: the clocks differ.",
    Reason.UNSIGNED: "The application's request has to be signed, and is not.",
    Reason.BAD_SIGNATURE: "The signature of the application's request is not right.",
    Reason.TOO_LARGE: "The application's request is too large.",
}


def words_for(problem: SamlProblem) -> str:
    """What the person at the browser is told; the rest is for the administrator."""
    text = _WORDS.get(problem.reason, "The application's request cannot be understood.")
    return f"{text} If it stays so, tell your administrator: {problem.reason}."
