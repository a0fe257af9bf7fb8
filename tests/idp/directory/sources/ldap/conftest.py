"""A real OpenLDAP server, and a domain controller of the tests' own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import active_directory
from tests.support.active_directory import Controller
from tests.support.slapd import GROUPS, INSTALL, PEOPLE, Slapd, person, program, served


@pytest.fixture(scope="session")
def _program() -> None:
    """The server's program; a test that needs it fails where it is not there."""
    if program() is None:
        pytest.fail(INSTALL, pytrace=False)


@pytest.fixture(scope="module")
def slapd(_program: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    """120 people and some groups; tests only read it."""
    people = [(f"uid=p.{number},{PEOPLE}", person(f"p.{number}")) for number in range(120)]
    boss = "UID=P.0 , OU=People,dc=Example, dc=com"
    people[1][1]["manager"] = boss
    groups = [
        (f"cn=all,{GROUPS}", {"objectClass": "groupOfNames", "cn": "all", "member": [dn for dn, _ in people]}),
        (f"cn=posix,{GROUPS}", {"objectClass": "posixGroup", "cn": "posix", "gidNumber": "7", "memberUid": ["p.3", "nobody"]}),
        (
            f"cn=unique,{GROUPS}",
            {"objectClass": "groupOfUniqueNames", "cn": "unique", "uniqueMember": [f"uid=P.4,{PEOPLE}#'01'B"]},
        ),
        (f"cn=a,{GROUPS}", {"objectClass": "groupOfNames", "cn": "a", "member": [f"cn=b,{GROUPS}", f"uid=p.5,{PEOPLE}"]}),
        (f"cn=b,{GROUPS}", {"objectClass": "groupOfNames", "cn": "b", "member": [f"cn=C,{GROUPS}", f"cn=b,{GROUPS}"]}),
        (f"cn=c,{GROUPS}", {"objectClass": "groupOfNames", "cn": "c", "member": [f"cn=a,{GROUPS}", f"cn=gone,{GROUPS}"]}),
    ]
    with served(tmp_path_factory.mktemp("slapd") / "server", [*people, *groups]) as server:
        yield server


@pytest.fixture
def fresh_slapd(_program: None, tmp_path: Path) -> Iterator[Slapd]:
    """Three people and one group, to be changed."""
    people = [(f"uid={uid},{PEOPLE}", person(uid)) for uid in ("ann.ax", "ben.bo", "cid.cy")]
    team = {"objectClass": "groupOfNames", "cn": "team", "member": [people[0][0], f"uid=new.one,{PEOPLE}"]}
    with served(tmp_path / "server", [*people, (f"cn=team,{GROUPS}", team)]) as server:
        yield server


@pytest.fixture
def controller() -> Iterator[Controller]:
    """A domain controller with nothing in it."""
    with active_directory.served(Controller()) as found:
        yield found
