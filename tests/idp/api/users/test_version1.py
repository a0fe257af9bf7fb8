"""What version 1 does with a user."""

from lockstep.idp.directory.records import Status
from lockstep.idp.signin.people import store as people
from tests.idp.api.world import NOW, World

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


async def test_version_1(each_world: World) -> None:
    world = each_world
    zoe, first, second = world.user("zoe"), world.role("First"), world.role("Second")
    user = f"/api/1/users/{zoe.id}"
    said = {"error": False, "code": 200, "type": "success", "message": "Success"}
    ok = {"status": said, **said}
    assert await world.done("PUT", f"{user}/add_roles", {"role_id_array": [first.id, second.id]}) == ok
    assert (await world.get(f"{user}/roles"))["data"] == [first.id, second.id]
    assert await world.done("PUT", f"{user}/remove_roles", {"role_id_array": [{"role_id": first.id}]}) == ok
    assert (await world.get(f"{user}/roles"))["data"] == [second.id]
    with world.changing() as c:
        people.add_session(c, b"1", zoe.id, NOW, NOW + 10**9)
    assert await world.done("PUT", f"{user}/logout", {}) == ok
    with world.changing() as c:
        assert people.end_sessions_of(c, zoe.id) == 0
        people.add_session(c, b"2", zoe.id, NOW, NOW + 10**9)
    assert await world.done("PUT", f"{user}/lock_user", {"locked_until": 10}) == ok
    with world.changing() as c:
        assert people.end_sessions_of(c, zoe.id) == 0
    shown = await world.get(f"/api/2/users/{zoe.id}")
    assert (shown["status"], shown["locked_until"]) == (Status.LOCKED, "2027-01-15T08:10:00.000Z")
    assert await world.done("PUT", f"{user}/set_state", {"state": 2}) == ok
    assert (await world.get(f"/api/2/users/{zoe.id}"))["state"] == 2
    password = {"password": PASSWORD, "password_confirmation": PASSWORD, "validate_policy": True}
    assert await world.done("PUT", f"/api/1/users/set_password_clear_text/{zoe.id}", password) == ok
    salted = await world.ask("PUT", f"/api/1/users/set_password_using_salt/{zoe.id}", {})
    assert salted.status == 422
    assert "argon2id" in salted.json["status"]["message"]
    for path, body in (
        ("lock_user", {"locked_until": -1}),
        ("lock_user", {}),
        ("set_state", {"state": 4}),
        ("add_roles", {"role_id_array": [99]}),
        ("add_roles", {}),
        ("remove_roles", {"role_id_array": [99]}),
    ):
        refused = await world.ask("PUT", f"{user}/{path}", body)
        assert (refused.status, refused.json["status"]["error"], refused.json["status"]["code"]) == (422, True, 422), path
    assert (await world.ask("PUT", f"/api/1/users/set_password_clear_text/{zoe.id}", {})).status == 422
    assert (await world.ask("PUT", "/api/1/users/99/logout")).json["status"]["code"] == 404
