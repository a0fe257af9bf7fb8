"""Signing certificates, as a person looks at them: which one, and how long it is good for."""

from lockstep.center.instances.idps.records import Certificate, IdentityProvider
from lockstep.kit.clock import iso

WARN_DAYS = 60
_DAY_MS = 86_400_000


def certificate_of(der: bytes, now: int) -> Certificate:
    """What to show of a certificate; `days_left` is negative once it is out of date."""
    from lockstep.saml.keys import fingerprint, not_after_ms  # slow to import, and commands seldom need it

    last = not_after_ms(der)
    return Certificate(fingerprint(der), last, (last - now) // _DAY_MS)


def warnings_of(idp: IdentityProvider, now: int) -> list[str]:
    """What to say of certificates whose end is near: one that is out of date still counts, since its key is what is trusted."""
    return [text for der in idp.certificates if (text := _warning(certificate_of(der, now))) is not None]


def _warning(certificate: Certificate) -> str | None:
    if certificate.days_left >= WARN_DAYS:
        return None
    which, day = certificate.sha256[:16], iso(certificate.last_day)[:10]
    if certificate.days_left < 0:
        return f"the certificate {which}… has been out of date since {day}; its key is still trusted: get new metadata"
    return f"the certificate {which}… is good until {day}, {certificate.days_left} more days: get new metadata before then"
