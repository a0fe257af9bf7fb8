"""A target that has people already, and what a take-over makes of it."""

from typing import Any

from lockstep.idp.provisioning import links
from lockstep.idp.provisioning.engine import Engine
from lockstep.idp.provisioning.records import GroupLink, UserLink
from tests.idp.provisioning.world import URL, World

Json = dict[str, Any]
PEOPLE = {"A": {"manager_id": "B", "title": "x", "email": "a@x", "department": "D"}, "B": {"email": "b@x"}, "C": {}}
ROLES = {"G": ("Team", ["A", "B"]), "H": ("Crew", ["C"])}


def asked(world: World, **orders: Any) -> Json:
    """The report of a job, whose requests are those that the target has seen; it wrote nothing there."""
    world.target.log.clear()
    engine = Engine(world.db, world.vault, world.clock)
    found = engine.wait(engine.order(world.app().id, "takeover", orders))
    assert found["requests"] == len(world.target.log)
    assert world.target.writes == []
    return found


def linked(world: World) -> tuple[list[UserLink], list[GroupLink], list[tuple[str, str, bool]]]:
    """The links of users and of groups, and (group, key, added) of each membership."""
    with world.db.read() as c:
        target = links.find_target(c, world.app_id(c), URL)
        groups = links.groups(c, target)
        members = [(group.name, key, added) for group in groups for _, key, added in links.members(c, group.id)]
        return list(links.users(c, target)), groups, sorted(members)


def lose_the_links(world: World) -> None:
    """As if the tables had been lost."""
    with world.write() as c:
        c.script([f"DELETE FROM {table}" for table in ("link_members", "group_links", "user_links")])


def put_user(world: World, number: str, name: str, **fields: Any) -> None:
    """Somebody is at the target."""
    world.target.users[number] = {"id": number, "userName": name, "active": True, **fields}


def put_group(world: World, number: str, name: str, *members: str) -> None:
    """A group is at the target."""
    world.target.groups[number] = {"id": number, "displayName": name, "members": [{"value": one} for one in members]}


def names(listed: list[Json]) -> list[str]:
    """What a list of the report names."""
    return [one["name"] for one in listed]


def occupied(world: World, *settings: str) -> World:
    """A centre that has people: one whose title differs, one in another case, one who could be two, strangers."""
    world.make_app("provisioning=off", *settings)
    world.become({**PEOPLE, "D": {}, "F": {}}, {**ROLES, "K": ("AWSLogArchive", ["A"]), "L": ("New", [])})
    put_user(world, "a", "A@x.example", title="of old", emails=[{"value": "a@x", "primary": True}])
    put_user(world, "b", "b@X.example")
    put_user(world, "c1", "C@x.example")
    put_user(world, "c2", "other", externalId="C")
    put_user(world, "d", "D@x.example", externalId="00uOkta")
    put_user(world, "s", "stranger")
    put_group(world, "t", "Team", "a", "c1", "s")
    put_group(world, "r", "CREW", "a", "b")
    put_group(world, "p", "AWSLogArchive")
    put_group(world, "o", "Theirs", "s")
    return world
