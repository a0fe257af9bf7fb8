"""Whether a name is anybody's."""

import pytest

from lockstep.idp.directory.checks import NotThereProblem
from lockstep.idp.provisioning.known import check_group, check_user
from tests.idp.provisioning.world import World, everyone


def test_users_of_the_directory_and_of_the_target(each_world: World) -> None:
    each_world.make_app("leavers=nothing")
    each_world.synced(everyone("A", "B"))
    each_world.become(everyone("A"))
    with each_world.db.read() as c:
        app = each_world.app_of(c)
        for name in ("A", "a@X.example", "B", "b@x.example"):
            check_user(c, app, name)
        with pytest.raises(NotThereProblem, match="there is no user 'C', here or at the target of aws"):
            check_user(c, app, "C")


def test_groups_of_the_directory_and_of_the_target(each_world: World) -> None:
    each_world.make_app("limit-group-deletions=0")
    each_world.become(everyone("A"), {"G": ("Team", ["A"]), "H": ("Crew", [])})
    each_world.sync()
    each_world.become(everyone("A"), {"H": ("Crew", []), "I": ("New", [])})
    with each_world.db.read() as c:
        app = each_world.app_of(c)
        for name in ("team", "CREW", "New"):
            check_group(c, app, name)
        with pytest.raises(NotThereProblem, match="aws has no group 'Others'"):
            check_group(c, app, "Others")
