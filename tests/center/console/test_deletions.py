"""Users and groups are deleted in the console, and an identity provider may make them again."""

from dataclasses import replace

import pytest

from lockstep.center.console import deletions
from lockstep.center.console.deletions import WORD
from lockstep.center.directory import actions as directory
from lockstep.center.events import Call, Operation
from lockstep.center.instances.records import Instance
from lockstep.kit.db import Connection
from tests.center.client import Client
from tests.center.console.test_people import group
from tests.center.console.world import EVIL, Desk
from tests.center.signin.world import ADA, BOB


def scim_of(desk: Desk) -> Client:
    instance, made = desk.world.stage.enable(desk.world.instance.name)
    return Client(desk.world.center, instance, made.token, desk.world.stage)


async def test_a_group_is_deleted_after_a_page_that_says_what_happens(desk: Desk) -> None:
    scim = scim_of(desk)
    group_id = group(desk, "Engineering", *desk.world.people.values())
    browser = await desk.signed_in()
    page = await browser.get(desk.path("groups", group_id))
    assert f'data-dialog href="{desk.path("groups", group_id, "delete")}">Delete group</a>' in page.html
    page = await browser.get(desk.path("groups", group_id, "delete"))
    for words in ("The group Engineering is deleted, with its 2 memberships", "can't undo", "first stop provisioning it there"):
        assert words in page.text, words
    answer = await browser.submit(page, "/delete", word=WORD)
    assert (answer.status, answer.header("location")) == (303, desk.path("groups"))
    listed = await browser.follow(answer)
    assert "Successfully deleted group Engineering." in listed.text
    assert "No groups" in listed.text
    told = desk.last(Operation.DELETE_GROUP)
    assert told["userIdentity"]["principalId"] == desk.admin  # type: ignore[index]
    assert told["responseElements"] == {"id": group_id}
    assert await scim.members(group_id) == []
    assert (await scim.get(f"/Groups/{group_id}")).status == 404
    assert ADA in (await browser.get(desk.path("users"))).text


async def test_what_was_deleted_here_the_identity_provider_makes_again(desk: Desk) -> None:
    """The guide's fourth case: a group is deleted at IAM Identity Center, and not first at the identity provider."""
    scim = scim_of(desk)
    members = [{"value": one} for one in desk.world.people.values()]
    made = await scim.group(displayName="Engineering", externalId="role-7", members=members)
    ann = await scim.user(userName="ann@example.com", externalId="user-7")
    browser = await desk.signed_in()
    for kind, one in (("groups", made["id"]), ("users", ann["id"])):
        await browser.submit(await browser.get(desk.path(kind, one, "delete")), "/delete", word=WORD)
    add = {"op": "add", "path": "members", "value": members}
    assert (await scim.patch(f"/Groups/{made['id']}", add)).status == 404
    assert (await scim.patch(f"/Users/{ann['id']}", {"op": "replace", "path": "active", "value": False})).status == 404
    again = await scim.group(displayName="Engineering", externalId="role-7", members=members)
    assert again["id"] != made["id"]
    assert await scim.members(again["id"]) == [ADA, BOB]
    assert (await scim.user(userName="ann@example.com", externalId="user-7"))["id"] != ann["id"]


async def test_a_user_is_deleted_with_memberships_and_sessions(desk: Desk) -> None:
    group_id = group(desk, "Engineering", *desk.world.people.values())
    await desk.world.sign_in(desk.world.browser())
    browser, user = await desk.signed_in(), desk.world.people[ADA]
    assert "Delete user" in (await browser.get(desk.path("users", user))).text
    page = await browser.get(desk.path("users", user, "delete"))
    assert "with 1 group membership and 1 active session, which ends at once" in page.text
    assert "nobody makes this user again by itself" in page.text
    listed = await browser.follow(await browser.submit(page, "/delete", word=WORD))
    assert f"Successfully deleted user {ADA}." in listed.text
    assert not desk.world.sessions
    assert "Users in this group (1)" in (await browser.get(desk.path("groups", group_id))).text
    assert desk.last(Operation.DELETE_USER)["userIdentity"]["principalId"] == desk.admin  # type: ignore[index]
    assert (await browser.get(desk.path("users", user, "delete"))).status == 404


@pytest.mark.parametrize("typed", ["", "delete", "DELETE", "Deletes", EVIL])
async def test_another_word_deletes_nothing_and_stays_beside_its_error(desk: Desk, typed: str) -> None:
    group_id, user = group(desk, "Engineering"), desk.world.people[ADA]
    browser, before = await desk.signed_in(), len(desk.world.trail)
    for kind, one in (("groups", group_id), ("users", user)):
        page = await browser.get(desk.path(kind, one, "delete"))
        answer = await browser.submit(page, "/delete", word=typed)
        assert answer.status == 422
        assert "Type Delete, with a capital D." in answer.text
        assert answer.form("/delete").value("word") == typed
        assert (await browser.get(desk.path(kind, one))).status == 200
    assert len(desk.world.trail) == before


async def test_what_somebody_else_deletes_at_the_same_time_is_said(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    browser, user = await desk.signed_in(), desk.world.people[BOB]
    page = await browser.get(desk.path("users", user, "delete"))

    def gone_meanwhile(connection: Connection, instance: Instance, user_id: str, call: Call) -> None:
        directory.delete_user(connection, instance, user_id, call)
        directory.delete_user(connection, instance, user_id, call)

    monkeypatch.setattr(deletions, "USER", replace(deletions.USER, delete=gone_meanwhile))
    answer = await browser.follow(await browser.submit(page, "/delete", word=WORD))
    assert f"The user {BOB} had been deleted already." in answer.text


async def test_one_instance_deletes_nothing_of_another(desk: Desk) -> None:
    beside = Desk(desk.world.beside())
    theirs = group(beside, "Theirs")
    browser = await desk.signed_in()
    own = await browser.get(desk.path("users", desk.world.people[ADA], "delete"))
    csrf = ("csrf", own.form("/delete").value("csrf"))
    for rest in (("groups", theirs), ("users", beside.world.people[ADA])):
        assert (await browser.get(desk.path(*rest, "delete"))).status == 404
        assert (await browser.post(desk.path(*rest, "delete"), [csrf, ("word", WORD)])).status == 404
        assert (await browser.get(beside.path(*rest))).status == 200
