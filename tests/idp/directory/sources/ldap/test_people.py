"""Entries as people."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from lockstep.idp.directory.sources.faults import Faults
from lockstep.idp.directory.sources.ldap.people import Keys, People, asked, met, note
from lockstep.idp.directory.sources.ldap.records import Entry, LdapSettings, plan_of
from lockstep.idp.directory.sources.records import SourceProblem

SETTINGS = LdapSettings(servers=("ldaps://ldap.example.com",), people_bases=("dc=example,dc=com",))
NOON = datetime(2026, 12, 1, 12, 0, 0, tzinfo=UTC)


def entry(dn: str, **attributes: str) -> Entry:
    return Entry(dn=dn, attributes={name.lower(): (value.encode(),) for name, value in attributes.items()})


def people(**changed: Any) -> People:
    return People(plan_of(msgspec.structs.replace(SETTINGS, **changed)), NOON, Keys(), Faults())


def test_what_is_asked_for() -> None:
    plan = plan_of(SETTINGS)
    names = asked(plan, uids=False)
    assert {"entryUUID", "modifyTimestamp", "pwdAccountLockedTime", "manager", "uid", "mail"} <= set(names)
    assert not {"entry_dn", "manager_key"} & set(names)
    few = asked(plan_of(msgspec.structs.replace(SETTINGS, attributes=("MAIL",), disabled_when="mail=x")), uids=True)
    assert [name.lower() for name in few] == ["mail", "entryuuid", "modifytimestamp", "uid"]
    assert "userAccountControl" in asked(plan_of(msgspec.structs.replace(SETTINGS, flavour="active-directory")), uids=False)


def test_a_manager_is_found_in_any_spelling_and_before_they_came() -> None:
    found = people()
    note(found.keys, entry("uid=a,dc=x", entryUUID="1"), "entryUUID", "people_filter", found.faults)
    found.add(entry("uid=a,dc=x", entryUUID="1", manager="UID = B , dc=X"), "1")
    note(found.keys, entry("uid=b,dc=x", entryUUID="2"), "entryUUID", "people_filter", found.faults)
    found.add(entry("uid=b,dc=x", entryUUID="2", manager="uid=stranger,dc=x"), "2")
    found.name_managers()
    assert found.found[0].attributes["manager_key"] == ("2",)
    assert "manager_key" not in found.found[1].attributes


def test_locked_for_good() -> None:
    found = people()
    found.add(entry("uid=a", pwdAccountLockedTime="000001010000Z"), "1")
    found.add(entry("uid=b", pwdAccountLockedTime="20261201120000Z"), "2")
    assert [one.disabled for one in found.found] == [True, False]


def test_the_latest_change_is_kept() -> None:
    found = people()
    for at in ("20261201110000Z", "20261201120000Z", "20261201100000.5Z", "never"):
        found.add(entry("uid=a", modifyTimestamp=at), at)
    assert found.changed == NOON


def test_faults_name_ten_entries_and_count_the_rest() -> None:
    faults = Faults()
    for number in range(12):
        note(Keys(), entry(f"uid=p{number}"), "mail", "people_filter", faults)
    with pytest.raises(SourceProblem, match=r"12 entries have no mail.*: uid=p0; .*uid=p9 and 2 more\. Nothing was taken over"):
        faults.check()


def test_a_key_that_two_have() -> None:
    faults, keys = Faults(), Keys()
    assert note(keys, entry("uid=a", mail="x"), "mail", "people_filter", faults) == "x"
    assert note(keys, entry("uid=b", mail="x"), "mail", "people_filter", faults) == ""
    with pytest.raises(SourceProblem, match=r"1 key is that of two entries.*: x of uid=a and uid=b"):
        faults.check()


def test_who_moves_while_being_read_is_one_person() -> None:
    faults, keys = Faults(), Keys()
    note(keys, entry("uid=a,dc=x", mail="x", uid="a"), "mail", "people_filter", faults)
    assert met(keys, entry("uid=b,dc=x", mail="x", uid="a"), "mail", "people_filter", faults) == "x"
    faults.check()
    assert (keys.of("UID=b,dc=x"), keys.by_uid["a"]) == ("x", "x")


def test_a_uid_that_two_have_names_nobody() -> None:
    faults, keys = Faults(), Keys()
    for number, dn in enumerate(("uid=a,ou=1", "uid=a,ou=2")):
        note(keys, entry(dn, mail=str(number), uid="a"), "mail", "people_filter", faults)
    assert keys.by_uid["a"] == ""
