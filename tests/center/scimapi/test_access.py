"""Who is asking."""

from lockstep.center.instances import actions
from tests.center.client import Client


async def test_the_last_use_is_noted(scim: Client) -> None:
    await scim.get("/Users")
    await scim.app.settled()
    with scim.stage.database.read() as connection:
        (token,) = actions.list_tokens(connection, scim.instance.name)
    assert token.last_used_at is not None
    first = token.last_used_at
    await scim.get("/Users")
    await scim.app.settled()
    with scim.stage.database.read() as connection:
        assert actions.list_tokens(connection, scim.instance.name)[0].last_used_at == first


async def test_the_scheme_counts_without_case(scim: Client) -> None:
    assert (await scim("GET", "/Users", authorization=f"bearer {scim.token}")).status == 200
