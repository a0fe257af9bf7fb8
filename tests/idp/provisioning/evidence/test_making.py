"""A record says what was compared, and whether both sides are equal."""

import pytest

from lockstep.idp.provisioning.evidence.chain import problems
from lockstep.kit.problems import Problem
from tests.idp.provisioning.evidence.maker import Maker
from tests.idp.provisioning.target import Fault


def test_both_sides_are_equal(maker: Maker) -> None:
    result = maker.make()
    assert result == {"number": 1, "equal": True, "differences": 0, "changes": 0, "requests": 4, "floor": 4}
    (one,) = maker.kept()
    record = one.record
    assert record["compared"] == {"users": 3, "groups": 2, "memberships": 2}
    assert (record["app"], record["target"], record["previous"]) == ("aws", maker.world.app().scim_url, "")
    assert record["made_at"] == "2023-11-14T22:13:20Z"
    assert len(record["installation"]) == 32
    assert record["plan"]["changes"] == {}
    assert maker.world.target.writes == []
    (notes,) = [event.notes for event in maker.world.events() if event.type == "evidence.recorded"]
    assert notes.startswith("record 1: equal")


def test_the_digest_is_of_what_is_there(maker: Maker) -> None:
    maker.make()
    maker.make()
    maker.world.synced({"A": {"title": "New"}, "B": {}, "C": {}}, {"1": ("Readers", "AB"), "2": ("Empty", "")})
    maker.make()
    maker.world.synced({"A": {"title": "New"}, "B": {}, "C": {}}, {"1": ("Readers", "AC"), "2": ("Empty", "")})
    maker.make()
    first, second, third, fourth = (one.record["state_digest"] for one in maker.kept())
    assert first == second
    assert len({second, third, fourth}) == 3
    assert problems(maker.kept()) == []


def test_a_difference_at_the_target_is_listed_and_stays(maker: Maker) -> None:
    number = maker.world.target.id_of("A@x.example")
    maker.world.target.users[number]["title"] = "Meddled"
    result = maker.make()
    assert (result["equal"], result["differences"], result["changes"]) == (False, 1, 0)
    assert maker.kept()[0].record["check"]["listed"] == [{"object": "user", "name": "A@x.example", "kind": "changed"}]
    assert maker.make()["differences"] == 1, "evidence puts nothing right and forgets nothing"


def test_what_should_be_there_and_is_not_is_no_equality(maker: Maker) -> None:
    """The target holds what is remembered of it, but that is not what it should hold."""
    maker.world.set("approve-create=on")
    maker.world.become({"A": {}, "B": {}, "C": {}, "D": {}}, {"1": ("Readers", "AB"), "2": ("Empty", "")})
    result = maker.make()
    assert (result["equal"], result["differences"], result["changes"]) == (False, 0, 1)
    assert maker.kept()[0].record["plan"]["changes"] == {"waiting": 1}


def test_a_stranger_at_the_target_is_counted_and_is_no_difference(maker: Maker) -> None:
    maker.world.target.users["s"] = {"id": "s", "userName": "stranger@x.example"}
    assert maker.make()["equal"]
    assert maker.kept()[0].record["check"]["users_not_ours"] == 1


def test_a_target_that_cannot_be_read_leaves_no_record(maker: Maker) -> None:
    maker.world.target.faults = lambda _sent: Fault(500)
    with pytest.raises(Problem, match="could not be read"):
        maker.make()
    assert maker.kept() == []


def test_an_app_that_is_limited_to_some_people_gets_no_record(maker: Maker) -> None:
    """Of the others nothing is known."""
    maker.world.set("pilot-people=1")
    with pytest.raises(Problem, match="aws is limited to some people"):
        maker.make()
    assert maker.kept() == []
