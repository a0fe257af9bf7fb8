"""Which keys sign-ins brought lately."""

from lockstep.center.attributes.records import PREFIX, Precedence
from lockstep.center.signin.seen_keys import SeenKey, gathered, seen_keys
from lockstep.saml.records import Attribute
from tests.center.signin.world import ADA, BOB, World

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def sent(**values: str) -> tuple[Attribute, ...]:
    return tuple(Attribute(PREFIX + key, (value,)) for key, value in values.items())


async def test_keys_are_gathered_from_sessions_with_their_sources(world: World) -> None:
    world.enable_attributes(CostCenter="enterprise.costCenter", Title="title")
    world.change(ADA, **{ENTERPRISE: {"costCenter": "4711"}})
    await world.sign_in(world.browser(), ADA, attributes=sent(costcenter="1", Team="blue", Empty=""))
    first = world.sessions[0].started_at
    world.clock.ahead = 60_000
    await world.sign_in(world.browser(), BOB, attributes=sent(TEAM="green"))
    second = world.sessions[1].started_at
    with world.database.read() as connection:
        found = seen_keys(connection, world.instance)
    assert found.keys() == {"costcenter", "team"}
    assert (found["costcenter"].directory, found["costcenter"].assertion) == (first, first)
    assert found["team"] == SeenKey("TEAM", None, second)


async def test_where_the_assertion_counts_the_directory_is_seen_too(world: World) -> None:
    world.enable_attributes(Precedence.ASSERTION, Title="title")
    world.change(ADA, title="Analyst")
    await world.sign_in(world.browser(), ADA, attributes=sent(Title="Boss"))
    with world.database.read() as connection:
        seen = seen_keys(connection, world.instance)["title"]
    assert seen.directory == seen.assertion == world.sessions[0].started_at
    other = world.beside()
    with world.database.read() as connection:
        assert seen_keys(connection, other.instance) == {}


def test_no_sessions_no_keys() -> None:
    assert gathered([]) == {}
