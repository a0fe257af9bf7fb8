"""What is gathered of an app, from nothing to a target that has refused something."""

from typing import Any

from lockstep.idp.apps.rules import actions as rules
from lockstep.idp.apps.rules.records import Existing, Rule
from lockstep.idp.directory import actions as directory
from lockstep.idp.directory.mappings import actions as mappings
from lockstep.idp.directory.mappings.records import Action, Mapping
from lockstep.idp.directory.records import State
from lockstep.idp.events import Event, EventType, append
from lockstep.idp.provisioning import jobs, ledger, links
from lockstep.idp.provisioning.installation import actions as installation
from lockstep.idp.provisioning.whynothing.fixes import command
from lockstep.idp.provisioning.whynothing.looking import look
from lockstep.idp.provisioning.whynothing.records import Facts
from lockstep.idp.provisioning.whynothing.words import counted, lasted
from tests.idp.console.world import HAND, OPEN, World
from tests.idp.provisioning.target import Fault


def facts(world: World) -> Facts:
    app = world.app_now()
    with world.db.read() as c:
        return look(c, app, world.now)


def happened(world: World, kind: EventType) -> None:
    with world.changing() as c:
        append(c, Event(type=kind, actor=HAND), world.now)


async def test_before_and_after_a_sync(each_world: World) -> None:
    world = each_world
    before = facts(world)
    assert (before.everyone, before.people, before.planned, before.worker_at, before.waiting) == (True, 2, False, 0, {})
    with world.changing() as c:
        jobs.add(c, world.app.id, "sync", {}, world.now - 5)
    assert facts(world).filed_at == world.now - 5
    world.set("provisioning=on", "groups=on", "schedule=0 3 * * *")
    await world.sync()
    asked = world.now
    world.now += 60_000
    await world.sync()
    after = facts(world)
    assert (after.planned, after.waiting, after.waiting_since) == (True, {"create": 3}, asked)
    assert after.worker_at > 0
    assert after.next_check > world.now


async def test_what_failed_and_when_it_is_tried_again(world: World) -> None:
    world.set(*OPEN)
    world.target.faults = lambda sent: Fault(400, detail="no family name") if sent.method == "POST" else None
    await world.sync()
    found = facts(world)
    assert found.failed_all == 3
    assert sum(one.objects for one in found.failed) == 3
    assert found.next_try > 0
    assert found.given_up == 0


async def test_what_is_gone_and_what_several_feed(world: World) -> None:
    world.set(*OPEN)
    world.found("READERS", world.bob)
    await world.sync()
    [twice] = facts(world).twice
    assert sorted(twice.feeders) == ["role READERS", "role Readers"]
    with world.changing() as c:
        target = links.find_target(c, world.app.id, world.app.scim_url)
        [group] = links.groups(c, target)
        links.set_group_missing(c, target, group.id)
        user = links.user_by_key(c, target, "bob")
        assert user is not None
        links.set_user_missing(c, target, user)
    found = facts(world)
    assert (found.groups_gone, found.users_gone) == (1, 1)


async def test_rules_mappings_people_the_guard_and_a_sync_that_could_not_be_done(world: World) -> None:
    with world.changing() as c:
        rules.save(c, world.app, Rule("One", (Existing(("x",)),)), world.now, actor=HAND)
        directory.set_state(c, world.bob.id, State.REJECTED, actor=HAND, now=world.now)
        number = jobs.add(c, world.app.id, "sync", {}, world.now)
        jobs.end(c, number, {}, "the target is away", world.now)
        installation.hold(c, world.app, "it moved", 0, world.now)
    found = facts(world)
    assert (found.rules_on, found.rules_pending, found.people, found.unapproved) == (1, True, 1, 1)
    assert (found.run_error, found.held is not None and found.held.reason) == ("the target is away", "it moved")
    assert not found.mappings_pending
    with world.changing() as c:
        mappings.save(c, Mapping("All", (Action("set_title", ("T",)),)), world.now, actor=HAND)
    assert facts(world).mappings_pending
    with world.changing() as c:
        mappings.apply(c, world.now, actor=HAND)
    assert facts(world).mappings_pending, "nobody has been brought to them"
    with world.changing() as c:
        while mappings.go_on(c, world.now):
            pass
    assert not facts(world).mappings_pending
    with world.db.read() as c:
        assert ledger.newest_whole(c, world.app.id) is None


def test_words_and_commands(world: World) -> None:
    assert [counted(1, "user"), counted(2_000, "user")] == ["1 user", "2,000 users"]
    assert [lasted(0), lasted(61_000), lasted(3 * 86_400_000)] == ["less than a minute", "1 minute", "3 days"]
    one: Any = facts(world)
    assert command(one, "sync {app}") == "sync aws"
