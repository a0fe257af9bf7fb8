"""A centre for each test of its commands, once of each kind."""

from pathlib import Path

import pytest

from tests.cli.center.command import Command


@pytest.fixture(params=["sqlite", "postgresql"])
def command(request: pytest.FixtureRequest, tmp_path: Path) -> Command:
    if request.param == "sqlite":
        return Command(tmp_path / "data")
    return Command(None, request.getfixturevalue("postgres_url"), tmp_path / "key")
