"""`lockstep idp failures | logins | timeline`: keys, exit codes, words."""

from tests.cli.idp.command import Idp
from tests.idp.provisioning.target import Fault, Sent

LONG = "400-too-long-nickName"
GROUP = {"cause", "title", "objects", "users", "groups", "names", "since", "given_up", "next_try", "what_to_do"}
ONE = {
    *("object", "name", "kind", "cause", "error", "status", "scim_type", "attempts"),
    *("since", "last_try", "next_try", "given_up", "what_to_do"),
}


def broken(idp: Idp) -> Idp:
    """A and B are refused for the same reason, C for another, the team for the first."""

    def faults(sent: Sent) -> Fault | None:
        text = str(sent.body)
        if sent.method == "POST" and "C@x" in text:
            return Fault(400, detail="Duplicate UserName", scim_type="uniqueness")
        refused = sent.method == "POST" and any(one in text for one in ("A@x", "B@x", "Team"))
        return Fault(400, detail="'nickName' is too long") if refused else None

    idp.make_app()
    idp.become(["A", "B", "C", "D"], {"Team": ["D"]})
    idp.target.faults = faults
    ended = idp.run("sync", "aws")
    assert ended.code == 4
    assert "By cause, with what to do: lockstep idp failures aws" in ended.out
    idp.target.faults = lambda _sent: None
    idp.target.log.clear()
    return idp


def test_failures_by_cause(idp: Idp) -> None:
    broken(idp)
    first, other = idp.done("failures", "aws", "--json").all
    assert first.keys() == GROUP
    assert (first["cause"], first["objects"], first["users"], first["groups"]) == (LONG, 3, 2, 1)
    assert first["names"] == ["Team", "A@x.example", "B@x.example"]
    assert (other["cause"], other["objects"], other["given_up"]) == ("400-uniqueness-userName", 1, 0)
    said = idp.done("failures", "aws").out.splitlines()
    assert said[0] == f"3 objects: 400 too long: nickName  [{LONG}]"
    assert said[1].startswith("  Team, A@x.example, B@x.example; since 20")
    assert said[2] == "  Shorten nickName; an object is tried again as soon as it changes."
    assert said[-1].endswith("Try again now: add --retry")


def test_failures_one_by_one(idp: Idp) -> None:
    broken(idp)
    found = idp.done("failures", "aws", "--cause", LONG, "--json").all
    assert [(one["object"], one["name"], one["kind"], one["attempts"]) for one in found] == [
        ("group", "Team", "create", 3),
        ("user", "A@x.example", "create", 3),
        ("user", "B@x.example", "create", 3),
    ]
    assert all(one.keys() == ONE for one in found)
    [one] = idp.done("failures", "aws", "--user", "c@X.example", "--json").all
    assert (one["status"], one["scim_type"], one["given_up"]) == (400, "uniqueness", False)
    assert one["next_try"] > one["last_try"]
    assert [one["name"] for one in idp.done("failures", "aws", "--group", "team", "--json").all] == ["Team"]
    said = idp.done("failures", "aws", "--user", "A").out
    assert said.startswith(
        "user A@x.example, create: the target refused it (400): 'nickName' is too long; tried 3 times, tried"
    )
    assert idp.done("failures", "aws", "--given-up", "--json").all == []
    assert idp.done("failures", "aws", "--user", "D").out == "Nothing of the kind has failed in aws, or it was mended.\n"
    idp.usage("failures", "aws", "--user", "A", "--group", "Team")


def test_nothing_has_failed(idp: Idp) -> None:
    idp.make_app()
    assert idp.done("failures", "aws").out == "Nothing has failed in aws, or it was mended.\n"
    assert idp.done("failures", "aws", "--json").all == []
    assert idp.problem("failures", "aws", "--retry") == "nothing of the kind has failed in aws, or not any more"


def test_trying_again_by_cause_by_object_and_all(idp: Idp) -> None:
    broken(idp)
    assert idp.done("failures", "aws", "--retry", "--cause", LONG, "--json").one["failed"] == 0
    made = {sent.body.get("externalId") or sent.body["displayName"] for sent in idp.target.writes}
    assert made == {"A", "B", "Team"}
    assert idp.done("failures", "aws", "--json").one["names"] == ["C@x.example"]
    idp.target.faults = lambda _sent: Fault(400, detail="no")
    ended = idp.run("failures", "aws", "--retry", "--user", "C")
    assert ended.code == 4
    assert "user C@x.example: the target refused it (400): no" in ended.out
    idp.target.faults = lambda _sent: None
    idp.done("failures", "aws", "--retry")
    assert idp.done("failures", "aws", "--json").all == []


def test_logins(idp: Idp) -> None:
    broken(idp)
    found = {one["user_name"]: one for one in idp.done("logins", "aws", "--json").all}
    assert found.keys() == {f"{key}@x.example" for key in "ABCD"}
    assert found["A@x.example"] == {
        "user_name": "A@x.example",
        "provisioning_state": "provisioning_failed",
        "provisioning_status": "enabling_failed",
        "id_at_target": "",
        "error": "the target refused it (400): 'nickName' is too long",
        "next_try": found["A@x.example"]["next_try"],
    }
    assert found["A@x.example"]["next_try"].endswith("Z")
    fine = found["D@x.example"]
    assert (fine["provisioning_state"], fine["provisioning_status"], fine["error"], fine["next_try"]) == (
        "provisioned",
        "enabled",
        "",
        None,
    )
    assert fine["id_at_target"] == idp.target.id_of("D@x.example")
    only = idp.done("logins", "aws", "--state", "provisioning_failed", "--json").all
    assert [one["user_name"] for one in only] == ["A@x.example", "B@x.example", "C@x.example"]
    assert "D@x.example  provisioned  enabled\n" in idp.done("logins", "aws").out
    assert "nothing" in idp.usage("logins", "aws", "--state", "nothing")


def test_timeline_of_a_person(idp: Idp) -> None:
    idp.make_app()
    idp.make_app(name="other")
    idp.become(["A", "B"])
    idp.done("sync", "aws")
    idp.done("user", "suspend", "A")
    idp.done("sync", "aws")
    told = [one["type"] for one in idp.done("timeline", "aws", "--user", "A@x.example", "--json").all]
    assert told == ["user.suspended_in_app", "user.suspended", "user.created_in_app", "user.created"]
    for name in ("A", "a@X.EXAMPLE"):
        assert [one["type"] for one in idp.done("timeline", "aws", "--user", name, "--json").all] == told
    assert "at the target" not in idp.done("timeline", "other", "--user", "A").out
    assert idp.done("timeline", "aws", "--user", "A").out.splitlines()[0].endswith("Z  Switched off at the target.")
    idp.done("user", "remove", "A")
    assert len(idp.done("timeline", "aws", "--user", "A@x.example", "--json").all) == 5
    assert idp.problem("timeline", "okta", "--user", "A").startswith("no app is called okta")


def test_timeline_says_what_was_sent_what_came_back_and_what_to_do(idp: Idp) -> None:
    broken(idp)
    newest = idp.done("timeline", "aws", "--user", "A", "--json").all[0]
    assert newest["sent"].startswith("the attributes active, displayName")
    assert newest["came_back"] == "the target refused it (400): 'nickName' is too long"
    assert newest["what_to_do"].startswith("Shorten nickName")
    assert newest["words"].startswith("Could not be created at the target. Sent: ")
    assert newest["type"] == "user.creation_failed_in_app"
    first = idp.done("timeline", "aws", "--user", "A").out.splitlines()[0]
    assert "Could not be created at the target, 3 times since 20" in first


def test_timeline_of_a_group(idp: Idp) -> None:
    idp.make_app()
    idp.become(["A"], {"Team": ["A"]})
    idp.done("sync", "aws")
    assert [one["words"] for one in idp.done("timeline", "aws", "--group", "TEAM", "--json").all] == [
        "Created at the target. Sent: 1 member."
    ]
    idp.usage("timeline", "aws")
    idp.usage("timeline", "aws", "--group", "Team", "--user", "A")


def test_a_name_that_is_nobodys_is_said(idp: Idp) -> None:
    idp.make_app()
    idp.become(["A"], {"Team": ["A"]})
    for command in ("timeline", "failures"):
        assert "there is no user 'nobody', here or at the target of aws" in idp.problem(command, "aws", "--user", "nobody")
        assert "aws has no group 'Nothing': no role or rule gives one" in idp.problem(command, "aws", "--group", "Nothing")
    assert "there are none" in idp.problem("failures", "aws", "--cause", "400-x")
    assert "aws has no group 'Nothing'" in idp.problem("why", "aws", "--user", "A", "--group", "Nothing")
    assert "there is no user 'nobody'" in idp.problem("why", "aws", "--user", "nobody", "--group", "Team")


def test_nothing_has_happened_yet_to_whom_is_known(idp: Idp) -> None:
    idp.make_app()
    idp.become(["A"], {"Team": []})
    assert idp.done("timeline", "aws", "--group", "team").out == "Nothing has happened to team in aws yet.\n"
    assert idp.done("timeline", "aws", "--group", "team", "--json").out == ""
    assert "Nothing of the kind has failed in aws" in idp.done("failures", "aws", "--group", "Team").out
    assert "Nothing of the kind has failed in aws" in idp.done("failures", "aws", "--user", "A").out


def test_somebody_who_has_left_is_still_known(idp: Idp) -> None:
    idp.make_app()
    idp.become(["A", "B"])
    idp.done("sync", "aws")
    idp.become(["A"])
    for name in ("B", "b@x.example"):
        assert "Nothing of the kind has failed" in idp.done("failures", "aws", "--user", name).out
