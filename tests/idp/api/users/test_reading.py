"""Lists of users over HTTP: fields, pages, filters."""

from lockstep.idp.api.users.records import LONG, SHOWN
from lockstep.idp.directory import actions as directory
from lockstep.idp.directory.fields import actions as fields
from tests.idp.api.world import HAND, NOW, World

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


async def test_lists_leave_out_what_is_long_unless_it_is_asked_for(world: World) -> None:
    zoe = world.user("zoe", manager_id="nobody-here")
    shown = (await world.get("/api/2/users"))[0]
    assert set(shown) == set(SHOWN) - set(LONG)
    assert (await world.get("/api/2/users?fields=firstname,role_ids,custom_attributes.x,manager_user_id")) == [
        {"id": zoe.id, "firstname": "zoe", "role_ids": [], "custom_attributes": {}, "manager_user_id": None}
    ]
    assert (await world.ask("GET", "/api/2/users?fields=shoe_size")).status == 400


async def test_pages(each_world: World) -> None:
    world = each_world
    known = [world.user(f"u{number:02}").id for number in range(25)]
    met, cursor, pages = [], "", 0
    while True:
        said = await world.ask("GET", f"/api/2/users?limit=10{f'&cursor={cursor}' if cursor else ''}")
        met += [one["id"] for one in said.json]
        pages += 1
        assert ("before-cursor" in said.headers) == (pages > 1)
        cursor = said.headers.get("after-cursor", "")
        if not cursor:
            break
        before = said
    assert (met, pages) == (known, 3)
    back = await world.ask("GET", f"/api/2/users?limit=10&cursor={said.headers['before-cursor']}")
    assert back.json == before.json
    said = await world.ask("GET", "/api/2/users?limit=10&page=3")
    assert [one["id"] for one in said.json] == known[20:]
    assert [said.headers[name] for name in ("total-count", "total-pages", "current-page", "page-items")] == [
        "25",
        "3",
        "3",
        "5",
    ]
    assert [one["id"] for one in await world.get("/api/2/users?limit=3&sort=-id")] == known[:-4:-1]
    for wrong in ("limit=0", "limit=101", "limit=x", "page=0", "cursor=x", "cursor=W10", "sort=name", "page=1&cursor=WzFd"):
        assert (await world.ask("GET", f"/api/2/users?{wrong}")).status == 400, wrong
    assert (await world.ask("GET", "/api/2/users?page=101&limit=100")).status == 400


async def test_filters(each_world: World) -> None:
    world = each_world
    with world.changing() as c:
        fields.create(c, "Team", "team", actor=HAND, now=NOW)
    ann = world.user("ann", external_id="X%1", samaccountname="corp\\ann")
    world.now += 1000
    zoe = world.user("zoë", family_name="Ångström", external_id="x_2")
    with world.changing() as c:
        directory.change_user(c, ann.id, {}, custom={"team": 'Blue "1"', 'x,"team': "Red"}, actor=HAND, now=world.now)
        directory.change_user(c, zoe.id, {}, custom={"team": "Red"}, actor=HAND, now=world.now)

    async def found(query: str) -> list[int]:
        return [one["id"] for one in await world.get(f"/api/2/users?{query}")]

    assert await found("username=ANN@x.example") == [ann.id]
    assert await found("email=zo*") == [zoe.id]
    assert await found("firstname=ANN") == [ann.id]
    assert await found("lastname=Ångström") == [zoe.id]
    assert await found("lastname=*ström") == [zoe.id]
    assert await found("lastname=*s%25r*") == []
    assert await found("external_id=X%251") == [ann.id]
    assert await found("external_id=x*") == [ann.id, zoe.id]
    assert await found("samaccountname=corp%5C*") == [ann.id]
    assert await found("custom_attributes.team=Red") == [zoe.id]
    assert await found("custom_attributes.team=blue*") == [ann.id]
    assert await found("custom_attributes.team=*&custom_attributes.nothing=*") == []
    assert await found(f"user_ids={zoe.id},99,{ann.id}") == [ann.id, zoe.id]
    assert await found(f"user_ids={ann.id}&firstname=zo*") == []
    assert await found("created_since=2027-01-15T08:00:01Z") == [zoe.id]
    assert await found("created_until=2027-01-15T08:00:00.000Z") == [ann.id]
    assert await found("updated_since=2027-01-15&updated_until=2028-01-01") == [ann.id, zoe.id]
    assert await found("last_login_until=2028-01-01") == []
    assert await found("directory_id=1") == []
    for wrong in ("created_since=yesterday", "user_ids=a", "directory_id=x", f"email={'x' * 1001}", "email=%00"):
        assert (await world.ask("GET", f"/api/2/users?{wrong}")).status == 400, wrong
