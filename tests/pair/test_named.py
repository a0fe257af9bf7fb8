"""What people decide: approvals, plans applied from a file, imports that are refused."""

from collections.abc import Callable
from pathlib import Path

import pytest

from lockstep.kit.problems import Problem
from tests.pair.both import Both
from tests.pair.floor import floor
from tests.pair.rosters import Roster, small, write

DONE, PROBLEM, WAITS = 0, 1, 3
APPROVALS = ("approve-create=on", "approve-update=on", "approve-delete=on")


def three() -> Roster:
    return small("E1 E2 E3", {"Readers": "E1 E2", "Nobody": ""})


def test_nothing_is_sent_before_it_is_approved_unless_approvals_are_switched_off(both: Both) -> None:
    roster = three()
    both.take(roster)
    both.idp.app(both.tenant.url, both.tenant.scim.token, "provisioning=on", "groups=on")
    result = both.command("sync", "aws", "--json").ended(WAITS).json
    assert (result["requests"], result["waiting"], both.writes()) == (0, 5, 0)
    plan = both.idp.plan()
    assert [change["state"] for change in plan["changes"]] == ["waiting"] * 5
    both.command("approve", "aws", "--all").ended(DONE)
    assert both.sync()["requests"] == floor(Roster(), roster).requests == 5
    both.assert_equal(roster)


def test_provisioning_and_groups_are_off_until_switched_on(both: Both) -> None:
    both.take(three())
    both.idp.app(both.tenant.url, both.tenant.scim.token)
    refused = both.command("sync", "aws").ended(PROBLEM)
    assert "provisioning is off for aws" in refused.err
    both.idp.set("provisioning=on", "approve-create=off")
    assert both.sync()["requests"] == 3
    assert both.held().groups == []


@pytest.mark.parametrize(
    ("off", "goes"),
    [
        ("approve-create=off", {"user E4", "group New"}),
        ("approve-update=off", {"E1", "Readers"}),
        ("approve-delete=off", {"E2"}),
    ],
)
def test_approval_is_asked_action_by_action(both: Both, off: str, goes: set[str]) -> None:
    """Memberships and renames count as update, group creates as create, switch-offs and group deletions as delete."""
    both.begin(three())
    both.idp.set(*APPROVALS, off)
    after = small("E1 E3 E4", {"Readers": "E1 E3", "Nobody": "", "New": "E1"})
    after.people["E1"]["title"] = "Changed"
    both.take(after)
    result = both.sync()
    held = both.held()
    moved = {
        "user E4": "E4" in held.user_ids(),
        "group New": "new" in held.group_ids(),
        "E1": "title" in held.user("E1"),
        "Readers": after.name_of("E3") in held.group("Readers"),
        "E2": not held.user("E2")["active"],
    }
    assert {name for name, done in moved.items() if done} == goes
    assert (result["requests"], result["waiting"]) == (len(goes), 5 - len(goes))


def test_approval_is_asked_again_for_what_moved_while_the_rest_goes(both: Both) -> None:
    both.begin(three())
    both.idp.set(*APPROVALS)
    after = three()
    for key in after.people:
        after.people[key]["title"] = "Shown"
    both.take(after)
    assert both.sync()["waiting"] == 3
    assert both.idp.approve() == 3
    after.people["E1"]["title"] = "Moved since"
    both.take(after)
    result = both.sync()
    assert (result["requests"], result["waiting"]) == (2, 1)
    assert [both.held().user(key).get("title") for key in ("E1", "E2", "E3")] == [None, "Shown", "Shown"]
    (asked,) = both.idp.plan()["changes"]
    assert (asked["state"], asked["after"]["title"]) == ("waiting", "Moved since")
    both.idp.approve(asked["digest"])
    assert both.sync()["requests"] == 1
    both.assert_equal(after)


def test_one_change_is_approved_by_its_digest_and_another_rejected_until_it_changes(both: Both) -> None:
    both.begin(three())
    both.idp.set(*APPROVALS)
    for key in ("E1", "E2", "E3"):
        both.idp.change(key, title="Shown")
    digests = {change["name"]: change["digest"] for change in both.idp.plan()["changes"]}
    assert both.idp.approve(digests["e1@x.example"]) == 1
    assert both.idp.reject(digests["e2@x.example"]) == 1
    result = both.sync()
    assert (result["requests"], result["waiting"]) == (1, 1)
    assert [both.held().user(key).get("title") for key in ("E1", "E2", "E3")] == ["Shown", None, None]
    both.idp.change("E2", title="Changed again")
    waiting = {change["name"] for change in both.idp.plan()["changes"] if change["state"] == "waiting"}
    assert waiting == {"e2@x.example", "e3@x.example"}
    with pytest.raises(Problem, match="no change with the digest"):
        both.idp.approve(digests["e2@x.example"])


def test_a_member_whose_own_login_waits_follows_in_one_patch(both: Both) -> None:
    both.begin(three())
    both.idp.set("approve-create=on")
    after = three()
    after.people["E4"] = {**after.people["E1"], "employee_id": "E4", "user_name": "e4@x.example", "email": "e4@x.example"}
    after.seats |= {("R0", "E4"), ("R0", "E3")}
    both.take(after)
    assert both.sync()["requests"] == 1
    assert both.held().group("Readers") == {after.name_of(key) for key in ("E1", "E2", "E3")}
    both.idp.approve()
    assert both.sync()["requests"] == 2
    both.assert_equal(after)


def test_a_plan_is_applied_from_its_file_exactly_or_refused(both: Both, tmp_path: Path) -> None:
    roster = three()
    file = str(tmp_path / "plan.json")
    both.connect(roster, *APPROVALS)
    both.command("plan", "aws", "--out", file, "--json").ended(DONE)
    both.idp.change("E1", title="Edited since")
    refused = both.command("apply", file).ended(PROBLEM)
    assert "something has changed since" in refused.err
    assert both.writes() == 0

    shown = both.command("plan", "aws", "--out", file, "--json").ended(DONE).json
    result = both.command("apply", file, "--json").ended(DONE).json
    assert result["requests"] == both.writes() == shown["requests"] == 5
    roster.people["E1"]["title"] = "Edited since"
    both.assert_equal(roster)
    both.command("apply", file).ended(PROBLEM)  # it has been done
    assert both.writes() == 0


def test_a_file_that_is_no_plan_is_refused(both: Both, tmp_path: Path) -> None:
    both.connect(three())
    file = tmp_path / "plan.json"
    file.write_text('{"app": "aws"}')
    assert "is not a plan" in both.command("apply", str(file)).ended(PROBLEM).err
    assert both.writes() == 0


def test_a_sync_of_one_person_sends_what_concerns_them_and_nothing_else(both: Both) -> None:
    both.begin(three())
    for key in ("E1", "E2"):
        both.idp.change(key, title="Changed")
    both.idp.unseat("Readers", "E1", "E2")
    assert both.sync(only="E1")["requests"] == 2
    held = both.held()
    assert ("title" in held.user("E1"), "title" in held.user("E2")) == (True, False)
    assert held.group("Readers") == {"e2@x.example"}
    assert both.sync()["requests"] == 2


def drop_file(folder: Path) -> None:
    (folder / "groups.csv").unlink()


def cut(file: str, keep: float) -> Callable[[Path], None]:
    """The file ends somewhere inside."""

    def damage(folder: Path) -> None:
        content = (folder / file).read_bytes()
        (folder / file).write_bytes(content[: int(len(content) * keep)])

    return damage


def put(file: str, old: bytes, new: bytes) -> Callable[[Path], None]:
    """Something in the file is replaced."""

    def damage(folder: Path) -> None:
        content = (folder / file).read_bytes()
        assert old in content
        (folder / file).write_bytes(content.replace(old, new, 1))

    return damage


DAMAGE: dict[str, tuple[Callable[[Path], None], str]] = {
    "a file is missing": (drop_file, "groups.csv is missing"),
    "people end inside a line": (cut("people.csv", 0.8), r"people.csv, line \d"),
    "a group is unknown": (put("memberships.csv", b"R0,E2", b"R9,E2"), r"memberships.csv, line 3: group_id 'R9'"),
    "a person is unknown": (put("memberships.csv", b"R0,E2", b"R0,E9"), r"memberships.csv, line 3: employee_id 'E9'"),
    "nobody is there": (put("people.csv", b"\r\nE1", b"\r\n"), r"people.csv, line 2"),
    "it is not UTF-8": (put("people.csv", b"Person E2", b"Person \xff"), r"people.csv, line 3: this is not UTF-8"),
    "a quote is never closed": (put("people.csv", b"Person E2", b'"Person E2'), r"people.csv, line 3"),
    "a column is missing": (put("groups.csv", b"display_name", b"label"), r"groups.csv, line 1: column display_name"),
    "a user name is there twice": (put("people.csv", b"e2@x.example", b"E1@x.example"), r"people.csv, line 3: user_name"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_broken_folder_changes_nothing_on_either_side(both: Both, tmp_path: Path, damage: str) -> None:
    roster = three()
    both.begin(roster)
    before = both.idp.contents()
    after = three()
    after.people["E3"]["title"] = "Would change"
    folder = write(after, tmp_path / "broken")
    break_it, words = DAMAGE[damage]
    break_it(folder)
    with pytest.raises(Problem, match=words):
        both.idp.take(folder)
    assert both.idp.contents() == before
    assert both.sync()["requests"] == 0
    both.assert_equal(roster)


def test_a_broken_folder_ends_the_command_with_the_line_named(both: Both, tmp_path: Path) -> None:
    both.begin(three())
    folder = write(three(), tmp_path / "broken")
    cut("memberships.csv", 0.9)(folder)
    refused = both.command("import", str(folder), "--json").ended(PROBLEM)
    assert refused.out == ""
    assert "memberships.csv, line 3" in refused.err
