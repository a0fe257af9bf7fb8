"""When and for whom an assertion counts: Conditions (SAML Core 2.5)."""

from typing import Final

from lockstep.saml.names import XSI, saml
from lockstep.saml.problems import Reason, SamlProblem
from lockstep.saml.records import Expected
from lockstep.saml.xml import Element, children, leaf_text, only_child, read_time

_LONGEST_MS: Final = 5_400_000
"""90 minutes.  Microsoft's identity provider is said to grant 70 (unverified), and an hour would lock its users out."""
_RESTRICTION: Final = saml("AudienceRestriction")
_KNOWN: Final = frozenset({_RESTRICTION, saml("OneTimeUse"), saml("ProxyRestriction")})
"""OneTimeUse holds in any case: ids are remembered.  ProxyRestriction concerns who passes assertions on, which we never do."""


def valid_until(assertion: Element, expected: Expected) -> int:
    """The end of the conditions, if they hold now and for us.

    SamlProblem: bad_condition (not one Conditions, no window or too long a one, a condition nobody knows: Core 2.5.1.1),
    not_yet_valid, expired, audience_mismatch.
    """
    conditions = only_child(assertion, saml("Conditions"), Reason.BAD_CONDITION)
    until = _check_window(conditions, expected)
    _check_audience(conditions, expected)
    for condition in conditions:
        if condition.tag not in _KNOWN or condition.get(f"{{{XSI}}}type") is not None:
            raise SamlProblem(Reason.BAD_CONDITION, f"a condition that is not known: {condition.tag[:100]!r}")
    return until


def _check_window(conditions: Element, expected: Expected) -> int:
    starts = read_time(conditions.get("NotBefore", ""), Reason.BAD_CONDITION)
    ends = read_time(conditions.get("NotOnOrAfter", ""), Reason.BAD_CONDITION)
    if not 0 < ends - starts <= _LONGEST_MS:
        raise SamlProblem(Reason.BAD_CONDITION, "a window that ends before it starts, or is too long")
    if starts > expected.now + expected.skew_ms:
        raise SamlProblem(Reason.NOT_YET_VALID, f"from {conditions.get('NotBefore')}")
    if expected.now - expected.skew_ms >= ends:
        raise SamlProblem(Reason.EXPIRED, f"until {conditions.get('NotOnOrAfter')}")
    return ends


def _check_audience(conditions: Element, expected: Expected) -> None:
    """One of the audiences of every restriction has to be us (SAML Core 2.5.1.4), and there has to be a restriction."""
    restrictions = [
        [leaf_text(audience, Reason.AUDIENCE_MISMATCH) for audience in children(restriction, saml("Audience"))]
        for restriction in children(conditions, _RESTRICTION)
    ]
    if not restrictions or any(expected.audience not in audiences for audiences in restrictions):
        raise SamlProblem(Reason.AUDIENCE_MISMATCH, f"for {restrictions!r}"[:300])
