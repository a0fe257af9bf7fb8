"""What follows from deleting a role or a user, before it is done."""

import pytest

from lockstep.idp.apps import actions as apps
from lockstep.idp.console import follows
from lockstep.idp.provisioning import links
from tests.idp.console.world import OPEN, World


def of_role(world: World) -> list[tuple[str, str]]:
    with world.db.read() as c:
        return [(one.text, one.when) for one in follows.of_role(c, world.role)]


def of_alice(world: World) -> list[tuple[str, str]]:
    with world.db.read() as c:
        return [(one.text, one.when) for one in follows.of_user(c, world.alice)]


NEXT, ASKED = "With the next sync, within the app's limits.", "After your approval, in Plan."


async def test_the_group_of_a_role(world: World) -> None:
    assert of_role(world) == []
    world.set(*OPEN)
    assert of_role(world) == []
    await world.sync()
    deleted = "The group Readers is deleted, and all its members lose it."
    assert of_role(world) == [(deleted, NEXT)]
    world.set("approve-delete=on")
    assert of_role(world) == [(deleted, ASKED)]
    world.found("READERS", world.bob)
    [(text, when)] = of_role(world)
    assert text.startswith("The group Readers stays, because something else feeds it, too.")
    assert when == NEXT
    world.set("protect=read*")
    assert of_role(world) == []
    world.set("protect=", "groups=off")
    assert of_role(world) == []


async def test_a_group_that_was_taken_over_stays(world: World) -> None:
    world.set(*OPEN)
    await world.sync()
    with world.changing() as c:
        c.script(["UPDATE group_links SET made = 0"])
    [(text, when)] = of_role(world)
    assert text.startswith("The group Readers was there before, and stays.")
    assert when == NEXT


@pytest.mark.parametrize(
    ("leavers", "text", "when"),
    [
        ("delete", "1 member had the app by this role. Who has it by no other way is deleted there.", NEXT),
        ("suspend", "1 member had the app by this role. Who has it by no other way is suspended there.", NEXT),
        ("nothing", "1 member had the app by this role. Who has it by no other way is left as before there.", ""),
    ],
)
def test_an_app_that_was_given_to_a_role(world: World, leavers: str, text: str, when: str) -> None:
    world.set(*OPEN, f"leavers={leavers}")
    with world.changing() as c:
        c.script(["DELETE FROM app_assignments"])
        apps.assign(c, world.app, "Readers", world.now)
    assert of_role(world) == [(text, when)]


@pytest.mark.parametrize(
    ("settings", "text", "when"),
    [
        (("leavers=nothing",), "The account stays as it is, with its groups.", ""),
        (("leavers=suspend",), "The account is suspended, and leaves its groups.", NEXT),
        (("leavers=delete",), "The account is deleted.", NEXT),
        (("leavers=delete", "approve-delete=on"), "The account is deleted.", ASKED),
        (("leavers=delete", "grace-days=1"), "The account is suspended, and deleted after 1 day.", NEXT),
        (("leavers=delete", "provisioning=off"), "The account is deleted.", "Not before provisioning is enabled."),
    ],
)
async def test_the_account_of_a_user(world: World, settings: tuple[str, ...], text: str, when: str) -> None:
    world.set(*OPEN)
    assert of_alice(world) == [("There is no account yet, and none is made any more.", "")]
    await world.sync()
    world.set(*settings)
    assert of_alice(world) == [(text, when)]


async def test_an_account_that_was_taken_over_is_never_deleted(world: World) -> None:
    world.set(*OPEN, "leavers=delete")
    await world.sync()
    with world.changing() as c:
        c.script(["UPDATE user_links SET made = 0"])
    assert of_alice(world) == [("The account was there before: it is suspended, never deleted.", NEXT)]
    with world.changing() as c:
        apps.stop(c, world.app, world.now)
    assert of_alice(world)[0][1] == "Once the app runs again."


async def test_an_account_that_is_gone_is_nobody_s(world: World) -> None:
    world.set(*OPEN)
    await world.sync()
    with world.changing() as c:
        target = links.find_target(c, world.app.id, world.app.scim_url)
        link = links.user_by_key(c, target, world.alice.employee_id)
        assert link is not None
        links.set_user_missing(c, target, link)
        c.script(["DELETE FROM app_assignments"])
    assert of_alice(world) == []


def test_where_to_look() -> None:
    assert follows.look_at([]) == ""
    assert follows.look_at(["a", "b"]) == " Plan of a, b shows what follows."
