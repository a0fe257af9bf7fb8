"""Choosing another password at sign-in, and being locked out."""

import pytest

from lockstep.idp.directory import actions as directory
from lockstep.idp.directory.activity import store as activity
from lockstep.idp.directory.groups.records import DAY_MS, Policy
from lockstep.idp.directory.records import Status
from lockstep.idp.signin.people.sessions import RENEWING
from lockstep.idp.signin.site.login import WRONG
from tests.idp.signin.world import ALICE, HAND, MINUTE, PASSWORD, World
from tests.support.browser import Answer, Browser

NEW = "another, and long enough"


async def half(world: World, password: str = PASSWORD) -> Browser:
    browser = world.browser()
    answer = await world.log_in(browser, password=password)
    assert answer.header("location") == "/login/password", answer.text
    return browser


async def choose(browser: Browser, password: str, again: str | None = None) -> Answer:
    page = await browser.get("/login/password")
    return await browser.submit(page, "/login/password", password=password, again=password if again is None else again)


@pytest.mark.parametrize("status", sorted(RENEWING))
async def test_another_password_makes_somebody_active(each_world: World, status: Status) -> None:
    world = each_world
    world.status(ALICE, status)
    browser = await half(world)
    assert (await choose(browser, NEW)).header("location") == "/"
    assert world.user(ALICE).status == Status.ACTIVE
    assert (await browser.get("/")).status == 200
    assert (await world.log_in(world.browser())).status == 403, "the old one is gone"
    assert (await world.log_in(world.browser(), password=NEW)).header("location") == "/"
    changed = world.events("signin.password_changed")[-1]
    assert (changed["actor"], changed["user_name"]) == (ALICE, ALICE)
    assert NEW not in str(world.events())


async def test_with_a_wrong_password_nobody_learns_the_status(world: World) -> None:
    world.status(ALICE, Status.PASSWORD_EXPIRED)
    answer = await world.log_in(world.browser(), password="wrong")
    assert (answer.status, WRONG in answer.text) == (403, True)


async def test_an_aged_password_is_changed_at_sign_in(each_world: World) -> None:
    world = each_world
    world.policy(Policy(max_age_days=90))
    world.now += 90 * DAY_MS
    browser = await half(world)
    assert world.user(ALICE).status == Status.PASSWORD_EXPIRED
    assert (await choose(browser, NEW)).header("location") == "/"
    assert world.user(ALICE).status == Status.ACTIVE


@pytest.mark.parametrize(
    ("password", "again", "words"),
    [
        ("short", None, "A password has 12 to 1024 characters."),
        (NEW, "something else, as long", "The two are not the same."),
        (PASSWORD, None, "This is the password until now, or one of the last: choose another one."),
        ("only lower case here", None, "A password needs 3 of the 4 kinds of characters"),
    ],
)
async def test_a_password_that_the_policy_does_not_take(world: World, password: str, again: str | None, words: str) -> None:
    world.policy(Policy(min_length=12, classes=3 if "lower" in password else 0))
    world.status(ALICE, Status.PASSWORD_PENDING)
    wrong = await choose(await half(world), password, again)
    assert (wrong.status, words in wrong.text) == (422, True)
    assert password not in wrong.html.replace("something else", "")
    assert world.user(ALICE).status == Status.PASSWORD_PENDING


async def test_passwords_of_the_past_do_not_come_again(world: World) -> None:
    world.policy(Policy(history=2))
    world.status(ALICE, Status.PASSWORD_PENDING)
    await choose(await half(world), NEW)
    world.status(ALICE, Status.PASSWORD_PENDING)
    assert (await choose(await half(world, NEW), PASSWORD)).status == 422
    third = "the third one of all"
    assert (await choose(await half(world, NEW), third)).header("location") == "/"
    world.status(ALICE, Status.PASSWORD_PENDING)
    assert (await choose(await half(world, third), PASSWORD)).header("location") == "/", "older than two"


async def test_a_password_that_is_changed_meanwhile_ends_the_sign_in(world: World) -> None:
    world.status(ALICE, Status.PASSWORD_PENDING)
    browser = await half(world)
    page = await browser.get("/login/password")
    with world.changing() as c:
        world.set_password(c, ALICE, "one that an administrator gave")
    answer = await browser.submit(page, "/login/password", password=NEW, again=NEW)
    assert answer.header("location") == "/login"
    assert (await world.log_in(world.browser(), password=NEW)).status == 403


async def test_after_the_policy_s_number_of_wrong_passwords_somebody_is_locked(each_world: World) -> None:
    world = each_world
    world.policy(Policy(lock_after=3, lock_minutes=20))
    browser = await world.signed_in()
    for number in range(3):
        answer = await world.log_in(world.browser(f"192.0.2.{number}"), password="wrong")
        assert WRONG in answer.text
    assert world.user(ALICE).status == Status.LOCKED
    with world.db.read() as c:
        known = activity.of(c, world.user_in(c, ALICE).id)
    assert (known.locked_until, known.invalid_login_attempts) == (world.now + 20 * MINUTE, 0)
    locked = await world.log_in(world.browser())
    assert (locked.status, WRONG in locked.text) == (403, True), "the same words as for anything else"
    assert (await browser.get("/")).header("location") == "/login"
    world.now += 20 * MINUTE
    assert (await world.log_in(world.browser())).header("location") == "/"
    assert world.user(ALICE).status == Status.ACTIVE
    kinds = [event["type"] for event in world.events("user.") if "locked" in event["type"]]
    assert kinds == ["user.locked", "user.unlocked"]
    assert [event.get("event_type_id") for event in world.events("user.locked")] == [19]


async def test_a_right_password_begins_the_count_anew(world: World) -> None:
    world.policy(Policy(lock_after=3))
    for _ in range(3):
        for number in range(2):
            await world.log_in(world.browser(f"192.0.2.{number}"), password="wrong")
        assert (await world.log_in(world.browser())).header("location") == "/"
    assert world.user(ALICE).status == Status.ACTIVE


async def test_without_an_end_an_administrator_unlocks(world: World) -> None:
    world.policy(Policy(lock_after=3, lock_minutes=0))
    for number in range(3):
        await world.log_in(world.browser(f"192.0.2.{number}"), password="wrong")
    world.now += 365 * DAY_MS
    assert (await world.log_in(world.browser())).status == 403
    with world.changing() as c:
        directory.unlock(c, world.user_in(c, ALICE).id, actor=HAND, now=world.now)
    assert (await world.log_in(world.browser())).header("location") == "/"


async def test_nobody_without_a_password_is_locked_by_guesses(world: World) -> None:
    world.policy(Policy(lock_after=3))
    for number in range(4):
        await world.log_in(world.browser(f"192.0.2.{number}"), "bob@x.example", "wrong")
    assert world.user("bob@x.example").status == Status.ACTIVE


async def test_a_session_lasts_as_long_as_the_policy_of_the_group_says(world: World) -> None:
    browser = await world.signed_in()
    world.now += 10 * MINUTE
    assert (await browser.get("/")).status == 200
    world.policy(Policy(idle_minutes=5))
    world.now += 6 * MINUTE
    assert (await browser.get("/")).header("location") == "/login"
    browser = await world.signed_in()
    world.policy(Policy(session_minutes=3))
    world.now += 3 * MINUTE
    assert (await browser.get("/")).header("location") == "/login"


async def test_a_sign_in_is_remembered(world: World) -> None:
    await world.log_in(world.browser(), password="wrong")
    with world.db.read() as c:
        assert activity.of(c, world.user_in(c, ALICE).id).invalid_login_attempts == 1
    await world.signed_in()
    with world.db.read() as c:
        known = activity.of(c, world.user_in(c, ALICE).id)
    assert (known.last_login, known.invalid_login_attempts) == (world.now, 0)
