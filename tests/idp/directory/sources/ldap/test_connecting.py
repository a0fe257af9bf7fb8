"""The first of several servers that answers."""

import pytest

from lockstep.idp.directory.sources.ldap.connecting import NoServerError, connected
from lockstep.idp.directory.sources.ldap.searching import Searcher
from lockstep.idp.directory.sources.ldap.wire import Session, WireError, escaped, filter_fault
from tests.support.cutting import cutting
from tests.support.slapd import PASSWORD, PEOPLE, Slapd

pytestmark = pytest.mark.slapd


def test_one_that_hangs_up_is_passed_over(slapd: Slapd) -> None:
    with cutting(slapd.port, after=0) as broken:
        settings = slapd.settings(servers=(f"ldap://127.0.0.1:{broken.port}", slapd.url))
        with connected(settings, PASSWORD) as session:
            assert session.url == slapd.url
        assert broken.connections == 1


def test_one_whose_certificate_does_not_hold_is_passed_over(slapd: Slapd) -> None:
    settings = slapd.settings(servers=(slapd.url, slapd.tls_url), server_name="ldap.example.com")
    with pytest.raises(NoServerError) as none, connected(settings, PASSWORD):
        pass
    assert none.value.problem.count("Hostname mismatch") == 2


def test_the_password_is_sent_after_encryption_only(slapd: Slapd) -> None:
    """What a listener sees of a StartTLS connection is its request, and then nothing that could be read."""
    seen = bytearray()
    with cutting(slapd.port, listen=seen.extend) as network:
        settings = slapd.settings(servers=(f"ldap://127.0.0.1:{network.port}",))
        with connected(settings, PASSWORD) as session:
            Searcher(session, settings).root()
    assert b"1.3.6.1.4.1.1466.20037" in seen
    assert PASSWORD.encode() not in seen
    assert b"cn=reader" not in seen


def test_a_filter_takes_any_value(slapd: Slapd) -> None:
    value = r"a*(b)\c" + "\0"
    assert filter_fault(f"(cn={escaped(value)})") == ""
    with connected(slapd.settings(), PASSWORD) as session:
        assert session.page(PEOPLE, "subtree", f"(cn={escaped(value)})", ["cn"]).entries == ()
        assert len(session.page(PEOPLE, "subtree", f"(cn={escaped('P 7')})", ["cn"]).entries) == 1


def test_a_session_that_is_closed_says_so(slapd: Slapd) -> None:
    session = Session(slapd.url, slapd.settings())
    session.open(PASSWORD)
    session.close()
    session.close()
    with pytest.raises(WireError):
        session.root()
