"""What an administrator may do about held apps."""

import pytest

from lockstep.idp.provisioning.installation import actions, store
from lockstep.idp.provisioning.installation.records import Installation, NotComparedProblem, Place, Watch
from tests.idp.provisioning.world import World

FOUND = {"requests": 3, "floor": 3, "differences": [{"object": "user", "name": "a", "kind": "changed"}] * 300, "unmatched": 2}


@pytest.fixture
def world(each_world: World) -> World:
    for name in ("aws", "other"):
        each_world.make_app(name=name)
    return each_world


def test_before_a_worker_has_run_nothing_is_known(world: World) -> None:
    with world.db.read() as c:
        assert actions.describe(c) == {"id": "", "place": "", "state": "new", "since": 0, "apps": []}


def test_every_app_is_held_once(world: World) -> None:
    with world.write() as c:
        store.add(c, Installation("one", Place("here"), 0, 5, 5))
        assert [app.name for app in actions.watch_all(c, Watch.HELD, "first", 5, 10)] == ["aws", "other"]
        assert actions.watch_all(c, Watch.HELD, "second", 5, 20) == []
        assert actions.watch_all(c, Watch.LOOK, "third", 5, 20) == []
        shown = actions.describe(c)
    assert (shown["id"], shown["state"], shown["since"]) == ("one", "held", 10)
    assert [(one["name"], one["reason"]) for one in shown["apps"]] == [("aws", "first"), ("other", "first")]
    assert len([event for event in world.events() if event.type == "installation.held"]) == 2


def test_what_is_not_sure_becomes_sure(world: World) -> None:
    with world.write() as c:
        actions.watch_all(c, Watch.LOOK, "away", 5, 10)
        assert actions.all_held(c) == []
        actions.watch_all(c, Watch.HELD, "older", 5, 20)
        assert [found.reason for _, found in actions.all_held(c)] == ["older", "older"]


def test_a_comparison_is_kept_and_shown_and_lets_that_app_go(world: World) -> None:
    app = world.app()
    with world.write() as c:
        store.add(c, Installation("one", Place("here"), 0, 5, 5))
        actions.compared(c, app.id, FOUND, 9)  # nobody waits for it
        assert not actions.let_go(c, app, 10)
        actions.watch_all(c, Watch.HELD, "older", 5, 10)
        with pytest.raises(NotComparedProblem, match="first lockstep idp drift aws"):
            actions.let_go(c, app, 11)
        actions.compared(c, app.id, FOUND, 12)
        kept = actions.describe(c)["apps"][0]["comparison"]
        assert (kept["count"], len(kept["differences"]), kept["unmatched"]) == (300, actions.LISTED, 2)
        assert actions.let_go(c, app, 13, actor="ada")
        assert [one.name for one, _ in actions.all_held(c)] == ["other"]
        assert actions.reads_first(c, app.id)
        actions.was_read(c, app.id)
        assert not actions.reads_first(c, app.id)
    (event,) = [event for event in world.events() if event.type == "installation.accepted"]
    assert (event.actor, event.app_name, event.notes) == ("ada", "aws", "let go after a comparison")


def test_accepting_is_all_or_nothing(world: World) -> None:
    with world.write() as c:
        actions.watch_all(c, Watch.HELD, "older", 5, 10)
        actions.compared(c, world.app_id(c), FOUND, 12)
        with pytest.raises(NotComparedProblem, match="not compared with the target yet: other"):
            actions.accept(c, 13)
        assert len(actions.all_held(c)) == 2
        assert [app.name for app in actions.accept(c, 14, unseen=True)] == ["aws", "other"]
        assert actions.accept(c, 15) == []
    notes = [event.notes for event in world.events() if event.type == "installation.accepted"]
    assert notes == ["let go after a comparison", "let go without a comparison"]


def test_what_our_own_command_restored_is_held(world: World) -> None:
    with world.write() as c:
        assert [app.name for app in actions.restored(c, "restored from a backup", 10)] == ["aws", "other"]
        assert [found.reason for _, found in actions.all_held(c)] == ["restored from a backup"] * 2
