"""Settings of signing in."""

import pytest

from lockstep.idp import events
from lockstep.idp.directory.groups.store import policy_of
from lockstep.idp.signin import settings
from lockstep.kit.db import Database
from lockstep.kit.problems import Problem


def test_defaults_and_changes(each: Database) -> None:
    with each.write(serial=events.SERIAL) as c:
        found = settings.read(c)
        assert (found.session_minutes, found.idle_minutes, found.public_url) == (480, 60, "")
        assert settings.change(c, [], 1) == found
        changed = settings.change(c, ["idle-minutes=15", "session-minutes=600"], 1)
        assert (changed.session_minutes, changed.idle_minutes) == (600, 15)
        assert settings.read(c) == changed
        policy = policy_of(c, None)
        assert (policy.session_minutes, policy.idle_minutes, policy.min_length) == (600, 15, 8)
        assert [event.notes for event in events.since(c, 0, 9)] == ["idle-minutes=15 session-minutes=600"]


@pytest.mark.parametrize(
    "given", ["idle-minutes", "idle=1", "idle-minutes=0", "idle-minutes=x", "idle-minutes=99999", "public-url=x"]
)
def test_bad_settings_change_nothing(sqlite: Database, given: str) -> None:
    with sqlite.write(serial=events.SERIAL) as c:
        with pytest.raises(Problem, match=given.partition("=")[0]):
            settings.change(c, ["session-minutes=5", given], 1)
        assert settings.read(c).session_minutes == 480


def test_the_public_url_is_an_event_when_it_changes(each: Database) -> None:
    with each.write(serial=events.SERIAL) as c:
        assert settings.set_public_url(c, "https://a.example", 1) == ""
        assert settings.set_public_url(c, "https://a.example", 1) == "https://a.example"
        assert settings.set_public_url(c, "https://b.example", 1) == "https://a.example"
        assert settings.read(c).public_url == "https://b.example"
        assert len(events.since(c, 0, 9)) == 2
