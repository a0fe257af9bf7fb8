"""An app's SAML configuration."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from lockstep.idp import events
from lockstep.idp.apps import actions as apps
from lockstep.idp.apps.records import App
from lockstep.idp.apps.saml import actions, store
from lockstep.kit.db import Connection, Database
from lockstep.kit.problems import Problem, ValueProblem
from lockstep.kit.vault import KEY_BYTES, Vault
from lockstep.saml.keys import new_signing_key
from lockstep.saml.metadata import write_idp_metadata, write_sp_metadata
from lockstep.saml.records import AssertionConsumer, Binding, IdpMetadata, Signed, SpMetadata

SP = SpMetadata(
    "https://sp.example/meta",
    (AssertionConsumer("https://sp.example/acs", 0, True), AssertionConsumer("http://127.0.0.1:9/acs", 1)),
    certificates=(b"\x00der",),
)


@contextmanager
def with_app(database: Database) -> Iterator[tuple[Connection, App]]:
    values: dict[str, Any] = {"connector": "scim2", "scim_url": "https://scim.example/", "token": "t", "allow_loopback": False}
    with database.write(serial=events.SERIAL) as c:
        yield c, apps.create_app(c, Vault(bytes(KEY_BYTES)), 5, name="aws", **values)


def test_what_is_configured_is_found_again_by_app_and_by_address(each: Database) -> None:
    with with_app(each) as (c, app):
        made = actions.configure(c, app, 6, sp=SP)
        assert (made.sp, made.signed, made.session_minutes, made.empty) == (SP, Signed.ASSERTION, 480, "omit")
        assert store.by_uuid(c, made.uuid) == store.of_app(c, app.id) == actions.find(c, app) == made
        assert store.all_configs(c) == [made]
        assert store.by_uuid(c, "none") is None
        assert [event.type.value for event in events.since(c, 0, 9)] == ["app.created", "signin.saml_changed"]


def test_the_addresses_stay_when_the_rest_changes(each: Database) -> None:
    with with_app(each) as (c, app):
        made = actions.configure(c, app, 6, sp=SP)
        other = replace(SP, entity_id="https://other.example/")
        changed = actions.configure(c, app, 7, sp=other, signed=Signed.BOTH, session_minutes=60, empty="send")
        assert changed == replace(made, sp=other, signed=Signed.BOTH, session_minutes=60, empty="send")
        assert actions.configure(c, app, 8) == changed == actions.find(c, app)
        assert len(events.since(c, 0, 9)) == 3


def test_without_a_service_provider_there_is_nothing_to_set(sqlite: Database) -> None:
    with with_app(sqlite) as (c, app):
        with pytest.raises(Problem, match="--metadata FILE, or --acs-url"):
            actions.configure(c, app, 6, session_minutes=5)
        with pytest.raises(Problem, match="aws has no SAML configuration: lockstep idp app saml aws"):
            actions.find(c, app)


@pytest.mark.parametrize("minutes", [0, -1, 43_201])
def test_minutes_that_are_none(sqlite: Database, minutes: int) -> None:
    with with_app(sqlite) as (c, app):
        with pytest.raises(Problem, match="--session-minutes"):
            actions.configure(c, app, 6, sp=SP, session_minutes=minutes)
        assert store.of_app(c, app.id) is None


def test_metadata_is_read_and_what_is_wrong_is_said() -> None:
    plain = replace(SP, certificates=())
    assert actions.sp_from_metadata(write_sp_metadata(plain)) == plain
    for raw, words in (
        (b'<a xmlns="urn:a"/>', "another kind of document"),
        (b"x", "not_xml"),
        (b'<!DOCTYPE a><a xmlns="b"/>', "dtd_forbidden"),
        (b"<a>" + b"x" * 400_000 + b"</a>", "too_large"),
        (write_sp_metadata(plain).replace(b"https://sp.example/acs", b"http://sp.example/acs"), "not an https address"),
    ):
        with pytest.raises(Problem, match=f"--metadata: .*{words}"):
            actions.sp_from_metadata(raw)


def test_two_urls_are_enough() -> None:
    found = actions.sp_from_urls("https://sp.example/acs?x=1", "urn:example:sp")
    consumers = (AssertionConsumer("https://sp.example/acs?x=1", 0, True),)
    assert found == SpMetadata("urn:example:sp", consumers, want_assertions_signed=False)


def test_an_assertion_that_the_service_provider_wants_signed_is_signed(sqlite: Database) -> None:
    with with_app(sqlite) as (c, app):
        with pytest.raises(Problem, match=r"--sign response: .* wants assertions signed"):
            actions.configure(c, app, 6, sp=SP, signed=Signed.RESPONSE)
        easy = replace(SP, want_assertions_signed=False)
        assert actions.configure(c, app, 6, sp=easy, signed=Signed.RESPONSE).signed is Signed.RESPONSE
        with pytest.raises(Problem, match="--sign response"):
            actions.configure(c, app, 6, sp=SP)


@pytest.mark.parametrize(
    "url", ["", "sp.example/acs", "http://sp.example/acs", "javascript:alert(1)", "https://a@b/", "https://a/ b"]
)
def test_acs_urls_that_are_none(url: str) -> None:
    with pytest.raises(Problem, match="--acs-url"):
        actions.sp_from_urls(url, "urn:x")


@pytest.mark.parametrize("issuer", ["", " ", "a ", "x" * 1025, "a\nb"])
def test_issuers_that_are_none(issuer: str) -> None:
    with pytest.raises(Problem, match="--issuer"):
        actions.sp_from_urls("https://sp.example/acs", issuer)


def test_the_metadata_of_the_other_side_is_told_apart() -> None:
    key = new_signing_key("x", now_ms=0, days=1, bits=2048)
    theirs = write_idp_metadata(IdpMetadata("https://idp.example", (key.der,), {Binding.POST: "https://idp.example/sso"}))
    with pytest.raises(ValueProblem, match="identity provider; the service provider's is needed") as wrong:
        actions.sp_from_metadata(theirs)
    assert wrong.value.field == "metadata"
