"""The groups of an app, page by page."""

import pytest

from lockstep.idp.apps import actions as apps
from lockstep.idp.apps.rules import actions as rules
from lockstep.idp.apps.rules.records import Mapped, Rule
from lockstep.idp.provisioning import links
from lockstep.idp.provisioning.groups import listing
from lockstep.idp.provisioning.groups.listing import every, one, page
from lockstep.idp.provisioning.groups.records import Pushed, Standing
from lockstep.idp.provisioning.records import State
from tests.idp.provisioning.target import Fault
from tests.idp.provisioning.world import World, everyone

ABC = everyone("A", "B", "C")
TEAMS = {"G": ("Staff", ["A", "B"]), "H": ("Cooks", ["C"]), "I": ("cooks", ["A"])}


def listed(world: World, state: Standing | None = None, text: str = "") -> list[Pushed]:
    app = world.app()
    with world.db.read() as c:
        found, after = page(c, app, state=state, text=text)
    assert after == ""
    return found


def named(found: list[Pushed]) -> list[tuple[str, str]]:
    return [(group.name, group.state.value) for group in found]


def test_before_any_plan_there_is_nothing_to_show(each_world: World) -> None:
    each_world.make_app()
    each_world.become(ABC, TEAMS)
    assert listed(each_world) == []
    app = each_world.app()
    with each_world.db.read() as c:
        assert one(c, app, "staff") is None


def test_from_planned_to_in_step(each_world: World) -> None:
    world = each_world
    world.make_app("approve-create=on")
    world.become(ABC, TEAMS)
    world.plan()
    assert named(listed(world)) == [("Cooks", "waits"), ("Staff", "waits")]
    cooks = listed(world)[0]
    assert (cooks.id_at_target, cooks.members, cooks.wanted, cooks.feeders, cooks.last_pushed) == ("", 0, 2, ("H", "I"), 0)
    world.set("approve-create=off")
    world.sync()
    cooks, staff = listed(world)
    assert (cooks.id_at_target, cooks.members, cooks.wanted) == (world.target.id_of("Cooks"), 2, 2)
    assert (staff.state, staff.last_pushed, staff.error) == (Standing.IN_STEP, world.now, "")
    before, world.now = world.now, world.now + 1_000
    world.become(ABC, {**TEAMS, "G": ("Staff", ["A"])})
    world.sync()
    assert [(group.name, group.members, group.last_pushed) for group in listed(world)] == [
        ("Cooks", 2, before),
        ("Staff", 1, world.now),
    ]
    world.become(ABC, {"G": ("Crew", ["A"])})
    world.now += 1_000
    world.sync()
    assert [(group.name, group.last_pushed) for group in listed(world)] == [("Crew", world.now)]


def test_wanted_are_those_who_have_the_app_nested_roles_included(each_world: World) -> None:
    world = each_world
    world.make_app(everyone=False)
    world.become(ABC, {**TEAMS, "J": ("Owners", ["A", "C"])})
    with world.write() as c:
        apps.assign(c, apps.find_app(c, "aws"), "Owners", 1)
    world.sync()
    assert [(group.name, group.wanted, group.members) for group in listed(world)] == [
        ("Cooks", 2, 2),
        ("Owners", 2, 2),
        ("Staff", 1, 1),
    ]
    world.nest("G", "H")
    world.nest("J", "G")
    world.plan()
    assert [(group.name, group.state.value, group.wanted, group.members) for group in listed(world)] == [
        ("Cooks", "in step", 2, 2),
        ("Owners", "waits", 3, 2),
        ("Staff", "waits", 3, 1),
    ]


def test_with_rules_wanted_is_what_the_plan_makes_of_it(each_world: World) -> None:
    world = each_world
    world.make_app()
    world.synced(ABC, TEAMS)
    app = world.app()
    with world.write() as c:
        rules.save(c, app, Rule("staff", (Mapped("role", "^Staff$"),)), 1, actor="root")
        rules.apply(c, app, 1, actor="root")
    world.become(ABC, {**TEAMS, "G": ("Staff", ["A", "C"])})
    world.plan()
    assert [(group.name, group.state.value, group.members, group.wanted) for group in listed(world)] == [
        ("Cooks", "waits", 2, 2),  # deleted as a whole
        ("Staff", "waits", 2, 2),
    ]


def test_failed_gone_held_and_protected_are_found_by_their_state(each_world: World) -> None:
    world = each_world
    world.make_app("limit-removals=1")
    world.synced(ABC, {**TEAMS, "J": ("Owners", ["A", "B", "C"]), "K": ("Guests", []), "L": ("Night", [])})
    stays = world.target.id_of("Staff")
    world.target.faults = lambda sent: Fault(400, detail="no room") if stays in sent.path else None
    world.set("protect=Night*")
    world.become(ABC, {"G": ("Staff", ["A", "B", "C"]), "H": ("Cooks", ["A", "C"]), "J": ("Owners", []), "K": ("Guests", [])})
    world.sync()
    with world.write() as c:
        guests = links.group_by_key(c, world.link_target(c), "guests")
        assert guests is not None
        links.set_group_missing(c, world.link_target(c), guests.id)  # as a check finds it
    assert named(listed(world)) == [
        ("Cooks", "in step"),
        ("Guests", "gone"),
        ("Night", "protected"),
        ("Owners", "held"),
        ("Staff", "failed"),
    ]
    for state, name in (
        (Standing.FAILED, "Staff"),
        (Standing.GONE, "Guests"),
        (Standing.HELD, "Owners"),
        (Standing.PROTECTED, "Night"),
        (Standing.IN_STEP, "Cooks"),
    ):
        assert [group.name for group in listed(world, state)] == [name]
        assert [group.name for group in listed(world, state, "o")] == ([name] if "o" in name.lower() else [])
    assert listed(world, Standing.WAITS) == listed(world, Standing.LEFT) == []
    assert "no room" in listed(world, Standing.FAILED)[0].error
    assert listed(world, Standing.PROTECTED)[0].wanted is None
    assert named(listed(world, text="NIGHT")) == [("Night", "protected")]
    world.set("groups=off")
    assert {group.state for group in listed(world)} == {Standing.LEFT, Standing.PROTECTED}


def test_pages_go_by_key_and_show_each_group_once(each_world: World) -> None:
    world = each_world
    world.make_app()
    world.synced(everyone("A"), {f"R{number:03}": (f"Team {number:03}", []) for number in range(0, 240, 2)})
    world.become(everyone("A"), {f"R{number:03}": (f"Team {number:03}", []) for number in range(240)})
    world.plan()  # every other one is there, the others are planned
    app, found, after, pages = world.app(), list[str](), "", 0
    with world.db.read() as c:
        while True:
            some, after = page(c, app, after=after)
            found += [group.name for group in some]
            pages += 1
            if not after:
                break
        assert found == [f"Team {number:03}" for number in range(240)]
        assert pages == 5
        assert [group.name for group in every(c, app)] == found
        waits, more = page(c, app, state=Standing.WAITS, limit=100)
        assert [group.name for group in waits] == found[1:200:2]
        assert [group.name for group in page(c, app, state=Standing.WAITS, after=more)[0]] == found[201::2]


def test_a_page_looks_through_so_many_and_says_where_to_go_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.make_app()
    world.synced(everyone("A"), {f"R{number:03}": (f"Team {number:03}", []) for number in range(30)})
    world.become(everyone("A"), {f"R{number:03}": (f"Team {number:03}", ["A"] if number == 29 else []) for number in range(30)})
    world.plan()
    app = world.app()
    monkeypatch.setattr(listing, "SPAN", 20)
    monkeypatch.setattr(listing, "PIECE", 5)
    with world.db.read() as c:
        assert page(c, app, state=Standing.WAITS) == ([], "team 019")
        found, after = page(c, app, state=Standing.WAITS, after="team 019")
        assert ([group.name for group in found], after) == (["Team 029"], "")


def test_a_planned_change_is_counted_in_its_state(world: World) -> None:
    world.make_app()
    world.become(ABC, TEAMS)
    world.plan()
    staff = listed(world, text="staff")[0]
    assert [(change.kind.value, change.state, change.adds) for change in staff.planned] == [("create", State.READY, 2)]
