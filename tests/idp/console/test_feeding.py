"""Which groups a role feeds, and which roles share a name."""

from lockstep.idp.apps.rules import actions as rules
from lockstep.idp.apps.rules.records import Mapped, Rule
from lockstep.idp.console.feeding import alike, fed_by, fed_by_others, merges
from tests.idp.console.world import HAND, World


def names(world: World) -> list[tuple[str, bool]]:
    app = world.app_now()
    with world.db.read() as c:
        return [(name, link is not None) for name, link in fed_by(c, app, world.role)]


async def test_a_role_feeds_by_its_name_or_by_rules(each_world: World) -> None:
    world = each_world
    assert names(world) == []
    world.set("groups=on", "provisioning=on", "approve-create=off", "approve-update=off")
    assert names(world) == [("Readers", False)]
    await world.sync()
    assert names(world) == [("Readers", True)]
    other = world.found("AWS-Readers")
    app = world.app_now()
    with world.changing() as c:
        assert fed_by_others(c, app, world.role) == {"aws-readers"}
        rules.save(c, app, Rule("strip", (Mapped("role", "(?:AWS-)?(R.*)"),)), world.now, actor=HAND)
        rules.save(c, app, Rule("again", (Mapped("role", "^Re.*"),)), world.now, actor=HAND)
        rules.apply(c, app, world.now, actor=HAND)
        assert fed_by_others(c, app, world.role) == {"readers"}
        assert fed_by_others(c, app, other) == {"readers"}
        assert [role.id for role in alike(c, " READERS ")] == [world.role.id]
        assert alike(c, "readers", world.role.id) == []
    assert names(world) == [("Readers", True)]


async def test_what_another_name_would_bring_together(each_world: World) -> None:
    world = each_world
    other = world.found("Writers")
    with world.changing() as c:
        assert merges(c, other, "readers") == [], "the app sends no groups"
    world.set("groups=on")
    app = world.app_now()
    with world.changing() as c:
        assert merges(c, other, "readers") == [(app.name, "readers")]
        assert merges(c, other, "WRITERS") == merges(c, other, "Editors") == []
        rules.save(c, app, Rule("strip", (Mapped("role", "(?:AWS-)?(R.*)"),)), world.now, actor=HAND)
        rules.apply(c, app, world.now, actor=HAND)
        assert merges(c, other, "AWS-Readers") == [(app.name, "Readers")], "by a rule, under a name that no role has"
