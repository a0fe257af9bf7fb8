"""A plan in a pipeline: exit codes, and the file that is read, sent, checked and applied."""

import json
from pathlib import Path
from typing import Any

import pytest

from lockstep.idp import events
from lockstep.idp.apps import actions as apps
from lockstep.idp.apps import store
from lockstep.idp.provisioning import summary
from lockstep.idp.storage import open_idp
from tests.cli.idp.command import Idp
from tests.idp.provisioning.target import Fault

TEN = [f"E{one}" for one in range(10)]


def ready(idp: Idp, *settings: str) -> None:
    idp.make_app(*settings)
    idp.become(TEN, {"Team": TEN})
    idp.done("sync", "aws")


def test_check_ends_with_0_when_nothing_is_to_be_done_and_with_3_when_something_is(idp: Idp) -> None:
    ready(idp)
    assert idp.done("plan", "aws", "--check").out == "Nothing to do: the target is as it should be.\n"
    idp.become(TEN, {"Team": TEN}, title="x")
    ended = idp.run("plan", "aws", "--check", "--json")
    assert (ended.code, ended.one["over"]) == (3, [{"kind": "changes", "count": 10, "at_most": 0}])
    assert ended.err == "lockstep: the plan has 10 changes, and at most 0 may be in it\n"
    assert idp.done("plan", "aws", "--json").one.get("over") is None


def test_check_counts_what_is_held_or_waits(idp: Idp) -> None:
    ready(idp)
    idp.become(TEN[7:], {"Team": TEN[7:]})
    ended = idp.run("plan", "aws", "--check", "--json")
    assert (ended.code, ended.one["over"][0]["count"]) == (3, 14)
    assert ended.one["takes_away"] == {"user-deletions": 0, "switch-offs": 7, "group-deletions": 0, "removals": 7}


def test_check_ends_with_4_while_failures_stand(idp: Idp) -> None:
    idp.make_app()
    idp.become(["A"])
    idp.target.faults = lambda sent: Fault(400) if sent.method == "POST" else None
    idp.run("sync", "aws")
    ended = idp.run("plan", "aws", "--check")
    assert ended.code == 4
    assert "\nFailed before, and tried again (1)\n  user A@x.example: the target refused it (400)" in ended.out
    assert idp.run("plan", "aws", "--at-most", "user-deletions=0").code == 0


def test_at_most_so_many_of_a_kind(idp: Idp) -> None:
    ready(idp, "leavers=delete")
    idp.become(TEN[2:], {"Team": TEN[3:]}, title="x")
    assert idp.run("plan", "aws", "--at-most", "user-deletions=2", "--at-most", "removals=1").code == 0
    ended = idp.run("plan", "aws", "--at-most", "user-deletions=1", "--at-most", "removals=0", "--json")
    assert (ended.code, [one["kind"] for one in ended.one["over"]]) == (3, ["user-deletions", "removals"])
    for wrong in ("people=1", "removals", "removals=x", "removals=-1", "removals=1e3"):
        assert "removals" in idp.usage("plan", "aws", "--at-most", wrong)


def written(idp: Idp, *words: str) -> tuple[Path, dict[str, Any]]:
    file = idp.folder / "plan.json"
    idp.done("plan", "aws", "--out", str(file), *words)
    return file, json.loads(file.read_text())


def test_the_file_holds_every_change_one_a_line(idp: Idp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summary, "SHOWN", 3)
    idp.make_app()
    idp.become(TEN, {"Team": TEN})
    file, held = written(idp)
    assert (len(held["changes"]), held["more"], held["app"], held["scim_url"]) == (
        11,
        0,
        "aws",
        "https://scim.example/tenant/scim/v2",
    )
    assert sum(line.startswith('    {"kind":"create"') for line in file.read_text().splitlines()) == 11
    assert idp.done("apply", str(file), "--json").one["applied"] == 11
    printed = idp.file("printed.json", idp.run("plan", "aws", "--json").out)
    assert idp.done("apply", printed, "--json").one["applied"] == 0


def test_the_first_changes_of_a_longer_plan_are_no_plan(idp: Idp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summary, "SHOWN", 3)
    idp.make_app()
    idp.become(TEN)
    printed = idp.file("printed.json", idp.done("plan", "aws", "--json").out)
    assert "holds only the first 3 changes of the plan" in idp.problem("apply", printed)


def test_a_plan_is_shown_from_its_file_without_data(idp: Idp) -> None:
    ready(idp, "approve-update=on")
    idp.become(TEN[7:], {"Team": TEN[7:]}, title="x")
    said = idp.run("plan", "aws").out
    file, held = written(idp)
    (idp.data / "idp.db").unlink()
    shown = idp.run_bare("plan-show", str(file))
    assert (shown.code, shown.out) == (0, f"Made {held['made_at']} for {held['scim_url']}\n{said}")
    assert "  E7@x.example  [waiting for approval, digest " in shown.out
    assert "      title: – → x\n" in shown.out
    assert json.loads(idp.run_bare("plan-show", str(file), "--json").out)["digest"] == held["digest"]
    assert idp.run_bare("plan-show", str(file), "--check").code == 3
    assert idp.run_bare("plan-show", str(file), "--at-most", "user-deletions=0").code == 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda held: held["changes"][0]["after"].update(title="Chief"), "change 1 (create user A@x.example) is not what"),
        (lambda held: held["changes"][1].update(target_id="u9"), "change 2 (create user B@x.example) is not what"),
        (lambda held: held["changes"].pop(), "a change was added, taken out or moved"),
        (lambda held: held["changes"].reverse(), "a change was added, taken out or moved"),
        (lambda held: held.update(digest="0" * 32), "a change was added, taken out or moved"),
        (lambda held: held.update(app="other"), "something beside its changes is different"),
        (lambda held: held.pop("seal"), "something beside its changes is different"),
        (lambda held: held["changes"][0].pop("key"), "is not a plan: "),
        (lambda held: held.update(changes=5), "is not a plan: "),
        (lambda held: held.update(app=5), "is not a plan: "),
    ],
)
def test_a_file_changed_by_hand_is_refused(idp: Idp, change: Any, words: str) -> None:
    idp.make_app()
    idp.become(["A", "B"])
    _, held = written(idp)
    change(held)
    file = idp.file("plan.json", json.dumps(held))
    for command in ("apply", "plan-show"):
        ended = idp.run(command, file) if command == "apply" else idp.run_bare(command, file)
        assert ended.code == 1
        assert words in ended.err
    assert idp.target.log == []


def test_what_moved_since_is_named(idp: Idp) -> None:
    idp.make_app()
    idp.become(["A", "B"])
    file, _ = written(idp)
    idp.become(["B", "C"])
    said = idp.problem("apply", str(file))
    assert said.startswith("this is not the plan that was read any more: something has changed since.")
    assert said.endswith("New: create user C@x.example. Gone: create user A@x.example")
    idp.become(["B", *TEN])
    assert " and 5 more. Gone: create user A@x.example" in idp.problem("apply", str(file))


def test_a_plan_for_another_url_is_refused(idp: Idp) -> None:
    idp.make_app()
    idp.become(["A"])
    file, _ = written(idp)
    database = open_idp(idp.data, None)
    with database.write(serial=events.SERIAL) as c:
        store.set_url(c, apps.find_app(c, "aws").id, "https://other.example/scim/v2")
    database.close()
    assert "is a plan for https://scim.example/tenant/scim/v2, and aws has the URL" in idp.problem("apply", str(file))


def test_long_plans_are_cut(idp: Idp) -> None:
    keys = [f"E{one:02}" for one in range(30)]
    idp.make_app()
    idp.become(keys, {"Team": keys})
    said = idp.done("plan", "aws").out
    assert "\nUsers to be created (30)\n  E00@x.example (E00)\n" in said
    assert "\n  … and 10 more\n" in said
    assert "\nGroups to be created (1)\n  Team, with E00@x.example, " in said
    assert "E09@x.example and 20 more\n" in said
