"""Users > Groups, and what a user's own page says of their policy."""

import pytest

from lockstep.idp.console.policies import HOME, summary
from lockstep.idp.directory import actions as directory
from lockstep.idp.directory.groups import actions as groups
from lockstep.idp.directory.groups import store
from lockstep.idp.directory.groups.records import Group, Policy, SecondFactor
from lockstep.idp.directory.store import user_by_id
from lockstep.idp.signin.factors import actions as factors
from lockstep.idp.signin.factors import store as devices
from lockstep.idp.signin.factors.records import Device
from lockstep.idp.signin.people import store as people
from tests.idp.console.world import ADMIN, HAND, HOSTILE, World, press


def group(world: World, name: str, policy: Policy | None = None) -> Group:
    with world.changing() as c:
        return groups.create(c, name, policy or Policy(), actor=HAND, now=world.now)


async def test_a_group_from_its_making_to_its_end(each_world: World) -> None:
    world = each_world
    browser = await world.signed_in()
    page = await browser.get(HOME)
    assert "No groups" in page.text
    made = await press(browser, page, HOME, name="Treasury")
    assert "The group Treasury has been created" in made.text
    typed = {"min_length": "14", "second_factor": "required", "lock_after": "5"}
    saved = await press(browser, made, f"{HOME}/1", **typed)
    assert "The group has been saved." in saved.text
    with world.db.read() as c:
        expected = Policy(min_length=14, second_factor=SecondFactor.REQUIRED, lock_after=5)
        assert store.policy_of(c, 1) == expected
    added = await press(browser, saved, f"{HOME}/1/users", users="alice\n\n bob@x.example \n")
    assert "2 people have been put into the group." in added.text
    assert "Users (2)" in added.text
    gone = await press(browser, added, f"{HOME}/1/users/{world.alice.id}/remove")
    assert "alice@x.example is in no group, and has the default policy." in gone.text
    again = await press(browser, added, f"{HOME}/1/users/{world.alice.id}/remove")
    assert "was not in the group" in again.text
    asked = await browser.get(f"{HOME}/1/remove")
    assert "1 person is in it, and will have another policy from now on." in asked.text
    done = await press(browser, asked, f"{HOME}/1/remove")
    assert "The group Treasury has been deleted. 1 person is in no group now." in done.text
    kinds = [(event["type"], event["actor"]) for event in world.events("policy.")]
    assert kinds == [(f"policy.{kind}", ADMIN) for kind in ("group_created", "changed", "group_removed")]


async def test_the_people_of_a_group_go_to_another(world: World) -> None:
    first, second = group(world, "First"), group(world, "Second")
    with world.changing() as c:
        groups.assign(c, first.id, [world.bob.id], actor=HAND, now=world.now)
    browser = await world.signed_in()
    done = await press(browser, await browser.get(f"{HOME}/{first.id}/remove"), f"{HOME}/{first.id}/remove", to="Second")
    assert "1 person is in Second now." in done.text
    with world.db.read() as c:
        assert store.count(c, second.id) == 1


async def test_the_default_policy(world: World) -> None:
    browser = await world.signed_in()
    saved = await press(browser, await browser.get(f"{HOME}/default"), f"{HOME}/default", history="3", idle_minutes="5")
    assert "The default policy has been saved." in saved.text
    with world.db.read() as c:
        assert store.policy_of(c, None) == Policy(history=3, idle_minutes=5)


async def test_each_wrong_field_is_marked_and_nothing_is_saved(world: World) -> None:
    browser = await world.signed_in()
    wrong = await press(
        browser, await browser.get(f"{HOME}/default"), f"{HOME}/default", history="99", min_length="3", classes="2"
    )
    assert wrong.status == 422
    for field in ("history", "min_length"):
        assert f'id="f-{field}-error"' in wrong.html
    assert 'name="classes" value="2"' in wrong.html, "what was typed stays"
    with world.db.read() as c:
        assert store.policy_of(c, None) == Policy()


async def test_people_are_put_in_all_or_none(world: World) -> None:
    found = group(world, "First")
    browser = await world.signed_in()
    page = await browser.get(f"{HOME}/{found.id}")
    wrong = await press(browser, page, f"{HOME}/{found.id}/users", users=f"alice\n{HOSTILE}")
    assert wrong.status == 422
    assert "There is no user" in wrong.text
    assert "<script>alert" not in wrong.html
    with world.db.read() as c:
        assert store.count(c, found.id) == 0


async def test_a_long_group_page_by_page(world: World) -> None:
    found = group(world, "Many")
    people_ = [world.user(f"person{number:03}") for number in range(store.PAGE + 1)]
    with world.changing() as c:
        groups.assign(c, found.id, [one.id for one in people_], actor=HAND, now=world.now)
    browser = await world.signed_in()
    first = await browser.get(f"{HOME}/{found.id}")
    assert "person049@x.example" in first.text
    assert "person050@x.example" not in first.text
    second = await browser.get(f"{HOME}/{found.id}?after=person049@x.example")
    assert "person050@x.example" in second.text
    assert "First page" in second.text


async def test_a_user_s_page_says_which_policy_holds(each_world: World) -> None:
    world = each_world
    found = group(world, "Strict", Policy(min_length=20, lock_after=5))
    browser = await world.signed_in()
    page = await browser.get(f"/admin/users/{world.alice.id}/authentication")
    assert "8 characters or more" in page.text
    saved = await press(browser, page, f"/admin/users/{world.alice.id}/group", group=str(found.id))
    assert "alice@x.example is in the group Strict." in saved.text
    assert "20 characters or more" in saved.text
    assert "After 5 wrong passwords, for 30 minutes" in saved.text
    back = await press(browser, saved, f"/admin/users/{world.alice.id}/group", group="")
    assert "alice@x.example is in no group." in back.text


@pytest.mark.parametrize("chosen", ["99", "x", "9" * 30, "-1"])
async def test_a_group_that_is_not_there(world: World, chosen: str) -> None:
    browser = await world.signed_in()
    page = await browser.get(f"/admin/users/{world.alice.id}/authentication")
    assert (await press(browser, page, f"/admin/users/{world.alice.id}/group", group=chosen)).status == 404
    assert (await browser.get(f"{HOME}/99")).status == 404


async def test_who_is_locked_is_unlocked(world: World) -> None:
    with world.changing() as c:
        directory.lock(c, world.alice.id, until=world.now + 60_000, actor=HAND, now=world.now)
    browser = await world.signed_in()
    page = await browser.get(f"/admin/users/{world.alice.id}")
    assert "Unlocked by the first sign-in after" in (await browser.get(f"{page.url}/authentication")).text
    form = next(one for one in page.forms if dict(one.fields).get("to") == "unlocked")
    done = await browser.follow(await browser.post(form.action, form.fields))
    assert "alice@x.example is active." in done.text
    assert world.events("user.unlocked")[-1]["actor"] == ADMIN


async def test_a_lost_device_is_taken_away(each_world: World) -> None:
    world, user = each_world, each_world.alice
    with world.changing() as c:
        devices.add_device(c, Device(user.id, b"sealed", world.now, world.now, 0))
        people.add_session(c, b"d" * 32, user.id, world.now, world.now + 1_000)
    browser = await world.signed_in()
    assert "Remove second factor" in (await browser.get(f"/admin/users/{user.id}/authentication")).text
    asked = await browser.get(f"/admin/users/{user.id}/factor/remove")
    assert "From then on their password alone is asked for." in asked.text
    done = await press(browser, asked, f"/admin/users/{user.id}/factor/remove")
    assert "alice@x.example has no second factor now; the sessions have ended." in done.text
    again = await press(browser, asked, f"/admin/users/{user.id}/factor/remove")
    assert "alice@x.example had no second factor." in again.text
    with world.db.read() as c:
        assert not factors.is_set_up(c, user.id)
        assert people.session(c, b"d" * 32, world.now) is None
    assert [event["actor"] for event in world.events("signin.otp_device_removed")] == [ADMIN]


async def test_a_group_that_was_given_by_the_page_is_the_user_s(world: World) -> None:
    found = group(world, "First")
    with world.changing() as c:
        groups.assign(c, found.id, [world.alice.id], actor=HAND, now=world.now)
        user = user_by_id(c, world.alice.id)
    assert user is not None
    assert user.group_id == found.id
    page = await (await world.signed_in()).get(f"/admin/users/{world.alice.id}/authentication")
    assert f'<option value="{found.id}" selected>First</option>' in page.html


def test_a_policy_in_a_few_lines() -> None:
    strict = Policy(max_age_days=1, history=4, classes=3, lock_after=5, lock_minutes=0, second_factor=SecondFactor.REQUIRED)
    assert summary(strict) == [
        ("Password", "8 characters or more, 3 kinds of characters, changed every 1 day, not one of the last 4"),
        ("Lock-out", "After 5 wrong passwords, until somebody unlocks"),
        ("Second factor", "Required"),
        ("Session", "480 minutes, 60 minutes without use"),
    ]
