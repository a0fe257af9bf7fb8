"""Reading a target: pages, memberships the cheaper way, and the floor.  `test_check` reads whole targets with it."""

import asyncio

import pytest

from lockstep.idp.apps.connectors import CONNECTORS
from lockstep.idp.provisioning.exchange import TargetProblem
from lockstep.idp.provisioning.reading import Reader
from lockstep.scim import client
from tests.idp.provisioning.target import Fault, Target


@pytest.fixture
def target() -> Target:
    made = Target(lambda: 0)
    made.users = {f"u{one}": {"id": f"u{one}", "userName": f"u{one}"} for one in range(150)}
    made.groups = {
        "g1": {"id": "g1", "displayName": "One", "members": [{"value": "u1"}, {"value": "u2"}]},
        "g2": {"id": "g2", "displayName": "Two", "members": [{"value": "u1"}]},
    }
    return made


def reader_of(target: Target) -> Reader:
    return Reader(target.client("https://x", "t"), CONNECTORS["aws-iam-identity-center"])


async def _read(target: Target) -> list[str]:
    reader = reader_of(target)
    return [user["id"] async for page in reader.users() for user in page]


def test_every_page_is_read(target: Target) -> None:
    assert sorted(asyncio.run(_read(target))) == sorted(target.users)
    assert len(target.log) == reader_of(target).pages(150) == 2


@pytest.mark.parametrize(("by_group", "requests"), [(2, 2), (4, 3)])
def test_members_are_read_by_group_or_by_user(target: Target, by_group: int, requests: int) -> None:
    reader = reader_of(target)
    found = asyncio.run(reader.memberships(["g1", "g2"], {"u1", "u2", "u3"}, by_group))
    assert found == {"g1": {"u1", "u2"}, "g2": {"u1"}}
    assert len(target.log) == requests


def test_groups_that_were_not_asked_for_are_left_out(target: Target) -> None:
    reader = reader_of(target)
    assert asyncio.run(reader.memberships(["g2"], {"u1"}, 9)) == {"g2": {"u1"}}


@pytest.mark.parametrize("fault", [Fault(500), Fault(0)])
def test_what_cannot_be_read_to_its_end_is_a_problem(target: Target, fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "READ_PAUSES", (0.0,))
    target.faults = lambda sent: fault if sent.query.get("cursor") or "filter" in sent.query else None
    with pytest.raises(
        TargetProblem, match=r"the target could not be read: .*\. What to do about it: `lockstep idp app connect`$"
    ):
        asyncio.run(_read(target))
    with pytest.raises(
        TargetProblem, match=r"the target could not be read: .*\. What to do about it: `lockstep idp app connect`$"
    ):
        asyncio.run(reader_of(target).memberships(["g1"], {"u1"}, 1))


def test_the_floor(target: Target) -> None:
    floor = reader_of(target).floor
    assert floor(0, 0, []) == 2
    assert floor(101, 1, [0, 100, 101]) == 2 + 1 + (1 + 1 + 2)
    assert floor(3, 1, [0, 100, 101]) == 1 + 1 + 3
