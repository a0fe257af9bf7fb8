"""A reader made of options, as a source keeps them."""

from collections.abc import Mapping
from typing import Any

from lockstep.idp.directory.sources.ldap.reader import LdapReader
from lockstep.idp.directory.sources.ldap.records import LdapSettings
from lockstep.idp.directory.sources.ldap.settings import check, check_password
from lockstep.idp.directory.sources.texts import lines, switch, whole, words

_USUAL = LdapSettings(servers=(), people_bases=())
_TEXTS = (
    "bind_dn",
    "flavour",
    "encryption",
    "ca_certificates",
    "server_name",
    "people_filter",
    "group_filter",
    "scope",
    "person_key",
    "group_key",
    "group_name",
    "disabled_when",
)
_NUMBERS = ("page_size", "connect_seconds", "answer_seconds", "read_seconds", "overlap_seconds")
_SWITCHES = ("allow_clear_text", "allow_loopback", "expired_is_disabled")


def settings_of(options: Mapping[str, str]) -> LdapSettings:
    """The settings that options mean.  Raises FieldProblem."""
    found: dict[str, Any] = {name: options.get(name, "").strip() or getattr(_USUAL, name) for name in _TEXTS}
    found |= {name: whole(options, name, getattr(_USUAL, name)) for name in _NUMBERS}
    found |= {name: switch(options, name, getattr(_USUAL, name)) for name in _SWITCHES}
    settings = LdapSettings(
        servers=words(options, "servers"),
        people_bases=lines(options, "people_bases"),
        group_bases=lines(options, "group_bases"),
        attributes=words(options, "attributes"),
        group_attributes=words(options, "group_attributes"),
        **found,
    )
    check(settings)
    return settings


def check_options(options: Mapping[str, str]) -> LdapSettings:
    """The settings, checked together with the `password` that stands among the options.  Raises FieldProblem."""
    settings = settings_of(options)
    check_password(settings, options.get("password", ""))
    return settings


def opened(options: Mapping[str, str]) -> LdapReader:
    """The reader of a source, which reads the `attributes` that stand among its options.  Raises FieldProblem."""
    return LdapReader(check_options(options), options.get("password", ""))
