"""The form of access tokens."""

import hashlib

import pytest

from lockstep.center.instances.tokens import digest, looks_right, new_token


def test_has_256_random_bits_a_prefix_and_a_checksum() -> None:
    token = new_token()
    assert token.startswith("lscim_")
    assert len(token) == 6 + 43 + 8
    assert looks_right(token)


def test_is_never_the_same() -> None:
    assert len({new_token() for _ in range(1000)}) == 1000


@pytest.mark.parametrize("position", [0, 5, 6, 20, 48, 49, 56])
def test_a_changed_character_is_noticed(position: int) -> None:
    token = new_token()
    changed = token[:position] + ("x" if token[position] != "x" else "y") + token[position + 1 :]
    assert not looks_right(changed)


@pytest.mark.parametrize("text", ["", "lscim_", "x" * 57, "lscim_" + "é" * 51])
def test_other_texts_do_not_look_right(text: str) -> None:
    assert not looks_right(text)


def test_a_longer_text_does_not_look_right() -> None:
    assert not looks_right(new_token() + "0")


def test_the_digest_is_sha_256() -> None:
    assert digest("lscim_x") == hashlib.sha256(b"lscim_x").digest()
