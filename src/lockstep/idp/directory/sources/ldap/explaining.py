"""What an answer of an LDAP server means, and what to do about it, for the person who reads it.  Pure."""

import re

from lockstep.idp.directory.sources.ldap.records import LdapSettings
from lockstep.idp.directory.sources.ldap.wire import START_TLS_REFUSED, WireError

INVALID_CREDENTIALS = 49
NO_SUCH_OBJECT = 32
SIZE_LIMIT = 4
_AD_REASON = re.compile(r"\bdata ([0-9a-f]{2,4})\b", re.IGNORECASE)
_AD_REASONS = {
    "525": "there is no such account",
    "52e": "the password is wrong",
    "530": "it may not sign in at this hour",
    "531": "it may not sign in from this machine",
    "532": "its password has run out",
    "533": "it is disabled",
    "701": "it has expired",
    "773": "its password has to be changed first",
    "775": "it is locked",
}
"""What Active Directory means by the number in its answer to a bind."""
_RESULTS = {
    1: (
        "The server could not do it",
        "Active Directory says so to whoever has not signed in: set a bind DN and its password.",
    ),
    3: ("The server's time limit was reached", "Raise it for the bind account, or make the page size smaller."),
    SIZE_LIMIT: (
        "The server gives this account no more entries (its size limit)",
        "Raise the limit for the bind account; at OpenLDAP: olcLimits with size.pr=unlimited size.prtotal=unlimited.",
    ),
    8: ("The server wants a stronger sign-in or encryption", "Use ldaps://, or StartTLS (encryption: required)."),
    10: ("The base is on another server, to which this one refers", "Name that server, or a base that is on this one."),
    11: (
        "The server's administrative limit was reached",
        "Raise the bind account's limits, or make the page size smaller.",
    ),
    12: ("The server does not know a control that is needed", "Name another server, or update this one."),
    13: ("The server wants encryption", "Use ldaps://, or StartTLS (encryption: required)."),
    18: ("The server cannot compare this attribute so", "Choose another filter or key attribute."),
    NO_SUCH_OBJECT: (
        "The base is not there, or the bind account may not see it",
        "Check the base DN and the rights of the bind account.",
    ),
    34: ("The server cannot read a DN", "Check the bind DN and the base DNs."),
    48: ("The server takes no sign-in of this kind", "Set a bind DN and its password: it takes no anonymous ones."),
    50: ("The bind account may not read this", "Give it the right to read the entries and attributes below the bases."),
    51: ("The server is busy", "It is tried again at the next run."),
    52: ("The server is not available", "It is tried again at the next run; name a second server to go on with."),
    53: ("The server is not willing to do this", "Its own words say why; it may want encryption or another bind account."),
}


def explain(error: WireError, settings: LdapSettings, url: str) -> tuple[str, str]:
    """(what is wrong, what to do), without a full stop after the first."""
    if error.cause == "tls":
        return _tls(error, url)
    if error.cause == "connect":
        return f"{url} cannot be reached: {error.detail}", "Check the host and the port, and firewalls between."
    if error.cause == "silence":
        return (
            f"{url} did not go on for {settings.answer_seconds} seconds",
            "Make the page size smaller, or raise the time that it may be silent (answer_seconds).",
        )
    if error.cause == "cut":
        return f"The connection to {url} ended: {error.detail}", "It is tried again at the next run."
    if error.cause == "nonsense":
        return f"{url} answered what is no LDAP: {error.detail}", "Check that the URL is that of an LDAP server."
    if error.code == INVALID_CREDENTIALS:
        return _refused(error, settings)
    problem, fix = _RESULTS.get(error.code, ("The server refused it", "Its own words say why."))
    return f"{problem} ({error.detail})", fix


def _tls(error: WireError, url: str) -> tuple[str, str]:
    if error.detail.startswith(START_TLS_REFUSED):
        return (
            f"{url} does not take {error.detail}",
            "Set up a certificate at the server, or use ldaps:// if it has that.",
        )
    return (
        f"TLS to {url} failed: {error.detail}",
        "Check that the host is the one in the certificate, and give the certificate of the authority that signed it.",
    )


def _refused(error: WireError, settings: LdapSettings) -> tuple[str, str]:
    found = _AD_REASON.search(error.detail)
    reason = _AD_REASONS.get(found[1].lower(), "") if found else ""
    who = settings.bind_dn or "an anonymous sign-in"
    return (
        f"The server refused {who}: {reason or 'its name or its password is wrong'} (invalidCredentials)",
        "Check the bind DN, and enter its password again.",
    )
