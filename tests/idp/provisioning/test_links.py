"""What is remembered of a target, on each database."""

import pytest

from lockstep.idp.provisioning import links
from lockstep.idp.provisioning.plan import manager_of
from lockstep.idp.provisioning.records import Document, GroupLink
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement
from tests.idp.provisioning.values import document
from tests.idp.provisioning.world import World


@pytest.fixture
def app(each_world: World) -> int:
    return each_world.make_app().id


def put(c: Connection, target: int, key: str, value: Document | None = None, *, made: bool = True) -> None:
    links.put_user(c, target, key, f"t-{key}", value or document(f"{key}@x"), made=made)


def test_links_belong_to_the_url(each_world: World, app: int) -> None:
    with each_world.write() as c:
        assert links.find_target(c, app, "https://one/") == 0
        one, other = links.target_of(c, app, "https://one/"), links.target_of(c, app, "https://other/")
        assert links.target_of(c, app, "https://one/") == one == links.find_target(c, app, "https://one/")
        put(c, one, "E1")
        assert (links.count_users(c, one), links.count_users(c, other)) == (1, 0)


def test_a_user_comes_back_as_written(each_world: World, app: int) -> None:
    value = document("É@x", email="Ä@x", manager="E2", title="\u2028")
    with each_world.write() as c:
        target = links.target_of(c, app, "u")
        links.put_user(c, target, "E1", "t-1", value, made=False)
        link = links.user_by_key(c, target, "E1")
        assert link is not None
        assert (link.key, link.target_id, link.made, link.value, link.left_at, link.missing) == (
            "E1", "t-1", False, value, 0, False
        )  # fmt: skip
        assert links.user_by_target_id(c, target, "t-1") == link
        assert links.users_by_keys(c, target, ["E1", "E9"]) == [link]
        assert (links.user_by_key(c, target, "E9"), links.user_by_target_id(c, target, "t-9")) == (None, None)


def test_users_come_by_key_in_the_order_of_code_points(each_world: World, app: int) -> None:
    keys = ["a", "B", "é", "Z", "_", "10", "9"]
    with each_world.write() as c:
        target = links.target_of(c, app, "u")
        for key in keys:
            put(c, target, key)
        assert [link.key for link in links.users(c, target)] == sorted(keys)


@pytest.mark.parametrize(
    ("statement", "given"),
    [
        (links._MEMBERSHIPS_OF, {"members": '["t-E1"]'}),
        (links._GROUPS_OF_MEMBER, {"member": "t-E1"}),
        (links._DROP_MEMBERSHIPS, {"member": "t-E1"}),
    ],
)
def test_the_groups_of_one_member_are_found_without_walking_all_groups(
    world: World, statement: Statement, given: dict[str, str]
) -> None:
    """It is asked for each person who is planned, shown or deleted; a target may have a hundred thousand groups."""
    compiled = statement.for_dialect("sqlite")
    with world.write() as c:
        steps = c.raw.execute(f"EXPLAIN QUERY PLAN {compiled.text}", {"target": 1, **given, **compiled.fixed}).fetchall()
    [of_groups] = [step[3] for step in steps if "group_links" in step[3]]
    assert "PRIMARY KEY" in of_groups
    assert "link_members_member" in str(steps)


def test_names_are_found_without_case(each_world: World, app: int) -> None:
    with each_world.write() as c:
        target = links.target_of(c, app, "u")
        put(c, target, "E1", document("STRASSE@x", email="Ann@X"))
        assert links.holder_of_user_name(c, target, "straße@X") == "E1"
        assert links.holder_of_email(c, target, "aNN@x") == "E1"
        assert (links.holder_of_user_name(c, target, "bob"), links.holder_of_email(c, target, "bob")) == (None, None)


def test_a_new_value_moves_the_names(each_world: World, app: int) -> None:
    with each_world.write() as c:
        target = links.target_of(c, app, "u")
        put(c, target, "E1", document("ann", email="ann@x"))
        link = links.user_by_key(c, target, "E1")
        assert link is not None
        links.set_value(c, link.id, document("anna"))
        assert links.holder_of_user_name(c, target, "anna") == "E1"
        assert (links.holder_of_user_name(c, target, "ann"), links.holder_of_email(c, target, "ann@x")) == (None, None)


def test_a_link_is_replaced_under_its_number(each_world: World, app: int) -> None:
    with each_world.write() as c:
        target = links.target_of(c, app, "u")
        put(c, target, "E1")
        old = links.user_by_key(c, target, "E1")
        assert old is not None
        links.set_left(c, old.id, 9)
        links.set_user_missing(c, target, old)
        links.put_user(c, target, "E1", "t-new", document("new"), made=True)
        new = links.user_by_key(c, target, "E1")
        assert new is not None
        assert (new.id, new.target_id, new.left_at, new.missing) == (old.id, "t-new", 0, False)


def test_a_user_who_vanished_holds_no_name_no_id_and_no_membership(each_world: World, app: int) -> None:
    with each_world.write() as c:
        target = links.target_of(c, app, "u")
        put(c, target, "E1", document("ann", email="ann@x"))
        group = links.put_group(c, target, "team", "Team", "g-1", ["G"], made=True)
        links.add_members(c, group, [("t-E1", "E1")], added=True)
        link = links.user_by_key(c, target, "E1")
        assert link is not None
        assert links.target_ids(c, target, ["E1", "E9"]) == {"E1": "t-E1"}
        links.set_user_missing(c, target, link)
        assert links.target_ids(c, target, ["E1"]) == {}
        assert (links.holder_of_user_name(c, target, "ann"), links.holder_of_email(c, target, "ann@x")) == (None, None)
        assert (links.members(c, group), links.count_missing(c, target), links.count_users(c, target)) == ([], 1, 1)
        links.set_value(c, link.id, link.value)
        assert (links.target_ids(c, target, ["E1"]), links.count_missing(c, target)) == ({"E1": "t-E1"}, 0)


def test_a_user_who_is_dropped_takes_memberships_along(each_world: World, app: int) -> None:
    with each_world.write() as c:
        target = links.target_of(c, app, "u")
        put(c, target, "E1")
        group = links.put_group(c, target, "team", "Team", "g-1", ["G"], made=True)
        links.add_members(c, group, [("t-E1", "E1"), ("t-E2", "E2")], added=True)
        link = links.user_by_key(c, target, "E1")
        assert link is not None
        links.drop_user(c, target, link.id, "t-E1")
        assert (links.count_users(c, target), links.members(c, group)) == (0, [("t-E2", "E2", True)])


def test_the_same_id_at_another_target_is_somebody_else(each_world: World, app: int) -> None:
    """Many targets number their users 1, 2, 3."""
    with each_world.write() as c:
        one, other = links.target_of(c, app, "one"), links.target_of(c, app, "other")
        groups = []
        for target in (one, other):
            put(c, target, "E1")
            groups.append(links.put_group(c, target, "team", "Team", "g-1", ["G"], made=True))
            links.add_members(c, groups[-1], [("t-E1", "E1")], added=True)
        link = links.user_by_key(c, one, "E1")
        assert link is not None
        links.set_user_missing(c, one, link)
        links.drop_user(c, one, link.id, "t-E1")
        assert (links.members(c, groups[0]), links.members(c, groups[1])) == ([], [("t-E1", "E1", True)])


def test_who_was_managed_by_a_user_who_vanished_holds_an_id_of_nobody(each_world: World, app: int) -> None:
    with each_world.write() as c:
        target = links.target_of(c, app, "u")
        put(c, target, "E9")
        put(c, target, "E1", document("a", manager="E9"))
        put(c, target, "E2", document("b", manager="E8"))
        manager = links.user_by_key(c, target, "E9")
        assert manager is not None
        links.set_user_missing(c, target, manager)
        assert managers(c, target) == ["t-E9", "E8", ""]
        links.manager_is_back(c, target, manager.key, manager.target_id)
        assert managers(c, target) == ["E9", "E8", ""]


def managers(c: Connection, target: int) -> list[str]:
    held = [manager_of(link.value) for link in links.users(c, target)]
    assert held == [links.manager_held(c, link.id) for link in links.users(c, target)]
    return held


def test_groups(each_world: World, app: int) -> None:
    with each_world.write() as c:
        target = links.target_of(c, app, "u")
        second = links.put_group(c, target, "team", "Team", "g-2", ["G2", "G1"], made=True)
        first = links.put_group(c, target, "crew", "Crew", "g-1", [], made=False)
        crew, team = links.groups(c, target)
        assert crew == GroupLink(first, "crew", "Crew", "g-1", False, ())
        assert team == GroupLink(second, "team", "Team", "g-2", True, ("G2", "G1"))
        assert links.group_by_key(c, target, "team") == team == links.group_by_target_id(c, target, "g-2")
        assert (links.group_by_key(c, target, "x"), links.group_by_target_id(c, target, "x")) == (None, None)
        assert links.count_groups(c, target) == 2


def test_a_group_is_renamed_fed_and_called_at_the_target(each_world: World, app: int) -> None:
    with each_world.write() as c:
        target = links.target_of(c, app, "u")
        number = links.put_group(c, target, "team", "Team", "g-1", ["G"], made=True)
        links.name_group(c, number, "crew", "Crew", ["H"])
        links.feed_group(c, number, ["H", "I"])
        links.set_group_name(c, number, "Mischief")
        assert links.groups(c, target) == [GroupLink(number, "crew", "Mischief", "g-1", True, ("H", "I"))]


def test_a_group_that_vanished_keeps_its_link_and_no_members(each_world: World, app: int) -> None:
    with each_world.write() as c:
        target = links.target_of(c, app, "u")
        number = links.put_group(c, target, "team", "Team", "g-1", ["G"], made=True)
        links.add_members(c, number, [("t-1", "E1")], added=True)
        links.set_group_missing(c, target, number)
        assert (links.groups(c, target)[0].missing, links.members(c, number), links.count_missing(c, target)) == (True, [], 1)
        links.set_group_found(c, number)
        assert (links.groups(c, target)[0].missing, links.count_missing(c, target)) == (False, 0)


def test_a_group_that_is_made_again_starts_without_members(each_world: World, app: int) -> None:
    with each_world.write() as c:
        target = links.target_of(c, app, "u")
        old = links.put_group(c, target, "team", "Team", "g-1", ["G"], made=True)
        links.add_members(c, old, [("t-1", "E1")], added=True)
        new = links.put_group(c, target, "team", "Team", "g-2", ["G"], made=True)
        assert (new, links.members(c, new)) == (old, [])


def test_members(each_world: World, app: int) -> None:
    with each_world.write() as c:
        target = links.target_of(c, app, "u")
        team = links.put_group(c, target, "team", "Team", "g-1", ["G"], made=True)
        crew = links.put_group(c, target, "crew", "Crew", "g-2", ["H"], made=True)
        links.add_members(c, team, [("t-2", "E2"), ("t-1", ""), ("t-3", "E3")], added=True)
        links.add_members(c, team, [("t-1", "E1")], added=False)
        links.add_members(c, crew, [("t-1", "E1")], added=False)
        assert links.members(c, team) == [("t-1", "E1", True), ("t-2", "E2", True), ("t-3", "E3", True)]
        assert links.members(c, crew) == [("t-1", "E1", False)]
        assert links.count_members(c, target) == 3
        links.drop_members(c, team, ["t-2", "t-9"])
        assert list(links.members_of_groups(c, target)) == [(team, "t-1", "E1"), (team, "t-3", "E3"), (crew, "t-1", "E1")]
        links.drop_group(c, team)
        assert (links.count_groups(c, target), links.members(c, team)) == (1, [])


def test_links_of_many_people_are_found_at_once(each_world: World, app: int) -> None:
    keys = [f"E{index}" for index in range(2_000)]
    with each_world.write() as c:
        target = links.target_of(c, app, "u")
        for key in keys[:1_000]:
            put(c, target, key)
        assert len(links.target_ids(c, target, keys * 20)) == 1_000
