"""Who may hand in an assertion, where and until when: SubjectConfirmation (SAML Profiles 4.1.4.2)."""

from lockstep.saml.names import BEARER, saml
from lockstep.saml.problems import Reason, SamlProblem
from lockstep.saml.records import Expected, TrustedIdp
from lockstep.saml.xml import Element, children, only_child, read_time

_DATA = saml("SubjectConfirmationData")


def confirmed_until(subject: Element, response: Element, idp: TrustedIdp, expected: Expected) -> int:
    """The end of the first bearer confirmation that holds for us; others are passed over.

    SamlProblem: no_bearer, or what is wrong with the first one: recipient_mismatch, expired, irt_mismatch, unsolicited_refused.
    """
    bearers = [found for found in children(subject, saml("SubjectConfirmation")) if found.get("Method") == BEARER]
    problems = []
    for bearer in bearers:
        try:
            return _until(only_child(bearer, _DATA, Reason.NO_BEARER), response, idp, expected)
        except SamlProblem as problem:
            problems.append(problem)
    raise problems[0] if problems else SamlProblem(Reason.NO_BEARER, "no bearer confirmation")


def _until(data: Element, response: Element, idp: TrustedIdp, expected: Expected) -> int:
    if data.get("Recipient") != expected.acs_url:
        raise SamlProblem(Reason.RECIPIENT_MISMATCH, f"for {data.get('Recipient', '')[:200]!r}")
    if data.get("NotBefore") is not None:
        raise SamlProblem(Reason.EXPIRED, "a confirmation with NotBefore, which must not have one")
    until = read_time(data.get("NotOnOrAfter", ""), Reason.EXPIRED)
    if expected.now >= until + expected.skew_ms:
        raise SamlProblem(Reason.EXPIRED, f"confirmed until {data.get('NotOnOrAfter')}")
    _check_answered(data.get("InResponseTo"), response.get("InResponseTo"), idp, expected)
    return until


def _check_answered(confirmed: str | None, responded: str | None, idp: TrustedIdp, expected: Expected) -> None:
    """An answer names the request that this browser sent, in both places; what nobody asked for names none.

    An id that we do not know never counts as "nobody asked": that is how a stranger's sign-in gets into somebody's browser.
    """
    if expected.pending is not None:
        if not confirmed == responded == expected.pending.id:
            raise SamlProblem(Reason.IRT_MISMATCH, f"answers {(confirmed or responded or '')[:100]!r}")
    elif confirmed or responded:
        raise SamlProblem(
            Reason.IRT_MISMATCH, f"answers {(confirmed or responded or '')[:100]!r}, which this browser did not send"
        )
    elif not idp.unsolicited or confirmed is not None or responded is not None:
        raise SamlProblem(Reason.UNSOLICITED_REFUSED, "a sign-in that began at the identity provider")
