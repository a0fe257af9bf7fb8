"""What is really at the target, for one user or group."""

import asyncio

import pytest

from lockstep.idp.apps import actions as apps
from lockstep.idp.apps.tokens import actions as tokens
from lockstep.idp.provisioning import asking, ondemand
from lockstep.idp.provisioning.asking import ask, with_answer
from lockstep.idp.provisioning.shown import Step
from lockstep.idp.provisioning.tokens import client_of
from tests.idp.provisioning.provider import Generic
from tests.idp.provisioning.target import Fault
from tests.idp.provisioning.world import World, everyone

A, B = "A@x.example", "B@x.example"
TEAM = {"G": ("Team", ["A", "B"])}


def there(world: World, *, user: str = "", group: str = "") -> Step:
    world.target.log.clear()
    with world.write() as c:
        app = apps.find_app(c, "aws")
        look = ondemand.look_at_user if user else ondemand.look_at_group
        shown = look(c, app, user or group, world.now)
    answer = asyncio.run(ask(client_of(world.db, world.vault, app, world.clock, somebody_waits=True), shown.place))
    assert {sent.method for sent in world.target.log} <= {"GET"}
    with world.db.read() as c:
        found = with_answer(c, app, shown, answer)
    names = [one.name for one in found.steps]
    assert names.index("there") == names.index("known") + 1
    return next(one for one in found.steps if one.name == "there")


def gets(step: Step) -> list[str]:
    return [row[0] for row in step.rows if row[0].startswith("GET ")]


def test_a_user_as_it_was_written_costs_one_request(each_world: World) -> None:
    each_world.make_app()
    each_world.synced({"A": {"manager_id": "B"}, "B": {}})
    found = there(each_world, user="A")
    assert (found.state, found.verdict) == ("success", "As it was written.")
    assert gets(found) == [f"GET /Users/{each_world.target.id_of(A)}"]
    assert len(each_world.target.log) == 1


def test_a_user_whom_somebody_changed_there(world: World) -> None:
    world.make_app()
    world.synced({"A": {"title": "x"}})
    world.target.users[world.target.id_of(A)].update(title="y", active=False)
    found = there(world, user="A")
    assert found.state == "warning"
    assert set(found.rows[1:]) == {("title", "x", "y"), ("active", "yes", "no")}


def test_a_user_who_is_gone_or_was_never_there(world: World) -> None:
    world.make_app()
    world.synced(everyone("A"))
    world.target.lose(world.target.id_of(A))
    found = there(world, user="A")
    assert (found.state, found.verdict) == ("warning", "Gone: neither its id nor its name is there.")
    assert gets(found)[1:] == ['GET /Users?filter=externalId eq "A"', f'GET /Users?filter=userName eq "{A}"']
    world.become(everyone("A", "B"))
    assert (there(world, user="B").state, there(world, user="B").verdict) == ("success", "Not there.")


@pytest.mark.parametrize(
    ("adopt", "words"),
    [("adopt", "would be taken over"), ("report", "creating it would fail"), ("ignore", "would be left alone")],
)
def test_somebody_elses_object_in_its_place(world: World, adopt: str, words: str) -> None:
    world.make_app(f"adopt={adopt}")
    world.become(everyone("A"), {"G": ("Team", ["A"])})
    world.target.users["u9"] = {"id": "u9", "userName": A.upper(), "displayName": "Anybody"}
    world.target.groups["g9"] = {"id": "g9", "displayName": "team", "members": []}
    found = there(world, user="A")
    assert found.verdict.startswith("Found by userName: u9, not linked; ")
    assert words in found.verdict
    assert ("displayName", "", "Anybody") in found.rows
    assert there(world, group="Team").verdict.startswith("Found by displayName: g9, not linked; ")


def test_an_object_that_is_linked_to_somebody_else(world: World) -> None:
    world.make_app()
    world.synced(everyone("A"))
    world.become({"A": {}, "B": {}})
    world.target.users[world.target.id_of(A)]["userName"] = B
    assert "linked to somebody else of this directory" in there(world, user="B").verdict


def test_a_group_and_its_members(each_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    each_world.make_app()
    each_world.synced(everyone("A", "B"), TEAM)
    found = there(each_world, group="Team")
    assert (found.verdict, len(each_world.target.log)) == ("As it was written.", 2)
    number, b = each_world.target.id_of("Team"), each_world.target.id_of(B)
    each_world.target.users["u9"] = {"id": "u9", "userName": "stranger"}
    each_world.target.groups[number].update(
        displayName="team", members=[{"value": each_world.target.id_of(A)}, {"value": "u9"}]
    )
    found = there(each_world, group="Team")
    assert found.rows[2:] == (("displayName", "Team", "team"), ("member", b, ""), ("member", "", "u9"))
    monkeypatch.setattr(asking, "MOST_MEMBERS", 1)
    each_world.target.groups[number]["displayName"] = "Team"
    assert there(each_world, group="Team").verdict == "As it was written; its members (more than 1) were not read."


def test_a_target_that_does_not_answer_is_said(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.make_app()
    world.synced(everyone("A"))
    for fault in (Fault(0), Fault(401, detail="no <b>"), Fault(500)):
        monkeypatch.setattr(world.target, "faults", lambda _sent, fault=fault: fault)
        found = there(world, user="A")
        assert found.state == "error"
        assert found.verdict.startswith("The target could not be asked: ")


@pytest.mark.parametrize("adopt", ["adopt=adopt", "adopt=report"])
def test_who_may_be_somebody_else_would_not_be_taken_over(each_world: World, adopt: str) -> None:
    each_world.make_app(adopt)
    each_world.target.users["x"] = {"id": "x", "userName": B, "externalId": "A"}
    each_world.become(everyone("A", "B"))
    found = there(each_world, user="A")
    assert found.verdict == (
        "Found by externalId: x, not linked, and not taken over: it may be somebody else of this directory, as "
        f"{A} agrees in externalId with {B}, and so does {B}."
    )


def test_a_target_that_is_kept_here(each_world: World) -> None:
    each_world.make_app(connector="memory")
    each_world.become(everyone("A", "B"), TEAM)
    assert (there(each_world, user="A").verdict, there(each_world, group="Team").verdict) == ("Not there.", "Not there.")
    each_world.sync()
    assert there(each_world, user="A").verdict == there(each_world, group="Team").verdict == "As it was written."
    assert each_world.target.log == []


def test_a_target_that_filters_by_few_things(generic: Generic) -> None:
    world, target = generic.world, generic.provider
    world.become(everyone("A"), {"G": ("Team", ["A"])})
    target.faults = lambda sent: Fault(400) if "externalId" in str(sent.query) else None
    found = there(world, user="A")
    assert (found.verdict, len(gets(found))) == ("Not there.", 2)
    world.sync()
    target.offers.filters = False
    assert there(world, user="A").verdict == there(world, group="Team").verdict == "As it was written."
    target.lose(target.id_of(A))
    assert "could not be asked: HTTP 501: nothing is filtered here" in there(world, user="A").verdict


def test_the_next_token_is_used_where_the_one_in_use_is_refused(world: World) -> None:
    world.make_app()
    world.synced(everyone("A"))
    with world.write() as c:
        tokens.give(c, world.vault, apps.find_app(c, "aws"), "spare", world.now, spare=True)
    world.target.accepts = {"spare"}
    assert there(world, user="A").verdict == "As it was written."
