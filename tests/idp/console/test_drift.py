"""The page Drift of an app: reading the target, what differs, what a person says about it."""

import asyncio
from typing import Any

import pytest

from lockstep.idp.provisioning import drift_store
from tests.idp.console.forms import sound
from tests.idp.console.world import HOSTILE, OPEN, World, address, press
from tests.support.browser import Answer, Browser

PAGE = address("/drift")


async def ready(world: World, *settings: str) -> Browser:
    """Alice and Bob at the target, Alice in Readers."""
    world.set(*OPEN, *settings)
    await world.sync()
    return await world.signed_in()


async def checked(world: World, browser: Browser) -> Answer:
    """Press "Check now", wait, and come back."""
    job = await press(browser, await browser.get(PAGE), address("/do/check"))
    number = int(job.url.rpartition("/")[2])
    await asyncio.to_thread(world.engine.wait, number)
    return await browser.get(PAGE)


def meddle(world: World, **values: Any) -> None:
    world.target.users[world.target.id_of("alice@x.example")].update(values)


def digest(answer: Answer, name: str) -> str:
    """The digest behind the box of the row that is called this."""
    return answer.html.partition(f'aria-label="Tick {name}"')[0].rpartition('name="difference" value="')[2].partition('"')[0]


async def test_before_the_first_check_there_is_only_a_button(each_world: World) -> None:
    browser = await ready(each_world)
    page = await browser.get(PAGE)
    assert "The target has not been read yet." in page.text
    assert "wait for your word" not in page.text
    page = await checked(each_world, browser)
    assert "Both sides are equal. Checked just now, 3 requests (the fewest possible: 3)." in page.text
    each_world.now += 3 * 60_000
    assert "Checked 3 minutes ago, 3 requests" in (await browser.get(PAGE)).text
    assert sound(page.html) == []


async def test_the_page_of_the_check_says_what_it_found(world: World) -> None:
    browser = await ready(world)
    meddle(world, title="theirs")
    job = await press(browser, await browser.get(PAGE), address("/do/check"))
    assert "aws is being read: what differs is reported, and nothing is changed" in job.text
    await asyncio.to_thread(world.engine.wait, 2)
    done = await browser.get(job.url)
    assert "Check 2" in done.text
    assert "Done: 1 difference" in done.text
    assert f'href="{PAGE}">Drift</a>' in done.html
    assert world.target.users[world.target.id_of("alice@x.example")]["title"] == "theirs"


async def test_what_differs_stands_by_kind_with_both_sides(world: World) -> None:
    browser = await ready(world)
    meddle(world, title="theirs", active=False)
    world.target.lose(world.target.id_of("Readers"))
    page = await checked(world, browser)
    assert "2 differences at the target." in page.text
    assert "2 differences wait for your word" in page.text
    assert "2 differences at the target wait for your word. " in page.text, "on every tab of the app"
    for text in ("Users changed", "title: – → theirs", "active: yes → no", "Groups deleted", "displayName: Readers → –"):
        assert text in page.text
    assert f'href="{PAGE}" aria-current="page">Drift <span class="count">2</span>' in page.html
    assert sound(page.html) == []


@pytest.mark.parametrize(
    ("do", "said", "after"),
    [
        ("put-back", "1 difference to be put back.", ""),
        ("take-over", "1 difference taken over: what is at the target stands", "theirs"),
        ("ignore", "1 difference ignored: neither reported nor changed", "theirs"),
    ],
)
async def test_what_is_ticked_is_decided(each_world: World, do: str, said: str, after: str) -> None:
    world = each_world
    browser = await ready(world, "drift=report")
    meddle(world, title="theirs")
    world.target.lose(world.target.id_of("Readers"))
    page = await checked(world, browser)
    found = digest(page, "alice@x.example")
    decided = await press(browser, page, PAGE, difference=found, do=do, all="")
    assert said in decided.text
    assert "1 difference waits for your word" in decided.text
    await world.sync()
    assert world.target.users[world.target.id_of("alice@x.example")].get("title", "") == after
    [event] = world.events("drift.settled")
    assert (event["actor"], event["object"]) == ("root", "drift")
    page = await checked(world, browser)
    assert "Users changed" not in page.text


async def test_what_was_taken_over_or_ignored_is_listed_and_put_back_after_all(world: World) -> None:
    browser = await ready(world)
    meddle(world, title="theirs", nickName="theirs")
    world.target.lose(world.target.id_of("Readers"))
    page = await checked(world, browser)
    alice, readers = digest(page, "alice@x.example"), digest(page, "Readers")
    await press(browser, page, PAGE, difference=alice, do="take-over", all="")
    await press(browser, await browser.get(PAGE), PAGE, difference=readers, do="ignore", all="")
    taken = await browser.get(f"{PAGE}?show=taken")
    assert "alice@x.example The value there stands title: theirs (ours: –)" in taken.text
    ignored = await browser.get(f"{PAGE}?show=ignored")
    assert "displayName: Readers → –" in ignored.text
    assert "Both sides are equal. Apart from what is ignored and taken over ." in ignored.text
    [nickname, title] = [form.value("taken") for form in taken.forms if form.action == f"{PAGE}/put-back"]
    back = await press(browser, taken, f"{PAGE}/put-back", taken=title)
    assert "alice@x.example to be put back." in back.text
    assert "nickName: theirs (ours: –)" in back.text, "one of the two stands"
    assert "nothing was decided" in (await press(browser, taken, f"{PAGE}/put-back", taken=title)).text
    await press(browser, ignored, PAGE, difference=readers, do="put-back", all="")
    page = await browser.get(PAGE)
    assert "1 difference at the target, being put back as Plan says." in page.text
    await world.sync()
    assert world.target.teams() == {"Readers": {"alice@x.example"}}
    alice_there = world.target.users[world.target.id_of("alice@x.example")]
    assert ("title" in alice_there, alice_there["nickName"], nickname != title) == (False, "theirs", True)
    past = await browser.get(f"{PAGE}?show=past")
    assert "Groups deleted Readers displayName: Readers → – Put back" in past.text
    assert "Users changed alice@x.example nickName: – → theirs title: – → theirs Taken over" in past.text


async def test_all_that_waits_is_decided_unless_something_else_waits_by_now(world: World) -> None:
    browser = await ready(world)
    meddle(world, title="theirs")
    before = await checked(world, browser)
    meddle(world, title="another")
    await checked(world, browser)
    moved = await press(browser, before, PAGE, do="take-over")
    assert "Some of it has changed since this page was made, and nothing was decided." in moved.text
    assert world.events("drift.settled") == []
    done = await press(browser, moved, PAGE, do="take-over")
    assert "1 difference taken over" in done.text
    assert "No differences" in done.text


async def test_nothing_is_decided_without_a_tick_or_about_what_is_past(world: World) -> None:
    browser = await ready(world)
    meddle(world, title="theirs")
    page = await checked(world, browser)
    assert "Nothing was ticked" in (await press(browser, page, PAGE, do="take-over", all="")).text
    assert "Nothing was ticked" in (await press(browser, page, PAGE, do="no such thing")).text
    assert "nothing was decided" in (await press(browser, page, PAGE, do="ignore", difference="feed", all="")).text
    assert world.events("drift.settled") == []


async def test_what_cannot_be_taken_over_says_why(world: World) -> None:
    from lockstep.scim.messages import ENTERPRISE

    browser = await ready(world)
    world.target.users[world.target.id_of("alice@x.example")][ENTERPRISE]["manager"] = {"value": "stranger"}
    page = await checked(world, browser)
    refused = await press(browser, page, PAGE, do="take-over")
    assert "Nothing was decided: alice@x.example cannot be taken over" in refused.text


async def test_many_differences_come_in_pages(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [world.user(f"user{number:03}") for number in range(drift_store.PAGE + 3)]
    browser = await ready(world)
    for one in people:
        world.target.users[world.target.id_of(one.user_name)]["title"] = "theirs"
    world.target.lose(world.target.id_of("Readers"))
    page = await checked(world, browser)
    shown = page.html.count('name="difference"')
    [link] = [one for one in page.html.split('"') if one.startswith(f"{PAGE}?show=open&amp;after=")]
    rest = await browser.get(link.replace("&amp;", "&"))
    assert (shown, rest.html.count('name="difference"')) == (drift_store.PAGE, 4)
    assert "First page" in rest.text


async def test_hostile_values_of_the_target_are_text(world: World) -> None:
    browser = await ready(world)
    meddle(world, title=HOSTILE, userName=HOSTILE)
    world.target.groups[world.target.id_of("Readers")]["displayName"] = HOSTILE
    page = await checked(world, browser)
    assert sound(page.html) == []
    assert "&lt;script&gt;alert(" in page.html
    for show in ("open", "taken", "past", "ignored"):
        found = await browser.get(f"{PAGE}?show={show}")
        assert sound(found.html) == []
    await press(browser, page, PAGE, do="take-over")
    for show in ("taken", "past"):
        found = await browser.get(f"{PAGE}?show={show}")
        assert "&lt;script&gt;alert(" in found.html
        assert sound(found.html) == []
