"""Which settings can be taken."""

from typing import Any

import msgspec
import pytest

from lockstep.idp.directory.checks import FieldProblem
from lockstep.idp.directory.records import FIELDS
from lockstep.idp.directory.sources.ldap.records import USUAL, LdapSettings, plan_of
from lockstep.idp.directory.sources.ldap.settings import check, check_password
from tests.support.certificates import Authority

GOOD = LdapSettings(
    servers=("ldaps://ldap.example.com", "ldap://ldap2.example.com:3890"),
    people_bases=("ou=people,dc=example,dc=com",),
    group_bases=("ou=groups,dc=example,dc=com",),
    bind_dn="cn=reader,dc=example,dc=com",
)


def test_the_usual_is_taken() -> None:
    check(GOOD)
    check_password(GOOD, "secret")
    check(msgspec.structs.replace(GOOD, flavour="active-directory", bind_dn="reader@example.com"))
    check(msgspec.structs.replace(GOOD, ca_certificates=Authority().pem, people_filter="(&(a=b)(!(c=d*)))"))


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        ({"servers": ()}, "servers", "name at least one"),
        ({"servers": ("https://ldap.example.com",)}, "servers", "no ldaps://host:port"),
        ({"servers": ("ldap.example.com",)}, "servers", "no ldaps://host:port"),
        ({"servers": ("ldaps://ldap.example.com/ou=people",)}, "servers", "no ldaps://host:port"),
        ({"servers": ("ldaps://me:pw@ldap.example.com",)}, "servers", "no ldaps://host:port"),
        ({"servers": ("ldaps://ldap.example.com:port",)}, "servers", "no ldaps://host:port"),
        ({"servers": ("ldaps://127.0.0.1",)}, "servers", "allow_loopback"),
        ({"servers": ("ldaps://2130706433",)}, "servers", "allow_loopback"),
        ({"servers": ("ldap://ldap.example.com",), "encryption": "off"}, "encryption", "clear text"),
        ({"encryption": "maybe"}, "encryption", "one of required, off"),
        ({"flavour": "novell"}, "flavour", "one of openldap, active-directory"),
        ({"scope": "base"}, "scope", "one of subtree, one-level"),
        ({"people_bases": ()}, "people_bases", "name at least one"),
        ({"people_bases": ("people",)}, "people_bases", "no DN"),
        ({"group_bases": ("ou=x;dc=y",)}, "group_bases", "no DN"),
        ({"people_filter": "(objectClass=inetOrgPerson"}, "people_filter", "no LDAP filter"),
        ({"people_filter": "objectClass"}, "people_filter", "no LDAP filter"),
        ({"group_filter": "(&(a=b)(c)"}, "group_filter", "no LDAP filter"),
        ({"person_key": "entry uuid"}, "person_key", "no name of an LDAP attribute"),
        ({"attributes": ("mail", "entry_id")}, "attributes", "no name of an LDAP attribute"),
        ({"attributes": ("userPassword",)}, "attributes", "never read"),
        ({"disabled_when": "nsAccountLock"}, "disabled_when", "attribute=value"),
        ({"ca_certificates": "no certificate"}, "ca_certificates", "PEM"),
        ({"page_size": 0}, "page_size", "from 1 to 10,000"),
        ({"answer_seconds": 0}, "answer_seconds", "from 1"),
        ({"bind_dn": " cn=reader"}, "bind_dn", "spaces"),
        ({"bind_dn": "cn=a\0b"}, "bind_dn", "NUL"),
    ],
)
def test_what_is_refused(changed: dict[str, Any], field: str, says: str) -> None:
    with pytest.raises(FieldProblem, match=says) as refused:
        check(msgspec.structs.replace(GOOD, **changed))
    assert refused.value.field == field


def test_clear_text_is_for_this_machine_or_by_flag() -> None:
    plain = msgspec.structs.replace(GOOD, encryption="off")
    check(msgspec.structs.replace(plain, servers=("ldap://localhost",), allow_loopback=True))
    check(msgspec.structs.replace(plain, servers=("ldap://ldap.example.com",), allow_clear_text=True))
    check(msgspec.structs.replace(plain, servers=("ldaps://ldap.example.com",)))


def test_a_name_without_a_password_would_be_taken_for_nobody() -> None:
    with pytest.raises(FieldProblem, match="empty"):
        check_password(GOOD, "")
    check_password(msgspec.structs.replace(GOOD, bind_dn=""), "")


def test_the_usual_mappings_name_fields_that_there_are() -> None:
    for usual in USUAL.values():
        assert set(usual.mapping) <= set(FIELDS)
        assert "employee_id" not in usual.mapping  # it is the key


def test_settings_win_over_the_usual() -> None:
    own = plan_of(msgspec.structs.replace(GOOD, person_key="uid", disabled_when="status = left", attributes=("mail",)))
    assert (own.person_key, own.group_key) == ("uid", "entryUUID")
    assert (own.disabled_attribute, own.disabled_value) == ("status", "left")
    assert own.attributes == ("mail",)
