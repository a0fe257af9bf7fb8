"""Whoever follows the changes knows what whoever reads everything knows."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lockstep.idp.directory.sources.ldap import reading
from lockstep.idp.directory.sources.ldap.reader import LdapReader
from lockstep.idp.directory.sources.ldap.records import LdapSettings
from tests.idp.directory.sources.following import Follower
from tests.support.active_directory import DOMAIN, PASSWORD, Controller, served

STAFF, GROUPS = f"OU=Staff,{DOMAIN}", f"OU=Groups,{DOMAIN}"
names, groups = st.sampled_from(["Ann", "Ben", "Cid", "Dot"]), st.sampled_from(["X", "Y", "Z"])
edits = st.lists(
    st.one_of(
        st.tuples(st.just("person"), names, st.sampled_from(["Chief", "Clerk"])),
        st.tuples(st.just("hide"), names, st.just("")),
        st.tuples(st.just("delete"), names, st.just("")),
        st.tuples(st.just("group"), groups, st.lists(st.one_of(names, groups), max_size=5).map(" ".join)),
        st.tuples(st.just("ungroup"), groups, st.just("")),
        st.tuples(st.just("read"), st.just(""), st.just("")),
    ),
    max_size=14,
)


def edit(controller: Controller, what: str, name: str, rest: str) -> None:
    person, group = f"CN={name},{STAFF}", f"CN={name},{GROUPS}"
    if what == "person":
        controller.person(name, title=rest)
    elif what == "hide" and person in controller.entries:
        controller.put(person, objectCategory="contact")
    elif what == "delete":
        controller.entries.pop(person, None)
    elif what == "group":
        inside = (f"cn={one.lower()}, {GROUPS if one in ('X', 'Y', 'Z') else STAFF}" for one in rest.split())
        controller.group(name, *inside)
    elif what == "ungroup":
        controller.entries.pop(group, None)


def reader(controller: Controller) -> LdapReader:
    usual: dict[str, Any] = {"flavour": "active-directory", "encryption": "off", "allow_loopback": True, "page_size": 2}
    url = f"ldap://127.0.0.1:{controller.port}"
    bases: dict[str, Any] = {"people_bases": (STAFF,), "group_bases": (GROUPS,)}
    return LdapReader(LdapSettings(servers=(url,), bind_dn="reader@example.com", **bases, **usual), PASSWORD)


@pytest.mark.slow
@settings(max_examples=20)
@given(edits)
def test_changes_come_to_the_same_as_everything(done: list[tuple[str, str, str]]) -> None:
    controller = Controller()
    controller.person("Always")
    with served(controller):
        follower = Follower()
        follower.read(reader(controller))
        for what, name, rest in [*done, ("read", "", "")]:
            if what == "read":
                assert not follower.read(reader(controller)).complete
                everything = Follower()
                everything.read(reader(controller))
                assert follower.knows() == everything.knows()
            else:
                edit(controller, what, name, rest)


def test_a_name_in_a_filter_is_escaped() -> None:
    assert reading.NAMES_IN_A_FILTER * 3 * 300 < 65_536  # a filter stays well below what servers take
    controller = Controller()
    odd = controller.person("Odd (one)*")
    controller.group("X", odd)
    with served(controller):
        follower = Follower()
        follower.read(reader(controller))
        controller.put(odd, title="Chief")
        follower.read(reader(controller))
        assert [len(one.members) for one in follower.groups.values()] == [1]
