"""`lockstep idp …` in this process, on a data folder of its own, with a target in memory."""

import shutil
from pathlib import Path

import pytest

from lockstep.cli.idp import opened
from lockstep.idp.apps import connect
from lockstep.idp.apps.capabilities import asking as capabilities
from lockstep.idp.provisioning import exchange, moving, tokens
from lockstep.idp.provisioning.durable import Plain
from lockstep.kit.clock import now_ms
from lockstep.scim import client
from tests.cli.idp.command import Idp
from tests.idp.provisioning.databases import empty_file
from tests.idp.provisioning.target import Target

__all__ = ["empty_file", "idp"]


@pytest.fixture
def idp(empty_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Idp:
    """An identity provider with nobody in it; runs need not outlive the process."""
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(empty_file, folder / "idp.db")
    target = Target(now_ms)
    for module in (connect, capabilities, moving, tokens):
        monkeypatch.setattr(module, "ScimClient", target.client)
    monkeypatch.setattr(opened, "Dbos", lambda _url: Plain())
    monkeypatch.setattr(exchange, "PAUSES", (0.0, 0.0, 0.0))
    monkeypatch.setattr(client, "READ_PAUSES", (0.0, 0.0, 0.0))
    return Idp(tmp_path, target)
