"""Active Directory's own ways, over real LDAP from a controller of the tests' own."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from lockstep.idp.directory.sources.ldap.reader import LdapReader
from lockstep.idp.directory.sources.ldap.records import LdapSettings
from lockstep.idp.directory.sources.ldap.values import filetime
from lockstep.idp.directory.sources.records import SourceProblem
from tests.support.active_directory import DOMAIN, PASSWORD, Controller, guid

NOW = datetime(2026, 12, 1, 12, 0, 0, tzinfo=UTC)


def settings(controller: Controller, **changed: Any) -> LdapSettings:
    usual: dict[str, Any] = {
        "servers": (f"ldap://127.0.0.1:{controller.port}",),
        "people_bases": (f"OU=Staff,{DOMAIN}",),
        "group_bases": (f"OU=Groups,{DOMAIN}",),
        "bind_dn": "reader@example.com",
        "flavour": "active-directory",
        "encryption": "off",
        "allow_loopback": True,
        "page_size": 2,
    }
    return LdapSettings(**{**usual, **changed})


def reader(controller: Controller, at: datetime = NOW, **changed: Any) -> LdapReader:
    return LdapReader(settings(controller, **changed), PASSWORD, now=lambda: int(at.timestamp() * 1000))


def names(people: Any) -> list[str]:
    return [one.attributes["sAMAccountName"][0] for one in people]


def test_people_come_with_guids_as_keys_and_their_managers(controller: Controller) -> None:
    ann = controller.person("Ann", title="Chief")
    controller.person("Ben", manager=ann.lower(), userAccountControl="514")
    reading = reader(controller).read()
    first, second = list(reading.people)
    assert reading.complete
    assert first.key == str(UUID(bytes_le=controller.entries[ann]["objectGUID"][0]))
    assert (first.attributes["userPrincipalName"], first.attributes["title"]) == (("ann@example.com",), ("Chief",))
    assert first.attributes["entry_dn"] == (ann,)
    assert (first.disabled, second.disabled) == (False, True)
    assert second.attributes["manager_key"] == (first.key,)
    assert "manager_key" not in first.attributes


def test_who_has_run_out_may_not_sign_in(controller: Controller) -> None:
    controller.person("Ann", accountExpires=str(filetime(NOW)))
    controller.person("Ben", accountExpires=str(filetime(NOW) + 1))
    controller.person("Cid", accountExpires="0")
    assert [one.disabled for one in reader(controller).read().people] == [True, False, False]
    assert [one.disabled for one in reader(controller, expired_is_disabled=False).read().people] == [False] * 3


def test_a_long_list_of_members_is_fetched_to_its_end(controller: Controller) -> None:
    people = [controller.person(f"P{number}") for number in range(11)]
    controller.group("Long", *people)
    controller.group("Exact", *people[:6])
    controller.group("Short", *people[:2])
    reading = reader(controller).read()
    keys = [one.key for one in reading.people]
    assert [(one.name, one.members) for one in reading.groups] == [
        ("Long", tuple(keys)),
        ("Exact", tuple(keys[:6])),
        ("Short", tuple(keys[:2])),
    ]


def test_a_list_that_breaks_off_is_no_end_of_it(controller: Controller) -> None:
    controller.group("Long", *[controller.person(f"P{number}") for number in range(11)])
    controller.broken_ranges = True
    with pytest.raises(SourceProblem, match="the values of member from number 3 on, of the entry CN=Long"):
        reader(controller).read()


def test_groups_in_groups(controller: Controller) -> None:
    ann = controller.person("Ann")
    inner = controller.group("Inner", ann)
    outer = controller.group("Outer", inner, "CN=Foreign,CN=ForeignSecurityPrincipals,DC=example,DC=com")
    controller.put(inner, member=[ann, outer])
    reading = reader(controller).read()
    by_name = {one.name: one for one in reading.groups}
    assert by_name["Outer"].groups == (by_name["Inner"].key,)
    assert by_name["Inner"].groups == (by_name["Outer"].key,)  # a circle: handed over as it is
    assert reading.notes == (
        "1 member of a group is neither among the people nor among the groups that are read here, and left out.",
    )


def test_referrals_are_reported_and_not_followed(controller: Controller) -> None:
    controller.person("Ann")
    controller.referrals = [f"ldap://DomainDnsZones.example.com/DC=DomainDnsZones,{DOMAIN}"]
    reading = reader(controller, people_bases=(DOMAIN,), group_bases=()).read()
    assert names(reading.people) == ["ann"]
    assert "refers to ldap://DomainDnsZones" in reading.notes[0]


def test_changes_go_on_by_number(controller: Controller) -> None:
    ann, ben, _ = (controller.person(name) for name in ("Ann", "Ben", "Cid"))
    controller.group("Team", ann)
    first = reader(controller).read()
    nothing = reader(controller).read(first.watermark)
    assert (nothing.complete, list(nothing.people), list(nothing.groups)) == (False, [], [])
    assert nothing.present_people == frozenset({one.key for one in first.people})
    controller.put(ben, title="Chief")
    del controller.entries[ann]
    then = reader(controller).read(nothing.watermark)
    assert (then.complete, names(then.people)) == (False, ["ben"])
    assert then.present_people == frozenset({one.key for one in first.people} - {next(iter(first.people)).key})
    assert then.present_groups == frozenset({one.key for one in first.groups})


def test_a_group_that_named_somebody_out_of_view_is_read_when_they_come_into_view(controller: Controller) -> None:
    controller.person("Ann")
    hidden = controller.person("Hidden", objectCategory="contact")
    controller.group("Team", hidden)
    first = reader(controller).read()
    assert [one.members for one in first.groups] == [()]
    controller.put(hidden, objectCategory="person")
    then = reader(controller).read(first.watermark)
    assert [(one.name, len(one.members)) for one in then.groups] == [("Team", 1)]


def test_an_account_that_has_run_out_meanwhile_is_a_change(controller: Controller) -> None:
    controller.person("Ann", accountExpires=str(filetime(NOW)))
    before = NOW.replace(hour=11)
    first = reader(controller, before).read()
    assert not next(iter(first.people)).disabled
    then = reader(controller).read(first.watermark)
    assert [(one.attributes["sn"], one.disabled) for one in then.people] == [(("Ann",), True)]


@pytest.mark.parametrize("what", ["another controller", "restored from a backup"])
def test_a_number_of_another_history_is_not_gone_on_from(controller: Controller, what: str) -> None:
    controller.person("Ann")
    first = reader(controller).read()
    if what == "another controller":
        controller.invocation = guid(0xD0_2)
    else:
        controller.usn -= 1
    assert reader(controller).read(first.watermark).complete


def test_bytes_that_are_no_text_are_named(controller: Controller) -> None:
    controller.person("Ann")
    controller.person("Mueller", sn=b"M\xfcller")
    with pytest.raises(SourceProblem) as found:
        reader(controller).read()
    assert str(found.value) == (
        "1 entry has a value of sn that is no text in UTF-8: mend it, or do not read sn: "
        f"CN=Mueller,OU=Staff,{DOMAIN}. Nothing was taken over."
    )
    assert reader(controller, attributes=("sAMAccountName",)).read().complete


def test_a_page_that_comes_again_is_no_end(controller: Controller) -> None:
    for name in ("Ann", "Ben", "Cid"):
        controller.person(name)
    controller.repeat_page = True
    with pytest.raises(SourceProblem, match=r"page 2 of people below OU=Staff.*has the entry CN=Ann,.* again"):
        reader(controller).read()


def test_the_reason_of_a_refusal(controller: Controller) -> None:
    controller.bind_error = "80090308: LdapErr: DSID-0C09050F, comment: AcceptSecurityContext error, data 532, v4563"
    check = LdapReader(settings(controller), "wrong").check()
    assert not check.ok
    assert "its password has run out" in check.problem
    assert "enter its password again" in check.fix
