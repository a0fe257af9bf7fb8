"""The page Plan: a diff, and decisions bound to what was on the page."""

import pytest

from lockstep.idp.console.diff import row_of
from lockstep.idp.console.plans import MOVED, SHOWN
from lockstep.idp.directory import actions as directory
from lockstep.idp.provisioning.records import Change, Kind
from tests.idp.console.world import ADMIN, HAND, OPEN, World, address, press
from tests.idp.provisioning.target import Fault

PAGE = address("/plan")


def change(world: World, **fields: str) -> None:
    with world.changing() as c:
        directory.change_user(c, world.alice.id, fields, actor=HAND, now=world.now)


async def test_the_plan_is_a_diff(each_world: World) -> None:
    each_world.set(*OPEN)
    await each_world.sync()
    change(each_world, department="Treasury", display_name="Alice <b>Adams")
    browser = await each_world.signed_in()
    page = await browser.get(PAGE)
    assert "<del>alice</del> → <ins>Alice &lt;b&gt;Adams</ins>" in page.html
    assert "<ins>Treasury</ins>" in page.html
    assert "1 change ready" in page.text
    assert each_world.target.users
    assert "Nothing to do" not in page.text
    await each_world.sync()
    assert "Nothing to do: the target is as it should be" in (await browser.get(PAGE)).text


async def test_all_that_was_on_the_page_is_approved(each_world: World) -> None:
    each_world.set("provisioning=on", "groups=on")
    browser = await each_world.signed_in()
    page = await browser.get(PAGE)
    assert "3 changes wait for approval" in page.text
    done = await press(browser, page, "/plan/approve", digest=page.form("/plan/approve").value("digest"), do="approve")
    assert "3 changes approved." in done.text
    assert [event["actor"] for event in each_world.events("approval.given")] == [ADMIN]
    await each_world.sync()
    assert len(each_world.target.users) == 2
    assert len(each_world.target.groups) == 1


@pytest.mark.parametrize("do", ["approve", "reject"])
async def test_if_the_plan_has_moved_nothing_is_decided(each_world: World, do: str) -> None:
    each_world.set("provisioning=on")
    browser = await each_world.signed_in()
    page = await browser.get(PAGE)
    change(each_world, department="Treasury")
    done = await press(browser, page, "/plan/approve", digest=page.form("/plan/approve").value("digest"), do=do)
    assert MOVED in done.text
    assert "Treasury" in done.text
    assert each_world.events("approval.") == []
    one = page.form("/plan/change")
    single = await press(browser, page, "/plan/change", change=one.value("change"), do=do)
    moved = MOVED in single.text
    assert moved == ("alice" in page.html.split(one.value("change"))[0].rsplit("<tr>", 1)[1])


async def test_a_digest_that_is_nothing_s_decides_nothing(world: World) -> None:
    world.set("provisioning=on")
    browser = await world.signed_in()
    page = await browser.get(PAGE)
    for digest in ("", "nothing"):
        assert MOVED in (await press(browser, page, "/plan/approve", digest=digest, do="approve")).text
        assert MOVED in (await press(browser, page, "/plan/change", change=digest, do="approve")).text
        assert MOVED in (await press(browser, page, "/plan/approve", digest=digest, do="reject")).text
    assert world.events("approval.") == []


@pytest.mark.parametrize(("do", "word"), [("approve", "Ready"), ("reject", "Skipped")])
async def test_a_decision_about_all_shows_at_once_on_the_tab_users(world: World, do: str, word: str) -> None:
    world.set("provisioning=on", "groups=on")
    browser = await world.signed_in()
    page = await browser.get(PAGE)
    await press(browser, page, "/plan/approve", digest=page.form("/plan/approve").value("digest"), do=do)
    users = await browser.get(address("/users"))
    assert users.html.count(f"</svg>{word}") == 2
    assert "Pending" not in users.text


async def test_those_who_are_ticked_are_approved_together(world: World) -> None:
    world.user("carol")
    world.set("provisioning=on")
    browser = await world.signed_in()
    await browser.get(PAGE)
    users = await browser.get(address("/users"))
    digests = list(dict.fromkeys(value for form in users.forms for name, value in form.fields if name == "change"))[:2]
    form = users.form("/plan/ticked")
    csrf = ("csrf", form.value("csrf"))
    ticks = [("change", digest) for digest in digests]
    for wrong in ([("change", "")], [("change", "nothing")], [*ticks, ("change", "nothing")]):
        moved = await browser.follow(await browser.post(form.action, [csrf, *wrong, ("do", "approve")]))
        assert MOVED in moved.text
    none = await browser.follow(await browser.post(form.action, [csrf, ("do", "approve")]))
    assert "Nothing was ticked" in none.text
    assert world.events("approval.") == []
    done = await browser.follow(await browser.post(form.action, [csrf, *ticks, ("do", "approve")]))
    assert "2 changes approved." in done.text
    assert done.text.count("Create user waits for approval.") == 1
    assert [event["notes"] for event in world.events("approval.given")] == ["2 changes"]


async def test_one_change_is_rejected(world: World) -> None:
    world.set("provisioning=on")
    browser = await world.signed_in()
    page = await browser.get(f"{PAGE}?show=waiting")
    done = await press(browser, page, "/plan/change", change=page.form("/plan/change").value("change"), do="reject")
    assert "1 change rejected: not asked again" in done.text
    dropped = await browser.get(f"{PAGE}?show=dropped")
    assert "Thrown away" in dropped.text
    assert "thrown away by an administrator" in dropped.text


async def held(world: World) -> None:
    people = [world.user(f"p{number}") for number in range(8)]
    world.set(*OPEN, "limit-deletions=2", "leavers=delete")
    await world.sync()
    with world.changing() as c:
        for one in people:
            directory.remove_user(c, one.id, actor="import", now=world.now)


@pytest.mark.parametrize(
    ("do", "left", "words"), [("release", 2, "Let through: users to be deleted (8)"), ("discard", 10, "Thrown away")]
)
async def test_what_is_held_is_let_through_or_thrown_away(world: World, do: str, left: int, words: str) -> None:
    await held(world)
    browser = await world.signed_in()
    page = await browser.get(PAGE)
    assert "Held: users to be deleted (8)" in page.text
    form = page.form("/plan/release")
    done = await press(browser, page, "/plan/release", held=form.value("held"), kind=form.value("kind"), do=do)
    assert words in done.text
    await world.sync()
    assert len(world.target.users) == left
    assert world.events("plan.discarded" if do == "discard" else "plan.released")[-1]["actor"] == ADMIN


async def test_if_what_is_held_has_moved_nothing_is_let_through(world: World) -> None:
    await held(world)
    browser = await world.signed_in()
    page = await browser.get(PAGE)
    with world.changing() as c:
        directory.remove_user(c, world.bob.id, actor="import", now=world.now)
    form = page.form("/plan/release")
    done = await press(browser, page, "/plan/release", held=form.value("held"), kind=form.value("kind"), do="release")
    assert MOVED in done.text
    await world.sync()
    assert len(world.target.users) == 10


async def test_a_long_plan_is_cut(world: World) -> None:
    for number in range(SHOWN + 10):
        world.user(f"p{number:03}")
    browser = await world.signed_in()
    page = await browser.get(f"{PAGE}?show=nonsense")
    assert page.html.count("<tr>") <= SHOWN + 2
    assert "More changes" in page.text
    rest = await browser.get(f"{PAGE}?show=all&from={SHOWN}")
    assert "First page" in rest.text


def test_members_of_a_group_are_named_up_to_a_number() -> None:
    names = [f"m{number}" for number in range(25)]
    row = row_of(Change(Kind.MEMBERS, "group", "k", "Readers", 0, after={"add": names, "remove": ["x"]}))
    assert (len(row.added), row.removed, len(row.rest), row.more) == (20, ["x"], 5, 0)
    row = row_of(Change(Kind.RENAME, "group", "k", "Readers", 0, before="Old", after="New"))
    assert row.lines == [("name", "Old", "New")]
    row = row_of(Change(Kind.CREATE, "group", "k", "R", 0, after={"displayName": "R", "members": ["a", "b"]}))
    assert (row.lines, row.added) == ([("displayName", "", "R")], ["a", "b"])
    row = row_of(
        Change(Kind.UPDATE, "user", "k", "a", 0, before={"urn:x": {"department": "A"}}, after={"urn:x": {"department": "B"}})
    )
    assert row.lines == [("department", "A", "B")]


async def test_what_was_thrown_away_is_said_and_can_be_taken_back(each_world: World) -> None:
    """Who has left never changes again: a rejection would else be for ever, and the account stay."""
    world = each_world
    world.set(*OPEN, "approve-delete=on", "leavers=delete")
    await world.sync()
    with world.changing() as c:
        directory.remove_user(c, world.bob.id, actor=HAND, now=world.now)
    browser = await world.signed_in()
    page = await browser.get(PAGE)
    await press(browser, page, "/plan/approve", digest=page.form("/plan/approve").value("digest"), do="reject")
    await world.sync()
    assert len(world.target.users) == 2
    assert "1 removal was thrown away: who should go is still at the target." in (await browser.get(address())).text
    dropped = await browser.get(f"{PAGE}?show=dropped")
    back = await press(browser, dropped, "/plan/take-back")
    assert "Taken back: delete user bob@x.example is planned again." in back.text
    assert "1 change waits for approval" in back.text
    assert world.events("plan.released")[-1]["actor"] == ADMIN
    stale = await press(browser, dropped, "/plan/take-back")
    assert MOVED in stale.text


async def test_what_failed_is_said_on_every_page_with_its_reason(world: World) -> None:
    world.set(*OPEN)
    world.target.faults = lambda sent: Fault(400, detail="displayName is not allowed") if "Groups" in sent.path else None
    await world.sync()
    browser = await world.signed_in()
    assert "1 change has failed at the target, and is tried again." in (await browser.get(address("/users"))).text
    page = await browser.get(PAGE)
    assert "What failed (1)" in page.text
    assert "group Readers" in page.text
    assert "displayName is not allowed" in page.text
