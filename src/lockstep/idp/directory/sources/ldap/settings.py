"""Which settings of an LDAP source can be taken.  Pure but for the reading of what is given."""

import re
import ssl
from collections.abc import Callable
from typing import get_args
from urllib.parse import urlsplit

from lockstep.idp.directory.checks import FieldProblem, check_text
from lockstep.idp.directory.sources.ldap import dn
from lockstep.idp.directory.sources.ldap.records import ENTRY_DN, MANAGER_KEY, SECRETS, Encryption, Flavour, LdapSettings, Scope
from lockstep.idp.directory.sources.ldap.wire import PORTS, filter_fault
from lockstep.scim.client import is_loopback

_ATTRIBUTE = re.compile(r"(?:[A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+)(?:;[A-Za-z0-9-]+)*")
"""RFC 4512 section 2.5: a name or an OID, and options."""
MOST_BASES, MOST_SERVERS, MOST_ATTRIBUTES = 50, 20, 200
_NUMBERS = {
    "page_size": (1, 10_000),
    "connect_seconds": (1, 300),
    "answer_seconds": (1, 3600),
    "read_seconds": (1, 86_400),
    "overlap_seconds": (0, 86_400),
}


def check(settings: LdapSettings) -> None:
    """Raise FieldProblem for the first setting that cannot be taken; it names the field, and says what to do."""
    for name, kind in (("flavour", Flavour), ("encryption", Encryption), ("scope", Scope)):
        if getattr(settings, name) not in get_args(kind):
            raise FieldProblem(name, f"is one of {', '.join(get_args(kind))}")
    _check_servers(settings)
    _check_each(settings.people_bases, "people_bases", MOST_BASES, _check_base)
    _check_each(settings.group_bases, "group_bases", MOST_BASES, _check_base, needed=False)
    _check_bind(settings)
    for name in ("people_filter", "group_filter"):
        _check_filter(name, getattr(settings, name))
    for name in ("person_key", "group_key", "group_name"):
        if getattr(settings, name):
            _check_attribute(name, getattr(settings, name))
    _check_each(settings.attributes, "attributes", MOST_ATTRIBUTES, _check_read, needed=False)
    _check_each(settings.group_attributes, "group_attributes", MOST_ATTRIBUTES, _check_attribute, needed=False)
    _check_disabled(settings.disabled_when)
    _check_certificates(settings.ca_certificates)
    for name, (least, most) in _NUMBERS.items():
        if not least <= getattr(settings, name) <= most:
            raise FieldProblem(name, f"is a whole number from {least:,} to {most:,}")


def check_password(settings: LdapSettings, password: str) -> None:
    """Raise FieldProblem where there is a name and no password: servers take that for anonymous (RFC 4513 section 5.1.2)."""
    check_text("password", password)
    if settings.bind_dn and not password:
        raise FieldProblem("password", "is empty: give the one of the bind DN")


def _check_each(
    values: tuple[str, ...], field: str, most: int, check_one: Callable[[str, str], None], *, needed: bool = True
) -> None:
    if needed and not values:
        raise FieldProblem(field, "is empty: name at least one")
    if len(values) > most:
        raise FieldProblem(field, f"has more than {most} values")
    for value in values:
        check_one(field, value)


def _check_servers(settings: LdapSettings) -> None:
    def check_one(field: str, url: str) -> None:
        host, scheme = _host(field, url)
        here = is_loopback(host)
        if here and not settings.allow_loopback:
            raise FieldProblem(field, f"names this machine, {url}: allow that with allow_loopback")
        if scheme == "ldap" and settings.encryption == "off" and not (here or settings.allow_clear_text):
            raise FieldProblem(
                "encryption", f"is off for {url}, and passwords and people would travel in clear text: use StartTLS (required) "
                "or an ldaps:// URL, or allow it with allow_clear_text",
            )  # fmt: skip

    _check_each(settings.servers, "servers", MOST_SERVERS, check_one)


def _host(field: str, url: str) -> tuple[str, str]:
    what = f"has {url!r}, which is no ldaps://host:port or ldap://host:port"
    check_text(field, url)
    try:
        parts = urlsplit(url)
        _ = parts.port  # reading it checks it
    except ValueError as error:
        raise FieldProblem(field, f"{what}: {error}") from None
    rest = parts.path.strip("/") or parts.query or parts.fragment or parts.username or parts.password
    if parts.scheme not in PORTS or not parts.hostname or rest or url != url.strip():
        raise FieldProblem(field, what)
    return parts.hostname, parts.scheme


def _check_base(field: str, base: str) -> None:
    check_text(field, base)
    try:
        dn.parse(base)
    except ValueError as error:
        raise FieldProblem(field, f"has {base!r}, which is no DN ({error}): write ou=people,dc=example,dc=com") from None


def _check_bind(settings: LdapSettings) -> None:
    check_text("bind_dn", settings.bind_dn)
    if settings.bind_dn != settings.bind_dn.strip():
        raise FieldProblem("bind_dn", "has spaces around it")
    check_text("server_name", settings.server_name)


def _check_filter(field: str, text: str) -> None:
    check_text(field, text)
    fault = filter_fault(text) if text else ""
    if fault:
        raise FieldProblem(field, f"is no LDAP filter ({fault}): write (objectClass=inetOrgPerson)")


def _check_attribute(field: str, name: str) -> None:
    if not _ATTRIBUTE.fullmatch(name):
        raise FieldProblem(field, f"has {name!r}, which is no name of an LDAP attribute")


def _check_read(field: str, name: str) -> None:
    if name in (ENTRY_DN, MANAGER_KEY):
        return
    _check_attribute(field, name)
    if name.lower() in SECRETS:
        raise FieldProblem(field, f"has {name}, which holds passwords: these are never read")


def _check_disabled(text: str) -> None:
    check_text("disabled_when", text)
    name, equals, value = text.partition("=")
    if text and not (equals and value.strip() and _ATTRIBUTE.fullmatch(name.strip())):
        raise FieldProblem("disabled_when", "is no attribute=value: write nsAccountLock=true")


def _check_certificates(text: str) -> None:
    check_text("ca_certificates", text)
    if not text:
        return
    try:
        ssl.create_default_context(cadata=text)
    except (ssl.SSLError, ValueError) as error:
        raise FieldProblem("ca_certificates", f"holds no certificates in PEM ({error})") from None
