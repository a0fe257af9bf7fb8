"""Passwords of people."""

import pytest

from lockstep.kit.passwords import hash_password, verify_password


def test_verifies_the_right_one_only() -> None:
    stored = hash_password("correct horse")
    assert verify_password("correct horse", stored)
    assert not verify_password("Correct horse", stored)
    assert "correct" not in stored
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_the_same_password_is_never_stored_twice_alike() -> None:
    assert hash_password("päßwörd 🔑") != hash_password("päßwörd 🔑")


def test_costs_travel_with_the_hash() -> None:
    # Made by the reference implementation of argon2 with 64 MiB, 2 passes, 1 lane (its own test vector).
    stored = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
    assert verify_password("password", stored)
    assert not verify_password("passwort", stored)


@pytest.mark.parametrize("stored", ["", "plain", "$scrypt$ln=14,r=8,p=1$a$b", "$argon2id$x"])
def test_anything_else_is_no_stored_password(stored: str) -> None:
    with pytest.raises(ValueError, match="not a stored password"):
        verify_password("x", stored)
