"""A service provider lets somebody in, or not: every check of a response, in order.

`preflight` looks at the shape, `signature` at who signed what, `postflight` at what it means.  After the signature only what it
covers is read.  Replay, and whether the person is known, are left to the caller, who has a database.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from lockstep.saml.bindings import decode_post
from lockstep.saml.keys import not_after_ms, not_before_ms
from lockstep.saml.names import ASSERTION, ISSUER, RESPONSE
from lockstep.saml.postflight import Proven, check_meaning
from lockstep.saml.preflight import Message, check_shape
from lockstep.saml.problems import Reason, SamlProblem
from lockstep.saml.records import Accepted, Expected, TrustedIdp
from lockstep.saml.signature import verify
from lockstep.saml.xml import Element, leaf_text, only_child, parse

_MOST_SKEW_MS: Final = 180_000
_LONGEST_SHOWN: Final = 1_024
_OWN: Final = "./"
_ASSERTIONS: Final = f"./{ASSERTION}/"


def accept(value: str, trusted: Mapping[str, TrustedIdp], expected: Expected) -> Accepted:
    """Who signs in, out of the form field SAMLResponse.  `trusted` has the identity providers that count here, by entity id.

    Where a request of ours is pending, only the identity provider that was asked may answer it.  Clocks are believed to be
    at most three minutes apart, whatever `expected` says.

    SamlProblem for whatever is wrong, and nothing else: an error that nobody thought of is a refusal too.
    """
    try:
        return _accept(value, trusted, replace(expected, skew_ms=min(expected.skew_ms, _MOST_SKEW_MS)))
    except SamlProblem:
        raise
    except Exception as unforeseen:
        raise SamlProblem(Reason.BAD_STRUCTURE, f"{type(unforeseen).__name__}: {unforeseen}"[:300]) from unforeseen


def response_issuer(value: str) -> str | None:
    """Who a response says it is from, for the trail: not believed, cut to size, None where that cannot be told."""
    try:
        root = parse(decode_post(value))
        issuer = next(root.iter(ISSUER), None)
        return (issuer.text or "")[:_LONGEST_SHOWN] or None if issuer is not None else None
    except Exception:
        return None


def _accept(value: str, trusted: Mapping[str, TrustedIdp], expected: Expected) -> Accepted:
    message = check_shape(parse(decode_post(value)))
    idp = _trusted_issuer(message.assertion, trusted, expected)
    proven, warnings = _prove(message, idp, expected)
    accepted = check_meaning(proven, idp, expected)
    return replace(accepted, warnings=(*warnings, *accepted.warnings))


def _trusted_issuer(assertion: Element, trusted: Mapping[str, TrustedIdp], expected: Expected) -> TrustedIdp:
    """The identity provider that the message names: it says which keys to try, and is compared again with what was signed."""
    issuer = leaf_text(only_child(assertion, ISSUER, Reason.ISSUER_MISMATCH), Reason.ISSUER_MISMATCH)
    if issuer not in trusted:
        raise SamlProblem(Reason.ISSUER_MISMATCH, f"from {issuer[:200]!r}, which is not trusted here")
    if expected.pending is not None and expected.pending.idp_entity_id != issuer:
        raise SamlProblem(Reason.ISSUER_MISMATCH, f"from {issuer[:200]!r}, which was not asked")
    return trusted[issuer]


def _prove(message: Message, idp: TrustedIdp, expected: Expected) -> tuple[Proven, tuple[str, ...]]:
    """What was signed, after every signature that is there."""
    response, used = message.root, set[bytes]()
    if message.response_signed:
        response, der = verify(response, _OWN, idp.certificates)
        used.add(der)
    assertion = only_child(response, ASSERTION, Reason.WRAPPING)
    if message.assertion_signed:
        assertion, der = verify(response, _ASSERTIONS, idp.certificates)
        used.add(der)
    if response.tag != RESPONSE or assertion.tag != ASSERTION:
        raise SamlProblem(Reason.WRAPPING, "another element is signed")
    warnings = tuple(warning for der in sorted(used) if (warning := _judge_dates(der, idp, expected)))
    return Proven(response, assertion, message.response_signed), warnings


def _judge_dates(der: bytes, idp: TrustedIdp, expected: Expected) -> str | None:
    """A warning for a certificate outside of its dates; SamlProblem bad_key where such ones do not count."""
    if not_before_ms(der) - expected.skew_ms <= expected.now <= not_after_ms(der) + expected.skew_ms:
        return None
    if not idp.expired_certificates:
        raise SamlProblem(Reason.BAD_KEY, "signed with a certificate outside of its dates")
    return "signed with a certificate outside of its dates"
