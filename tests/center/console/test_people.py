"""Users and groups in the console."""

import html
import re

from lockstep.center.directory import actions as directory
from lockstep.center.events import Operation
from tests.center.console.world import EVIL, Desk
from tests.center.signin.world import ADA, BOB

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
NEXT = re.compile(r'href="([^"]*after=\d+)"')


def group(desk: Desk, name: str, *members: str) -> str:
    body = {"displayName": name, "members": [{"value": member} for member in members]}
    with desk.world.database.write() as connection:
        return directory.create_group(connection, desk.world.instance, body, desk.world.call(Operation.CREATE_GROUP)).id


async def test_users_are_listed_searched_and_filtered(desk: Desk) -> None:
    desk.world.change(BOB, active=False)
    browser = await desk.signed_in()
    page = await browser.get(desk.path("users"))
    assert "Users (2)" in page.text
    assert "managed by the identity provider" in page.text
    for query, found in (
        ("q=ADA", {ADA}),
        ("q=example.com", {ADA, BOB}),
        (f"q={desk.world.people[BOB]}", {BOB}),
        ("q=ada-example.com%40mail.example", {ADA}),
        ("q=%25", set()),
        ("q=_", set()),
        ("status=disabled", {BOB}),
        ("status=enabled&q=example", {ADA}),
        ("status=nonsense", {ADA, BOB}),
        ("q=%00&after=x", {ADA, BOB}),
    ):
        page = await browser.get(f"{desk.path('users')}?{query}")
        assert {name for name in (ADA, BOB) if f">{name}</a>" in page.html} == found, query
    page = await browser.get(f"{desk.path('users')}?q=nobody")
    assert "No matches" in page.text
    assert page.form("/users").value("q") == "nobody"


async def test_a_long_list_goes_on_by_key(desk: Desk) -> None:
    names = {desk.world.user(f"p{number:03}@example.com"): number for number in range(120)}
    browser, seen, path = await desk.signed_in(), [], desk.path("users")
    for _ in range(3):
        page = await browser.get(path)
        seen += [one for one in re.findall(r"/users/([0-9a-f-]{36})\"", page.html) if one in names]
        further = NEXT.findall(page.html)
        path = html.unescape(further[-1]) if further else ""
    assert [names[one] for one in seen] == list(range(120))
    assert not path
    page = await browser.get(f"{desk.path('users')}?q=p0&status=enabled")
    assert "q=p0&amp;status=enabled&amp;after=" in page.html


async def test_one_user_with_everything_about_it(desk: Desk) -> None:
    desk.world.enable_attributes(CostCenter="enterprise.costCenter", Title="title")
    desk.world.change(ADA, **{ENTERPRISE: {"costCenter": "4711"}})
    group_id = group(desk, "Engineering", desk.world.people[ADA])
    await desk.world.sign_in(desk.world.browser())
    browser = await desk.signed_in()
    page = await browser.get(desk.path("users", desk.world.people[ADA]))
    for words in (
        "userName ada@example.com",
        'emails[type eq "work"].value ada-example.com@mail.example',
        "enterprise.costCenter 4711",
        "CostCenter 4711 Directory, ${path:enterprise.costCenter}",
        "No tag: there is no value",
        "CostCenter = 4711 (directory)",
        "CreateUser by alice",
        "Active sessions (1)",
        "Engineering",
    ):
        assert words in page.text, words
    assert desk.path("groups", group_id) in page.html


async def test_sessions_are_ended_after_a_page_that_says_what_happens(desk: Desk) -> None:
    person = desk.world.browser()
    await desk.world.sign_in(person)
    browser, user = await desk.signed_in(), desk.world.people[ADA]
    page = await browser.get(desk.path("users", user, "end-sessions"))
    assert "has 1 active session" in page.text
    answer = await browser.follow(await browser.submit(page, "/end-sessions"))
    assert "1 session of ada@example.com ended." in answer.text
    assert "ended" not in (await browser.get(answer.url)).text
    assert not desk.world.sessions
    assert desk.last(Operation.END_SESSIONS)["userIdentity"]["principalId"] == desk.admin  # type: ignore[index]


async def test_groups_and_their_members(desk: Desk) -> None:
    browser = await desk.signed_in()
    assert "No groups" in (await browser.get(desk.path("groups"))).text
    group_id = group(desk, "Engineering", *desk.world.people.values())
    group(desk, "Empty")
    page = await browser.get(desk.path("groups"))
    assert "Engineering 2" in page.text
    assert "Empty 0" in page.text
    assert "Engineering" not in (await browser.get(f"{desk.path('groups')}?q=empt")).text
    page = await browser.get(desk.path("groups", group_id))
    assert "Users in this group (2)" in page.text
    assert ADA in page.text
    page = await browser.get(f"{desk.path('groups')}?q={group_id}")
    assert "Engineering" in page.text


async def test_hostile_values_are_text(desk: Desk) -> None:
    name = EVIL.replace(" ", "")
    user = desk.world.user(name, displayName=EVIL, title=EVIL, **{ENTERPRISE: {"costCenter": EVIL}})
    desk.world.enable_attributes(CostCenter="enterprise.costCenter", Title="title", Name="userName")
    group_id = group(desk, EVIL, user)
    browser = await desk.signed_in()
    for rest in (("users",), ("users", user), ("users", user, "end-sessions"), ("groups",), ("groups", group_id), ("trail",)):
        page = await browser.get(desk.path(*rest))
        assert page.status == 200
        assert "<script>" not in page.html, rest
    for query in ("users?q=", "groups?q=", "trail?actor=", "trail?since=", "trail?operation=", "users?status=", "users?after="):
        page = await browser.get(f"{desk.path()}/{query}%22%27%3E%3Cscript%3E")
        assert page.status == 200
        assert "<script>" not in page.html, query


async def test_one_instance_shows_nothing_of_another(desk: Desk) -> None:
    beside = Desk(desk.world.beside())
    other_group = group(beside, "Theirs", beside.world.people[ADA])
    browser = await desk.signed_in()
    with desk.world.database.read() as connection:
        from lockstep.center.console import store
        from lockstep.center.console.store import Sought

        [event, *_] = store.events(connection, beside.world.instance.key, Sought(), None, 1)
    assert (await browser.get(desk.path("users", beside.world.people[ADA]))).status == 404
    assert (await browser.get(desk.path("groups", other_group))).status == 404
    assert (await browser.get(desk.path("trail", str(event.key)))).status == 404
    assert "Theirs" not in (await browser.get(desk.path("groups"))).text
    assert "No matches" in (await browser.get(f"{desk.path('users')}?q={beside.world.people[ADA]}")).text
