"""Passwords are compared off the event loop, a few at a time, and nobody takes as long as somebody."""

import asyncio
import threading

import pytest

from lockstep.kit.passwords import hash_password
from lockstep.kit.web import hashing
from lockstep.kit.web.hashing import AT_ONCE, Hasher


async def test_only_the_right_password_of_somebody_is_right() -> None:
    hasher, stored = Hasher(), hash_password("correct horse")
    assert await hasher.verify("correct horse", stored)
    assert not await hasher.verify("wrong", stored)
    assert not await hasher.verify("correct horse", None)
    await hasher.close()


async def test_nobody_is_compared_too_and_in_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, str]] = []
    inside, most, lock = 0, 0, threading.Lock()

    def verify(password: str, stored: str) -> bool:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        seen.append((threading.current_thread().name, stored))
        threading.Event().wait(0.02)
        with lock:
            inside -= 1
        return True

    hasher = Hasher()
    monkeypatch.setattr(hashing, "verify_password", verify)
    found = await asyncio.gather(*(hasher.verify("x", None) for _ in range(12)))
    assert found == [False] * 12
    assert most <= AT_ONCE
    assert len(seen) == 12
    assert all(name != threading.main_thread().name and stored.startswith("$argon2id$") for name, stored in seen)
    await hasher.close()
