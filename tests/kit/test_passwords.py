"""Passwords of people."""

import pytest

from lockstep.kit.passwords import hash_password, verify_password


def test_verifies_the_right_one_only() -> None:
    stored = hash_password("correct horse")
    assert verify_password("correct horse", stored)
    assert not verify_password("Correct horse", stored)
    assert "correct" not in stored
    assert stored.startswith("$scrypt$ln=17,r=8,p=1$")


def test_the_same_password_is_never_stored_twice_alike() -> None:
    assert hash_password("päßwörd 🔑") != hash_password("päßwörd 🔑")


def test_costs_travel_with_the_hash() -> None:
    # RFC 7914, section 12: the first half of the vector for "pleaseletmein", "SodiumChloride", N=16384, r=8, p=1.
    key = "cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofI"
    assert verify_password("pleaseletmein", f"$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU${key}")
    assert not verify_password("pleaseletmein", f"$scrypt$ln=13,r=8,p=1$U29kaXVtQ2hsb3JpZGU${key}")


@pytest.mark.parametrize("stored", ["", "plain", "$argon2id$v=19$m=1,t=1,p=1$a$b", "$scrypt$x"])
def test_anything_else_is_no_stored_password(stored: str) -> None:
    with pytest.raises(ValueError, match="not a stored password"):
        verify_password("x", stored)
