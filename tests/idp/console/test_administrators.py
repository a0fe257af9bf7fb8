"""Settings > Administrators."""

import pytest

from lockstep.idp.admins import actions, store
from lockstep.idp.admins.permissions import Grant, Privilege
from lockstep.idp.console.administrators import DIFFERENT, HOME, NOT_YOURSELF, YOURSELF
from lockstep.kit.passwords import hash_password
from tests.idp.console.world import ADMIN, HAND, HOSTILE, World, press

NEW = "a long enough one"


async def test_one_is_added_signs_in_and_is_removed_at_once(each_world: World) -> None:
    browser = await each_world.signed_in()
    page = await browser.get(HOME)
    assert f"{ADMIN} (you)" in page.text
    added = await press(browser, page, HOME, name="ada", password=NEW, again=NEW, **{"is-super-user": "yes"})
    assert "Administrator ada has been added, and can sign in." in added.text
    assert NEW not in added.html + str(each_world.events())
    other = each_world.browser()
    assert (await each_world.log_in(other, "ada", NEW)).status == 303
    assert (await other.get("/admin/users")).status == 200
    asked = await browser.get(f"{HOME}/remove?name=ada")
    assert "Every session of this administrator ends at once" in asked.text
    gone = await press(browser, asked, f"{HOME}/remove")
    assert "Administrator ada has been removed; the sessions have ended." in gone.text
    assert (await other.get("/admin/users")).status == 303
    assert (await each_world.log_in(each_world.browser(), "ada", NEW)).status == 403
    kinds = [(event["type"], event["actor"]) for event in each_world.events("admin.") if event.get("object_name") == "ada"]
    assert ("admin.created", ADMIN) in kinds
    assert ("admin.removed", ADMIN) in kinds


@pytest.mark.parametrize(
    ("name", "password", "again", "field", "words"),
    [
        ("", NEW, NEW, "name", "An administrator needs a name"),
        ("a\tb", NEW, NEW, "name", "An administrator needs a name"),
        (ADMIN, NEW, NEW, "name", "Another administrator has this name."),
        ("ada", "short", "short", "password", "A password has 8 to 1024 characters."),
        ("ada", NEW, "something else", "again", DIFFERENT),
        ("ada", NEW, "", "again", DIFFERENT),
        (HOSTILE, NEW, "x", "again", DIFFERENT),
    ],
)
async def test_wrong_input(world: World, name: str, password: str, again: str, field: str, words: str) -> None:
    browser = await world.signed_in()
    typed = {"name": name, "password": password, "again": again, "is-super-user": "yes"}
    wrong = await press(browser, await browser.get(HOME), HOME, **typed)
    assert wrong.status == 422
    assert f'id="f-{field}-error"' in wrong.html
    assert words in wrong.text
    assert "<script>alert" not in wrong.html
    assert NEW not in wrong.html
    with world.db.read() as c:
        assert [one.name for one in actions.everyone(c)] == [ADMIN]


async def test_nobody_removes_themselves_or_the_last_one(world: World) -> None:
    browser = await world.signed_in()
    asked = await browser.get(f"{HOME}/remove?name={ADMIN}")
    assert YOURSELF in asked.text
    token = asked.form("/admin/logout").value("csrf")
    for name, status in ((ADMIN, 409), ("nobody", 404), ("", 404)):
        assert (await browser.post(f"{HOME}/remove", [("csrf", token), ("name", name)])).status == status
    assert (await browser.get(f"{HOME}/remove?name=nobody")).status == 404
    with world.db.read() as c:
        assert [one.name for one in actions.everyone(c)] == [ADMIN]


async def test_the_last_one_stays_even_if_who_asks_has_gone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two remove each other in the same moment: the second finds that one is left."""
    with world.changing() as c:
        actions.create(c, "ada", "stored", actor=HAND, now=world.now)
    browser = await world.signed_in()
    asked = await browser.get(f"{HOME}/remove?name=ada")

    def only(c: object, name: str, **_more: object) -> None:
        raise actions.LastAdminProblem(f"{name} is the last administrator: make another one first")

    monkeypatch.setattr(actions, "remove", only)
    refused = await press(browser, asked, f"{HOME}/remove")
    assert refused.status == 409
    assert "Ada is the last administrator: make another one first." in refused.text


async def test_privileges_are_given_changed_and_shown(each_world: World) -> None:
    world = each_world
    browser = await world.signed_in()
    page = await browser.get(HOME)
    typed = {"name": "ada", "password": NEW, "again": NEW, "roles": "Readers\n", "apps": "aws", "user": "bob"}
    shown = await press(browser, page, HOME, **typed)
    assert "Role admin of Readers App admin of aws bob@x.example" in shown.text
    edit = await browser.get(f"{HOME}/edit?name=ada")
    assert ">\nReaders</textarea>" in edit.html
    assert 'value="bob@x.example"' in edit.html
    other = world.browser()
    await world.log_in(other, "ada", NEW)
    assert (await other.get("/admin/apps/1")).status == 200
    assert "Privileges Its role admins: ada ." in (await browser.get("/admin/roles/1")).text
    assert "Manage application: ada , and account owners" in (await browser.get("/admin/apps/1")).text
    saved = await press(browser, edit, f"{HOME}/edit", roles="", apps="", user="", **{"is-read-only": "yes"})
    assert "Administrator ada has been changed; the sessions have ended." in saved.text
    assert (await other.get("/admin/apps/1")).status == 303
    again = await press(browser, await browser.get(f"{HOME}/edit?name=ada"), f"{HOME}/edit", **{"is-read-only": "yes"})
    assert "Administrator ada is as before." in again.text
    kinds = [(event["type"], event["notes"]) for event in world.events("admin.privilege") if event["actor"] == ADMIN]
    assert kinds == [
        ("admin.privilege_given", "App admin"),
        ("admin.privilege_given", "Role admin"),
        ("admin.privilege_given", "Read only"),
        ("admin.privilege_taken", "App admin"),
        ("admin.privilege_taken", "Role admin"),
    ]


async def test_no_privilege_chosen(world: World) -> None:
    browser = await world.signed_in()
    wrong = await press(browser, await browser.get(HOME), HOME, name="ada", password=NEW, again=NEW)
    assert wrong.status == 422
    assert "Choose at least one privilege." in wrong.text


async def test_nobody_changes_what_they_themselves_may(world: World) -> None:
    browser = await world.signed_in()
    asked = await browser.get(f"{HOME}/edit?name={ADMIN}")
    assert NOT_YOURSELF in asked.text
    csrf = asked.form("/admin/logout").value("csrf")
    fields = [("csrf", csrf), ("name", ADMIN), ("is-read-only", "yes")]
    assert (await browser.post(f"{HOME}/edit", fields)).status == 403
    assert (await browser.get(f"{HOME}/edit?name=nobody")).status == 404


async def test_a_super_user_neither_makes_nor_touches_an_account_owner(world: World) -> None:
    with world.changing() as c:
        actions.create(
            c, "deputy", hash_password(NEW), actor=HAND, now=world.now, grants=[Grant(Privilege.SUPER_USER)], employee_id="bob"
        )
    browser = world.browser()
    await world.log_in(browser, "deputy", NEW)
    page = await browser.get(HOME)
    assert f"name={ADMIN}" not in page.html
    csrf = page.form("/admin/logout").value("csrf")
    for path, fields in (
        (HOME, {"name": "ada", "password": NEW, "again": NEW, "is-account-owner": "yes"}),
        (f"{HOME}/edit", {"name": ADMIN, "is-read-only": "yes"}),
        (f"{HOME}/remove", {"name": ADMIN}),
        (f"{HOME}/edit", {"name": "deputy", "is-account-owner": "yes"}),
        (f"{HOME}/edit", {"name": "deputy", "is-super-user": "yes", "user": ""}),  # not their own user's link either
    ):
        refused = await browser.post(path, [("csrf", csrf), *fields.items()])
        assert refused.status == 403, (path, fields)
    with world.db.read() as c:
        assert {one.name: one.rights.is_owner for one in actions.everyone(c)} == {ADMIN: True, "deputy": False}
        assert actions.find_admin(c, "deputy").employee_id == "bob"


async def test_the_last_account_owner_is_not_lowered(world: World) -> None:
    """Two owners lower each other in the same moment: the second finds that they own nothing any more."""
    with world.changing() as c:
        actions.create(c, "ada", "stored", actor=HAND, now=world.now, grants=[Grant(Privilege.ACCOUNT_OWNER)])
    browser = await world.signed_in()
    page = await browser.get(f"{HOME}/edit?name=ada")
    with world.changing() as c:
        c.script(["UPDATE admin_privileges SET privilege = 'super-user' WHERE name = 'root'"])
    refused = await press(browser, page, f"{HOME}/edit", **{"is-read-only": "yes"})
    assert refused.status == 403
    with world.db.read() as c:
        assert store.owners(c) == ["ada"]
