"""The client of the target that is kept here: the real one, without a network."""

import pytest

from lockstep.idp import events
from lockstep.idp.apps import actions as apps
from lockstep.idp.apps.memory.client import MemoryClient, memory_client
from lockstep.idp.apps.records import App
from lockstep.idp.apps.tokens import actions as tokens
from lockstep.idp.provisioning import moving
from lockstep.kit.db import Database
from lockstep.kit.problems import ValueProblem
from lockstep.kit.vault import KEY_BYTES, Vault

VAULT = Vault(bytes(KEY_BYTES))


def make(each: Database, connector: str = "memory", url: str = "", token: str = "") -> App:
    with each.write(serial=events.SERIAL) as c:
        return apps.create_app(c, VAULT, 5, name="a", connector=connector, scim_url=url, token=token, allow_loopback=False)


async def test_requests_are_counted_and_kept(each: Database) -> None:
    app = make(each)
    for expected in ([], ["ann"]):
        client = memory_client(each, app, lambda: 5)
        assert isinstance(client, MemoryClient)
        async with client:
            assert [one["userName"] async for page in client.pages("/Users") for one in page] == expected
            await client.request("POST", "/Users", {"userName": "ann"})
            assert await client.find("/Users", "userName", 'a"b') == []
            assert (await client.request("GET", "/Users/nobody")).detail == "User nobody not found."
            assert client.meter.sent == 4


def test_other_apps_have_a_target_elsewhere(each: Database) -> None:
    assert memory_client(each, make(each, "scim2", "https://x.example", "t"), lambda: 5) is None


@pytest.mark.parametrize(("given", "field"), [({"url": "https://x.example"}, "scim_url"), ({"token": "t"}, "token")])
def test_neither_url_nor_token(each: Database, given: dict[str, str], field: str) -> None:
    with pytest.raises(ValueProblem, match="leave out --scim-url and --token-file") as refused:
        make(each, **given)
    assert refused.value.field == field
    app = make(each)
    assert app.settings.rate == 10_000
    with each.write() as c, pytest.raises(ValueProblem, match="has no URL and no token"):
        moving.prepare(c, VAULT, app, "https://x.example", "t")
    with each.write() as c, pytest.raises(ValueProblem, match="has no URL and no token"):
        tokens.give(c, VAULT, app, "t", 6)
