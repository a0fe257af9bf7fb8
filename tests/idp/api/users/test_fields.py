"""`/api/2/users/custom_attributes`."""

from tests.idp.api.world import World

ZOE = {
    "username": "zoë.akers@example.com",
    "email": "zoe.akers@example.com",
    "firstname": "Zoë",
    "lastname": "Akers",
    "title": "Analyst",
    "department": "Research",
    "company": "Example",
    "comment": "by program",
    "phone": "+4912345678",
    "samaccountname": "zakers",
    "member_of": "CN=a;CN=b",
    "userprincipalname": "zoe@corp.example.com",
    "distinguished_name": "CN=Zoe,DC=example",
    "external_id": "X-1",
    "preferred_locale_code": "de",
}
PASSWORD = "correct horse battery"


async def test_custom_attributes(each_world: World) -> None:
    world = each_world
    home = "/api/2/users/custom_attributes"
    made = (await world.ask("POST", home, {"user_field": {"name": "Team", "shortname": "team"}})).json
    assert made == {"id": made["id"], "name": "Team", "shortname": "team", "position": 1}
    await world.done("POST", home, {"name": "Floor", "shortname": "floor"})
    assert [one["shortname"] for one in await world.get(home)] == ["team", "floor"]
    assert (await world.get("/api/1/users/custom_attributes"))["data"] == [["team", "floor"]]
    assert (await world.done("PUT", f"{home}/{made['id']}", {"name": "Squad"}))["name"] == "Squad"
    assert (await world.get(f"{home}/{made['id']}"))["name"] == "Squad"
    for body, field in (
        ({}, "name"),
        ({"name": "x"}, "shortname"),
        ({"name": "x", "shortname": "team"}, "shortname"),
        ({"name": 1, "shortname": "x"}, "name"),
        ({"user_field": {"nam": "x"}}, "user_field"),
        ({"name": "x", "shortname": "y", "extra": 1}, ""),
    ):
        assert list((await world.ask("POST", home, body)).fields()) == [field], body
    assert list((await world.ask("PUT", f"{home}/{made['id']}", {"name": "x", "shortname": "y"})).fields()) == ["shortname"]
    assert list((await world.ask("PUT", f"{home}/{made['id']}", {})).fields()) == ["name"]
    await world.done("DELETE", f"{home}/{made['id']}")
    assert (await world.ask("GET", f"{home}/{made['id']}")).status == 404
