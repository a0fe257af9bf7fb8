"""A sync takes over nothing that the take-over report would call a conflict."""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lockstep.idp.apps import actions as apps
from lockstep.idp.apps.records import Parameter
from lockstep.idp.apps.rules.records import Existing, Rule
from lockstep.idp.directory import store as directory
from lockstep.idp.directory.conditions.records import Condition
from lockstep.idp.provisioning import links
from lockstep.idp.provisioning.belonging import Belonging, Wishes
from lockstep.idp.provisioning.exchange import TargetProblem
from lockstep.idp.provisioning.matching import Ours, Theirs, Verdict, match_users, ours_of
from lockstep.idp.provisioning.records import DesiredUser, Document
from lockstep.idp.provisioning.run import Orders
from lockstep.idp.provisioning.source import source_of
from lockstep.kit.db import Connection
from tests.idp.provisioning.occupied import put_user
from tests.idp.provisioning.target import Fault, Faults
from tests.idp.provisioning.test_grouping import apply
from tests.idp.provisioning.world import World

BOTH = {"D": {"user_name": "dan@example.com"}, "E": {"user_name": "eve@example.com"}}
PARTS = "the target holds a user who may be somebody else of this directory"


def conflict_for(*keys: str) -> Faults:
    """The target will not make these people, for whatever reason."""

    def faults(sent: Any) -> Fault | None:
        return Fault(409) if sent.method == "POST" and sent.body.get("externalId") in keys else None

    return faults


def linked(world: World) -> dict[str, str]:
    with world.db.read() as c:
        return {one.key: one.target_id for one in links.users(c, world.link_target(c))}


def failures(world: World) -> dict[str, str]:
    """Whom the engine could not make, and why."""
    return {one.user_name: one.error_description for one in world.events() if one.error_description}


def judging(c: Connection, world: World) -> Belonging:
    app = world.app_of(c)
    return Belonging(c, source_of(c, app, with_logins=False), links.find_target(c, app.id, app.scim_url), Wishes())


def mixed_up(world: World, *settings: str) -> World:
    """Dan's account, with the externalId of Eve."""
    world.make_app(*settings)
    put_user(world, "x", "dan@example.com", externalId="E")
    world.become(BOTH)
    world.target.faults = conflict_for("E")
    return world


@pytest.mark.parametrize("adopt", ["adopt=adopt", "adopt=report"])
def test_the_name_of_one_and_the_external_id_of_another_are_nobody_s_for_sure(each_world: World, adopt: str) -> None:
    world = mixed_up(each_world, adopt)
    before = dict(world.target.users["x"])
    assert world.sync().failed == 2
    assert (linked(world), world.target.users) == ({}, {"x": before})
    told = failures(world)
    assert told["eve@example.com"] == (
        f"{PARTS}: eve@example.com agrees in externalId with dan@example.com, and so does dan@example.com; "
        "`lockstep idp takeover aws` shows both: correct the userName or externalId of one of the two, here or at the target"
    )
    assert told["dan@example.com"].startswith(
        f"{PARTS}: dan@example.com agrees in userName with dan@example.com, "
        "who has the externalId of somebody else here, E (eve@example.com); "
    )


def test_once_it_is_put_right_there_it_is_taken_over(each_world: World) -> None:
    world = mixed_up(each_world, "adopt=adopt")
    world.sync()
    world.target.users["x"]["externalId"] = "D"
    world.target.faults = lambda _sent: None
    assert world.sync().failed == 0
    assert linked(world)["D"] == "x"
    assert (world.changes(), len(world.target.users)) == ([], 2)


def test_once_the_other_has_left_it_is_taken_over(each_world: World) -> None:
    """Whose userName it was is nobody of ours any more; the externalId says who it is."""
    world = mixed_up(each_world, "adopt=adopt")
    world.sync()
    world.become({"E": BOTH["E"]})
    assert world.sync().failed == 0
    assert linked(world) == {"E": "x"}


def test_somebody_who_does_not_have_the_app_wants_nothing(world: World) -> None:
    world.make_app("adopt=adopt", everyone=False)
    put_user(world, "x", "dan@example.com", externalId="E")
    world.become(BOTH, {"G": ("Team", ["E"])})
    with world.write() as c:
        apps.assign(c, world.app_of(c), "Team", world.now)
    world.target.faults = conflict_for("E")
    assert world.sync().failed == 0
    assert linked(world) == {"E": "x"}


def test_one_by_external_id_and_another_by_name(each_world: World) -> None:
    """Which of the two Eve is, somebody has to say."""
    world = each_world
    world.make_app("adopt=adopt")
    put_user(world, "x", "old", externalId="E")
    put_user(world, "y", "eve@example.com")
    world.become({"E": BOTH["E"]})
    assert world.sync().failed == 1
    assert linked(world) == {}
    assert "agrees with several users there: externalId with old; userName with eve@example.com" in failures(world).popitem()[1]


def test_a_name_that_somebody_else_wants_is_not_taken_although_they_are_linked_elsewhere(world: World) -> None:
    world.make_app("adopt=adopt")
    world.synced({"D": BOTH["D"]})
    world.target.users[world.target.id_of("dan@example.com")]["userName"] = "daniel"
    put_user(world, "x", "dan@example.com", externalId="E")
    world.become(BOTH)
    world.target.faults = conflict_for("E")
    assert world.sync().failed == 1
    assert linked(world).keys() == {"D"}
    assert "eve@example.com agrees with dan@example.com, which is the userName of dan@example.com here" in str(failures(world))


def test_what_is_ignored_stays_ignored(world: World) -> None:
    assert mixed_up(world, "adopt=ignore").sync().failed == 0
    assert linked(world) == {}


def test_an_answer_that_got_lost_takes_nobody_else_s_account(each_world: World) -> None:
    """Somebody makes Dan's account with Eve's externalId while nobody knows what became of our own request."""
    world = each_world
    world.make_app("adopt=adopt")
    world.become(BOTH)
    world.target.faults = lambda sent: Fault(0) if "E" in str(sent.body) or sent.method == "GET" else None
    world.sync(Orders(by_hand=False))
    world.target.lose(world.target.id_of("dan@example.com"))
    put_user(world, "x", "dan@example.com", externalId="E", meta={"created": "2023-11-14T22:13:20Z"})
    world.target.faults = conflict_for("E")
    assert world.sync().failed == 1
    assert "x" not in linked(world).values()
    assert failures(world)["eve@example.com"].startswith(PARTS)


def test_what_we_made_ourselves_is_ours_although_somebody_else_wants_its_name_since(each_world: World) -> None:
    world = each_world
    world.make_app()
    world.become({"E": BOTH["D"]})
    world.target.faults = lambda sent: Fault(0, done=sent.method == "POST")
    with pytest.raises(TargetProblem):
        world.sync(Orders(by_hand=False))
    world.target.faults = lambda _sent: None
    world.become(BOTH)
    assert world.sync().failed == 0
    assert len(world.target.users) == 2
    assert world.target.people()["E"]["userName"] == "eve@example.com"


def test_without_an_index_everybody_is_looked_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.make_app("adopt=adopt")
    with world.write() as c:
        apps.set_parameter(c, world.app_of(c), Parameter("externalId", "x-{employee_id}", macro=True), world.now)
    put_user(world, "x", "dan@example.com", externalId="x-E")
    put_user(world, "y", "fay@example.com", externalId="x-G")
    world.become({**BOTH, "F": {"user_name": "fay@example.com"}, "G": {"user_name": "gil@example.com"}})
    world.target.faults = conflict_for("x-E", "x-G")
    looked: list[int] = []
    stream = directory.stream_users

    def counted(c: Connection) -> Iterable[Any]:
        looked.append(1)
        return stream(c)

    monkeypatch.setattr(directory, "stream_users", counted)
    assert world.sync(Orders(by_hand=False)).failed == 4
    assert linked(world) == {}
    assert set(failures(world)) == {f"{name}@example.com" for name in ("dan", "eve", "fay", "gil")}
    before = len(looked)
    with world.db.read() as c:
        judge = judging(c, world)
        for key, found in (("E", "x"), ("G", "y"), ("D", "x")):
            assert judge.why_not(key, judge.ours(key) or {}, [world.target.users[found]])
    assert len(looked) - before == 1


def test_a_name_that_a_rule_gives_is_somebody_s(world: World) -> None:
    """Dan is called eve@example.com at the target, by a rule; no index of the directory says so."""
    world.make_app("adopt=adopt")
    only = (Condition("user_name", "begins with", "dan"),)
    apply(world, Rule("call", (Existing(("eve@crew.example",), "userName"),), conditions=only))
    put_user(world, "x", "eve@crew.example", externalId="E")
    world.become(BOTH)
    world.target.faults = conflict_for("E")
    assert world.sync().failed == 2
    assert linked(world) == {}
    assert f"{PARTS}: eve@example.com agrees in externalId with eve@crew.example" in failures(world)["eve@example.com"]


def test_by_index_nobody_else_is_looked_at(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    mixed_up(world, "adopt=adopt")
    monkeypatch.setattr(directory, "stream_users", None)
    with world.db.read() as c:
        judge = judging(c, world)
        assert judge.why_not("E", judge.ours("E") or {}, [world.target.users["x"]])
        assert judge.ours("nobody") is None


@pytest.fixture
def prepared(world: World) -> World:
    """A world that has its app."""
    world.make_app()
    return world


_KEYS = "ABCD"
_names = st.sampled_from(["a@x", "B@x", "b@X", "c@x", "d@x"])
_ours = st.lists(st.tuples(_names, _names), min_size=1, max_size=4, unique_by=lambda one: one[0].lower())
_theirs = st.lists(
    st.tuples(_names, st.sampled_from(["", *_KEYS, "Z"]), _names),
    max_size=4,
    unique_by=(lambda one: one[0].lower(), lambda one: one[1] or one),
)


def looked_up(one: Ours, there: list[Theirs]) -> list[Theirs]:
    """What a target finds that filters by all three, in this order."""
    found = [it for it in there if one.external == it.external]
    found += [it for it in there if one.name.lower() == it.name.lower()]
    found += [it for it in there if one.email.lower() == it.email.lower()]
    return list(dict.fromkeys(found))


def resource(one: Theirs) -> Document:
    return {"id": one.id, "userName": one.name, "externalId": one.external, "emails": [{"value": one.email}]}


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(here=_ours, accounts=_theirs)
def test_it_is_as_careful_as_the_report(
    prepared: World, here: list[tuple[str, str]], accounts: list[tuple[str, str, str]]
) -> None:
    """What it lets through for somebody is what the report, which knows everybody on both sides, says they are."""
    prepared.become({key: {"user_name": name, "email": mail} for key, (name, mail) in zip(_KEYS, here, strict=False)})
    mine = [Ours(key, name, key, mail) for key, (name, mail) in zip(_KEYS, here, strict=False)]
    there = [Theirs(f"t{number}", *fields) for number, fields in enumerate(accounts)]
    with prepared.db.read() as c:
        judge = judging(c, prepared)
        for one, match in zip(mine, match_users(mine, there, {}), strict=True):
            found = looked_up(one, there)
            if not found:
                continue
            document = judge.ours(one.key) or {}
            assert ours_of(DesiredUser(one.key, document)) == one
            may = not judge.why_not(one.key, document, [resource(it) for it in found])
            takeable = match.verdict in (Verdict.ADOPT, Verdict.CASE, Verdict.OTHER_ID)
            assert may == (takeable and match.number is not None and there[match.number] == found[0])
