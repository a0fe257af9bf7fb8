"""Who may open which page and send which form: every route of the routing table with every privilege."""

import re

import pytest
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from lockstep.idp.admins import actions as admins
from lockstep.idp.admins.permissions import HELD, HELD_WITHIN, OWNER, Grant, Permission, Privilege, Rights, who_may
from lockstep.idp.apps import actions as apps
from lockstep.idp.console.access import NEEDS, OPEN, first_pages, need_of
from lockstep.idp.console.context import PAGES
from lockstep.idp.console.desk import Desk, guarded
from lockstep.idp.console.routes import ROUTES
from lockstep.idp.directory.roles import actions as role_admins
from lockstep.kit.passwords import hash_password
from lockstep.kit.web.site import build_site
from tests.idp.console.forms import FORMS, prepared
from tests.idp.console.test_every_form import state
from tests.idp.console.world import HAND, ORIGIN, PASSWORD, URL, World, press
from tests.support.browser import Browser, into

LISTED = sorted({(method, route.path) for route in ROUTES for method in (route.methods or ()) if method != "HEAD"})
GUARDED = [one for one in LISTED if one not in OPEN]
MINE, OTHER = 1, 2
"""The role and the app that a scoped privilege is given for, and others."""


def grant(privilege: Privilege, scope: int = MINE) -> Grant:
    return Grant(privilege, scope if privilege in (Privilege.ROLE_ADMIN, Privilege.APP_ADMIN) else 0)


def address_of(path: str, scope: int = MINE) -> str:
    for name in ("user", "job", "rule", "role", "number"):
        path = path.replace(f"{{{name}:int}}", "1")
    return path.replace("{id:int}", str(scope)).replace("{what:str}", "sync")


async def as_one(world: World, privilege: Privilege, scope: int = MINE, employee_id: str = "") -> Browser:
    """A browser of an administrator with one privilege."""
    name = f"one {privilege.value} {scope}"
    with world.changing() as c:
        admins.create(
            c,
            name,
            hash_password(PASSWORD),
            actor=HAND,
            now=world.now,
            grants=[grant(privilege, scope)],
            employee_id=employee_id,
        )
    browser = world.browser()
    assert (await world.log_in(browser, name)).status == 303
    return browser


def second_app(world: World, name: str) -> None:
    with world.changing() as c:
        apps.create_app(
            c,
            world.engine.vault,
            world.now,
            name=name,
            connector="scim2",
            scim_url=f"{URL}/2",
            token="t",
            allow_loopback=False,
        )


def test_every_route_says_what_it_needs_and_the_table_names_no_other() -> None:
    assert sorted(NEEDS) == sorted(GUARDED)
    assert NEEDS.keys() & OPEN == set()


def test_a_route_that_the_table_does_not_name_is_nobody_s() -> None:
    assert need_of("GET", "/admin/nowhere") is None
    assert need_of("HEAD", "/admin/users") == need_of("GET", "/admin/users")


async def test_a_route_without_a_need_refuses_even_an_account_owner(world: World) -> None:
    async def handler(_desk: Desk) -> Response:
        raise AssertionError("nobody may come here")

    async def with_context(scope: Scope, receive: Receive, send: Send) -> None:
        scope["lockstep.console"] = world.context
        await site(scope, receive, send)

    site = build_site([Route("/admin/new", guarded(handler, need_of("GET", "/admin/new")))], PAGES, secure=True)
    browser = await world.signed_in()
    elsewhere = Browser(into(with_context, "192.0.2.1"), ORIGIN)
    elsewhere.cookies = browser.cookies
    answer = await elsewhere.get("/admin/new")
    assert (answer.status, "Nobody may do this here." in answer.text) == (403, True)


@pytest.mark.parametrize("privilege", list(Privilege))
async def test_the_matrix_of_routes_and_privileges(world: World, privilege: Privilege) -> None:
    """Refused with 403, and who may is said, where the privilege does not hold the permission; let in where it does."""
    prepared(world)
    await (await world.signed_in()).get("/admin/apps/1/evidence/key")  # made when it is first asked for
    browser = await as_one(world, privilege)
    held, within = HELD[privilege], HELD_WITHIN.get(privilege, frozenset())
    before = state(world)
    token = (await browser.get("/admin")).header("location")
    page = await browser.follow(await browser.get("/admin"))
    assert token
    csrf = page.form("/admin/logout").value("csrf")
    for method, path in GUARDED:
        need = NEEDS[method, path]
        scoped = bool(need.any_scope or need.role or need.app)
        allowed = need.permission is Permission.SELF or need.permission in held or (scoped and need.permission in within)
        if method == "GET":
            if path.endswith("/stream") and allowed:
                continue  # it goes on; what refuses it is the same
            answer = await browser.get(address_of(path))
        elif allowed:
            continue  # a form that may be sent is tried with what is good for it in test_every_form
        else:
            answer = await browser.post(FORMS[path].address, [("csrf", csrf), *FORMS[path].good.items()])
        assert (answer.status == 403) is (not allowed), (method, path, answer.status)
        if not allowed:
            assert who_may(need.permission) in answer.text
            assert "Nothing has been changed." in answer.text
    assert state(world) == before


@pytest.mark.parametrize("privilege", [Privilege.ROLE_ADMIN, Privilege.APP_ADMIN])
async def test_a_scoped_privilege_opens_nothing_of_another_role_or_app(world: World, privilege: Privilege) -> None:
    prepared(world)
    second_app(world, "other")
    browser = await as_one(world, privilege)
    csrf = (await browser.follow(await browser.get("/admin"))).form("/admin/logout").value("csrf")
    before = state(world)
    for method, path in GUARDED:
        need = NEEDS[method, path]
        if not (need.role or need.app) or need.permission not in HELD_WITHIN[privilege] or path.endswith("/stream"):
            continue
        address = address_of(path, OTHER)
        if method == "GET":
            assert (await browser.get(address)).status == 403, path
        else:
            assert (await browser.post(address, [("csrf", csrf), *FORMS[path].good.items()])).status == 403, path
    assert state(world) == before


async def test_an_app_admin_sees_their_apps_alone(world: World) -> None:
    second_app(world, "hidden one")
    page = await (await as_one(world, Privilege.APP_ADMIN)).get("/admin/apps")
    assert "aws" in page.text
    assert "hidden one" not in page.text
    assert "Add App" not in page.text
    assert "Stop all apps" not in page.text


async def test_an_app_admin_manages_their_app(world: World) -> None:
    browser = await as_one(world, Privilege.APP_ADMIN)
    page = await browser.get("/admin/apps/1")
    saved = await press(browser, page, "/admin/apps/1", name="AWS")
    assert "The app has been saved." in saved.text
    assert world.events("app.updated")[-1]["actor"] == "one app-admin 1"


async def test_a_role_admin_looks_after_the_members_of_their_role(world: World) -> None:
    browser = await as_one(world, Privilege.ROLE_ADMIN)
    page = await browser.get("/admin/roles/1")
    assert "Delete role" not in page.text
    members = await browser.get("/admin/roles/1/users")
    added = await press(browser, members, "/admin/roles/1/members", user="bob")
    assert "bob@x.example is in the role." in added.text
    gone = await press(browser, added, f"/admin/roles/1/members/{world.bob.id}/remove")
    assert "The member has been taken out." in gone.text
    renaming = page.html[page.html.index('id="rename"') :]
    assert '<fieldset disabled class="locked">' in renaming[: renaming.index("</section>")]


async def test_who_administers_a_role_as_a_user_does_so_here(world: World) -> None:
    """OneLogin's role admins are users: an administrator who is one of them has their roles, too."""
    with world.changing() as c:
        role_admins.add_admins(c, world.role.id, [world.bob.id], actor=HAND, now=world.now)
    stranger = await as_one(world, Privilege.READ_ONLY)
    browser = await as_one(world, Privilege.USER_ADMIN, employee_id="bob")
    carol = world.user("carol")
    page = await browser.get("/admin/roles/1/admins")
    assert "bob@x.example" in page.text
    page = await browser.get("/admin/roles/1/users")
    added = await press(browser, page, "/admin/roles/1/members", user="carol")
    assert f"{carol.user_name} is in the role." in added.text
    csrf = page.form("/admin/logout").value("csrf")
    assert (await browser.post("/admin/roles/1/members", [("csrf", csrf), ("user", "bob")])).status == 403, "not themselves"
    seen = await stranger.get("/admin/roles/1/users")
    assert not [form for form in seen.forms if form.action.endswith("/members")]


async def test_who_only_sees_finds_no_button_and_reads_every_field(world: World) -> None:
    prepared(world)
    browser = await as_one(world, Privilege.READ_ONLY)
    for method, path in GUARDED:
        if method != "GET" or path.endswith(("/stream", "/metadata", "/key")) or "{number" in path:
            continue
        answer = await browser.get(address_of(path))
        if answer.status != 200:
            continue
        posts = [form.action for form in answer.forms if form.method == "post"]
        assert posts == ["/admin/logout"], path
        for address in re.findall(r'<a\b[^>]*\bhref="(/admin[^"]*)"', answer.html):
            assert (await browser.get(address.replace("&amp;", "&"))).status != 403, (path, address)
    page = await browser.get("/admin/users/1")
    assert 'value="alice@x.example"' in page.html
    assert who_may(Permission.USERS_MANAGE) in page.text


async def test_an_administrator_without_privileges_sees_that_and_nothing_else(world: World) -> None:
    with world.changing() as c:
        role = world.role
        admins.create(
            c, "ada", hash_password(PASSWORD), actor=HAND, now=world.now, grants=[Grant(Privilege.ROLE_ADMIN, role.id)]
        )
        admins.change(c, "ada", [Grant(Privilege.APP_ADMIN, 1)], "", actor=HAND, now=world.now, by=OWNER)
        c.script(["DELETE FROM admin_privileges WHERE name = 'ada'"])
    browser = world.browser()
    await world.log_in(browser, "ada")
    page = await browser.get("/admin")
    assert "You have no privilege here" in page.text
    assert (await browser.get("/admin/users")).status == 403


async def test_a_privilege_that_is_taken_away_is_gone_with_the_next_request(world: World) -> None:
    browser = await as_one(world, Privilege.SUPER_USER)
    assert (await browser.get("/admin/certificates")).status == 200
    with world.changing() as c:
        c.script(["UPDATE admin_privileges SET privilege = 'user-admin' WHERE name LIKE 'one %'"])
    assert (await browser.get("/admin/certificates")).status == 403


@pytest.mark.parametrize(
    ("privilege", "first"),
    [
        (Privilege.ACCOUNT_OWNER, "/admin/apps"),
        (Privilege.APP_ADMIN, "/admin/apps"),
        (Privilege.USER_ADMIN, "/admin/users"),
        (Privilege.ROLE_ADMIN, "/admin/users"),
        (Privilege.READ_ONLY, "/admin/apps"),
    ],
)
def test_the_first_page_is_one_that_may_be_seen(privilege: Privilege, first: str) -> None:
    assert next(first_pages(Rights(frozenset({grant(privilege)})))) == first


ACTIONS = {
    "/admin/users/1": {"title": "Chief"},
    "/admin/users/1/status": {"to": "suspended"},
    "/admin/users/1/password": {"password": "a long enough one", "again": "a long enough one"},
    "/admin/users/1/remove": {},
    "/admin/roles/2/members": {"user": "alice"},
    "/admin/roles/1/members/1/remove": {},
}


@pytest.mark.parametrize("privilege", [Privilege.ACCOUNT_OWNER, Privilege.SUPER_USER, Privilege.USER_ADMIN])
@pytest.mark.parametrize("address", list(ACTIONS))
async def test_nobody_raises_themselves_through_their_own_user(world: World, privilege: Privilege, address: str) -> None:
    """Attributes feed mappings, rules and access-control parameters, and roles feed groups: not one's own."""
    prepared(world)
    browser = await as_one(world, privilege, employee_id="alice")
    page = await browser.get("/admin/users/1")
    assert "This is your own account: another administrator has to do this." in page.text
    assert [form.action for form in page.forms if form.method == "post"] == ["/admin/logout"]
    csrf = page.form("/admin/logout").value("csrf")
    before = state(world)
    refused = await browser.post(address, [("csrf", csrf), *ACTIONS[address].items()])
    assert refused.status == 403
    assert state(world) == before


@pytest.mark.parametrize("address", list(ACTIONS))
async def test_nobody_touches_the_user_of_an_administrator_above_them(world: World, address: str) -> None:
    prepared(world)
    with world.changing() as c:
        above = Grant(Privilege.ACCOUNT_OWNER)
        admins.create(c, "above", "stored", actor=HAND, now=world.now, grants=[above], employee_id="alice")
    privilege = Privilege.ROLE_ADMIN if "/roles/" in address else Privilege.USER_ADMIN
    browser = await as_one(world, privilege, 2 if "/roles/2" in address else 1)
    page = await browser.get("/admin/users/1")
    assert "This person is an administrator above you: an account owner has to do this." in page.text
    csrf = page.form("/admin/logout").value("csrf")
    before = state(world)
    assert (await browser.post(address, [("csrf", csrf), *ACTIONS[address].items()])).status == 403
    assert state(world) == before
