"""Requests that wait for their person."""

import pytest

from lockstep.idp import events
from lockstep.idp.signin.requests import actions, store
from lockstep.idp.signin.requests.records import Pending
from lockstep.kit.db import Connection
from lockstep.saml.records import AuthnRequest
from tests.idp.signin.world import World

MINE, OTHER = "my browser", "another"


def keep(c: Connection, world: World, request: AuthnRequest, browser: str = MINE, now: int = 0) -> Pending:
    values = {"acs_url": "https://x/acs", "relay_state": "ü"}
    return actions.remember(c, world.app.id, request, **values, browser=browser, now=now or world.now)


async def test_a_request_comes_back_as_it_was_to_its_browser(each_world: World) -> None:
    world, request = each_world, each_world.request(force_authn=True, requested_contexts=("a", "b"))
    with world.db.write(serial=events.SERIAL) as c:
        one = keep(c, world, request)
        assert actions.find(c, one.id, MINE, world.now) == one
        assert one.request == request
        assert actions.find(c, one.id, OTHER, world.now) is None
        assert actions.find(c, one.id, None, world.now) is None
        assert actions.find(c, "none", MINE, world.now) is None
        assert actions.find(c, one.id, MINE, world.now + actions.LIFE_MS) is None


async def test_a_request_is_used_once(each_world: World) -> None:
    world, request = each_world, each_world.request()
    with world.db.write(serial=events.SERIAL) as c:
        one = keep(c, world, request)
        assert keep(c, world, request) == one
        with pytest.raises(actions.UsedRequest):
            keep(c, world, request, OTHER)
        assert store.use(c, one.id)
        assert not store.use(c, one.id)
        assert actions.find(c, one.id, MINE, world.now) is None
        with pytest.raises(actions.UsedRequest):
            keep(c, world, request)


async def test_its_id_is_remembered_for_longer_than_it_is_good(world: World) -> None:
    request = world.request()
    with world.db.write(serial=events.SERIAL) as c:
        store.use(c, keep(c, world, request).id)
        with pytest.raises(actions.UsedRequest):
            keep(c, world, request, now=world.now + 20 * 60_000)  # 10 minutes ahead of our clock, 10 minutes ago
        keep(c, world, world.request(), now=world.now + actions.FORGET_MS)
        assert c.raw.execute("SELECT count(*) FROM signin_requests").fetchone()[0] == 1
