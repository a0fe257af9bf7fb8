"""`lockstep idp plan | sync | apply | approve | reject | release | drift`: keys, exit codes, words."""

import json
from pathlib import Path

import pytest

from lockstep.idp.provisioning import summary
from tests.cli.idp.command import Idp
from tests.idp.provisioning.target import Fault

TEN = [f"E{one}" for one in range(10)]
RESULT = {"requests", "floor", "applied", "failed", "held", "waiting", "seconds"}


def ready(idp: Idp, *settings: str) -> Idp:
    """Ten people in a team, all synced."""
    idp.make_app()
    idp.become(TEN, {"Team": TEN})
    assert idp.done("sync", "aws", "--json").one["applied"] == 11
    if settings:
        idp.done("app", "set", "aws", *settings)
    return idp


def test_plan_as_json(idp: Idp) -> None:
    idp.make_app()
    idp.become(["A", "B"], {"Team": ["A"]})
    shown = idp.done("plan", "aws", "--json").one
    assert shown.keys() >= {"digest", "requests", "counts", "changes", "more", "held"}
    assert (shown["requests"], shown["counts"], shown["more"], shown["held"]) == (
        3,
        {"user create": 2, "group create": 1},
        0,
        [],
    )
    assert all(one.keys() >= {"kind", "object", "name", "before", "after", "digest"} for one in shown["changes"])
    assert [(one["object"], one["kind"], one["name"]) for one in shown["changes"]] == [
        ("user", "create", "A@x.example"),
        ("user", "create", "B@x.example"),
        ("group", "create", "Team"),
    ]
    assert idp.target.log == []
    assert idp.done("plan", "aws", "--json").one["digest"] == shown["digest"]


def test_plan_for_a_person(idp: Idp) -> None:
    idp.make_app()
    assert idp.done("plan", "aws").out == "Nothing to do: the target is as it should be.\n"
    idp.become(["A"], {"Team": ["A"]})
    idp.done("sync", "aws")
    idp.done("app", "set", "aws", "approve-update=on")
    idp.become(["A"], {"Team": []}, title="x")
    said = idp.done("plan", "aws").out
    assert "Users to be updated (1)\n  A@x.example  [waiting" in said
    digests = {one["digest"] for one in idp.done("plan", "aws", "--json").one["changes"]}
    assert all(f"[waiting for approval, digest {digest}]" in said for digest in digests)
    assert "Groups whose members change (1)\n  Team: − A@x.example  [waiting for approval, digest " in said
    assert "Some changes wait for approval: lockstep idp approve aws --all" in said


def test_an_empty_plan_says_what_stands_in_the_way(idp: Idp) -> None:
    token = idp.folder / "t"
    token.write_text("t")
    idp.done("app", "create", "aws", "--connector", "scim2", "--scim-url", "https://x.example/", "--token-file", str(token))
    idp.become(["A"])
    assert "nobody has the app. Give it to people: lockstep idp app assign aws --everyone" in idp.done("plan", "aws").out
    idp.done("app", "assign", "aws", "--everyone")
    idp.done("plan", "aws")
    idp.done("reject", "aws", "--all")
    assert "Nothing to do, apart from 1 change that an administrator threw away" in idp.done("plan", "aws").out


def test_plan_for_a_person_shows_what_moves(idp: Idp, monkeypatch: pytest.MonkeyPatch) -> None:
    idp.make_app()
    idp.become(["A", "B"], {"Team": ["A"]}, title="x")
    idp.done("sync", "aws")
    idp.done("role", "rename", "Team", "Crew")
    idp.done("user", "change", "A", "title=y", "nickname=Al")
    said = idp.done("plan", "aws").out.splitlines()
    assert said[0].endswith(": 2 requests")
    assert said[1:] == [
        "",
        "Groups to be renamed (1)",
        "  Team → Crew",
        "",
        "Users to be updated (1)",
        "  A@x.example",
        "      title: x → y",
        "      nickName: – → Al",
    ]
    monkeypatch.setattr(summary, "SHOWN", 1)
    assert idp.done("plan", "aws").out.splitlines()[-2:] == ["", "Users to be updated (1)"]


def test_plan_of_one_user(idp: Idp) -> None:
    idp.make_app()
    idp.become(["A", "B"])
    for name in ("A@X.example", "A"):
        shown = idp.done("plan", "aws", "--user", name, "--json").one
        assert [one["name"] for one in shown["changes"]] == ["A@x.example"]
    assert idp.problem("plan", "aws", "--user", "nobody") == "no user is called nobody"


def test_plan_shows_what_is_held(idp: Idp) -> None:
    ready(idp).become(TEN[7:], {"Team": TEN[7:]})
    shown = idp.done("plan", "aws", "--json").one
    assert [one.keys() >= {"reason", "kind", "changes"} for one in shown["held"]] == [True, True]
    assert [(one["kind"], one["count"]) for one in shown["held"]] == [("switch-offs", 7), ("removals", 7)]
    said = idp.done("plan", "aws").out
    assert "Let through: lockstep idp release aws --kind switch-offs; or add --discard" in said


def test_sync_that_does_everything_ends_with_0(idp: Idp) -> None:
    idp.make_app()
    idp.become(["A"], {"Team": ["A"]})
    ended = idp.run("sync", "aws", "--json")
    assert (ended.code, ended.err) == (0, "")
    assert ended.one.keys() == RESULT
    assert (ended.one["requests"], ended.one["floor"], ended.one["applied"]) == (2, 2, 2)
    assert idp.done("sync", "aws").out.startswith("0 requests (floor 0), 0 applied in ")


def test_sync_that_waits_for_a_person_ends_with_3(idp: Idp) -> None:
    idp.make_app("approve-create=on")
    idp.become(["A"])
    ended = idp.run("sync", "aws", "--json")
    assert (ended.code, ended.one["waiting"], idp.target.log) == (3, 1, [])
    said = idp.run("sync", "aws").out
    assert "1 change waits. Read: lockstep idp plan aws\nThen: lockstep idp approve aws --all\n" in said


def test_sync_that_holds_something_ends_with_3(idp: Idp) -> None:
    ready(idp).become(TEN[7:], {"Team": TEN[7:]})
    ended = idp.run("sync", "aws", "--json")
    assert (ended.code, ended.one["held"], ended.one["failed"]) == (3, 14, 0)
    said = idp.run("sync", "aws").out
    assert "14 held, as unusually many. Read what and why: lockstep idp plan aws\n" in said
    assert "Then let through: lockstep idp release aws [--kind KIND], or throw away with --discard\n" in said


def test_sync_of_which_some_failed_ends_with_4_even_if_some_wait(idp: Idp) -> None:
    idp.make_app("approve-update=on")
    idp.become(["A"])
    idp.done("sync", "aws")
    idp.become(["A", "B"], title="x")
    idp.target.faults = lambda _sent: Fault(400)
    ended = idp.run("sync", "aws", "--json")
    assert (ended.code, ended.one["failed"], ended.one["waiting"]) == (4, 1, 1)
    said = idp.run("sync", "aws").out
    assert "1 object failed; tried again in growing pauses by a server, or with sync:\n  user B@x.example: " in said


def test_sync_that_cannot_begin_ends_with_1(idp: Idp) -> None:
    idp.make_app("provisioning=off")
    assert idp.problem("sync", "aws", "--json").startswith("provisioning is off for aws: turn it on with")
    assert idp.problem("sync", "okta") == "no app is called okta; there are: aws"
    idp.done("app", "set", "aws", "provisioning=on")
    idp.become(["A"])
    assert idp.problem("sync", "aws", "--user", "nobody") == "no user is called nobody"
    idp.target.faults = lambda _sent: Fault(401)
    assert "the target refused the access token (401)" in idp.problem("sync", "aws")


def test_sync_of_an_app_in_quarantine_ends_with_3_and_says_why(idp: Idp) -> None:
    ready(idp)
    for number in list(idp.target.users):
        idp.target.lose(number)
    ended = idp.run("sync", "aws", "--full", "--json")
    words = "10 of 11 linked objects are gone at the target, which looks like a wrong tenant"
    assert (ended.code, ended.one["quarantine"].startswith(words)) == (3, True)
    assert ended.err.startswith(f"lockstep: aws is in quarantine: {words}")
    assert "provisioning 10 of 11 linked objects" in idp.done("app", "list").out
    idp.done("app", "start", "aws")
    assert idp.done("sync", "aws", "--json").one["applied"] == 11


def test_a_full_sync_reports_its_reads_apart(idp: Idp) -> None:
    ready(idp)
    idp.target.lose(idp.target.id_of("Team"))
    result = idp.done("sync", "aws", "--full", "--json").one
    assert (result["requests"], result["floor"]) == (1, 1)
    assert result["check"] == {"requests": 2, "floor": 2, "differences": 1, "undecided": 0, "unmatched": 0}
    said = idp.done("sync", "aws", "--full").out
    assert "Read the target in 3 requests (floor 3): 0 differences" in said


def test_sync_of_one_user(idp: Idp) -> None:
    idp.make_app()
    idp.become(["A", "B"])
    assert idp.done("sync", "aws", "--user", "B@x.example", "--json").one["applied"] == 1
    assert list(idp.target.people()) == ["B"]


def test_apply_a_file(idp: Idp) -> None:
    idp.make_app("approve-create=on")
    idp.become(["A"])
    file = idp.folder / "plan.json"
    shown = idp.done("plan", "aws", "--out", str(file), "--json").one
    assert json.loads(file.read_text()).items() >= shown.items()
    ended = idp.run("apply", str(file), "--json")
    assert (ended.code, ended.one["applied"], ended.one.keys()) == (0, 1, RESULT)
    assert idp.problem("apply", str(file)).startswith("this is not the plan that was read any more")


def test_apply_the_file_of_one_user(idp: Idp) -> None:
    idp.make_app("approve-create=on")
    idp.become(["A", "B"])
    file = str(idp.folder / "plan.json")
    idp.done("plan", "aws", "--user", "B", "--out", file)
    assert idp.done("apply", file, "--json").one["applied"] == 1
    assert list(idp.target.people()) == ["B"]


@pytest.mark.parametrize("text", [None, "", "{", "[]", "5", '{"app": "aws"}', '{"digest": "x"}'])
def test_what_is_no_plan_is_not_applied(idp: Idp, text: str | None) -> None:
    idp.make_app()
    path = str(idp.folder / "plan.json") if text is None else idp.file("plan.json", text)
    assert f"{path} is not a plan: " in idp.problem("apply", path)


def test_a_plan_that_cannot_be_written_is_a_problem(idp: Idp) -> None:
    idp.make_app()
    assert "nowhere" in idp.problem("plan", "aws", "--out", str(idp.folder / "nowhere" / "plan.json"))


def test_approve_and_reject(idp: Idp) -> None:
    idp.make_app("approve-create=on")
    idp.become(["A", "B", "C"])
    first, second, _ = (one["digest"] for one in idp.done("plan", "aws", "--json").one["changes"])
    assert idp.done("reject", "aws", "--digest", first).out.startswith("1 change rejected.")
    assert idp.done("approve", "aws", "--digest", second).out.startswith("1 change approved. Next: lockstep idp sync aws")
    assert idp.run("sync", "aws").code == 3
    assert list(idp.target.people()) == ["B"]
    assert idp.done("approve", "aws", "--all").out.startswith("1 change approved")
    idp.done("sync", "aws")
    assert idp.problem("approve", "aws", "--all") == "nothing waits for approval in aws"
    assert idp.problem("reject", "aws", "--digest", "x").startswith("no change with the digest x waits in aws")


@pytest.mark.parametrize("command", ["approve", "reject"])
def test_approve_and_reject_want_all_or_a_digest(idp: Idp, command: str) -> None:
    idp.make_app()
    assert "use either --all or --digest" in idp.usage(command, "aws")
    assert "use either --all or --digest" in idp.usage(command, "aws", "--all", "--digest", "x")


def test_what_waits_for_another_person_is_not_said_to_wait_for_approval(idp: Idp) -> None:
    """Somebody new has the userName of one who has left, and keeps it while they are switched off."""
    idp.make_app("leavers=suspend")
    idp.become(["A"])
    idp.done("sync", "aws")
    idp.become(["B"])
    idp.done("sync", "aws")
    idp.done("user", "create", "A@x.example", "employee_id=N", "given_name=N", "family_name=F")
    ended = idp.run("sync", "aws")
    assert ended.code == 3
    assert "1 change waits for what another person or change has to give up first; the plan says which.\n" in ended.out
    assert "approve" not in ended.out
    result = idp.run("sync", "aws", "--json").one
    assert (result["waiting"], result["behind"]) == (1, 1)
    assert "is still held by another person" in idp.done("plan", "aws").out


def test_release(idp: Idp) -> None:
    ready(idp).become(TEN[7:], {"Team": TEN[7:]})
    idp.done("plan", "aws")
    assert idp.done("release", "aws", "--kind", "removals", "--json").one == {"released": {"removals": 7}}
    assert idp.run("sync", "aws", "--json").one["held"] == 7
    said = idp.done("release", "aws").out
    assert said == "7 switch-offs are let through.\nNext: lockstep idp sync aws\n"
    assert idp.done("sync", "aws", "--json").one["applied"] == 7
    assert idp.problem("release", "aws") == "nothing is held in aws"
    assert idp.problem("release", "aws", "--kind", "people").startswith("--kind people: use one of user-deletions,")


def test_discard(idp: Idp) -> None:
    ready(idp).become(TEN[7:], {"Team": TEN[7:]})
    idp.done("plan", "aws")
    assert idp.done("release", "aws", "--discard", "--json").one == {"discarded": {"switch-offs": 7, "removals": 7}}
    assert idp.done("sync", "aws", "--json").one["requests"] == 0


def test_drift(idp: Idp) -> None:
    ready(idp)
    assert idp.done("drift", "aws").out == "0 differences; 3 requests (floor 3)\n"
    idp.target.lose(idp.target.id_of("Team"))
    idp.target.log.clear()
    found = idp.done("drift", "aws", "--json").one
    assert found.keys() >= {"requests", "floor", "differences"}
    [one] = found["differences"]
    assert (one["object"], one["name"], one["kind"]) == ("group", "Team", "missing")
    assert (one["detail"], one["decision"]) == ({"displayName": {"before": "Team", "after": None}}, "")
    said = idp.done("drift", "aws").out.splitlines()
    assert said[1:] == [
        f"  group Team: missing (displayName: Team → –)  [digest {one['digest']}]",
        "Put everything right: lockstep idp drift aws --put-back all, then lockstep idp sync aws",
        "Or decide: lockstep idp drift aws --put-back DIGEST, --take-over DIGEST or --ignore DIGEST",
    ]
    assert idp.target.writes == []


def test_the_last_drift_is_shown_without_asking_the_target(idp: Idp) -> None:
    ready(idp)
    assert "was never read; read it: `lockstep idp drift aws`" in idp.problem("drift", "aws", "--last")
    idp.target.lose(idp.target.id_of("Team"))
    found = idp.done("drift", "aws", "--json").one
    idp.target.log.clear()
    assert idp.done("drift", "aws", "--last", "--json").one == found
    assert idp.target.log == []


def test_drift_is_decided(idp: Idp) -> None:
    ready(idp, "drift=report")
    idp.target.users[idp.target.id_of("E1@x.example")]["active"] = False
    idp.target.lose(idp.target.id_of("Team"))
    waits = idp.run("sync", "aws", "--full")
    assert waits.code == 3
    assert "2 of them wait for your word: lockstep idp drift aws --last" in waits.out
    digests = {one["kind"]: one["digest"] for one in idp.done("drift", "aws", "--last", "--json").one["differences"]}
    said = idp.done("drift", "aws", "--take-over", digests["changed"], "--ignore", digests["missing"])
    assert said.out == "1 difference taken over.\n1 difference ignored.\n"
    assert idp.done("drift", "aws", "--last").out.splitlines() == [
        "0 differences; 2 requests (floor 2)",
        "1 ignored; with digests: lockstep idp drift aws --last --json",
        "1 taken over; with digests: lockstep idp drift aws --last --json",
    ]
    assert idp.done("sync", "aws", "--full", "--json").one["requests"] == 0
    back = idp.done("drift", "aws", "--put-back", digests["changed"], "--put-back", digests["missing"], "--json")
    assert back.one == {"put-back": 2}
    assert idp.done("sync", "aws", "--json").one["requests"] == 2
    assert idp.problem("drift", "aws", "--put-back", "all").startswith("nothing waits for a decision in aws")
    assert idp.problem("drift", "aws", "--ignore", "feed").startswith("no difference with the digest feed")


def test_drift_that_is_on_its_way_is_said_so(idp: Idp) -> None:
    ready(idp, "drift=report")
    idp.target.lose(idp.target.id_of("Team"))
    idp.done("drift", "aws")
    said = idp.done("drift", "aws", "--put-back", "all").out
    assert said == "1 difference to be put back.\nNext: lockstep idp sync aws\n"
    assert "[is being put back]" in idp.done("drift", "aws", "--last").out


def test_drift_is_decided_in_so_many_words(idp: Idp) -> None:
    ready(idp)
    for words in (
        ["--last", "--ignore", "all"],
        ["--put-back", "all", "--ignore", "all"],
        ["--put-back", "all", "--put-back", "feed"],
        ["--put-back", "feed", "--ignore", "feed"],
    ):
        assert idp.usage("drift", "aws", *words)


def test_a_key_that_is_gone_or_another_one_is_a_problem(idp: Idp) -> None:
    idp.make_app()
    key: Path = idp.data / "key"
    text = key.read_text()
    key.write_text("0" * 64)
    assert "the key file does not open the secrets in this database" in idp.problem("sync", "aws")
    assert "the key file does not open the secrets in this database" in idp.problem("app", "connect", "aws")
    key.unlink()
    assert "is missing, and this database holds secrets made with it" in idp.problem("sync", "aws")
    key.write_text("no key")
    assert "is not a key: 64 hexadecimal digits are expected" in idp.problem("sync", "aws")
    key.write_text(text)
    idp.done("sync", "aws")
