"""Bulk requests of whole runs: at the floor, each operation settled by itself, whatever happens to the answer."""

from collections.abc import Callable
from typing import Any

import pytest

from lockstep.idp.provisioning.bulk_exchange import PLACE
from tests.idp.provisioning.provider import Generic
from tests.idp.provisioning.target import Fault, Faults, Sent
from tests.idp.provisioning.world import everyone, many

SAYS: dict[str, Any] = {
    "patch": {"supported": True},
    "bulk": {"supported": True, "maxOperations": 10, "maxPayloadSize": 100_000},
}
PEOPLE = many(25)
TEAMS = {f"G{number}": (f"Team {number}", PEOPLE[number : number + 5]) for number in range(4)}


@pytest.fixture
def offering(generic: Generic) -> Generic:
    generic.offer(says=SAYS, bulk=10)
    return generic


def one(where: Callable[[Sent], bool], fault: Fault, times: int = 1) -> Faults:
    """The first requests of a sort go wrong."""
    left = [times]

    def faults(sent: Sent) -> Fault | None:
        if not where(sent) or not left[0]:
            return None
        left[0] -= 1
        return fault

    return faults


def is_bulk(sent: Sent) -> bool:
    return sent.path == PLACE


def of(name: str) -> Callable[[Sent], bool]:
    return lambda sent: isinstance(sent.body, dict) and sent.body.get("userName") == f"{name}@x.example"


def same(generic: Generic) -> None:
    """Everybody is there, once, and in their groups."""
    assert sorted(generic.provider.people()) == PEOPLE
    assert generic.provider.teams() == {name: {f"{key}@x.example" for key in members} for name, members in TEAMS.values()}
    again = generic.world.sync()
    assert (again.requests, again.failed) == (0, 0)


def test_a_first_run_is_at_its_floor(offering: Generic) -> None:
    offering.world.become(everyone(*PEOPLE), TEAMS)
    result = offering.world.sync()
    assert (result.applied, result.failed, result.requests, result.floor) == (29, 0, 4, 4)
    assert offering.methods() == ["GET /ServiceProviderConfig", *["POST /Bulk"] * 4]
    assert [len(one) for one in offering.provider.bulks.operations] == [10, 10, 5, 4]
    same(offering)


def test_changes_of_one_stage_go_together_whatever_they_are(offering: Generic) -> None:
    offering.world.set("leavers=delete", "limit-deletions-share=1")
    offering.world.synced(everyone(*PEOPLE), TEAMS)
    offering.provider.bulks.operations.clear()
    stay = {key: {"title": "x"} for key in PEOPLE[:6]}
    offering.world.become(stay | everyone(*PEOPLE[6:24]), {**TEAMS, "G0": ("Crew", PEOPLE[:4])})
    result = offering.world.sync()
    assert (result.failed, result.requests, result.floor) == (0, 3, 3)
    assert [[sent.method for sent in part] for part in offering.provider.bulks.operations] == [
        ["DELETE", "PATCH"],
        ["PATCH"] * 6,
    ]  # the renaming, alone in its stage, is a request of its own
    assert offering.provider.teams()["Crew"] == {f"{key}@x.example" for key in PEOPLE[:4]}


def test_managers_are_known_by_their_ids(offering: Generic) -> None:
    offering.world.become({"A": {}, "B": {"manager_id": "A"}, "C": {"manager_id": "B"}})
    result = offering.world.sync()
    assert (result.failed, result.requests, result.floor) == (0, 3, 3)
    offering.world.sync()
    assert len(offering.provider.writes) == 3


def test_one_operation_that_is_refused_fails_alone(offering: Generic) -> None:
    offering.provider.faults = one(of(PEOPLE[3]), Fault(400, detail="mutability: no"), times=9)
    offering.world.become(everyone(*PEOPLE), TEAMS)
    result = offering.world.sync()
    assert (result.failed, len(offering.provider.users), len(offering.provider.groups)) == (1, 24, 4)
    offering.provider.faults = lambda _sent: None
    offering.world.sync()
    same(offering)


def test_a_conflict_in_an_operation_is_explained_as_for_a_single_request(offering: Generic) -> None:
    offering.world.set("adopt=adopt")
    theirs = offering.provider.answer_made("/Users", {"userName": f"{PEOPLE[3]}@x.example", "title": "theirs"})
    offering.world.become(everyone(*PEOPLE), TEAMS)
    assert offering.world.sync().failed == 0
    assert offering.provider.id_of(f"{PEOPLE[3]}@x.example") == theirs
    assert "title" not in offering.provider.users[theirs]
    same(offering)


def test_what_is_gone_is_found_out_and_made_again(offering: Generic) -> None:
    offering.world.synced(everyone(*PEOPLE), TEAMS)
    offering.provider.lose(offering.provider.id_of(f"{PEOPLE[2]}@x.example"))
    offering.world.become({key: {"title": "x"} for key in PEOPLE}, TEAMS)
    assert offering.world.sync().failed == 0
    same(offering)


@pytest.mark.parametrize("fault", [Fault(0, done=True), Fault(0), Fault(500, done=True), Fault(502)])
@pytest.mark.parametrize("times", [1, 2])
def test_an_answer_that_got_lost_makes_nobody_twice(offering: Generic, fault: Fault, times: int) -> None:
    offering.provider.faults = one(is_bulk, fault, times)
    offering.world.become(everyone(*PEOPLE), TEAMS)
    assert offering.world.sync().failed == 0
    same(offering)


def test_a_target_that_falls_silent_leaves_creates_in_doubt(offering: Generic) -> None:
    offering.provider.faults = lambda sent: (
        Fault(0, done=True)
        if is_bulk(sent)
        else Fault(0)
        if sent.path in ("/Users", "/Groups") and sent.method == "GET"
        else None
    )
    offering.world.become(everyone(*PEOPLE), TEAMS)
    with pytest.raises(Exception, match="does not answer"):
        offering.world.sync()
    offering.provider.faults = lambda _sent: None
    assert offering.world.sync().failed == 0
    same(offering)


@pytest.mark.parametrize("fault", [Fault(500, done=True), Fault(503)])
def test_an_operation_that_nobody_knows_of_is_looked_for(offering: Generic, fault: Fault) -> None:
    offering.provider.faults = one(of(PEOPLE[3]), fault)
    offering.world.become(everyone(*PEOPLE), TEAMS)
    assert offering.world.sync().failed == 0
    same(offering)


def test_an_operation_that_is_throttled_goes_in_the_next_bulk(offering: Generic) -> None:
    offering.provider.faults = one(of(PEOPLE[3]), Fault(429))
    offering.world.become(everyone(*PEOPLE), TEAMS)
    result = offering.world.sync()
    assert (result.failed, result.requests) == (0, 5)
    same(offering)


def test_an_operation_that_is_throttled_for_ever_fails(offering: Generic) -> None:
    offering.provider.faults = one(of(PEOPLE[3]), Fault(429), times=1_000)
    offering.world.become(everyone(*PEOPLE))
    assert offering.world.sync().failed == 1


def test_a_throttled_bulk_waits(offering: Generic) -> None:
    offering.provider.faults = one(is_bulk, Fault(429), times=3)
    offering.world.become(everyone(*PEOPLE), TEAMS)
    result = offering.world.sync()
    assert (result.failed, result.requests) == (0, 7)
    same(offering)


@pytest.mark.parametrize("status", [404, 405, 501, 400])
def test_a_bulk_that_is_not_there_after_all(offering: Generic, status: int) -> None:
    offering.provider.faults = lambda sent: Fault(status) if is_bulk(sent) else None
    offering.world.become(everyone(*PEOPLE), TEAMS)
    assert offering.world.sync().failed == 0
    assert offering.can()[0].bulk_operations == 0
    assert offering.can()[1].refused == {"bulk"}
    assert offering.methods().count("GET /ServiceProviderConfig") == 2
    same(offering)


def test_a_bulk_that_is_too_large_is_cut(offering: Generic) -> None:
    offering.provider.offers.bulk = 3
    offering.world.become(everyone(*PEOPLE), TEAMS)
    assert offering.world.sync().failed == 0
    assert offering.can()[0].bulk_operations == 2
    same(offering)


def test_a_smaller_bulk_that_the_target_says_is_believed(offering: Generic) -> None:
    offering.world.synced({"A": {}})
    offering.offer(says={"bulk": {"supported": True, "maxOperations": 4}}, bulk=4)
    offering.world.become(everyone(*PEOPLE), TEAMS)
    assert offering.world.sync().failed == 0
    assert offering.can()[0].bulk_operations == 4
    assert offering.can()[1].bulk_operations == 0


def test_a_request_keeps_to_the_payload(offering: Generic) -> None:
    offering.offer(
        says={"bulk": {"supported": True, "maxOperations": 100, "maxPayloadSize": 2_000}}, bulk=100, bulk_bytes=2_000
    )
    offering.world.become(everyone(*PEOPLE), TEAMS)
    assert offering.world.sync().failed == 0
    assert offering.can()[1].bulk_operations == 0
    assert len(offering.provider.bulks.operations) > 2
    same(offering)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_token_stops_everything_at_once(offering: Generic, status: int) -> None:
    offering.provider.faults = lambda sent: Fault(status) if is_bulk(sent) else None
    offering.world.become(everyone(*PEOPLE), TEAMS)
    with pytest.raises(Exception, match="refused the access token"):
        offering.world.sync()
    assert len(offering.provider.writes) <= 3
    offering.provider.faults = lambda _sent: None
    offering.world.sync()
    same(offering)
