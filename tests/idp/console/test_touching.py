"""Which apps an action on many touches."""

import pytest

from lockstep.idp.apps import actions as apps
from lockstep.idp.console.touching import MEANS, touched
from lockstep.idp.directory import actions as directory
from lockstep.idp.directory.batches.records import Action
from lockstep.idp.directory.records import Role, State
from lockstep.idp.directory.search.records import Filter
from tests.idp.console.world import HAND, World

ALL = Filter()


def said(world: World, action: Action, role: Role | None = None, asked: Filter = ALL) -> list[str]:
    with world.db.read() as c:
        return [f"{one.app.name}: {one.text}" for one in touched(c, action, asked, role)]


def test_each_action_has_its_meaning() -> None:
    assert set(MEANS) == set(Action)


@pytest.mark.parametrize(
    ("action", "settings", "expected"),
    [
        (Action.SUSPEND, "suspended=suspend", "2 of these users have it; accounts are suspended."),
        (Action.SUSPEND, "suspended=nothing", "2 of these users have it; accounts stay as they are."),
        (
            Action.ACTIVATE,
            "suspended=suspend",
            "2 of these users have it; accounts are switched on again.",
        ),
        (Action.DELETE, "leavers=delete", "2 of these users have it; accounts are deleted."),
        (Action.REJECT, "leavers=nothing", "2 of these users have it; accounts are left as they are."),
    ],
)
def test_by_what_the_users_have(world: World, action: Action, settings: str, expected: str) -> None:
    world.set(settings)
    assert said(world, action) == [f"aws: {expected}"]
    assert said(world, action, asked=Filter(text="nobody")) == []


def test_who_is_not_approved_has_nothing_until_approved(world: World) -> None:
    with world.changing() as c:
        directory.set_state(c, world.bob.id, State.UNAPPROVED, actor=HAND, now=world.now)
    bob = Filter(ids=(world.bob.id,))
    assert said(world, Action.SUSPEND, asked=bob) == []
    assert said(world, Action.APPROVE, asked=bob) == ["aws: 1 of these users may have it."]


def test_by_what_the_role_gives(world: World) -> None:
    assert said(world, Action.ADD_ROLE, world.role) == []
    world.set("groups=on")
    assert said(world, Action.ADD_ROLE, world.role) == ["aws: Into the group Readers."]
    with world.changing() as c:
        apps.assign(c, world.app, world.role.group_id, world.now)
        c.script(["DELETE FROM app_assignments WHERE role_id IS NULL"])
    assert said(world, Action.TAKE_ROLE, world.role) == [
        "aws: Who has it by no other way is suspended there.",
        "aws: Out of the group Readers.",
    ]


@pytest.mark.parametrize("action", [Action.LOCK, Action.UNLOCK, Action.SET_GROUP])
def test_what_no_target_hears_of(world: World, action: Action) -> None:
    assert said(world, action) == []
