"""Passwords off the event loop."""

from lockstep.kit.passwords import hash_password
from lockstep.kit.web.hashing import Hasher


async def test_only_the_right_password_of_somebody_is_right() -> None:
    hasher = Hasher()
    stored = hash_password("correct horse")
    assert await hasher.verify("correct horse", stored)
    assert not await hasher.verify("wrong", stored)
    assert not await hasher.verify("correct horse", None)
    await hasher.close()
