"""Reads a real OpenLDAP server."""

import time
from pathlib import Path
from typing import Any

import pytest

from lockstep.idp.directory.sources.ldap import reading
from lockstep.idp.directory.sources.ldap.reader import LdapReader
from lockstep.idp.directory.sources.records import Group, Person, SourceProblem
from tests.support.cutting import cutting
from tests.support.slapd import GROUPS, LIMITED, PASSWORD, PEOPLE, Slapd, person, served

pytestmark = pytest.mark.slapd


def reader(server: Slapd, **changed: Any) -> LdapReader:
    return LdapReader(server.settings(**changed), PASSWORD)


def by_uid(people: Any) -> dict[str, Person]:
    return {one.attributes["uid"][0]: one for one in people}


def by_name(groups: Any) -> dict[str, Group]:
    return {one.name: one for one in groups}


def test_everybody_is_read_over_several_pages(slapd: Slapd) -> None:
    found = reader(slapd, page_size=50).read()
    people = by_uid(found.people)
    assert found.complete
    assert sorted(people) == sorted(f"p.{number}" for number in range(120))
    assert len({one.key for one in people.values()}) == 120
    ann = people["p.7"]
    assert ann.attributes["mail"] == ("p.7@example.com",)
    assert ann.where == f"entry uid=p.7,{PEOPLE}"
    assert people["p.1"].attributes["manager_key"] == (people["p.0"].key,)
    assert found.requests == 7  # StartTLS, bind, the server's own entry, three pages of people, one of groups


def test_groups_of_each_kind_and_a_circle(slapd: Slapd) -> None:
    found = reader(slapd).read()
    people, groups = by_uid(found.people), by_name(found.groups)
    assert len(groups["all"].members) == 120
    assert groups["posix"].members == (people["p.3"].key,)
    assert groups["unique"].members == (people["p.4"].key,)
    assert groups["a"].members == (people["p.5"].key,)
    assert [groups[name].groups for name in "abc"] == [(groups["b"].key,), (groups["c"].key,), (groups["a"].key,)]
    assert found.notes == (
        "2 members of groups are neither among the people nor among the groups that are read here, and left out.",
    )


def test_a_key_of_ones_own_choice(slapd: Slapd) -> None:
    found = reader(slapd, person_key="uid", group_key="cn", attributes=("mail",)).read()
    keys = {one.key: one for one in found.people}
    assert keys["p.9"].attributes == {"mail": ("p.9@example.com",)}
    assert {one.key for one in found.groups} == {"all", "posix", "unique", "a", "b", "c"}


def test_the_attributes_that_there_are(slapd: Slapd) -> None:
    names = reader(slapd).attributes()
    assert {"uid", "givenName", "mail", "entryUUID", "manager", "entry_dn", "manager_key"} <= set(names)
    assert "userPassword" not in names


@pytest.mark.parametrize("way", ["StartTLS", "ldaps", "by name"])
def test_a_connection_says_what_it_sees(slapd: Slapd, way: str) -> None:
    urls = {"StartTLS": slapd.url, "ldaps": slapd.tls_url, "by name": f"ldap://localhost:{slapd.port}"}
    check = reader(slapd, servers=(urls[way],)).check()
    assert check.ok, check
    assert check.sees == f"120 people and 6 groups below {PEOPLE}; {GROUPS}"


@pytest.mark.parametrize(
    ("changed", "problem", "fix"),
    [
        ({"ca_certificates": ""}, "unable to get local issuer certificate", "authority that signed it"),
        ({"server_name": "ldap.example.com"}, "Hostname mismatch", "host is the one in the certificate"),
        ({"bind_dn": "cn=stranger,dc=example,dc=com"}, "invalidCredentials", "enter its password again"),
        ({"people_bases": ("ou=nowhere,dc=example,dc=com",)}, "base is not there", "base DN"),
        ({"people_filter": "(uid=nobody)"}, "Nobody is found", "rights of the bind account"),
        ({"person_key": "employeeNumber"}, "120 entries have no employeeNumber", ""),
    ],
)
def test_what_is_wrong_with_a_connection(slapd: Slapd, changed: dict[str, Any], problem: str, fix: str) -> None:
    check = reader(slapd, **changed).check()
    assert not check.ok
    assert problem in check.problem
    assert fix in check.fix


def test_a_wrong_password_is_not_tried_at_the_next_server(slapd: Slapd) -> None:
    with cutting(slapd.port) as other:
        settings = slapd.settings(servers=(slapd.url, f"ldap://127.0.0.1:{other.port}"))
        assert "invalidCredentials" in LdapReader(settings, "wrong").check().problem
        assert other.connections == 0


def test_a_server_that_is_away_is_passed_over(slapd: Slapd) -> None:
    assert reader(slapd, servers=("ldap://127.0.0.1:1", slapd.tls_url)).check().ok
    away = reader(slapd, servers=("ldap://127.0.0.1:1", "ldap://127.0.0.1:2")).check()
    assert "ldap://127.0.0.1:1 cannot be reached" in away.problem
    assert "ldap://127.0.0.1:2 cannot be reached" in away.problem


def test_no_certificate_no_password(_program: None, tmp_path: Path) -> None:
    """A server without TLS is told no password, unless that was allowed."""
    with served(tmp_path / "server", [(f"uid=a.b,{PEOPLE}", person("a.b"))], tls=False) as plain:
        check = reader(plain).check()
        assert "does not take StartTLS" in check.problem
        assert reader(plain, encryption="off").check().ok


def test_a_certificate_that_has_ended(_program: None, tmp_path: Path) -> None:
    with served(tmp_path / "server", days=-1) as old:
        assert "certificate has expired" in reader(old, servers=(old.tls_url,)).check().problem


def test_a_limit_of_the_server_is_no_end(slapd: Slapd) -> None:
    with pytest.raises(SourceProblem, match=r"page 3 of people .*after the entry uid=p\..*size limit.*olcLimits"):
        reader(slapd, bind_dn=LIMITED, page_size=20).read()


@pytest.mark.parametrize("silent", [False, True])
def test_a_connection_that_is_cut_is_no_end(slapd: Slapd, silent: bool) -> None:
    with cutting(slapd.port, after=25_000, silent=silent) as network:
        away = {"servers": (f"ldap://127.0.0.1:{network.port}",), "page_size": 20, "answer_seconds": 1}
        with pytest.raises(SourceProblem) as broken:
            reader(slapd, **away).read()
    text = str(broken.value)
    assert "of people below ou=people" in text
    assert "after the entry uid=p." in text
    assert "nothing was taken over" in text
    assert ("did not go on for 1 seconds" if silent else "ended") in text


def test_wherever_a_connection_is_cut_nothing_is_handed_over(slapd: Slapd) -> None:
    with cutting(slapd.port) as network:
        away = {"servers": (f"ldap://127.0.0.1:{network.port}",), "page_size": 40}
        reader(slapd, **away).read()
        whole = network.passed
    for part in range(1, 12):
        with cutting(slapd.port, after=whole * part // 12) as network:
            away["servers"] = (f"ldap://127.0.0.1:{network.port}",)
            with pytest.raises(SourceProblem):
                reader(slapd, **away).read()


def test_a_reading_takes_no_longer_than_it_may(slapd: Slapd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lockstep.idp.directory.sources.ldap.searching.time.monotonic", iter([0.0, 1.0, 4_000.0]).__next__)
    with pytest.raises(SourceProblem, match=r"page 2 of people.*more than 3,600 seconds"):
        reader(slapd, page_size=50).read()


def test_entries_without_a_key_are_named(fresh_slapd: Slapd) -> None:
    fresh_slapd.change(f"uid=ann.ax,{PEOPLE}", "employeeNumber", "1")
    fresh_slapd.change(f"uid=ben.bo,{PEOPLE}", "employeeNumber", "1")
    with pytest.raises(SourceProblem) as found:
        reader(fresh_slapd, person_key="employeeNumber").read()
    text = str(found.value)
    assert (
        "1 entry has no employeeNumber, by which it would be known: mend it, choose another key, or let people_filter leave it "
        f"out: uid=cid.cy,{PEOPLE}"
    ) in text
    assert f"1 of uid=ann.ax,{PEOPLE} and uid=ben.bo,{PEOPLE}" in text
    assert "Nothing was taken over" in text


def test_attributes_that_are_bytes_stand_in_base64(fresh_slapd: Slapd) -> None:
    fresh_slapd.add(f"uid=raw.one,{PEOPLE}", person("raw.one", audio=b"M\xfcller"))
    people = by_uid(reader(fresh_slapd, attributes=("uid", "audio")).read().people)
    assert people["raw.one"].attributes["audio"] == ("TfxsbGVy",)


def test_somebody_who_is_locked_for_good(fresh_slapd: Slapd) -> None:
    fresh_slapd.change(f"uid=ben.bo,{PEOPLE}", "employeeType", "Left")
    people = by_uid(reader(fresh_slapd, disabled_when="employeetype=left").read().people)
    assert {uid: one.disabled for uid, one in people.items()} == {"ann.ax": False, "ben.bo": True, "cid.cy": False}


def test_bases_that_lie_one_in_the_other_give_each_entry_once(fresh_slapd: Slapd) -> None:
    found = reader(fresh_slapd, people_bases=("dc=example,dc=com", PEOPLE)).read()
    assert sorted(by_uid(found.people)) == ["ann.ax", "ben.bo", "cid.cy"]


def next_second() -> None:
    """Servers write down changes to the second."""
    time.sleep(1.05)


def test_changes_since_the_last_time(fresh_slapd: Slapd) -> None:
    own = reader(fresh_slapd, overlap_seconds=0)
    first = own.read()
    keys = {uid: one.key for uid, one in by_uid(first.people).items()}
    next_second()
    fresh_slapd.change(f"uid=ben.bo,{PEOPLE}", "title", "Chief")
    fresh_slapd.delete(f"uid=cid.cy,{PEOPLE}")
    fresh_slapd.rename(f"uid=ann.ax,{PEOPLE}", "uid=ann.by")
    then = own.read(first.watermark)
    people = by_uid(then.people)
    assert not then.complete
    assert people["ben.bo"].attributes["title"] == ("Chief",)
    assert people["ann.by"].key == keys["ann.ax"]
    assert then.present_people == frozenset({keys["ann.ax"], keys["ben.bo"]})
    assert then.present_groups == frozenset({one.key for one in first.groups})


def test_a_group_is_read_when_somebody_it_named_already_comes(fresh_slapd: Slapd) -> None:
    own = reader(fresh_slapd, overlap_seconds=0)
    first = own.read()
    assert len(by_name(first.groups)["team"].members) == 1
    next_second()
    fresh_slapd.add(f"uid=new.one,{PEOPLE}", person("new.one"))
    then = own.read(first.watermark)
    new = by_uid(then.people)["new.one"].key
    assert new in by_name(then.groups)["team"].members
    assert len(by_name(then.groups)["team"].members) == 2
    next_second()
    last = own.read(then.watermark)
    assert [one.name for one in last.groups] in ([], ["team"])


def test_a_change_from_the_future_hides_no_later_ones(_program: None, tmp_path: Path) -> None:
    """A replica whose clock was wrong once has left its mark."""
    odd = person("odd.one", modifyTimestamp="20990101000000Z")
    people = [(f"uid=odd.one,{PEOPLE}", odd), (f"uid=ann.ax,{PEOPLE}", person("ann.ax"))]
    with served(tmp_path / "server", people) as server:
        first = reader(server).read()
        server.change(f"uid=ann.ax,{PEOPLE}", "title", "Chief")
        then = reader(server).read(first.watermark)
    assert by_uid(then.people)["ann.ax"].attributes["title"] == ("Chief",)


def test_many_changes_read_all_groups(fresh_slapd: Slapd, monkeypatch: pytest.MonkeyPatch) -> None:
    first = reader(fresh_slapd).read()
    monkeypatch.setattr(reading, "MOST_NAMES", 2)
    then = reader(fresh_slapd).read(first.watermark)  # all of it is inside of the overlap
    assert len(by_name(then.groups)["team"].members) == 1


def test_nobody_at_all_is_a_fault_and_not_a_departure(fresh_slapd: Slapd) -> None:
    first = reader(fresh_slapd).read()
    for uid in ("ann.ax", "ben.bo", "cid.cy"):
        fresh_slapd.delete(f"uid={uid},{PEOPLE}")
    for watermark in ("", first.watermark):
        with pytest.raises(SourceProblem, match="Nobody is found below"):
            reader(fresh_slapd).read(watermark)


@pytest.mark.slow
def test_ten_thousand_people_and_nested_groups(_program: None, tmp_path: Path) -> None:
    people = [(f"uid=p.{number},{PEOPLE}", person(f"p.{number}")) for number in range(10_000)]
    groups = []
    for number in range(500):
        members = [people[(number * 20 + place) % 10_000][0] for place in range(40)]
        inner = [f"cn=g{(number + 1) % 500},{GROUPS}"]
        groups.append(
            (f"cn=g{number},{GROUPS}", {"objectClass": "groupOfNames", "cn": f"g{number}", "member": members + inner})
        )
    with served(tmp_path / "server", [*people, *groups]) as server:
        begin = time.monotonic()
        found = reader(server).read()
        took = time.monotonic() - begin
    assert len(list(found.people)) == 10_000
    assert [len(one.members) for one in found.groups] == [40] * 500
    assert all(len(one.groups) == 1 for one in found.groups)
    assert took < 30, f"{took:.1f} s"
