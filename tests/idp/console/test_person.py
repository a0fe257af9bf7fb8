"""The page of a user."""

from lockstep.idp.directory import actions as directory
from lockstep.idp.directory import store
from lockstep.idp.directory.fields import actions as fields
from lockstep.idp.directory.records import FOLDER, State, Status, User
from lockstep.idp.signin.people import store as people
from tests.idp.console.world import ADMIN, HAND, World, press


def now(world: World, user: User) -> User:
    with world.db.read() as c:
        found = store.user_by_id(c, user.id)
    assert found is not None
    return found


async def test_the_profile_is_changed_and_keeps_what_was_typed(world: World) -> None:
    browser = await world.signed_in()
    address = f"/admin/users/{world.alice.id}"
    page = await browser.get(address)
    done = await press(browser, page, address, department="Treasury")
    assert "The user has been saved." in done.text
    assert world.events("user.updated")[-1]["actor"] == ADMIN
    assert "The user has been saved." not in (await browser.get(address)).text
    wrong = await press(browser, page, address, user_name="", title="Kept")
    assert wrong.status == 422
    assert 'value="Kept"' in wrong.html
    assert 'id="f-user_name-error"' in wrong.html


async def test_a_person_is_suspended_and_comes_back(world: World) -> None:
    browser = await world.signed_in()
    address = f"/admin/users/{world.alice.id}"
    suspended = await press(browser, await browser.get(address), "/status")
    assert "is suspended, and cannot sign in" in suspended.text
    active = await press(browser, suspended, "/status")
    assert "is active" in active.text
    assert [event["actor"] for event in world.events("user.") if event["type"] in ("user.suspended", "user.reactivated")] == [
        ADMIN,
        ADMIN,
    ]


async def test_the_page_shows_roles_logins_and_what_happened(world: World) -> None:
    world.set("provisioning=on", "approve-create=off", "approve-update=off")
    await world.sync()
    browser = await world.signed_in()
    page = await browser.get(f"/admin/users/{world.alice.id}/applications")
    assert "Readers" in page.text
    assert "aws Provisioned" in page.text
    assert "user.created_in_app" in (await browser.get(f"/admin/users/{world.alice.id}/activity")).text


async def test_a_person_is_locked_and_unlocked(world: World) -> None:
    browser = await world.signed_in()
    address = f"/admin/users/{world.alice.id}"
    with world.changing() as c:
        directory.lock(c, world.alice.id, until=world.now + 60_000, actor=HAND, now=world.now)
    page = await browser.get(f"{address}/authentication")
    assert "Unlocked by the first sign-in after 2027-01-15 08:01:00 UTC" in page.text
    assert "Cannot sign in for now." in page.text
    unlocked = await press(browser, page, "/status")
    assert "alice@x.example is active" in unlocked.text
    assert now(world, world.alice).status == Status.ACTIVE
    locked = await press(browser, unlocked, "/status", to="locked")
    assert "is locked" in locked.text
    assert now(world, world.alice).status == Status.LOCKED
    assert "Until an administrator unlocks." in (await browser.get(f"{address}/authentication")).text


async def test_a_person_is_rejected_and_approved(world: World) -> None:
    browser = await world.signed_in()
    address = f"/admin/users/{world.alice.id}"
    assert "aws" in (await browser.get(f"{address}/applications")).text
    rejected = await press(browser, await browser.get(address), "/state")
    assert "is rejected: no app, and no sign-in; the roles are kept" in rejected.text
    assert now(world, world.alice).state == State.REJECTED
    assert "Nobody has an application who is not approved." in (await browser.get(f"{address}/applications")).text
    approved = await press(browser, rejected, "/state")
    assert "is approved" in approved.text
    assert (await press(browser, approved, "/state", to="promoted")).status == 404


async def test_the_manager_is_a_link_and_may_be_written_as_a_username(world: World) -> None:
    browser = await world.signed_in()
    address = f"/admin/users/{world.alice.id}"
    saved = await press(browser, await browser.get(address), address, manager_id="BOB@x.example")
    assert f'href="/admin/users/{world.bob.id}"' in saved.html
    assert now(world, world.alice).manager_id == world.bob.employee_id
    assert "1 person reports to this user" in (await browser.get(f"/admin/users/{world.bob.id}")).text
    unknown = await press(browser, saved, address, manager_id="E-17")
    assert "The manager, E-17 , is nobody here" in unknown.text


async def test_custom_fields_stand_with_their_labels_and_are_saved(world: World) -> None:
    with world.changing() as c:
        fields.create(c, "Badge number", "badge", actor=HAND, now=world.now)
    browser = await world.signed_in()
    address = f"/admin/users/{world.alice.id}"
    page = await browser.get(address)
    assert "Badge number" in page.text
    saved = await press(browser, page, address, **{"custom.badge": "B-7"})
    assert 'value="B-7"' in saved.html
    assert now(world, world.alice).custom == {"badge": "B-7"}
    made = await press(
        browser, await browser.get("/admin/users/new"), "/admin/users/new", **{"user_name": "c", "custom.badge": "1"}
    )
    assert 'value="1"' in made.html


async def test_a_person_is_logged_out_everywhere(world: World) -> None:
    with world.changing() as c:
        for secret in (b"1", b"2"):
            people.add_session(c, secret, world.alice.id, world.now, world.now + 60_000)
    browser = await world.signed_in()
    page = await browser.get(f"/admin/users/{world.alice.id}/authentication")
    done = await press(browser, page, "/admin/users/1/logout")
    assert "alice@x.example was logged out: 2 sessions ended." in done.text
    assert "There was no session to end." in (await press(browser, done, "/admin/users/1/logout")).text
    [event] = world.events("signin.ended")
    assert (event["actor"], event["user_name"]) == (ADMIN, "alice@x.example")


async def test_it_is_said_where_somebody_comes_from(world: World) -> None:
    with world.changing() as c:
        c.script([f"UPDATE users SET source = {FOLDER} WHERE id = {world.alice.id}"])
    page = await (await world.signed_in()).get(f"/admin/users/{world.alice.id}")
    assert "This user comes from: Import of a folder." in page.text
