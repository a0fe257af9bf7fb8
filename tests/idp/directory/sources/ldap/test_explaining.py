"""What answers mean."""

import pytest

from lockstep.idp.directory.sources.ldap.explaining import explain
from lockstep.idp.directory.sources.ldap.records import LdapSettings
from lockstep.idp.directory.sources.ldap.wire import WireError

URL = "ldaps://ldap.example.com"
SETTINGS = LdapSettings(servers=(URL,), people_bases=("dc=example,dc=com",), bind_dn="cn=reader,dc=example,dc=com")


@pytest.mark.parametrize(
    ("error", "problem", "fix"),
    [
        (WireError("result", "invalidCredentials", 49), "its name or its password is wrong", "enter its password again"),
        (
            WireError("result", "invalidCredentials: 80090308: AcceptSecurityContext error, data 533, v3839", 49),
            "it is disabled",
            "bind DN",
        ),
        (WireError("result", "invalidCredentials: data 775, v3839", 49), "it is locked", "bind DN"),
        (WireError("result", "noSuchObject", 32), "base is not there", "base DN"),
        (WireError("result", "sizeLimitExceeded", 4), "size limit", "olcLimits"),
        (WireError("result", "confidentialityRequired: TLS required", 13), "wants encryption (conf", "StartTLS"),
        (WireError("result", "somethingNew: words", 4242), "refused it (somethingNew: words)", "own words"),
        (WireError("tls", "certificate has expired"), "TLS to ldaps://ldap.example.com failed", "authority"),
        (WireError("tls", "StartTLS: protocolError: unsupported", 2), "does not take StartTLS", "certificate at the server"),
        (WireError("connect", "refused"), "cannot be reached", "port"),
        (WireError("silence", "timed out"), "did not go on for 60 seconds", "answer_seconds"),
        (WireError("cut", "session terminated by server"), "ended: session terminated", "next run"),
        (WireError("nonsense", "IndexError"), "no LDAP", "URL"),
    ],
)
def test_each_has_a_reason_and_a_remedy(error: WireError, problem: str, fix: str) -> None:
    said = explain(error, SETTINGS, URL)
    assert problem in said[0]
    assert fix in said[1]
    assert not said[0].endswith(".")
    assert said[1].endswith(".")
