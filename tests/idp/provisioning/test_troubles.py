"""Failures of one target: by cause, by key, and marked to be tried again."""

from dataclasses import replace

import pytest

from lockstep.idp.apps import actions as apps
from lockstep.idp.events import EventType
from lockstep.idp.provisioning import jobs, ledger, retrying, troubles
from lockstep.idp.provisioning.records import Trouble
from lockstep.idp.provisioning.retries import NEVER
from lockstep.idp.provisioning.run import Orders
from lockstep.idp.provisioning.troubles import Chosen
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem
from tests.idp.provisioning.target import Fault
from tests.idp.provisioning.world import World, everyone

LONG = "the target refused it (400): 'nickName' is too long"
TAKEN = "the target refused it (409): Duplicate UserName"


def failure(obj: str, key: str, kind: str = "create", error: str = LONG, **more: object) -> Trouble:
    cause = "400-too-long-nickName" if error == LONG else "409-uniqueness-userName"
    known = Trouble(obj, key, f"{key}@x", kind, 1, 500, error, cause=cause, first_at=100, at=100)
    return replace(known, **more)  # type: ignore[arg-type]


ALL = (
    failure("user", "E1", first_at=50),
    failure("user", "E2", next_at=NEVER),
    failure("user", "E3", error=TAKEN, next_at=NEVER),
    failure("group", "team", "rename"),
    failure("group", "team", "members"),
)


def kept(world: World, c: Connection, *found: Trouble) -> int:
    target = world.link_target(c)
    for one in found:
        ledger.put_trouble(c, target, one)
    return target


def test_grouped_by_cause(each_world: World) -> None:
    each_world.make_app()
    with each_world.write() as c:
        target = kept(each_world, c, *ALL)
        [long, taken], more = troubles.by_cause(c, target)
        assert (more, troubles.by_cause(c, target, 1)) == (0, ([long], 1))
        assert troubles.count_dead(c, target) == 2
    assert (long.cause.id, long.cause.title) == ("400-too-long-nickName", "400 too long: nickName")
    assert (long.users, long.groups, long.objects, long.dead, long.first_at, long.next_at) == (2, 1, 3, 1, 50, 500)
    assert long.names == ["team@x", "E1@x", "E2@x"]
    assert (taken.objects, taken.dead, taken.names) == (1, 1, ["E3@x"])
    assert "userName" in taken.cause.advice


def test_what_failed_before_causes_were_kept(each_world: World) -> None:
    each_world.make_app()
    with each_world.write() as c:
        target = kept(each_world, c, failure("user", "E1", cause=""))
        [group], _ = troubles.by_cause(c, target)
        assert (group.cause.id, group.cause.title) == ("", "failed before causes were kept")
        assert len(troubles.page(c, target, Chosen(cause=""))[0]) == 1


def test_pages_go_by_key(each_world: World) -> None:
    each_world.make_app()
    with each_world.write() as c:
        target = kept(each_world, c, *ALL)
        found, after, shown = [], ("", "", ""), None
        while True:
            shown, last = troubles.page(c, target, Chosen(), after=after, most=2)
            found += [(one.object, one.key, one.kind) for one in shown]
            if last is None:
                break
            after = last
    assert found == sorted((one.object, one.key, one.kind) for one in ALL)


@pytest.mark.parametrize(
    ("chosen", "keys"),
    [
        (Chosen(), ["team", "team", "E1", "E2", "E3"]),
        (Chosen(cause="400-too-long-nickName"), ["team", "team", "E1", "E2"]),
        (Chosen(cause="400-too-long-nickName", dead=True), ["E2"]),
        (Chosen(dead=True), ["E2", "E3"]),
        (Chosen(object="group", key="team"), ["team", "team"]),
        (Chosen(cause="nothing"), []),
    ],
)
def test_some_of_them(each_world: World, chosen: Chosen, keys: list[str]) -> None:
    each_world.make_app()
    with each_world.write() as c:
        target = kept(each_world, c, *ALL)
        assert [one.key for one in troubles.page(c, target, chosen)[0]] == keys
        assert troubles.try_again(c, target, chosen, 300) == len(keys)
        due = sorted(one.key for one in ledger.troubled(c, target).values() if one.next_at == 300)
        assert due == sorted(keys)


def test_of_some_objects(each_world: World) -> None:
    each_world.make_app()
    with each_world.write() as c:
        target = kept(each_world, c, *ALL)
        assert troubles.of_keys(c, target, "user", ["E1", "E9"]) == {"E1": [ALL[0]]}
        assert len(troubles.of_keys(c, target, "group", ["team"])["team"]) == 2


def refused(world: World) -> None:
    """A and B are refused, each for a reason of its own."""
    world.make_app()
    world.become(everyone("A", "B"))
    words = {"A@x": "'nickName' is too long", "B@x": "Duplicate UserName"}
    world.target.faults = lambda sent: next(
        (Fault(400, detail=detail) for who, detail in words.items() if who in str(sent.body)), None
    )
    world.sync(Orders(by_hand=False))
    world.target.log.clear()


def tried(world: World, chosen: Chosen, **more: str) -> list[str]:
    """Who is tried by a run after that was asked for."""
    with world.write() as c:
        app = apps.find_app(c, "aws")
        _, number = retrying.try_again(c, app, chosen, world.now, **more)
        job = jobs.get(c, number)
    assert job is not None
    world.sync(Orders(**job.arguments))
    return [sent.body["externalId"] for sent in world.target.writes]


@pytest.mark.parametrize(
    ("chosen", "who"),
    [
        (Chosen(), ["A", "B"]),
        (Chosen(cause="400-too-long-nickName"), ["A"]),
        (Chosen(object="user", key="B"), ["B"]),
    ],
)
def test_what_is_chosen_is_tried_again_once(each_world: World, chosen: Chosen, who: list[str]) -> None:
    refused(each_world)
    assert tried(each_world, chosen) == who


def test_asking_for_another_try_is_an_event(world: World) -> None:
    refused(world)
    tried(world, Chosen(object="user", key="B"), actor="ann", about="B@x.example")
    [event] = [one for one in world.events() if one.type is EventType.SYNC_ASKED]
    assert (event.actor, event.user_name, event.app_name, event.notes) == ("ann", "B@x.example", "aws", "try again")


def test_where_nothing_has_failed_there_is_nothing_to_try(world: World) -> None:
    world.make_app()
    with world.write() as c, pytest.raises(Problem, match="nothing of the kind has failed in aws"):
        retrying.try_again(c, apps.find_app(c, "aws"), Chosen(), world.now)
