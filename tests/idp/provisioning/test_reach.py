"""Whom a rule touches, against asking everybody about it."""

import pytest

from lockstep.idp.apps.rules.evaluate import verdict
from lockstep.idp.apps.rules.records import Existing, Mapped, Rule
from lockstep.idp.directory.activity import store as activity
from lockstep.idp.directory.activity.actions import begin_day
from lockstep.idp.directory.activity.records import Activity
from lockstep.idp.directory.conditions.records import Condition
from lockstep.idp.directory.lookup import find_user
from lockstep.idp.provisioning import reach
from lockstep.idp.provisioning.reach import touched_by
from lockstep.idp.provisioning.source import subjects
from tests.idp.provisioning.world import DAY, World, many

KEYS = many(40)
TEAMS = {"G": ("Team", KEYS[::3]), "H": ("Crew", KEYS[::5])}
PEOPLE = {key: {"title": f"T{number % 4}"} for number, key in enumerate(KEYS)}


@pytest.mark.parametrize("most", [1, 7, 100])
@pytest.mark.parametrize(
    "rule",
    [
        Rule("all", (Existing(("X",), "title"),), id=1),
        Rule("some", (Mapped("role", "^T.*", "title"),), conditions=(Condition("title", "equals", "T1"),), id=1),
        Rule(
            "gone",
            (
                Existing(
                    ("X",),
                ),
            ),
            conditions=(Condition("last_login", "is greater than", "3"),),
            enabled=False,
            id=1,
        ),
    ],
)
def test_pages_say_what_asking_everybody_says(
    each_world: World, rule: Rule, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = each_world
    monkeypatch.setattr(reach, "PIECE", 8)
    monkeypatch.setattr(reach, "LOOKED_AT", 16)
    world.make_app()
    world.become(PEOPLE, TEAMS)
    world.nest("H", "G")
    later = Rule("later", (Existing(("Y",), "title"),), conditions=(Condition("title", "equals", "T1"),), id=2)
    with world.write() as c:
        begin_day(c, world.now)
        for number, key in enumerate(KEYS[:20]):
            activity.write(c, find_user(c, key).id, Activity(last_login=world.now - number * DAY))
        pages, after, found = 0, "", []
        while pages == 0 or after:
            page = touched_by(c, world.app_of(c), (rule, later), rule, after, most)
            assert len(page.people) <= most
            found += [(one.user.employee_id, one.sets, one.beaten) for one in page.people]
            pages, after = pages + 1, page.after
        on = Rule(rule.name, rule.actions, rule.match, rule.conditions, id=1)
        wanted = {}
        for subject in subjects(c, (on,)):
            one = verdict(on, *subject)
            if one.applies:
                wanted[subject[0].employee_id] = one
    assert [key for key, _, _ in found] == list(wanted)
    for key, sets, beaten in found:
        assert dict(sets).get("title", "") == ";".join(wanted[key].values.get("title", ()))
        assert beaten == ({"title"} if "title" in dict(sets) and PEOPLE[key]["title"] == "T1" else frozenset())


def test_who_does_not_have_the_app_is_not_touched(world: World) -> None:
    world.make_app(everyone=False)
    world.become(PEOPLE, TEAMS)
    rule = Rule("all", (Existing(("X",), "title"),), id=1)
    with world.write() as c:
        assert touched_by(c, world.app_of(c), (rule,), rule) == reach.Reach([], len(KEYS), "")
