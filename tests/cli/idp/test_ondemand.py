"""`lockstep idp provision`: what it shows, what it sends, how it ends."""

import re

from tests.cli.idp.command import Idp
from tests.idp.provisioning.target import Fault

A = "A@x.example"


def two(idp: Idp, *settings: str) -> Idp:
    idp.make_app(*settings)
    idp.become(["A", "B"], {"Team": ["A"]})
    return idp


def test_it_shows_the_steps_and_the_request_and_sends_nothing(idp: Idp) -> None:
    two(idp)
    said = idp.done("provision", "aws", "--user", A).out
    assert said.startswith(f"Provision on demand: user {A} in aws\n\n1. In the directory: Found. Status: Active.\n")
    assert "\nRequest 1: create user A@x.example  [ready]\nPOST https://scim.example/tenant/scim/v2/Users\nAccept: " in said
    assert "\nAuthorization: Bearer …\n" in said
    assert "secret" not in said
    assert '\n  "userName": "A@x.example",\n' in said
    shown = idp.done("provision", "aws", "--user", "A", "--json").one
    assert f"lockstep idp provision aws --user A --send --digest {shown['digest']}\n" in said
    assert shown["steps"][0]["name"] == "person"
    [request] = shown["requests"]
    assert (request["method"], request["path"], request["body"]["userName"]) == ("POST", "/Users", A)
    assert request["headers"]["Authorization"] == "Bearer …"
    assert idp.target.log == []


def test_it_sends_says_what_came_back_and_then_nothing_is_left(idp: Idp) -> None:
    two(idp)
    ended = idp.done("provision", "aws", "--user", A, "--send")
    assert "exactly this" not in ended.out, "it is being sent"
    sent = re.search(
        r"\nSent: user A@x.example, user.created_in_app \(.*\buserName\): done\n1 request \(floor 1\), 1 applied", ended.out
    )
    assert sent is not None
    assert list(idp.target.people()) == ["A"]
    again = idp.done("provision", "aws", "--user", A, "--ask-target", "--send", "--json").one
    assert (again["requests"], again["came_back"], again["sent"]["requests"]) == ([], [], 0)
    there = next(one for one in again["steps"] if one["name"] == "there")
    assert (there["state"], there["verdict"]) == ("success", "As it was written.")
    assert "As it was written.\n     GET /Users/u1\n" in idp.done("provision", "aws", "--user", A, "--ask-target").out


def test_a_group(idp: Idp) -> None:
    two(idp)
    idp.done("sync", "aws")
    idp.become(["A", "B"], {"Team": ["A", "B"], "Other": []})
    said = idp.done("provision", "aws", "--group", "team").out
    assert "Request 1: members group Team  [ready]\nPATCH https://scim.example/tenant/scim/v2/Groups/" in said
    sent = idp.done("provision", "aws", "--group", "team", "--send", "--json").one
    assert [(one["object"], one["name"], one["ok"]) for one in sent["came_back"]] == [("group", "Team", True)]
    assert idp.target.teams() == {"Team": {A, "B@x.example"}}


def test_what_waits_goes_only_with_the_digest_of_what_was_shown(idp: Idp) -> None:
    two(idp, "approve-create=on")
    said = idp.done("provision", "aws", "--user", A).out
    assert "Approve and send exactly this: " in said
    ended = idp.run("provision", "aws", "--user", A, "--send", "--json")
    assert (ended.code, ended.one["sent"]["waiting"], idp.target.log) == (3, 1, [])
    digest = ended.one["digest"]
    refused = idp.run("provision", "aws", "--user", A, "--send", "--digest", "x", "--json")
    assert (refused.code, refused.out) == (1, "")
    assert f"read it again, it is {digest} now" in refused.err
    assert idp.done("provision", "aws", "--user", A, "--send", "--digest", digest, "--json").one["sent"]["applied"] == 1
    assert list(idp.target.people()) == ["A"]


def test_what_another_run_has_sent_meanwhile_is_no_failure(idp: Idp) -> None:
    """As a server does that follows the directory while a person reads."""
    two(idp)
    user = idp.done("provision", "aws", "--user", A, "--json").one["digest"]
    group = idp.done("provision", "aws", "--group", "Team", "--json").one["digest"]
    idp.done("sync", "aws")
    idp.target.log.clear()
    said = idp.done("provision", "aws", "--user", A, "--send", "--digest", user).out
    assert re.search(r"\nNothing is left to send: another run did it meanwhile \(user.created_in_app, 20.*\)\.\n", said)
    told = idp.done("provision", "aws", "--group", "Team", "--send", "--digest", group, "--json").one
    assert (told["sent"], [one["event"] for one in told["came_back"]]) == ({}, ["group.created_in_app"])
    assert idp.target.log == []
    idp.become(["A", "B"], {"Team": ["A", "B"]})
    refused = idp.run("provision", "aws", "--group", "Team", "--send", "--digest", group)
    assert (refused.code, "read it again" in refused.err) == (1, True)
    assert idp.target.log == []


def test_a_failure_ends_with_4_and_says_why(idp: Idp) -> None:
    two(idp)
    idp.target.faults = lambda sent: Fault(400, detail="no good") if sent.method == "POST" else None
    ended = idp.run("provision", "aws", "--user", A, "--send")
    assert ended.code == 4
    assert re.search(
        r"Sent: user A@x.example, user.creation_failed_in_app.*: failed: the target refused it \(400\): no good\n", ended.out
    )
    assert "failed 3 times" in idp.done("provision", "aws", "--user", A).out


def test_what_cannot_be_asked_for(idp: Idp) -> None:
    two(idp, "provisioning=off")
    assert "use either --user or --group" in idp.usage("provision", "aws")
    assert "use either --user or --group" in idp.usage("provision", "aws", "--user", "A", "--group", "Team")
    assert "--digest goes with --send" in idp.usage("provision", "aws", "--user", "A", "--digest", "x")
    assert idp.problem("provision", "aws", "--user", "nobody") == "no user is called nobody"
    assert idp.problem("provision", "aws", "--group", "nothing").startswith("aws has no group called nothing: ")
    assert idp.problem("provision", "okta", "--user", "A").startswith("no app is called okta")
    assert "Send exactly this" not in idp.done("provision", "aws", "--user", "A").out
    assert idp.problem("provision", "aws", "--user", "A", "--send", "--json").startswith("provisioning is off for aws")
