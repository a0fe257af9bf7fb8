"""Values at single logins, through whole runs: the person is looked at, groups are made for a login and go with it."""

from lockstep.idp.apps.logins import actions as logins
from lockstep.idp.apps.rules import actions as rules
from lockstep.idp.apps.rules.records import Existing, Mapped, Rule
from lockstep.idp.directory.lookup import find_user
from lockstep.idp.provisioning.groups.why import why
from lockstep.idp.provisioning.run import Orders
from tests.idp.provisioning.looking import step, user
from tests.idp.provisioning.world import World, everyone

PEOPLE = ("E1", "E2", "E3")
TEAMS = {"G": ("Team", ["E1"])}


def give(world: World, key: str, person: str, *values: str) -> None:
    with world.write() as c:
        logins.set_values(c, world.app_of(c), find_user(c, person), key, values, world.now, actor="ada")


def take(world: World, key: str, person: str) -> None:
    with world.write() as c:
        logins.remove_values(c, world.app_of(c), find_user(c, person), key, world.now, actor="ada")


def titles(world: World) -> dict[str, str | None]:
    return {user["externalId"]: user.get("title") for user in world.target.users.values()}


def groups(world: World) -> dict[str, list[str]]:
    names = {number: user["externalId"] for number, user in world.target.users.items()}
    return {
        group["displayName"]: sorted(names[member] for member in world.target.members(number))
        for number, group in world.target.groups.items()
    }


def test_a_value_goes_over_the_attribute_and_over_a_rule(each_world: World) -> None:
    world = each_world
    world.make_app()
    world.synced({key: {"title": "Clerk"} for key in PEOPLE})
    give(world, "title", "E1", "Boss")
    give(world, "title", "E2")
    assert world.sync().requests == 2
    assert titles(world) == {"E1": "Boss", "E2": None, "E3": "Clerk"}
    with world.write() as c:
        app = world.app_of(c)
        rules.save(c, app, Rule("All", (Existing(("Ruled",), "title"),)), world.now, actor="ada")
        rules.apply(c, app, world.now, actor="ada")
    assert world.sync().requests == 1
    assert titles(world) == {"E1": "Boss", "E2": None, "E3": "Ruled"}
    take(world, "title", "E1")
    take(world, "title", "E2")
    assert world.sync().requests == 2
    assert set(titles(world).values()) == {"Ruled"}
    assert world.sync(Orders(full=True)).check["differences"] == 0


def test_groups_are_added_by_role_and_the_group_goes_with_the_last_login(each_world: World) -> None:
    world = each_world
    world.make_app()
    world.synced(everyone(*PEOPLE), TEAMS)
    give(world, "groups", "E2", "Team", "Own")
    give(world, "groups", "E3", "own")
    world.sync()
    assert groups(world) == {"Team": ["E1", "E2"], "Own": ["E2", "E3"]}
    assert world.sync().requests == 0
    with world.db.read() as c:
        app = world.app_of(c)
        mine, other = (why(c, app, find_user(c, one), "Own") for one in ("E2", "E1"))
    assert (mine.wanted, mine.group_by[0].text) == (True, "it was added at their login")
    give(world, "title", "E2", "Boss")
    steps = user(world, "E2")
    assert ("Own", "added at single logins", "there") in step(steps, "groups").rows
    assert ("title", "this login’s own value", "Boss") in step(steps, "attributes").rows
    assert other.why_not == ("It is added at single logins, and not at theirs.",)
    take(world, "groups", "E3")
    world.sync()
    assert groups(world)["Own"] == ["E2"]
    take(world, "groups", "E2")
    world.sync()
    assert groups(world) == {"Team": ["E1"]}


def test_groups_are_added_to_what_rules_give(each_world: World) -> None:
    world = each_world
    world.make_app()
    world.become(everyone(*PEOPLE), TEAMS)
    with world.write() as c:
        app = world.app_of(c)
        rules.save(c, app, Rule("Roles", (Mapped("role", "(.*)"),)), world.now, actor="ada")
        rules.apply(c, app, world.now, actor="ada")
    give(world, "groups", "E2", "Own")
    world.sync()
    assert groups(world) == {"Team": ["E1"], "Own": ["E2"]}
    give(world, "groups", "E1", "Own")
    world.sync()
    assert groups(world) == {"Team": ["E1"], "Own": ["E1", "E2"]}
    world.set("credentials=shared")
    world.sync()
    assert groups(world) == {"Team": ["E1"]}


def test_whoever_loses_the_app_loses_the_group(each_world: World) -> None:
    world = each_world
    world.make_app("leavers=delete")
    world.synced(everyone(*PEOPLE), TEAMS)
    give(world, "groups", "E2", "Own")
    world.sync()
    world.become(everyone("E1", "E3"), TEAMS)
    world.sync()
    assert groups(world) == {"Team": ["E1"]}
