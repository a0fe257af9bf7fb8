"""`/api/2/roles` over HTTP."""

from lockstep.idp.admins import actions as admins
from lockstep.idp.api.credentials.records import Scope
from lockstep.idp.api.roles import handlers
from lockstep.idp.apps import actions as apps
from lockstep.idp.apps.records import App
from tests.idp.api.world import World

HOME = "/api/2/roles"


def app_of(world: World, name: str) -> App:
    with world.changing() as c:
        return apps.create_app(
            c, world.engine.vault, world.now, name=name, connector="memory", scim_url="", token="", allow_loopback=False
        )


async def test_a_role_is_made_read_changed_and_deleted(each_world: World) -> None:
    world = each_world
    ann, zoe, app, other = world.user("ann"), world.user("zoe"), app_of(world, "aws"), app_of(world, "other")
    said = await world.ask("POST", HOME, {"name": "Readers", "users": [zoe.id], "admins": [ann.id], "apps": [app.id]})
    assert (said.status, said.json.keys()) == (201, {"id"})
    address = f"{HOME}/{said.json['id']}"
    first = {"id": said.json["id"], "name": "Readers", "apps": [app.id], "users": [zoe.id], "admins": [ann.id]}
    assert await world.get(address) == first
    assert await world.done("PUT", address, {"name": "Writers"}) == {"id": first["id"]}
    assert await world.get(address) == {**first, "name": "Writers"}
    await world.done("PUT", address, {"name": "Writers", "users": [ann.id], "admins": [], "apps": [other.id]})
    assert await world.get(address) == {**first, "name": "Writers", "users": [ann.id], "admins": [], "apps": [other.id]}
    assert await world.done("DELETE", address) is None
    assert (await world.ask("GET", address)).status == 404
    assert {kind for kind, _ in world.events()} == {
        "role.created",
        "role.renamed",
        "role.removed",
        "role.member_added",
        "role.member_removed",
        "role.admin_added",
        "role.admin_removed",
        "app.assigned",
        "app.unassigned",
        "user.roles_changed",
    }


async def test_members_administrators_and_apps(each_world: World) -> None:
    world = each_world
    ann, zoe, role = world.user("ann"), world.user("zoe"), world.role("Readers")
    first, second = app_of(world, "first"), app_of(world, "second")
    address = f"{HOME}/{role.id}"
    for part in ("users", "admins"):
        assert await world.done("POST", f"{address}/{part}", [zoe.id, ann.id]) == [{"id": zoe.id}, {"id": ann.id}]
        assert [(one["id"], one["assigned"]) for one in await world.get(f"{address}/{part}")] == [
            (ann.id, True),
            (zoe.id, True),
        ]
        assert await world.done("DELETE", f"{address}/{part}", {"user_id": [ann.id]}) is None
        assert [one["username"] for one in await world.get(f"{address}/{part}")] == ["zoe@x.example"]
        everybody = await world.get(f"{address}/{part}?include_unassigned=true")
        assert [(one["id"], one["assigned"]) for one in everybody] == [(ann.id, False), (zoe.id, True)]
        assert [one["id"] for one in await world.get(f"{address}/{part}?name=zo&include_unassigned=true")] == [zoe.id]
        assert list((await world.ask("POST", f"{address}/{part}", [zoe.id, 99])).fields()) == ["[1]"]
        assert list((await world.ask("DELETE", f"{address}/{part}", {})).fields()) == ["user_id"]
    assert await world.done("PUT", f"{address}/apps", [second.id]) == [{"id": second.id}]
    assert await world.get(f"{address}/apps") == [{"id": second.id, "name": "second", "icon_url": None}]
    assert [one["id"] for one in await world.get(f"{address}/apps?assigned=false")] == [first.id]
    assert list((await world.ask("PUT", f"{address}/apps", [99])).fields()) == ["apps.[0]"]
    assert [one["name"] for one in await world.get(f"/api/2/users/{zoe.id}/apps")] == ["second"]


async def test_lists(each_world: World) -> None:
    world = each_world
    known = [world.role(f"Role {number}").id for number in range(5)]
    app = app_of(world, "aws")
    await world.done("PUT", f"{HOME}/{known[2]}/apps", [app.id])
    assert await world.get(f"{HOME}?limit=2") == [{"id": one, "name": f"Role {n}"} for n, one in enumerate(known[:2])]
    for query, found in (
        ("role_name=role 3", [3]),
        ("name=*4", [4]),
        (f"app_id={app.id}", [2]),
        ("app_name=aws", [2]),
        ("app_name=none", []),
        ("app_id=99", []),
        ("page=3&limit=2", [4]),
        ("sort=-id&limit=2", [4, 3]),
    ):
        assert [one["id"] for one in await world.get(f"{HOME}?{query}")] == [known[n] for n in found], query
    assert await world.get(f"{HOME}?fields=apps,admins,users&name=*2") == [
        {"id": known[2], "name": "Role 2", "apps": [app.id], "admins": [], "users": []}
    ]
    assert (await world.ask("GET", f"{HOME}?fields=x")).status == 400
    assert (await world.ask("GET", f"{HOME}?limit={handlers.MOST + 1}")).status == 400


async def test_version_1(each_world: World) -> None:
    world = each_world
    role = world.role("Readers")
    world.role("Writers")
    found = await world.get("/api/1/roles?name=Readers")
    assert found["data"] == [{"id": role.id, "name": "Readers"}]
    assert found["pagination"] == {"before_cursor": None, "after_cursor": None, "previous_link": None, "next_link": None}
    assert (await world.get(f"/api/1/roles/{role.id}"))["data"] == [{"id": role.id, "name": "Readers"}]
    assert (await world.get("/api/1/roles?limit=1"))["pagination"]["after_cursor"]


async def test_what_cannot_be_names_the_field_and_changes_nothing(world: World) -> None:
    role = world.role("Readers")
    for body, field in (
        ({}, "name"),
        ({"name": 1}, "name"),
        ({"name": " "}, "name"),
        ({"name": "x", "users": [99]}, "users.[0]"),
        ({"name": "x", "admins": "1"}, "admins"),
        ({"name": "x", "apps": [99]}, "apps.[0]"),
        ({"name": "x", "color": "red"}, "color"),
    ):
        for method, path in (("POST", HOME), ("PUT", f"{HOME}/{role.id}")):
            if body or method == "POST":
                assert list((await world.ask(method, path, body)).fields()) == [field], body
    assert world.events() == []
    assert [one["name"] for one in await world.get(HOME)] == ["Readers"]


async def test_who_manages_users_gives_no_roles_and_no_passwords(world: World) -> None:
    """As at OneLogin; nobody raises anybody with a credential that was made for less."""
    zoe, role = world.user("zoe"), world.role("Readers")
    by, password = Scope.MANAGE_USERS, "correct horse battery"
    both = {"password": password, "password_confirmation": password}
    for method, path, body in (
        ("PUT", f"/api/2/users/{zoe.id}", {"role_ids": [role.id]}),
        ("PUT", f"/api/2/users/{zoe.id}", both),
        ("POST", "/api/2/users", {"username": "new", "role_ids": [role.id]}),
        ("POST", "/api/2/users", {"username": "new", **both}),
        ("PUT", f"/api/1/users/{zoe.id}/add_roles", {"role_id_array": [role.id]}),
        ("PUT", f"/api/1/users/set_password_clear_text/{zoe.id}", both),
        ("POST", f"{HOME}/{role.id}/users", [zoe.id]),
        ("POST", f"{HOME}/{role.id}/admins", [zoe.id]),
        ("PUT", f"{HOME}/{role.id}", {"name": "Admins"}),
    ):
        said = await world.ask(method, path, body, scope=by)
        assert said.status == 403, (method, path)
        assert "Manage all" in str(said.json)
    assert world.events() == []
    shown = await world.get(f"/api/2/users/{zoe.id}", scope=by)
    assert await world.done("PUT", f"/api/2/users/{zoe.id}", {**shown, "title": "Analyst"}, scope=by)


async def test_who_manages_users_leaves_administrators_alone(world: World) -> None:
    zoe = world.user("zoe")
    with world.changing() as c:
        admins.create(c, "zoe", "stored", actor="a test", now=world.now, employee_id=zoe.employee_id)
    for method, path, body in (
        ("PUT", f"/api/2/users/{zoe.id}", {"email": "mine@example.com"}),
        ("DELETE", f"/api/2/users/{zoe.id}", None),
        ("PUT", f"/api/1/users/{zoe.id}/lock_user", {"locked_until": 0}),
        ("PUT", f"/api/1/users/{zoe.id}/logout", {}),
        ("PUT", f"/api/1/users/{zoe.id}/set_state", {"state": 2}),
    ):
        said = await world.ask(method, path, body, scope=Scope.MANAGE_USERS)
        assert said.status == 403, path
        assert "administrator" in str(said.json)
    assert world.events() == []
    assert (await world.done("PUT", f"/api/2/users/{zoe.id}", {"email": "new@example.com"}))["email"] == "new@example.com"
