"""The place that a command works at: a data folder, or a database and a key."""

import stat
from pathlib import Path

import pytest

from lockstep.cli.idp.opened import opened
from lockstep.idp import events
from lockstep.idp.apps import actions
from lockstep.idp.provisioning.durable import Dbos
from lockstep.idp.signin.certificates import actions as certificates
from lockstep.kit.db import PostgresDatabase, SqliteDatabase
from lockstep.kit.problems import Problem
from lockstep.kit.vault import VaultError


def make_app(data: Path | None, url: str | None, key: Path | None) -> None:
    with opened(data, url, key) as engine, engine.db.write(serial=events.SERIAL) as c:
        actions.create_app(
            c,
            engine.vault,
            1,
            name="aws",
            connector="scim2",
            scim_url="https://scim.example",
            token="s3cret-token",
            allow_loopback=False,
        )


def token(data: Path | None, url: str | None, key: Path | None) -> str:
    with opened(data, url, key) as engine, engine.db.read() as c:
        return actions.token_of(c, engine.vault, actions.find_app(c, "aws"))


def test_a_command_makes_its_data_folder_and_its_key(tmp_path: Path) -> None:
    data = tmp_path / "new" / "data"
    make_app(data, None, None)
    assert token(data, None, None) == "s3cret-token"
    assert stat.S_IMODE((data / "key").stat().st_mode) == 0o600
    assert "s3cret-token" not in (data / "idp.db").read_bytes().decode("latin-1")
    with opened(data, None, None) as engine:
        assert isinstance(engine.db, SqliteDatabase)
        assert isinstance(engine.durable, Dbos)


def test_the_key_may_lie_elsewhere(tmp_path: Path) -> None:
    data, key = tmp_path / "data", tmp_path / "safe" / "key"
    make_app(data, None, key)
    assert (key.exists(), (data / "key").exists()) == (True, False)
    assert token(data, None, key) == "s3cret-token"


def test_a_database_and_a_key(tmp_path: Path, postgres_url: str) -> None:
    key = tmp_path / "key"
    make_app(None, postgres_url, key)
    assert token(None, postgres_url, key) == "s3cret-token"
    with opened(None, postgres_url, key) as engine:
        assert isinstance(engine.db, PostgresDatabase)


def test_a_key_that_is_missing_is_not_made_anew(tmp_path: Path) -> None:
    make_app(tmp_path, None, None)
    (tmp_path / "key").unlink()
    with pytest.raises((Problem, VaultError), match="is missing, and this database holds secrets made with it"):
        token(tmp_path, None, None)
    assert not (tmp_path / "key").exists()


@pytest.mark.parametrize("text", ["", "key", "00" * 31, "zz" * 32])
def test_a_key_that_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "key").write_text(text)
    with pytest.raises((Problem, VaultError), match="is not a key: 64 hexadecimal digits are expected"):
        token(tmp_path, None, None)


def test_a_place_that_is_not_said(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="say where the data is"), opened(None, None, None):
        pass
    with pytest.raises(Problem, match="say where the key is"), opened(None, "postgresql://x", None):
        pass
    with pytest.raises(Problem, match="--database-url must start with postgresql://"), opened(tmp_path, "mysql://x", None):
        pass


def test_a_signing_key_needs_its_key_file_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificates, "BITS", 2048)
    data = tmp_path / "data"
    with opened(data, None, None) as engine, engine.db.write(serial=events.SERIAL) as c:
        certificates.add_first(c, engine.vault, certificates.make_key(1), 1)
    (data / "key").unlink()
    with pytest.raises(VaultError, match="is missing"), opened(data, None, None):
        pass
