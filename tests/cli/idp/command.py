"""Runs commands of the identity provider, and writes the files that they read."""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from lockstep.cli.idp import app
from lockstep.kit.problems import Problem
from tests.idp.provisioning.target import Target

URL = "https://scim.example/tenant/scim/v2"
_OUR_SETTINGS = dict.fromkeys(name for name in os.environ if name.startswith("LOCKSTEP_"))


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def one(self) -> Any:
        """The one JSON object on standard output, where nothing else may be."""
        [line] = self.out.splitlines()
        return json.loads(line)

    @property
    def all(self) -> list[Any]:
        """The JSON objects on standard output, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True)
class Idp:
    """One identity provider in a folder, and the target of its apps."""

    folder: Path
    target: Target

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.folder / "data"

    def run(self, *words: str) -> Ended:
        """Run a command; a problem ends it with 1, as `main` does."""
        return self.run_bare(*words, "--data", str(self.data))

    @staticmethod
    def run_bare(*words: str) -> Ended:
        """Run a command that needs no data."""
        try:
            done = CliRunner().invoke(app, [*words], env=_OUR_SETTINGS, catch_exceptions=False)
        except Problem as problem:
            return Ended(1, "", str(problem))
        return Ended(done.exit_code, done.stdout, done.stderr)

    def run_plain(self, *words: str) -> Ended:
        """Run a command that needs no data folder."""
        done = CliRunner().invoke(app, list(words), env=_OUR_SETTINGS, catch_exceptions=False)
        return Ended(done.exit_code, done.stdout, done.stderr)

    def done(self, *words: str) -> Ended:
        """Run a command that has to succeed."""
        ended = self.run(*words)
        assert ended.code == 0, ended
        return ended

    def problem(self, *words: str) -> str:
        """Run a command that has to fail with a problem; its words."""
        ended = self.run(*words)
        assert (ended.code, ended.out) == (1, ""), ended
        return ended.err

    def usage(self, *words: str) -> str:
        """Run a command that is used wrongly; what it says."""
        ended = self.run(*words)
        assert ended.code == 2, ended
        return ended.err

    def file(self, name: str, text: str) -> str:
        """Write a file; its path."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def make_app(self, *settings: str, name: str = "aws") -> None:
        """An app for everyone, open unless `settings` say otherwise."""
        token = self.file("token", "secret\n")
        made = ("app", "create", name, "--connector", "aws-iam-identity-center", "--scim-url", URL, "--token-file", token)
        self.done(*made)
        self.done("app", "assign", name, "--everyone")
        open_ = ("provisioning=on", "groups=on", "approve-create=off", "approve-update=off", "approve-delete=off")
        self.done("app", "set", name, *open_, *settings)

    def become(self, people: Iterable[str], roles: Mapping[str, Iterable[str]] | None = None, title: str = "") -> None:
        """The directory becomes this, by an import: people by key, roles by name."""
        folder = self.folder / "roster"
        folder.mkdir(exist_ok=True)
        head = "employee_id,user_name,given_name,family_name,display_name,email,title\n"
        lines = (f"{key},{key}@x.example,{key},F,{key},{key}@x.example,{title}\n" for key in people)
        (folder / "people.csv").write_text(head + "".join(lines))
        roles = roles or {}
        (folder / "groups.csv").write_text("group_id,display_name\n" + "".join(f"G-{name},{name}\n" for name in roles))
        seats = (f"G-{name},{key}\n" for name, members in roles.items() for key in members)
        (folder / "memberships.csv").write_text("group_id,employee_id\n" + "".join(seats))
        self.done("import", str(folder))
