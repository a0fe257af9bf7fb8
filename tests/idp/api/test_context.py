"""What every call shares."""

import threading

import pytest

from lockstep.idp.api.context import Context
from lockstep.idp.directory import store as directory
from lockstep.kit.db import Connection
from tests.idp.api.world import World


async def test_everything_runs_in_threads_in_one_transaction(world: World) -> None:
    context: Context = world.context
    here = threading.get_ident()
    assert await context.read(lambda _c: threading.get_ident()) != here
    assert await context.write(lambda _c: threading.get_ident()) != here
    zoe = world.user("zoe")

    def half(c: Connection) -> None:
        directory.remove_user(c, zoe.id)
        raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        await context.write(half)
    assert await context.read(lambda c: directory.user_by_id(c, zoe.id)) == zoe
