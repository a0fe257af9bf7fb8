"""`lockstep idp app connect | token | tokens | url`: what they print, how they end."""

import json

import pytest

from tests.cli.idp.command import URL, Idp
from tests.idp.provisioning.target import Fault

SOON = "2199-12-31"
FAR = "2120-01-31"
OTHER = "https://moved.example/scim/v2"


def test_another_token(idp: Idp) -> None:
    idp.make_app()
    said = idp.done("app", "token", "aws", "--token-file", idp.file("second", "another"))
    assert said.out == "aws uses the new token. Next: lockstep idp app connect aws\n"
    assert idp.problem("app", "token", "aws", "--token-file", idp.file("third", "two words")).startswith("the access token")


def test_connect(idp: Idp) -> None:
    idp.make_app()
    ended = idp.done("app", "connect", "aws", "--json")
    assert ended.one == {"ok": True, "problem": "", "fix": ""}
    assert idp.done("app", "connect", "aws").out == "Connected.\n"
    assert [sent.path for sent in idp.target.log] == ["/Users", "/ServiceProviderConfig"] * 2
    assert {sent.method for sent in idp.target.log} == {"GET"}


def test_connect_says_what_is_wrong_and_records_it(idp: Idp) -> None:
    idp.make_app()
    idp.target.faults = lambda _sent: Fault(401)
    ended = idp.run("app", "connect", "aws", "--json")
    assert (ended.code, ended.one.keys(), ended.one["ok"]) == (1, {"ok", "problem", "fix"}, False)
    assert ended.one["problem"] == "The target refused the access token (401)."
    assert idp.run("app", "connect", "aws").out.splitlines() == [ended.one["problem"], ended.one["fix"]]
    assert idp.done("app", "list", "--json").one["connect_problem"] == f"{ended.one['problem']} {ended.one['fix']}"
    idp.target.faults = lambda _sent: None
    idp.done("app", "connect", "aws")
    assert idp.done("app", "list", "--json").one["connect_problem"] == ""


def tokens(idp: Idp) -> list[dict[str, object]]:
    found: list[dict[str, object]] = idp.done("app", "tokens", "aws", "--json").all
    return found


def test_tokens_are_listed_without_their_secrets(idp: Idp) -> None:
    idp.make_app()
    [one] = tokens(idp)
    assert one.keys() == {"which", "since", "expires_at", "expiry", "last_answer", "last_answer_at", "refused"}
    assert (one["which"], one["expiry"], one["last_answer"], one["refused"]) == ("current", "connector", None, False)
    idp.done("app", "connect", "aws")
    assert tokens(idp)[0]["last_answer"] == 200
    line = idp.done("app", "tokens", "aws").out
    assert "expires at the latest on" in line
    assert "works as of" in line
    assert "secret" not in line


def test_the_next_token_is_tested_too_and_used_once_the_other_one_is_refused(idp: Idp) -> None:
    idp.make_app()
    said = idp.done("app", "token", "aws", "--token-file", idp.file("next", "another"), "--next", "--expires", FAR)
    assert said.out.startswith("aws has the next token. Next: lockstep idp app connect aws")
    assert [(one["which"], one["expires_at"]) for one in tokens(idp)][1] == ("next", f"{FAR}T23:59:59Z")
    assert "Both access tokens work." in idp.done("app", "connect", "aws").out
    idp.target.accepts = {"another"}
    ended = idp.done("app", "connect", "aws", "--json").one
    assert [(one["which"], one["ok"]) for one in ended["tokens"]] == [("current", False), ("next", True)]
    assert (ended["ok"], ended["problem"]) == (True, "")
    assert [(one["which"], one["last_answer"], one["refused"]) for one in tokens(idp)] == [
        ("current", 200, False),
        ("next", 401, True),
    ]
    assert "The target refused one of the two access tokens" in idp.done("plan", "aws").err
    assert idp.done("app", "token", "aws", "--remove", "next").out == "aws has the token in use only.\n"
    assert len(tokens(idp)) == 1
    assert idp.problem("app", "token", "aws", "--remove", "next") == "aws has no next token"
    idp.target.accepts = set()
    assert idp.run("app", "connect", "aws").code == 1


def test_the_end_of_a_token_is_said_alone_or_with_it(idp: Idp) -> None:
    idp.make_app()
    said = idp.done("app", "token", "aws", "--expires", FAR).out
    assert said.startswith(f"aws: the current token expires on {FAR}T23:59:59Z (in ")
    shown = idp.done("app", "token", "aws", "--expires", FAR, "--json").one
    assert (shown["name"], [one["expiry"] for one in shown["tokens"]]) == ("aws", ["entered"])
    assert "write the date" in idp.problem("app", "token", "aws", "--expires", "soon")
    assert "this date is over" in idp.problem("app", "token", "aws", "--expires", "2020-01-01")
    assert "more than 100 years" in idp.problem("app", "token", "aws", "--expires", SOON)
    assert idp.problem("app", "token", "aws", "--expires", FAR, "--next") == "aws has no next token"
    assert "give a token" in idp.usage("app", "token", "aws")
    assert "use --remove next alone" in idp.usage("app", "token", "aws", "--remove", "next", "--expires", FAR)


def test_what_the_centre_printed_says_when_the_token_ends(idp: Idp) -> None:
    printed = {"scim_path": "/x", "token": "lscim_x", "token_id": "t-1", "expires_at": "2100-05-06T07:08:09Z"}
    path = idp.file("printed", json.dumps(printed) + "\n")
    made = ("app", "create", "aws", "--connector", "scim2", "--scim-url", URL, "--token-file", path)
    idp.done(*made)
    assert [(one["expires_at"], one["expiry"]) for one in tokens(idp)] == [("2100-05-06T07:08:09Z", "entered")]
    idp.done("app", "token", "aws", "--token-file", path, "--expires", FAR)
    assert tokens(idp)[0]["expires_at"] == f"{FAR}T23:59:59Z"
    wrong = idp.file("wrong", '{"scim_path": "/x"}')
    assert "is neither a token nor JSON with one" in idp.problem("app", "token", "aws", "--token-file", wrong)


def test_a_plan_and_a_sync_warn_of_a_token_that_is_refused(idp: Idp) -> None:
    idp.make_app()
    idp.become(["A"])
    idp.target.accepts = set()
    assert "refused the access token" in idp.problem("sync", "aws")
    assert "The target refused the access token. Make a new one there" in idp.done("plan", "aws").err
    assert idp.done("plan", "aws", "--json").err == ""
    idp.target.accepts = None
    assert idp.done("sync", "aws").err == ""


def test_another_url_is_proved_first(idp: Idp) -> None:
    idp.make_app()
    idp.become(["A", "B"], {"Team": ["A"]})
    idp.done("sync", "aws")
    idp.target.log.clear()
    moved = idp.done("app", "url", "aws", OTHER, "--token-file", idp.file("its", "its-token"), "--json").one
    assert moved == {
        "name": "aws",
        "scim_url": OTHER,
        "tenant": "same",
        "known": False,
        "sampled": 3,
        "found": 3,
        "alike": 0,
        "linked": 3,
    }
    assert [sent.method for sent in idp.target.log] == ["GET"] * 3
    assert idp.done("sync", "aws", "--json").one["requests"] == 0


def test_a_url_of_another_tenant(idp: Idp) -> None:
    idp.make_app()
    idp.become(["A", "B"])
    idp.done("sync", "aws")
    idp.target.users.clear()
    refused = idp.problem("app", "url", "aws", OTHER)
    assert refused.startswith("this is another tenant: none of 2 linked users and groups is there. Nothing has changed.")
    assert "--new-tenant" in refused
    assert idp.done("app", "list", "--json").one["scim_url"] == URL
    said = idp.done("app", "url", "aws", OTHER, "--new-tenant").out
    assert said.startswith(f"aws is at {OTHER} now: another tenant, which starts with no links. 0 linked users and groups.")
    assert said.endswith("Nothing is sent until somebody has looked: lockstep idp drift aws, then lockstep idp app start aws\n")
    assert idp.run("sync", "aws").code == 3
    assert "aws: nothing is sent, since " in idp.run("installation").out
    idp.done("drift", "aws")
    idp.done("app", "start", "aws")
    assert idp.done("sync", "aws", "--json").one["applied"] == 2
    idp.target.faults = lambda _sent: Fault(401)
    assert idp.problem("app", "url", "aws", "http://x.example").startswith("--scim-url: ")


@pytest.mark.parametrize("text", ["", "\n", '{"token": ""}', "two words"])
def test_an_empty_token_file_does_not_send_the_stored_token_to_another_url(idp: Idp, text: str) -> None:
    idp.make_app()
    before = idp.done("app", "list", "--json").out
    said = idp.problem("app", "url", "aws", OTHER, "--token-file", idp.file("its", text))
    assert said.startswith("the access token is empty")
    assert idp.done("app", "list", "--json").out == before
