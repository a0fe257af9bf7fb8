"""`lockstep idp certificate …`."""

import pytest

from lockstep.idp.signin.certificates import actions as certificates
from lockstep.kit.clock import now_ms
from lockstep.saml.keys import SigningKey, new_signing_key
from lockstep.saml.metadata import read_idp_metadata
from tests.cli.idp.command import Idp

PUBLIC = ("--public-url", "https://login.example.com")


@pytest.fixture
def ready(idp: Idp, monkeypatch: pytest.MonkeyPatch) -> Idp:
    """With an app and its service provider; keys cost little."""
    monkeypatch.setattr(certificates, "BITS", 2048)
    idp.make_app()
    idp.done("app", "saml", "aws", "--acs-url", "https://sp.example/acs", "--issuer", "https://sp.example/meta")
    return idp


def test_a_roll_over(ready: Idp) -> None:
    [first] = ready.done("certificate", "list", "--json").all
    assert (first["id"], first["state"], first["days"]) == (1, "active", 1824)
    second = ready.done("certificate", "new", "--json").one
    assert (second["id"], second["state"]) == (2, "next")
    listed = read_idp_metadata(ready.done("metadata", "aws", *PUBLIC).out.encode()).certificates
    assert len(listed) == 2
    assert "signs from now on" in ready.done("certificate", "activate", "2").out
    assert ready.done("certificate", "activate", "2", "--json").one["state"] == "active"
    assert [one["state"] for one in ready.done("certificate", "list", "--json").all] == ["active", "retiring"]
    assert "activate another one first" in ready.problem("certificate", "remove", "2")
    assert "wait, or remove it with --now" in ready.problem("certificate", "remove", "1")
    ready.done("certificate", "remove", "1", "--now")
    assert "there are: 2" in ready.problem("certificate", "activate", "1")
    assert "lockstep idp certificate activate 3" in ready.done("certificate", "new").out
    assert ready.done("certificate", "list").out.splitlines()[1].startswith("3   next")


def test_a_certificate_that_ends_soon_is_said(ready: Idp, monkeypatch: pytest.MonkeyPatch) -> None:
    soon: SigningKey = new_signing_key("x", now_ms=now_ms(), days=30, bits=2048)
    monkeypatch.setattr(certificates, "make_key", lambda _now: soon)
    for words in (("certificate", "list"), ("metadata", "aws", *PUBLIC)):
        assert "certificate 1 signs, and ends on" in ready.done(*words).err
    assert ready.done("events", "--json").out.count("certificate.expires") == 1
