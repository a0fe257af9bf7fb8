"""A reader made of options."""

import pytest

from lockstep.idp.directory.checks import FieldProblem
from lockstep.idp.directory.sources.ldap.options import opened, settings_of
from lockstep.idp.directory.sources.ldap.records import LdapSettings

OPTIONS = {
    "servers": "ldaps://a.example.com ldaps://b.example.com",
    "people_bases": "ou=people,dc=example,dc=com; ou=guests,dc=example,dc=com",
    "bind_dn": "cn=reader,dc=example,dc=com",
    "password": "secret",
}


def test_what_is_not_said_is_as_usual() -> None:
    assert settings_of({**OPTIONS, "attributes": "mail uid"}) == LdapSettings(
        servers=("ldaps://a.example.com", "ldaps://b.example.com"),
        people_bases=("ou=people,dc=example,dc=com", "ou=guests,dc=example,dc=com"),
        bind_dn="cn=reader,dc=example,dc=com",
        attributes=("mail", "uid"),
    )
    assert opened(OPTIONS)


def test_all_can_be_said() -> None:
    found = settings_of(
        {**OPTIONS, "flavour": "active-directory", "page_size": "900", "expired_is_disabled": "no", "person_key": "employeeID"}
    )
    assert (found.flavour, found.page_size, found.expired_is_disabled) == ("active-directory", 900, False)
    assert found.person_key == "employeeID"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"servers": ""}, "servers"),
        ({"page_size": "many"}, "page_size"),
        ({"password": ""}, "password"),
        ({"scope": "x"}, "scope"),
    ],
)
def test_what_is_refused_is_named(changed: dict[str, str], field: str) -> None:
    with pytest.raises(FieldProblem) as refused:
        opened({**OPTIONS, **changed})
    assert refused.value.field == field
