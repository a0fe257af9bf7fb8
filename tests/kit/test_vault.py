"""Secrets at rest: keys, places, and two processes that begin together."""

import os
import secrets
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lockstep.kit.vault import KEY_BYTES, Vault, VaultError, open_vault

WHERE = "apps|token|7"
OPEN = """
import sys
from pathlib import Path
from lockstep.kit.vault import open_vault
sys.stdout.write("ready\\n")
sys.stdout.flush()
sys.stdin.readline()
vault = open_vault(Path(sys.argv[1]), may_create=True)
sys.stdout.write(vault.seal("from a process", "x").hex() + "\\n")
"""


def new_vault() -> Vault:
    return Vault(secrets.token_bytes(KEY_BYTES))


@pytest.mark.parametrize("secret", ["", "a", "lscim_0123456789", "größer 漢字 🙂", "x" * 100_000, "a\x00b"])
def test_what_is_sealed_is_opened(secret: str) -> None:
    vault = new_vault()
    assert vault.open(vault.seal(secret, WHERE), WHERE) == secret


def test_a_ciphertext_shows_nothing_and_is_never_the_same_twice() -> None:
    vault = new_vault()
    sealed = {vault.seal("the secret", WHERE) for _ in range(100)}
    assert len(sealed) == len({one[1:13] for one in sealed}) == 100
    assert all(b"secret" not in one for one in sealed)


def test_another_key_opens_nothing() -> None:
    with pytest.raises(VaultError, match="use the key it was made with") as caught:
        new_vault().open(new_vault().seal("s3cret", WHERE), WHERE)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("elsewhere", ["apps|token|8", "apps|secret|7", "keys|token|7", "", WHERE + " "])
def test_a_ciphertext_that_was_moved_is_not_opened(elsewhere: str) -> None:
    vault = new_vault()
    with pytest.raises(VaultError, match="does not open"):
        vault.open(vault.seal("s3cret", WHERE), elsewhere)


def test_no_byte_can_be_changed() -> None:
    vault = new_vault()
    sealed = vault.seal("s3cret", WHERE)
    for index in range(len(sealed)):
        with pytest.raises(VaultError):
            vault.open(sealed[:index] + bytes([sealed[index] ^ 1]) + sealed[index + 1 :], WHERE)


def test_what_is_no_ciphertext_is_a_problem() -> None:
    vault = new_vault()
    sealed = vault.seal("s3cret", WHERE)
    for length in range(len(sealed)):
        with pytest.raises(VaultError):
            vault.open(sealed[:length], WHERE)
    with pytest.raises(VaultError, match="unknown format"):
        vault.open(b"\x02" + sealed[1:], WHERE)


def test_a_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    key_file = tmp_path / "new" / "folders" / "key"
    before = os.umask(0)
    try:
        sealed = open_vault(key_file, may_create=True).seal("s3cret", WHERE)
    finally:
        os.umask(before)
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(key_file.parent.stat().st_mode) == 0o700
    assert [file.name for file in key_file.parent.iterdir()] == ["key"]
    assert len(bytes.fromhex(key_file.read_text())) == KEY_BYTES
    assert open_vault(key_file, may_create=False).open(sealed, WHERE) == "s3cret"


def test_a_missing_key_is_not_made_where_secrets_are(tmp_path: Path) -> None:
    with pytest.raises(VaultError, match=r"key is missing, and this database holds secrets"):
        open_vault(tmp_path / "key", may_create=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"zz" * 32, b"ab" * 31, b"ab" * 33, b"\xff" * 64, b"ab" * 16 + b" -- " + b"ab" * 16]
)
def test_a_file_that_is_no_key(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(VaultError, match="64 hexadecimal digits") as caught:
        open_vault(tmp_path / "key", may_create=True)
    assert "ab" * 31 not in str(caught.value)
    assert (tmp_path / "key").read_bytes() == content


@pytest.mark.parametrize("name", ["folder", "file/key"])
def test_a_key_file_that_cannot_be_used_is_a_problem(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(VaultError, match=name):
        open_vault(tmp_path / name, may_create=True)


def test_processes_that_make_a_key_together_get_the_same(tmp_path: Path) -> None:
    key_file = tmp_path / "key"
    command = [sys.executable, "-c", OPEN, str(key_file)]
    started = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    try:
        for process in started:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in started:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        ended = [process.communicate(timeout=60) for process in started]
    finally:
        for process in started:
            process.kill()
    assert [err for _, err in ended] == [""] * 4
    vault = open_vault(key_file, may_create=False)
    assert [vault.open(bytes.fromhex(out), "x") for out, _ in ended] == ["from a process"] * 4
    assert [file.name for file in tmp_path.iterdir()] == ["key"]


def test_threads_that_make_a_key_together_get_the_same(tmp_path: Path) -> None:
    """As do processes of one number: of two containers that share a folder, say."""
    threads = 4
    with ThreadPoolExecutor(threads) as pool:
        for number in range(20):
            barrier = threading.Barrier(threads)

            def seal(key_file: Path, barrier: threading.Barrier) -> bytes:
                barrier.wait(60)
                return open_vault(key_file, may_create=True).seal("s3cret", WHERE)

            key_file = tmp_path / f"key{number}"
            sealed = list(pool.map(seal, [key_file] * threads, [barrier] * threads))
            vault = open_vault(key_file, may_create=False)
            assert [vault.open(one, WHERE) for one in sealed] == ["s3cret"] * threads
