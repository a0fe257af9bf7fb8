"""The key of this centre."""

from pathlib import Path

import pytest

from lockstep.center.instances.keyring import open_keyring
from lockstep.kit.db import Database
from lockstep.kit.vault import VaultError


def test_a_key_is_made_once_and_opens_what_it_sealed(each_center: Database, tmp_path: Path) -> None:
    first = open_keyring(each_center, tmp_path / "key")
    second = open_keyring(each_center, tmp_path / "key")
    assert second.open(first.seal("secret", "here"), "here") == "secret"


def test_another_key_is_noticed_at_once(each_center: Database, tmp_path: Path) -> None:
    open_keyring(each_center, tmp_path / "key")
    (tmp_path / "other").write_text("00" * 32)
    with pytest.raises(VaultError, match="does not open"):
        open_keyring(each_center, tmp_path / "other")


def test_a_lost_key_is_not_made_anew(each_center: Database, tmp_path: Path) -> None:
    open_keyring(each_center, tmp_path / "key")
    with pytest.raises(VaultError, match="missing"):
        open_keyring(each_center, tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()
