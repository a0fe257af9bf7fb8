"""What the planner reads of the directory and of an app."""

from lockstep.idp.apps import actions as apps
from lockstep.idp.apps.actions import find_app
from lockstep.idp.apps.records import Parameter
from lockstep.idp.directory import store
from lockstep.idp.provisioning.source import Source, members_of_role, people, source_of
from lockstep.kit.db import Connection
from tests.idp.provisioning.world import World, everyone

PEOPLE, ROLES = everyone("A", "B", "C"), {"G": ("Team", ["A", "B"]), "H": ("Crew", ["B", "C"]), "I": ("Empty", [])}


def source(world: World, *roles: str | None) -> Source:
    with world.write() as c:
        for role in roles:
            apps.assign(c, find_app(c, "aws"), role, 1)
        return source_of(c, find_app(c, "aws"))


def test_nobody_has_a_new_app(each_world: World) -> None:
    each_world.make_app(everyone=False)
    each_world.become(PEOPLE, ROLES)
    assert source(each_world).logins == frozenset()


def test_the_members_of_a_role_have_it(each_world: World) -> None:
    each_world.make_app(everyone=False)
    each_world.become(PEOPLE, ROLES)
    assert source(each_world, "G").logins == frozenset("AB")
    assert source(each_world, "H", "I").logins == frozenset("ABC")


def test_everyone_has_it_whatever_else_is_assigned(each_world: World) -> None:
    each_world.make_app(everyone=False)
    each_world.become(PEOPLE, ROLES)
    assert source(each_world, "G", None).logins == frozenset("ABC")


def test_the_members_of_roles_in_the_role_have_it(each_world: World) -> None:
    each_world.make_app(everyone=False)
    each_world.become(PEOPLE, {**ROLES, "J": ("Top", ["A"])})
    assert source(each_world, "I").logins == frozenset()
    each_world.nest("I", "H")
    assert source(each_world).logins == frozenset("BC")
    each_world.nest("H", "J")
    assert source(each_world).logins == frozenset("ABC")
    each_world.unnest("I", "H")
    assert source(each_world).logins == frozenset()


def test_a_role_that_is_gone_gives_it_to_nobody(each_world: World) -> None:
    each_world.make_app(everyone=False)
    each_world.become(PEOPLE, ROLES)
    source(each_world, "G")
    each_world.become(PEOPLE, {})
    assert source(each_world).logins == frozenset()


def test_the_parameters_of_the_app_lie_over_the_template(world: World) -> None:
    world.make_app()
    with world.write() as c:
        apps.set_parameter(c, find_app(c, "aws"), Parameter("title", "department", macro=False), 1)
    found = source(world)
    assert (found.app, found.connector.name) == (world.app(), "aws-iam-identity-center")
    assert [one for one in found.parameters if one.key == "title"] == [Parameter("title", "department", macro=False)]


def _role(c: Connection, key: str) -> int:
    role = store.role_by_group_id(c, key)
    assert role is not None
    return role.id


def test_members_of_a_role(each_world: World) -> None:
    each_world.become(PEOPLE, ROLES)
    with each_world.db.read() as c:
        assert members_of_role(c, _role(c, "G")) == {"A": "A@x.example", "B": "B@x.example"}
        assert members_of_role(c, _role(c, "I")) == {}


def test_people_by_key_and_one_alone(each_world: World) -> None:
    each_world.become(everyone("b", "A", "é"))
    with each_world.db.read() as c:
        assert [user.employee_id for user in people(c, None)] == ["A", "b", "é"]
        assert [user.employee_id for user in people(c, ["b"])] == ["b"]
        assert list(people(c, ["nobody"])) == []
