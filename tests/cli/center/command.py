"""`lockstep center …` at one place, in this process or beside a server."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from lockstep.cli.center import app
from lockstep.kit.problems import Problem

_OUR_SETTINGS = dict.fromkeys(name for name in os.environ if name.startswith("LOCKSTEP_"))


def invoke(*words: str) -> Result:
    """Run a command in this process, without what the environment says; what it raises is raised."""
    return CliRunner().invoke(app, list(words), env=_OUR_SETTINGS, catch_exceptions=False)


@dataclass(frozen=True)
class Command:
    """Runs commands at one place: a data folder, or a database and a key file."""

    data: Path | None
    database_url: str | None = None
    key_file: Path | None = None

    @property
    def where(self) -> list[str]:
        """The options that name the place."""
        named = {"--data": self.data, "--database-url": self.database_url, "--key-file": self.key_file}
        return [str(word) for option, value in named.items() if value is not None for word in (option, value)]

    def text(self, *words: str) -> str:
        result = invoke(*words, *self.where)
        assert result.exit_code == 0, result.output
        return result.stdout

    def lines(self, *words: str) -> list[Any]:
        return [json.loads(line) for line in self.text(*words, "--json").splitlines()]

    def one(self, *words: str) -> Any:
        (value,) = self.lines(*words)
        return value

    def problem(self, *words: str) -> str:
        with pytest.raises(Problem) as caught:
            invoke(*words, *self.where)
        return str(caught.value)
