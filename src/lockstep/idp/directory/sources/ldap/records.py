"""What an administrator says of an LDAP server, and what is usual for each kind of it."""

from collections.abc import Mapping
from typing import Literal

import msgspec

Flavour = Literal["openldap", "active-directory"]
Encryption = Literal["required", "off"]
Scope = Literal["subtree", "one-level"]


class LdapSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How to read one directory.  The password of `bind_dn` is kept apart.

    Filters, keys, attributes and `disabled_when` that are empty are as `USUAL` has them for the flavour.
    """

    servers: tuple[str, ...]
    """`ldaps://host[:port]`, or `ldap://host[:port]` for StartTLS.  The first that can be connected to is read."""
    people_bases: tuple[str, ...]
    """DNs below which people are: `ou=people,dc=example,dc=com`."""
    group_bases: tuple[str, ...] = ()
    """DNs below which groups are; where there are none, no groups are read."""
    bind_dn: str = ""
    """Who reads: a DN, or at Active Directory `name@domain`.  "" binds anonymously, where the server allows that."""
    flavour: Flavour = "openldap"
    """Which kind of server it is.  "openldap" stands for all that keep `modifyTimestamp` and `entryUUID`."""
    encryption: Encryption = "required"
    """"off" speaks without TLS to `ldap://` servers: on this machine, or with `allow_clear_text` anywhere."""
    allow_clear_text: bool = False
    """Passwords and people may cross the network in clear text."""
    allow_loopback: bool = False
    """A server may be on this machine."""
    ca_certificates: str = ""
    """PEM; only what these have signed is trusted.  "" trusts whom this system trusts."""
    server_name: str = ""
    """The name that has to be in the certificate; "" for the host of the URL."""
    people_filter: str = ""
    """An RFC 4515 filter that finds people and nobody else."""
    group_filter: str = ""
    """An RFC 4515 filter that finds groups."""
    scope: Scope = "subtree"
    """"one-level" finds only what lies directly below a base."""
    person_key: str = ""
    """The attribute that people are known by over time: it has one value, which never changes."""
    group_key: str = ""
    """The attribute that groups are known by over time."""
    group_name: str = "cn"
    """The attribute that names a group."""
    attributes: tuple[str, ...] = ()
    """What is read of people; where it is empty, what the default mapping needs."""
    group_attributes: tuple[str, ...] = ()
    """What is read of groups besides."""
    disabled_when: str = ""
    """`attribute=value` of people who may not sign in; case does not count."""
    expired_is_disabled: bool = True
    """At Active Directory: whose account has run out (`accountExpires`) may not sign in."""
    page_size: int = 500
    """Entries that are asked for at a time (RFC 2696); Active Directory gives 1,000 at most."""
    connect_seconds: int = 10
    """How long a server may take to be connected to."""
    answer_seconds: int = 60
    """How long it may be silent in the middle of an answer."""
    read_seconds: int = 3600
    """How long a whole reading may take."""
    overlap_seconds: int = 300
    """How far before the last reading the next one looks, where changes are told by their time: clocks of replicas differ."""


class Usual(msgspec.Struct, frozen=True, kw_only=True):
    """What is usual for a flavour."""

    people_filter: str
    group_filter: str
    person_key: str
    group_key: str
    disabled_when: str
    mapping: Mapping[str, str]
    """Field of a user -> attribute that it comes from."""


ENTRY_DN, MANAGER_KEY = "entry_dn", "manager_key"
"""What every person has besides the attributes of the server: the DN, and the key of whom `manager` names.  No attribute of
an LDAP server can have an underscore in its name (RFC 4512 section 1.4), so that these are never taken for one."""

SECRETS = frozenset(
    {"userpassword", "unicodepwd", "dbcspwd", "ntpwdhistory", "lmpwdhistory", "sambantpassword", "krbprincipalkey"}
)
"""Attributes that are not read, whoever asks for them; in small letters."""

USUAL: Mapping[Flavour, Usual] = {
    "openldap": Usual(
        people_filter="(objectClass=inetOrgPerson)",
        group_filter="(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup))",
        person_key="entryUUID",
        group_key="entryUUID",
        disabled_when="pwdAccountLockedTime=000001010000Z",  # locked for good (draft-behera-ldap-password-policy, 5.3.3)
        mapping={
            "user_name": "uid",
            "email": "mail",
            "given_name": "givenName",
            "family_name": "sn",
            "display_name": "displayName",
            "phone": "telephoneNumber",
            "title": "title",
            "department": "departmentNumber",
            "company": "o",
            "locale": "preferredLanguage",
            "external_id": "employeeNumber",
            "manager_id": MANAGER_KEY,
            "member_of": "memberOf",
            "distinguished_name": ENTRY_DN,
        },
    ),
    "active-directory": Usual(
        people_filter="(&(objectCategory=person)(objectClass=user))",
        group_filter="(objectCategory=group)",
        person_key="objectGUID",
        group_key="objectGUID",
        disabled_when="",  # userAccountControl says it
        mapping={
            "user_name": "userPrincipalName",
            "email": "mail",
            "given_name": "givenName",
            "middle_name": "middleName",
            "family_name": "sn",
            "display_name": "displayName",
            "phone": "telephoneNumber",
            "title": "title",
            "department": "department",
            "division": "division",
            "company": "company",
            "locale": "preferredLanguage",
            "external_id": "employeeID",
            "manager_id": MANAGER_KEY,
            "member_of": "memberOf",
            "samaccountname": "sAMAccountName",
            "userprincipalname": "userPrincipalName",
            "distinguished_name": ENTRY_DN,
        },
    ),
}
"""Keyed by flavour."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry as the server gave it."""

    dn: str
    attributes: Mapping[str, tuple[bytes, ...]]
    """Keyed by the attribute's description in small letters, options with it: `member;range=0-1499`."""

    def values(self, attribute: str) -> tuple[bytes, ...]:
        """The values of an attribute; case does not count in its name."""
        return self.attributes.get(attribute.lower(), ())


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Settings with what is usual filled in."""

    settings: LdapSettings
    people_filter: str
    group_filter: str
    person_key: str
    group_key: str
    disabled_attribute: str
    disabled_value: str
    attributes: tuple[str, ...]


def plan_of(settings: LdapSettings) -> Plan:
    """What is to be read, with everything said that the settings left to the flavour."""
    usual = USUAL[settings.flavour]
    attribute, _, value = (settings.disabled_when or usual.disabled_when).partition("=")
    return Plan(
        settings=settings,
        people_filter=settings.people_filter or usual.people_filter,
        group_filter=settings.group_filter or usual.group_filter,
        person_key=settings.person_key or usual.person_key,
        group_key=settings.group_key or usual.group_key,
        disabled_attribute=attribute.strip(),
        disabled_value=value.strip(),
        attributes=settings.attributes or tuple(dict.fromkeys(usual.mapping.values())),
    )
