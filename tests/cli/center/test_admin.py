"""`lockstep center admin …`."""

from pathlib import Path

import pytest

from tests.cli.center.command import Command


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "password"
    file.write_text("correct horse\nnot this line\n", encoding="utf-8")
    return file


def test_create(command: Command, secret: Path) -> None:
    assert command.one("admin", "create", "alice", "--password-file", str(secret)) == {"name": "alice"}
    assert command.text("admin", "create", "bob", "--password-file", str(secret)) == "Administrator bob has been created.\n"
    assert "already" in command.problem("admin", "create", "alice", "--password-file", str(secret))


def test_the_password_is_the_first_line(command: Command, secret: Path) -> None:
    secret.write_text("short\nlong enough on the second line\n", encoding="utf-8")
    assert "8 to 1024 characters" in command.problem("admin", "create", "alice", "--password-file", str(secret))
    secret.write_bytes(b"")
    assert "8 to 1024 characters" in command.problem("admin", "create", "alice", "--password-file", str(secret))


def test_a_file_that_cannot_be_read(command: Command, secret: Path) -> None:
    assert "cannot be read" in command.problem("admin", "create", "alice", "--password-file", f"{secret}.none")
    secret.write_bytes(b"caf\xe9 au lait\n")
    assert "cannot be read" in command.problem("admin", "create", "alice", "--password-file", str(secret))
