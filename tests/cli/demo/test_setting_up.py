"""The steps that bring both services together."""

import pytest

from lockstep.cli.demo import setting_up
from lockstep.cli.demo.processes import StepFailed
from lockstep.cli.demo.walk import Walk
from tests.cli.demo.scripted import Scripted

TOKEN = "lscim_0123456789abcdefghij"


def test_the_token_is_kept_for_the_app_alone_and_shown_in_part(walk: Walk, scripted: Scripted) -> None:
    walk.result.center_url = "http://127.0.0.1:8090"
    scripted.answer(
        "center", "provisioning", json={"scim_path": "/t/scim/v2", "token": TOKEN, "expires_at": "2027-01-02T03:04:05Z"}
    )
    lines = " ".join(map(str, setting_up.enable_provisioning(walk)))
    assert walk.scim_url == "http://127.0.0.1:8090/t/scim/v2"
    assert walk.home.token.read_text() == TOKEN
    assert walk.home.token.stat().st_mode & 0o077 == 0
    assert TOKEN not in lines
    assert "until 2027-01-02" in lines


def test_a_connection_that_fails_says_what_to_do(walk: Walk, scripted: Scripted) -> None:
    scripted.answer("idp", "app", "connect", code=1, json={"ok": False, "problem": "401", "fix": "another token"})
    with pytest.raises(StepFailed, match=r"^401\nanother token$"):
        setting_up.connect(walk)


def test_the_made_company_is_written_and_imported(walk: Walk, scripted: Scripted) -> None:
    tally = {"added": 1, "changed": 0, "removed": 0}
    scripted.answer("idp", "import", json={"people": tally, "roles": tally, "memberships": tally})
    lines = setting_up.import_people(walk)
    assert (walk.people / "people.csv").is_file()
    assert "1 person" in str(lines[0])
    assert "made up" in str(lines[0])


def test_other_people_are_not_written_over(walk: Walk, scripted: Scripted) -> None:
    walk.made = False
    tally = {"added": 2, "changed": 0, "removed": 0}
    scripted.answer("idp", "import", json={"people": tally, "roles": tally, "memberships": tally})
    assert "made up" not in str(setting_up.import_people(walk)[0])
    assert not walk.people.exists()


def test_groups_are_included_and_it_is_said_that_they_were_off(walk: Walk, scripted: Scripted) -> None:
    lines = setting_up.include_groups(walk)
    assert scripted.asked[-1][:5] == ("idp", "app", "set", "aws", "groups=on")
    assert "They were [bold]off[/]" in str(lines[0])
