"""How far an account was read."""

import msgspec
import pytest

from lockstep.idp.directory.sources.onelogin.records import OneLoginSettings
from lockstep.idp.directory.sources.onelogin.watermark import Watermark, digest, heard, read, since, written

SETTINGS = OneLoginSettings(url="https://acme.onelogin.com", client_id="abc")
MARK = Watermark(plan=digest(SETTINGS), event=7, at="2026-12-01T12:00:00.123Z", roles={"1": "x"})


def test_it_comes_back_as_it_was_written() -> None:
    assert read(written(MARK), SETTINGS) == MARK
    assert since(MARK) == "2026-12-01T11:55:00Z"


@pytest.mark.parametrize("text", ["", "x", "[]", written(msgspec.structs.replace(MARK, at="yesterday"))])
def test_what_is_none_says_nothing(text: str) -> None:
    assert read(text, SETTINGS) is None


def test_other_settings_read_everything_anew() -> None:
    assert read(written(MARK), msgspec.structs.replace(SETTINGS, key="username")) is None


def event(number: int, kind: int, **more: object) -> dict[str, object]:
    return {"id": number, "event_type_id": kind, "created_at": f"2026-12-01T12:00:{number:02}Z", **more}


def test_events_say_who() -> None:
    found = heard(
        [
            event(6, 14, user_id=1),  # before
            event(7, 14, user_id=2),  # the last one that was known
            event(9, 147, user_id=3, role_id=30),
            event(8, 17, user_id=4),
            event(10, 5, user_id=5),  # a sign-in
            event(11, 52, user_id=6),  # an app
            event(12, 999, user_id=7),  # nobody knows what: it is looked up
        ],
        MARK,
    )
    assert (found.newest, found.at) == (12, "2026-12-01T12:00:12Z")
    assert (found.users, found.roles) == ({3, 4, 7}, {30})
    assert not found.everything


def test_a_gap_is_seen() -> None:
    assert heard([event(9, 14, user_id=1)], MARK).everything
    assert heard([], MARK).everything


@pytest.mark.parametrize("kind", [194, 195, 202])
def test_what_may_have_changed_everything(kind: int) -> None:
    assert heard([event(7, 14), event(8, kind)], MARK).everything
