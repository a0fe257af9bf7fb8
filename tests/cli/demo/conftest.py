"""A walk whose commands are not run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lockstep.cli.demo.folder import take
from lockstep.cli.demo.screen import Screen
from lockstep.cli.demo.signals import Signals
from lockstep.cli.demo.walk import Walk
from tests.cli.demo.scripted import Scripted


@pytest.fixture
def walk(tmp_path: Path) -> Iterator[Walk]:
    """A walk before its first step, that shows nothing."""
    home = take(tmp_path / "demo", keep_company=False)
    yield Walk(home, Scripted(Signals(), home.lock), Screen(quiet=True), home.company, True, 0, 0)
    home.close()


@pytest.fixture
def scripted(walk: Walk) -> Scripted:
    """The walk's commands."""
    assert isinstance(walk.processes, Scripted)
    return walk.processes
