"""What the report of a take-over says."""

import pytest

from lockstep.idp.apps import actions as apps
from lockstep.idp.apps.records import NAME_ID, Parameter
from lockstep.idp.provisioning.takeover_report import in_words, needs_a_person
from tests.idp.provisioning.occupied import (
    Json,
    asked,
    linked,
    names,
    occupied,
    put_user,
)
from tests.idp.provisioning.world import World, everyone, many


def test_the_report_of_a_centre_that_has_people(each_world: World) -> None:
    found = asked(occupied(each_world))
    assert found["users"] == {
        "adopt": 1,
        "case": 1,
        "conflict": 1,
        "create": 1,
        "unmatched": 1,
        "linked": 0,
        "other_external_id": 1,
        "change": 3,
    }
    assert found["groups"] == {
        "adopt": 1,
        "case": 1,
        "conflict": 0,
        "create": 1,
        "unmatched": 1,
        "linked": 0,
        "protected": 1,
        "change": 2,
    }
    assert found["requests"] == found["floor"] == 1 + 1 + 2
    users, groups = found["listed"]["users"], found["listed"]["groups"]
    [alice] = users["adopt"]
    assert (alice["there"], alice["by"]) == ({"id": "a", "name": "A@x.example"}, ["userName", "e-mail"])
    assert (alice["before"]["title"], alice["after"]["title"], alice["after"]["manager"]) == ("of old", "x", "B")
    assert "emails" not in alice["after"]
    assert (names(users["case"]), names(users["create"])) == (["B@x.example"], ["F@x.example"])
    [conflict] = users["conflict"]
    assert [one["id"] for one in conflict["among"]] == ["c2", "c1"]
    assert users["other_external_id"][0]["why"] == "has the externalId 00uOkta there, which nobody here has"
    assert users["unmatched"] == [{"id": "s", "name": "stranger"}]
    [team] = groups["adopt"]
    assert team["members"] == {"stay": 1, "add": 1, "remove": 0, "strangers": 2}
    assert groups["case"][0]["members"] == {"stay": 0, "add": 1, "remove": 2, "strangers": 0}
    assert groups["case"][0]["after"] == {"displayName": "Crew"}
    assert groups["protected"] == [{"id": "p", "name": "AWSLogArchive"}]
    assert (names(groups["create"]), names(groups["unmatched"])) == (["New"], ["Theirs"])
    assert linked(each_world) == ([], [], [])
    [told] = [event for event in each_world.events() if event.type.value.startswith("provisioning.takeover")]
    assert "users to take over: 2, groups: 2; conflicts: 1; another externalId: 1" in told.notes


def test_who_is_called_otherwise_than_in_assertions_is_named(each_world: World) -> None:
    each_world.make_app()
    each_world.become({"A": {}, "B": {"email": "B@x.example"}})
    put_user(each_world, "a", "a@x.example")
    put_user(each_world, "b", "B@x.example")
    found = asked(each_world)
    assert found["name_id"] == {"now": 1, "after": 0}
    assert found["listed"]["name_id"] == [
        {"key": "A", "name": "A@x.example", "there": "a@x.example", "name_id": "A@x.example", "mended": True}
    ]
    with each_world.write() as c:
        own = Parameter(NAME_ID, "email", macro=False)
        apps.set_parameter(c, apps.find_app(c, "aws"), own, each_world.now)
    found = asked(each_world)
    assert found["name_id"] == {"now": 1, "after": 1}
    [alice] = found["listed"]["name_id"]
    assert (alice["there"], alice["name_id"], alice["mended"]) == ("a@x.example", "", False)


def test_the_lists_end_and_the_counts_do_not(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lockstep.idp.provisioning.takeover_report.SHOWN", 2)
    world.make_app()
    world.become(everyone(*many(5)))
    found = asked(world)
    assert (found["users"]["create"], names(found["listed"]["users"]["create"])) == (
        5,
        ["E0000@x.example", "E0001@x.example"],
    )


def test_groups_are_left_aside_where_they_are_not_sent(world: World) -> None:
    found = asked(occupied(world, "groups=off"))
    assert (found["groups_read"], found["requests"], found["floor"]) == (False, 1, 1)
    assert set(found["groups"].values()) == {0}


def test_what_needs_a_person() -> None:
    def found(users: int = 0, groups: int = 0, other: int = 0, taken: int = 0) -> Json:
        counts = {"adopt": 1, "case": 0, "create": 2, "unmatched": 3}
        both = {"users": {**counts, "conflict": users, "other_external_id": other}, "groups": {**counts, "conflict": groups}}
        return {**both, "taken": {"other_external_id": taken}}

    assert not needs_a_person(found())
    assert needs_a_person(found(users=1))
    assert needs_a_person(found(groups=1))
    assert needs_a_person(found(other=1))
    assert not needs_a_person(found(other=1, taken=1))
    assert in_words(found(users=1, groups=1)) == (
        "users to take over: 1, groups: 1; conflicts: 2; another externalId: 0; would be made: 4; nobody's: 6"
    )
