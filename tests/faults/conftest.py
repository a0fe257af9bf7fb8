"""Fixtures of the fault tests: the engine beside a faulty target, with pauses so short that a test need not wait."""

import functools
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from lockstep.idp.provisioning import exchange, tokens
from lockstep.idp.storage import open_idp, prepare
from lockstep.kit.db import Database
from lockstep.scim import client
from tests.faults.world import World
from tests.support.company import Company
from tests.support.doubled import doubled
from tests.support.faulty_target import FaultyTarget

TIMEOUT_SECONDS = 1.0
"""After which an impatient engine gives up waiting; the target is late by more."""


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine waits milliseconds where it waits seconds."""
    monkeypatch.setattr(exchange, "PAUSES", (0.001, 0.002, 0.003))
    monkeypatch.setattr(client, "READ_PAUSES", (0.001, 0.002, 0.003))
    monkeypatch.setattr(client, "_pause", lambda _attempt: 0.001)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """The engine gives up on an answer after `TIMEOUT_SECONDS`, until this is undone."""
    with monkeypatch.context() as patch:
        patch.setattr(tokens, "ScimClient", functools.partial(client.ScimClient, timeout_seconds=TIMEOUT_SECONDS))
        yield patch


@pytest.fixture
def target() -> Iterator[FaultyTarget]:
    """A target without faults as yet."""
    with FaultyTarget(late_seconds=TIMEOUT_SECONDS + 0.5) as target:
        yield target


def company(seed: int = 1) -> Company:
    """The usual company."""
    return Company.made(random.Random(seed), people=60, groups=12, seats=240)


@pytest.fixture
def world(each_database: Database, target: FaultyTarget) -> World:
    """The engine with a company that was not synced yet, once on each database."""
    prepare(each_database)
    return World(each_database, target, company())


@pytest.fixture
def sqlite_world(tmp_path: Path, target: FaultyTarget) -> Iterator[World]:
    """The same on SQLite, for what does not depend on the database."""
    database = open_idp(tmp_path / "data", None)
    yield World(database, target, company())
    database.close()


@pytest.fixture(autouse=True)
def twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan of a few people has to say what a plan that looks at everybody says."""
    doubled(monkeypatch)
