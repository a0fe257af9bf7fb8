"""What filters are understood to ask for."""

import pytest

from lockstep.idp.console.finding import address, groups, sources, understood
from lockstep.idp.directory.groups.actions import create
from lockstep.idp.directory.groups.records import Policy
from lockstep.idp.directory.search import store as search
from lockstep.idp.directory.search.records import Filter
from tests.idp.console.world import World


def found(world: World, **given: str) -> list[str]:
    with world.db.read() as c:
        return [user.employee_id for user in search.page(c, understood(c, given).filter, after="", limit=10)]


def problem(world: World, **given: str) -> str:
    with world.db.read() as c:
        asked = understood(c, given)
        assert search.page(c, asked.filter, after="", limit=10) == [], "who is not understood finds nobody"
    return "; ".join(asked.problems.values())


def test_each_filter_by_name_and_by_number(each_world: World) -> None:
    with each_world.changing() as c:
        staff = create(c, "Staff", Policy(), actor="root", now=1)
        c.script(
            [
                f"UPDATE users SET status = 2, group_id = {staff.id}, source = 12 WHERE id = {each_world.bob.id}",
                f"UPDATE users SET state = 2 WHERE id = {each_world.bob.id}",
            ]
        )
    assert found(each_world) == ["alice", "bob"]
    assert found(each_world, status="suspended") == found(each_world, status="2") == ["bob"]
    assert found(each_world, state="rejected") == found(each_world, state="2") == ["bob"]
    assert (
        found(each_world, group="staff") == found(each_world, group=str(staff.id)) == found(each_world, source="12") == ["bob"]
    )
    assert found(each_world, source="hand") == found(each_world, source="0") == ["alice"]
    assert found(each_world, role="Readers") == found(each_world, role=each_world.role.group_id) == ["alice"]
    assert found(each_world, app="aws") == found(each_world, app=str(each_world.app.id)) == ["alice"]
    assert found(each_world, q="ali", role="Readers", status="active") == ["alice"]
    assert found(each_world, state="rejected", app="aws") == []
    with each_world.db.read() as c:
        assert groups(c) == [("", "Any group"), (str(staff.id), "Staff")]
        assert sources(c)[1:] == [("0", "Made by hand"), ("1", "Import of a folder"), ("12", "Source 12")]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"status": "x"}, "'x' is unknown; there are unactivated, active"),
        ({"state": "9"}, "'9' is unknown; there are unapproved"),
        ({"role": "Cooks"}, "there is no role 'Cooks'"),
        ({"app": "x"}, "there is no app 'x'"),
        ({"group": "9" * 30}, "there is no group"),
        ({"source": "ldap"}, "'ldap' is unknown"),
    ],
)
def test_what_is_not_understood_finds_nobody_and_says_why(world: World, given: dict[str, str], said: str) -> None:
    assert said in problem(world, **given)


def test_chips_and_addresses(world: World) -> None:
    with world.db.read() as c:
        asked = understood(c, {"q": "a b", "status": "2", "unknown": "x"})
        assert asked.chips("/u") == [("Search", "a b", "/u?status=2"), ("Status", "Suspended", "/u?q=a+b")]
        assert understood(c, {}).filter == Filter()
    assert address("/u", asked.given, after="k") == "/u?q=a+b&status=2&after=k"
