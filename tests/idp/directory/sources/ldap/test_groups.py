"""Entries as groups."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.idp.directory.sources.faults import Faults
from lockstep.idp.directory.sources.ldap.groups import Groups, asked
from lockstep.idp.directory.sources.ldap.people import Keys
from lockstep.idp.directory.sources.ldap.records import Entry, LdapSettings, plan_of
from lockstep.idp.directory.sources.records import SourceProblem

SETTINGS = LdapSettings(servers=("ldaps://ldap.example.com",), people_bases=("dc=example,dc=com",))


def entry(dn: str, **attributes: list[str] | str) -> Entry:
    listed = {name: [values] if isinstance(values, str) else values for name, values in attributes.items()}
    return Entry(dn=dn, attributes={name.lower(): tuple(one.encode() for one in values) for name, values in listed.items()})


def groups(people: list[str], inner: list[str], **changed: object) -> Groups:
    """Whoever has the DN uid=X has the key X, and the group cn=G the key g:G."""
    keys, others = Keys(), Keys()
    for name in people:
        keys.add(entry(f"uid={name}", uid=name), name)
    for name in inner:
        others.add(entry(f"cn={name}"), f"g:{name}")
    return Groups(plan_of(msgspec.structs.replace(SETTINGS, **changed)), keys, others, Faults())


def test_members_of_each_kind() -> None:
    found = groups(["a", "b", "c"], ["x", "y"])
    members = ["UID=A", "cn=y", "cn=x", "uid=a", "uid=stranger", ""]
    found.add(entry("cn=x", cn="Ex", member=members, uniqueMember="uid=b#'0101'B", memberUid=["c", "C"]), "g:x")
    only = found.found[0]
    assert (only.name, only.members, only.groups) == ("Ex", ("a", "b", "c"), ("g:y",))
    assert found.strangers == 2  # one by DN; and a bare uid is taken to the letter


def test_attributes_besides() -> None:
    found = groups([], [], group_attributes=("description", "mail"))
    found.add(entry("cn=x", cn="Ex", description=["one", "two"]), "x")
    assert found.found[0].attributes == {"description": "one;two"}
    assert "description" in asked(found.plan)


def test_a_group_without_a_name() -> None:
    found = groups([], [])
    found.add(entry("cn=x"), "x")
    with pytest.raises(SourceProblem, match=r"1 group has no cn.*: cn=x"):
        found.faults.check()


nested = st.dictionaries(st.sampled_from("uvwxyz"), st.lists(st.sampled_from("uvwxyz"), max_size=6), min_size=1)


@given(nested)
def test_whatever_is_inside_whatever_each_group_comes_once(inside: dict[str, list[str]]) -> None:
    """Circles, too: a group names what is directly in it, and never itself."""
    found = groups([], list(inside))
    for name, others in inside.items():
        found.add(entry(f"cn={name}", cn=name, member=[f"CN={other}" for other in others]), f"g:{name}")
    assert [one.key for one in found.found] == [f"g:{name}" for name in inside]
    for one in found.found:
        name = one.key.removeprefix("g:")
        assert set(one.groups) == {f"g:{other}" for other in inside[name] if other in inside} - {one.key}
    assert found.strangers == sum(other not in inside for others in inside.values() for other in others)
