"""One action on many users: what is shown before, what is asked, and how it goes."""

import asyncio

import pytest

from lockstep.idp.console import many
from lockstep.idp.directory import actions as directory
from lockstep.idp.directory import store
from lockstep.idp.directory.batches import actions
from lockstep.idp.directory.batches.records import Action
from lockstep.idp.directory.records import MAPPED, Membership, Status
from tests.idp.console.world import ADMIN, HAND, World, press

BULK = "/admin/users/bulk"


def suspended(world: World) -> list[str]:
    with world.db.read() as c:
        return sorted(user.user_name for user in store.stream_users(c) if user.status == Status.SUSPENDED)


async def test_the_list_leads_there_with_ticks_or_with_its_filters(world: World) -> None:
    browser = await world.signed_in()
    page = await browser.get("/admin/users?q=ali&role=Readers")
    [form] = [one for one in page.forms if one.action == BULK]
    assert (form.method, form.value("q"), form.value("role")) == ("get", "ali", "Readers")
    assert f'form="bulk" name="id" value="{world.alice.id}"' in page.html


async def test_ticked_ones_are_suspended_after_a_look(each_world: World) -> None:
    each_world.set("provisioning=on", "approve-delete=off")
    browser = await each_world.signed_in()
    asked = await browser.get(f"{BULK}?do=suspend&scope=ticked&id=1&id=2")
    assert "Suspend 2 users?" in asked.text
    assert "alice , bob" in asked.text
    assert "aws : 2 of these users have it; accounts are suspended. With the next sync" in asked.text
    assert suspended(each_world) == []
    done = await press(browser, asked, BULK)
    assert "Suspend: 2 users changed." in done.text
    assert suspended(each_world) == ["alice@x.example", "bob@x.example"]
    [event] = each_world.events("user.bulk_operation")
    assert (event["actor"], event["notes"]) == (ADMIN, "suspend: 2 users")
    again = await press(browser, await browser.get(f"{BULK}?do=suspend&scope=ticked&id=1"), BULK)
    assert "0 users changed. 1 user was like that already." in again.text


async def test_all_that_match_and_nobody_else(world: World) -> None:
    world.user("alison")
    browser = await world.signed_in()
    asked = await browser.get(f"{BULK}?do=suspend&scope=all&q=ali")
    assert "Suspend 2 users?" in asked.text
    world.user("alistair")
    refused = await press(browser, asked, BULK)
    assert refused.status == 422
    assert "3 users match by now, and not 2: look again; nothing was done." in refused.text
    assert suspended(world) == []
    done = await press(browser, await browser.get(f"{BULK}?do=suspend&scope=all&q=ali"), BULK)
    assert done.url.endswith("/admin/users?q=ali")
    assert len(suspended(world)) == 3


async def test_a_role_is_asked_for_and_what_it_gives_is_said(world: World) -> None:
    world.set("provisioning=on", "groups=on")
    browser = await world.signed_in()
    asked = await browser.get(f"{BULK}?do=add-role&scope=ticked&id={world.bob.id}")
    assert "No application" not in asked.text
    assert [form.method for form in asked.forms if form.action == BULK] == ["get"]
    wrong = await browser.get(f"{BULK}?do=add-role&scope=ticked&id=2&with=Cooks")
    assert 'id="f-with-error"' in wrong.html
    shown = await browser.get(f"{BULK}?do=add-role&scope=ticked&id={world.bob.id}&with=Readers")
    assert "Add to a role Readers: 1 user?" in shown.text
    assert "Into the group Readers. After your approval, in Plan." in shown.text
    done = await press(browser, shown, BULK)
    assert "1 user changed" in done.text
    with world.db.read() as c:
        assert [user.id for user in store.members_of_role(c, world.role.id)] == [world.alice.id, world.bob.id]


async def test_a_deletion_is_typed(world: World) -> None:
    world.set("provisioning=on", "leavers=delete", "approve-delete=off")
    browser = await world.signed_in()
    asked = await browser.get(f"{BULK}?do=delete&scope=ticked&id=1&id=2")
    assert "They can be restored for 30 days" in asked.text
    assert "accounts are deleted" in asked.text
    wrong = await press(browser, asked, BULK, word="yes")
    assert wrong.status == 422
    assert 'id="f-word-error"' in wrong.html
    assert not world.events("user.removed")
    done = await press(browser, asked, BULK, word="Delete")
    assert "Delete: 2 users changed." in done.text
    deleted = await browser.get("/admin/users/deleted")
    assert "alice@x.example" in deleted.text


async def test_who_cannot_be_changed_is_named(world: World) -> None:
    with world.changing() as c:
        store.add_member(c, Membership(role_id=world.role.id, user_id=world.bob.id, source=MAPPED, mapped=3))
    browser = await world.signed_in()
    asked = await browser.get(f"{BULK}?do=take-role&scope=all&with=Readers")
    done = await press(browser, asked, BULK)
    assert "Done, but not to all" in done.text
    assert "bob@x.example : role 'Readers' is given to 'bob@x.example' by mapping 3" in done.text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("do=dance&scope=all", "Choose what to do with the users."),
        ("do=suspend&scope=ticked", "Nobody is ticked"),
        ("do=suspend&scope=ticked&id=99", "Nobody is left"),
        ("do=suspend&scope=all&status=dancing", "Status: 'dancing' is unknown"),
    ],
)
async def test_what_cannot_be_asked_is_said(world: World, query: str, said: str) -> None:
    page = await (await world.signed_in()).get(f"{BULK}?{query}")
    assert page.status == 409
    assert said in page.text


async def test_many_go_on_in_pieces_while_the_page_shows_how_far(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "PIECE", 1)
    monkeypatch.setattr(actions.do_piece, "__kwdefaults__", {"size": 1})
    waits = asyncio.Event()
    monkeypatch.setattr(many, "_go_on", lambda _desk, _batch: waits.set())
    browser = await world.signed_in()
    page = await press(browser, await browser.get(f"{BULK}?do=suspend&scope=all"), BULK)
    assert waits.is_set()
    assert "0 of 2 users done" in page.text
    with world.changing() as c:
        actions.do_piece(c, 1, now=world.now)
    assert "1 of 2 users done" in (await browser.get(f"{BULK}/1")).text
    monkeypatch.undo()
    with world.changing() as c:
        actions.do_piece(c, 1, now=world.now)
    assert "Done" in (await browser.get(f"{BULK}/1")).text
    assert len(suspended(world)) == 2
    assert (await browser.get(f"{BULK}/9")).status == 404


async def test_the_thread_goes_on_to_the_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "PIECE", 1)
    monkeypatch.setattr(actions.do_piece, "__kwdefaults__", {"size": 1})
    browser = await world.signed_in()
    await press(browser, await browser.get(f"{BULK}?do=suspend&scope=all"), BULK)
    for _ in range(200):
        if len(suspended(world)) == 2:
            break
        await asyncio.sleep(0.05)
    assert len(suspended(world)) == 2


async def test_the_stream_ends_when_it_is_over(world: World) -> None:
    with world.changing() as c:
        directory.suspend(c, world.bob.id, actor=HAND, now=world.now)
        batch = actions.ask(c, Action.ACTIVATE, [world.bob.id], actor=HAND, now=world.now)
        actions.do_piece(c, batch.id, now=world.now)
    stream = await (await world.signed_in()).get(f"{BULK}/{batch.id}/stream")
    assert "event: ended" in stream.html
    assert "Changed" in stream.html
