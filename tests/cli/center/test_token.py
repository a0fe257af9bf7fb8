"""`lockstep center token …`."""

from typing import Any

import pytest

from tests.cli.center.command import Command

Json = dict[str, Any]


@pytest.fixture
def first(command: Command) -> Json:
    """The token that came with enabling provisioning of `corp`."""
    command.one("instance", "create", "corp")
    made: Json = command.one("provisioning", "enable", "corp")
    return made


def test_a_second_token_and_no_third(command: Command, first: Json) -> None:
    second = command.one("token", "create", "corp")
    assert list(second) == list(first)
    assert second["token"] != first["token"]
    assert "at most 2" in command.problem("token", "create", "corp")
    assert [token["token_id"] for token in command.lines("token", "list", "corp")] == [first["token_id"], second["token_id"]]


def test_a_list_shows_no_secret(command: Command, first: Json) -> None:
    (listed,) = command.lines("token", "list", "corp")
    assert list(listed) == ["token_id", "created_at", "expires_at", "expired", "last_used_at"]
    assert (listed["expires_at"], listed["expired"], listed["last_used_at"]) == (first["expires_at"], False, None)
    text = command.text("token", "list", "corp")
    assert text.startswith(
        f"{first['token_id']}  created {listed['created_at']}  expires {first['expires_at']}  last used never"
    )
    assert first["token"] not in command.text("token", "list", "corp", "--json") + text


def test_an_expired_token_is_shown_as_such(command: Command, first: Json, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lockstep.cli.center.token.now_ms", lambda: 2**42)
    assert command.lines("token", "list", "corp")[0]["expired"] is True
    assert "  EXPIRED  " in command.text("token", "list", "corp")


def test_delete(command: Command, first: Json) -> None:
    second = command.one("token", "create", "corp")
    assert command.text("token", "delete", "corp", first["token_id"]) == f"Token {first['token_id']} has been deleted.\n"
    assert command.one("token", "delete", "corp", second["token_id"]) == {"token_id": second["token_id"], "deleted": True}
    assert command.lines("token", "list", "corp") == []
    assert "has no access token" in command.problem("token", "delete", "corp", second["token_id"])


def test_a_token_without_provisioning(command: Command) -> None:
    command.one("instance", "create", "corp")
    assert "enable" in command.problem("token", "create", "corp")
