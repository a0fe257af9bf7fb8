"""`lockstep center attributes …`."""

from typing import Any

from tests.cli.center.command import Command

OFF: dict[str, Any] = {"enabled": False, "precedence": None, "attributes": []}
COST = {"key": "CostCenter", "source": "${path:enterprise.costCenter}"}


def test_enable_set_list_remove_disable(command: Command) -> None:
    command.one("instance", "create", "corp")
    assert command.one("attributes", "list", "corp") == OFF
    assert command.one("attributes", "enable", "corp")["precedence"] == "configured"
    made = command.one("attributes", "set", "corp", "CostCenter=${path:enterprise.costCenter}", "Job title=${path:title}")
    assert made["attributes"] == [COST, {"key": "Job title", "source": "${path:title}"}]
    assert command.text("attributes", "list", "corp").splitlines()[1:] == [
        "CostCenter  ${path:enterprise.costCenter}",
        "Job title  ${path:title}",
    ]
    assert command.one("attributes", "enable", "corp", "--precedence", "assertion")["precedence"] == "assertion"
    left = {"enabled": True, "precedence": "assertion", "attributes": [COST]}
    assert command.one("attributes", "remove", "corp", "job TITLE") == left
    assert command.one("attributes", "list", "corp") == left
    assert command.one("attributes", "disable", "corp") == OFF
    assert "no tags" in command.text("attributes", "list", "corp")


def test_problems_say_what_to_do(command: Command) -> None:
    command.one("instance", "create", "corp")
    assert "attributes enable corp" in command.problem("attributes", "set", "corp", "a=${path:title}")
    command.text("attributes", "enable", "corp")
    assert "already" in command.problem("attributes", "enable", "corp")
    assert "KEY=" in command.problem("attributes", "set", "corp", "a=title")
    assert "${path:title}" in command.problem("attributes", "set", "corp", "a=${path:nothing}")
    assert "no instance" in command.problem("attributes", "list", "other")
