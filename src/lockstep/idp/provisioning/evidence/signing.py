"""Signatures of evidence: Ed25519 over the record as canonical JSON (keys sorted, no blanks, UTF-8).  Pure."""

import base64
import binascii
import hashlib
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

Record = dict[str, Any]


def canonical(record: Record) -> bytes:
    """What is signed, and what the next record names by its digest."""
    return msgspec.json.encode(record, order="sorted")


def digest(record: Record) -> str:
    """SHA-256 of a record, hexadecimal."""
    return hashlib.sha256(canonical(record)).hexdigest()


def new_key() -> tuple[str, str]:
    """(private key, hexadecimal; public key, base64 of its 32 bytes)."""
    key = Ed25519PrivateKey.generate()
    return key.private_bytes_raw().hex(), base64.b64encode(key.public_key().public_bytes_raw()).decode()


def sign(private: str, record: Record) -> str:
    """The signature, base64."""
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(private))
    return base64.b64encode(key.sign(canonical(record))).decode()


def is_signed(record: Record, signature: str, public: str) -> bool:
    """Whether the signature is that of the key over the record."""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public, validate=True))
        key.verify(base64.b64decode(signature, validate=True), canonical(record))
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True
