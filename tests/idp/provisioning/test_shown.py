"""What is shown, as JSON."""

from tests.idp.provisioning.looking import A, user
from tests.idp.provisioning.world import World, everyone


def test_as_json(world: World) -> None:
    world.make_app()
    world.become(everyone("A"))
    found = user(world).as_json()
    assert found.keys() == {"app", "scim_url", "object", "name", "key", "digest", "steps", "requests"}
    assert (found["object"], found["name"], found["key"]) == ("user", A, "A")
    assert found["steps"][0].keys() == {"name", "state", "verdict", "rows", "more"}
    assert found["steps"][0]["rows"][0] == {"Attribute": "Username", "Value": A}
    assert found["requests"][0].keys() >= {"method", "path", "headers", "body", "digest", "state", "kind", "object", "name"}
