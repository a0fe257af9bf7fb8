"""Secrets at rest: AES-256-GCM with a key that is not in the database.

The associated data names table, column and row, so that a ciphertext cannot be moved to another row.
"""

import os
import secrets
import tempfile
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lockstep.kit.problems import Problem

_VERSION = b"\x01"
_NONCE_BYTES = 12
KEY_BYTES = 32


class VaultError(Problem):
    """A key file that cannot be used, or a secret that this key does not open."""


class Vault:
    """Encrypts and decrypts short secrets with one key."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, secret: str, where: str) -> bytes:
        """Encrypt `secret` for the place `where` ("table|column|row")."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return _VERSION + nonce + self._cipher.encrypt(nonce, secret.encode(), where.encode())

    def open(self, sealed: bytes, where: str) -> str:
        """The secret again.  Raises VaultError if the key or the place is another one."""
        nonce, body = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            if sealed[:1] != _VERSION or len(sealed) <= 1 + _NONCE_BYTES:
                raise VaultError("a secret in the database has an unknown format")
            return self._cipher.decrypt(nonce, body, where.encode()).decode()
        except InvalidTag:
            raise VaultError("the key file does not open the secrets in this database; use the key it was made with") from None


def open_vault(key_file: Path, *, may_create: bool) -> Vault:
    """The vault of the key in `key_file`, made (mode 0600) if it is absent and `may_create`.

    `may_create` is False where sealed secrets exist already: a new key would only hide that the old one is lost.
    Raises VaultError.
    """
    try:
        key = _read_key(key_file, may_create=may_create)
    except OSError as error:
        raise VaultError(f"the key file {key_file} cannot be used: {error.strerror}") from None
    except ValueError:
        raise VaultError(f"the key file {key_file} is not a key: 64 hexadecimal digits are expected") from None
    if len(key) != KEY_BYTES:
        raise VaultError(f"the key file {key_file} is not a key: 64 hexadecimal digits are expected")
    return Vault(key)


def _read_key(key_file: Path, *, may_create: bool) -> bytes:
    try:
        return bytes.fromhex(key_file.read_text().strip())
    except FileNotFoundError:
        if not may_create:
            raise VaultError(f"the key file {key_file} is missing, and this database holds secrets made with it") from None
        return _new_key(key_file)


def _new_key(key_file: Path) -> bytes:
    """Make a key, so that of several who do it together one wins, and all read the same."""
    key_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = secrets.token_bytes(KEY_BYTES)
    number, name = tempfile.mkstemp(dir=key_file.parent, prefix=f"{key_file.name}.", suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(number, "w") as out:
            out.write(key.hex() + "\n")
            out.flush()
            os.fsync(out.fileno())
        os.link(part, key_file)
        _sync_folder(key_file.parent)
    except FileExistsError:
        return bytes.fromhex(key_file.read_text().strip())
    finally:
        part.unlink()
    return key


def _sync_folder(folder: Path) -> None:
    """A new name is on the disk once its folder is."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
