"""`lockstep idp password | metadata | settings`, `idp app saml | check-saml | parameter`."""

import sys
from collections.abc import Callable
from typing import Any

import pytest

from lockstep.idp.signin.certificates import actions as certificates
from lockstep.kit import serving
from lockstep.saml.metadata import read_idp_metadata, write_sp_metadata
from lockstep.saml.records import AssertionConsumer, SpMetadata
from tests.cli.idp.command import Idp

ACS, SP = "https://sp.example/acs", "https://sp.example/meta"
URLS = ("app", "saml", "aws", "--acs-url", ACS, "--issuer", SP)
PUBLIC = ("--public-url", "https://login.example.com")
TAG = "https://aws.amazon.com/SAML/Attributes/AccessControl:CostCenter"


@pytest.fixture(autouse=True)
def _small_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificates, "BITS", 2048)


@pytest.fixture
def ready(idp: Idp) -> Idp:
    """With an app, its service provider, and two people."""
    idp.make_app()
    idp.become(["E1", "E2"])
    idp.done(*URLS)
    return idp


def test_a_password(idp: Idp) -> None:
    idp.become(["E1"])
    good = idp.file("password", "correct horse\nsecond line\n")
    said = idp.done("password", "e1@X.example", "--password-file", good)
    assert said.out == "E1@x.example has a new password; the sessions that they had here have ended.\n"
    assert idp.done("password", "E1", "--password-file", good, "--json").one == {"user_name": "E1@x.example"}
    shown = str(idp.done("events", "--json").all)
    assert shown.count("signin.password_changed") == 2
    assert "correct" not in shown


def test_a_password_of_somebody_who_is_not_active(idp: Idp) -> None:
    idp.become(["E1"])
    idp.done("user", "suspend", "E1")
    assert "Note: the status is suspended" in idp.done("password", "E1", "--password-file", idp.file("p", "correct horse")).out


@pytest.mark.parametrize(("content", "words"), [("", "8 to 1024"), ("short\n", "8 to 1024"), ("x" * 1025, "8 to 1024")])
def test_passwords_that_are_none(idp: Idp, content: str, words: str) -> None:
    idp.become(["E1"])
    assert words in idp.problem("password", "E1", "--password-file", idp.file("p", content))
    assert "signin" not in idp.done("events", "--json").out


def test_a_password_of_nobody_or_from_nowhere(idp: Idp) -> None:
    assert "no user 'E9'" in idp.problem("password", "E9", "--password-file", idp.file("p", "correct horse"))
    assert "--password-file" in idp.problem("password", "E9", "--password-file", str(idp.folder / "none"))


def test_saml_by_two_urls(idp: Idp) -> None:
    idp.make_app()
    made = idp.done(*URLS, "--json").one
    assert (made["issuer"], made["acs_urls"], made["sign"], made["session_minutes"]) == (SP, [ACS], "assertion", 480)
    changed = idp.done("app", "saml", "aws", "--sign", "both", "--session-minutes", "60", "--empty", "send", "--json").one
    assert changed == {**made, "sign": "both", "session_minutes": 60, "empty": "send"}
    assert idp.done("app", "saml", "aws", "--json").one == changed
    assert f"issuer          {SP}" in idp.done("app", "saml", "aws").out


def test_saml_by_metadata(idp: Idp) -> None:
    idp.make_app()
    sp = SpMetadata(SP, (AssertionConsumer(ACS, 0), AssertionConsumer(f"{ACS}/2", 1)))
    file = idp.file("sp.xml", write_sp_metadata(sp).decode())
    assert idp.done("app", "saml", "aws", "--metadata", file, "--json").one["acs_urls"] == [ACS, f"{ACS}/2"]


def test_saml_that_cannot_be(idp: Idp) -> None:
    idp.make_app()
    assert "no SAML configuration" in idp.problem("app", "saml", "aws")
    assert "give --metadata FILE" in idp.problem("app", "saml", "aws", "--sign", "both")
    assert "--metadata" in idp.problem("app", "saml", "aws", "--metadata", str(idp.folder / "none"))
    assert "another kind of document" in idp.problem("app", "saml", "aws", "--metadata", idp.file("x", '<a xmlns="urn:a"/>'))
    assert "larger than" in idp.problem("app", "saml", "aws", "--metadata", idp.file("x", "x" * 300_001))
    assert "--acs-url" in idp.problem("app", "saml", "aws", "--acs-url", "http://x.example/", "--issuer", SP)
    for words in (("--acs-url", ACS), ("--issuer", SP), ("--acs-url", ACS, "--issuer", SP, "--metadata", "x")):
        assert "together with" in idp.usage("app", "saml", "aws", *words)
    assert "--empty" in idp.usage("app", "saml", "aws", "--empty", "none")
    assert "--sign" in idp.usage("app", "saml", "aws", "--sign", "none")
    assert "no app is called okta" in idp.problem("app", "saml", "okta")


def test_metadata_needs_to_know_where_it_is(ready: Idp) -> None:
    assert "give --public-url URL" in ready.problem("metadata", "aws")
    assert "use an origin such as" in ready.problem("metadata", "aws", "--public-url", "login.example.com")
    said = read_idp_metadata(ready.done("metadata", "aws", *PUBLIC).out.encode())
    assert said.entity_id.startswith("https://login.example.com/saml/metadata/")
    assert read_idp_metadata(ready.done("metadata", "aws", *PUBLIC).out.encode()) == said


def test_settings(idp: Idp) -> None:
    shown = {"session_minutes": 480, "idle_minutes": 60, "public_url": ""}
    assert idp.done("settings", "--json").one == shown
    assert idp.done("settings", "idle-minutes=15", "--json").one == {**shown, "idle_minutes": 15}
    assert "session-minutes=480 idle-minutes=15" in idp.done("settings").out
    assert "no such setting" in idp.problem("settings", "idle=1")


def test_who_could_not_sign_in(ready: Idp) -> None:
    early = ready.run("app", "check-saml", "aws", "--json")
    assert (early.code, len(early.one["problems"])) == (1, 2)
    assert early.one["problems"][0]["problem"] == "The person is not at the target yet, so nobody there has that name."
    ready.done("sync", "aws")
    assert ready.done("app", "check-saml", "aws", "--json").one == {
        "ok": True,
        "people": 2,
        "problems": [],
        "without_password": 2,
    }
    ready.done("user", "change", "E2", "user_name=e2")
    ended = ready.run("app", "check-saml", "aws", "--json")
    assert (ended.code, ended.one["ok"], len(ended.one["problems"])) == (1, False, 2)
    assert ended.one["problems"][1]["problem"].startswith("The target still has the userName 'E2@x.example'.")
    problem = ended.one["problems"][0]
    assert problem.keys() == {"user_name", "problem", "fix"}
    assert problem["user_name"] == "e2"
    ended = ready.run("app", "check-saml", "aws")
    assert (ended.code, ended.out.splitlines()[2]) == (1, "2 active users with the app, 2 problems")
    assert ready.done("app", "create", "--help").code == 0


def test_check_saml_needs_a_configuration(idp: Idp) -> None:
    idp.make_app()
    assert "no SAML configuration" in idp.problem("app", "check-saml", "aws")


def test_parameters_of_the_assertion(ready: Idp) -> None:
    def parameter(*words: str) -> str:
        return ready.done("app", "parameter", "aws", *words).out

    included = "--include-in-saml-assertion"
    assert parameter(TAG, "--attribute", "cost_center", included) == (
        f"aws: {TAG} comes from cost_center, also in the SAML assertion\n"
    )
    assert parameter("title", included) == "aws: title comes from title, also in the SAML assertion\n"
    assert parameter("title", "--attribute", "department") == "aws: title comes from department, also in the SAML assertion\n"
    assert parameter("title", "--not-in-saml-assertion") == "aws: title comes from department\n"
    assert parameter(TAG, "--multi-value").endswith("also in the SAML assertion\n")
    assert parameter(TAG, "--remove") == f"aws: {TAG} is as it was at first\n"
    assert "has no parameter" in ready.problem("app", "parameter", "aws", TAG, "--remove")
    assert "say where x comes from" in ready.usage("app", "parameter", "aws", "x", included)
    assert "or --remove alone" in ready.usage("app", "parameter", "aws", "title", "--remove", "--none")
    assert "add --include-in-saml-assertion" in ready.problem("app", "parameter", "aws", TAG, "--attribute", "title")


def serve(idp: Idp, monkeypatch: pytest.MonkeyPatch, *words: str) -> str:
    """Start a server that is bound and ends at once; what it said on standard error."""

    def at_once(_app: object, host: str, port: int, *, bound: Callable[[str], list[str]], **_more: Any) -> None:
        sys.stderr.writelines(bound(f"http://{host}:{port}"))

    monkeypatch.setattr(serving, "serve", at_once)
    return idp.done("serve", *words).err


def test_the_public_url_is_given_or_where_the_server_listens(idp: Idp, monkeypatch: pytest.MonkeyPatch) -> None:
    def public_url() -> str:
        return str(idp.done("settings", "--json").one["public_url"])

    assert serve(idp, monkeypatch, "--port", "8081") == ""
    assert public_url() == "http://127.0.0.1:8081"
    assert "was http://127.0.0.1:8081 and is http://127.0.0.1:8082" in serve(idp, monkeypatch, "--port", "8082")
    said = serve(idp, monkeypatch, "--public-url", "https://login.example.com/")
    assert "was http://127.0.0.1:8082 and is https://login.example.com: give the metadata" in said
    assert public_url() == "https://login.example.com"
    assert serve(idp, monkeypatch, "--public-url", "https://login.example.com") == ""
    assert "leave out what follows the host" in idp.problem("serve", "--public-url", "https://login.example.com/x")
    idp.make_app()
    idp.done(*URLS)
    assert read_idp_metadata(idp.done("metadata", "aws").out.encode()).entity_id.startswith("https://login.example.com/saml/")
