"""How a run ends for a command: what it says, and its exit code."""

from typing import Any

import pytest
import typer

from lockstep.cli.idp.runs import exit_of, tell

NOTHING = {"requests": 0, "floor": 0, "applied": 0, "failed": 0, "held": 0, "waiting": 0, "seconds": 0.5}


@pytest.mark.parametrize(
    ("result", "code"),
    [({}, 0), ({"waiting": 1}, 3), ({"held": 1}, 3), ({"quarantine": "gone"}, 3), ({"failed": 1, "held": 1}, 4)],
)
def test_exit_codes(result: dict[str, Any], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    ended = 0
    try:
        exit_of("aws", {**NOTHING, **result})
    except typer.Exit as exit_:
        ended = exit_.exit_code
    assert ended == code
    assert ("aws is in quarantine: gone" in capsys.readouterr().err) == ("quarantine" in result)


def test_what_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    tell("aws", {**NOTHING, "failed": 1, "waiting": 2}, ["user a: no"])
    said = capsys.readouterr().out
    assert said.startswith("0 requests (floor 0), 0 applied in 0.5 s\n1 object failed; ")
    assert "\n  user a: no\nBy cause, with what to do: lockstep idp failures aws\n2 changes wait." in said
