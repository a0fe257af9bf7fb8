"""`lockstep center provisioning …`."""

import re

from tests.cli.center.command import Command, invoke


def test_enable_shows_the_first_token(command: Command) -> None:
    instance = command.one("instance", "create", "corp")
    enabled = command.one("provisioning", "enable", "corp")
    assert list(enabled) == ["scim_path", "token", "token_id", "expires_at"]
    assert enabled["scim_path"] == instance["scim_path"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", enabled["expires_at"])


def test_enable_tells_a_person_to_keep_the_token(command: Command) -> None:
    command.one("instance", "create", "corp")
    result = invoke("provisioning", "enable", "corp", *command.where)
    labels = [line.split("  ")[0] for line in result.stdout.splitlines()]
    assert labels == ["SCIM path", "Access token", "Token ID", "Expires"]
    assert "Access token  lscim_" in result.stdout
    assert result.stderr == "Keep the token now: it is not shown again.\n"


def test_disable_needs_the_tokens_gone(command: Command) -> None:
    command.one("instance", "create", "corp")
    token = command.one("provisioning", "enable", "corp")
    assert "delete the access tokens" in command.problem("provisioning", "disable", "corp")
    command.one("token", "delete", "corp", token["token_id"])
    assert command.one("provisioning", "disable", "corp") == {"name": "corp", "provisioning": False}
    assert command.lines("instance", "list")[0]["provisioning"] is False


def test_disable_says_that_people_stay(command: Command) -> None:
    command.one("instance", "create", "corp")
    command.one("token", "delete", "corp", command.one("provisioning", "enable", "corp")["token_id"])
    shown = command.text("provisioning", "disable", "corp")
    assert shown == "Automatic provisioning of corp is off.  Its users and groups are still there.\n"
