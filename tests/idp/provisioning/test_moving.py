"""Another SCIM URL: the same tenant keeps its links, another one starts with none, and nothing moves without proof."""

import asyncio
from typing import Any

import pytest

from lockstep.idp.apps.tokens import actions as tokens
from lockstep.idp.provisioning import links, moving
from lockstep.idp.provisioning import tokens as app_tokens
from lockstep.idp.provisioning.engine import Engine
from lockstep.idp.provisioning.installation import actions as installation
from lockstep.idp.provisioning.installation.records import HeldProblem
from lockstep.idp.provisioning.moving import SAMPLE, Given, NotProvenProblem, Proof, Verdict
from lockstep.idp.provisioning.run import Orders
from lockstep.kit.problems import Problem, ValueProblem
from tests.idp.provisioning.target import Fault, Sent, Target
from tests.idp.provisioning.world import URL, World, everyone, many

OTHER = "https://moved.example/scim/v2"
TEAM = {"G": ("Team", ["A", "B"])}


class Net:
    """Which target answers at which URL."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at = {URL: world.target, OTHER: world.target}
        for module in (moving, app_tokens):
            monkeypatch.setattr(module, "ScimClient", self.client)

    def client(self, base_url: str, token: str, **options: Any) -> Any:
        return self.at[base_url.rstrip("/")].client(base_url, token, **options)


@pytest.fixture
def net(each_world: World, monkeypatch: pytest.MonkeyPatch) -> Net:
    return Net(each_world, monkeypatch)


def move(world: World, url: str = OTHER, token: str = "", *, new_tenant: bool = False) -> Proof:
    with world.db.read() as c:
        asked = moving.prepare(c, world.vault, world.app_of(c), url, token)
    proof = asyncio.run(moving.prove(asked))
    with world.write() as c:
        moving.take(c, world.vault, asked, proof, Given(token), world.now, new_tenant=new_tenant, actor="root")
    return proof


def linked(world: World) -> int:
    with world.db.read() as c:
        return moving.count_linked(c, world.app_of(c))


def begun(world: World) -> None:
    world.make_app()
    world.synced(everyone("A", "B", "C"), TEAM)


def state(world: World) -> tuple[str, int, list[str], int]:
    with world.db.read() as c:
        app = world.app_of(c)
        secrets = [one.secret for one in tokens.opened(c, world.vault, app.id)]
    return app.scim_url, linked(world), secrets, len(world.events())


def looked_at(world: World) -> None:
    """Somebody compares, and lets the app go."""
    engine = Engine(world.db, world.vault, world.clock)
    assert engine.wait(engine.order(world.app().id, "drift", {}))["differences"] == []
    with world.write() as c:
        assert installation.let_go(c, world.app_of(c), world.now)


def test_the_same_tenant_keeps_its_links(each_world: World, net: Net) -> None:
    begun(each_world)
    before = state(each_world)
    proof = move(each_world, OTHER + "/", "its-token")
    assert (proof.sampled, proof.found, proof.verdict) == (4, 4, Verdict.SAME)
    assert [sent.method for sent in each_world.target.log] == ["GET"] * 4
    assert state(each_world)[:3] == (OTHER, before[1], ["its-token"])
    assert each_world.app().connected_at == each_world.now
    moved = [one for one in each_world.events() if one.notes.startswith("SCIM URL")]
    assert [(one.actor, one.notes) for one in moved] == [
        ("root", f"SCIM URL {OTHER}: the same tenant, 4 of 4 linked objects found")
    ]
    each_world.target.log.clear()
    assert each_world.sync().requests == 0
    each_world.become(everyone("A", "B", "C", "D"), TEAM)
    assert each_world.sync(Orders(full=True)).requests == 1


def test_another_tenant_is_refused_until_a_person_says_so(each_world: World, net: Net) -> None:
    begun(each_world)
    each_world.set("adopt=report")
    net.at[OTHER] = Target(each_world.clock)
    before = state(each_world)
    with pytest.raises(NotProvenProblem, match="none of 4 linked users and groups is there") as refused:
        move(each_world, OTHER, "its-token")
    assert refused.value.other
    assert all(words in str(refused.value) for words in ("--new-tenant", "starts with no links"))
    assert "--" not in refused.value.what
    assert state(each_world) == before
    proof = move(each_world, OTHER, "its-token", new_tenant=True)
    assert proof.verdict is Verdict.OTHER
    assert (each_world.app().scim_url, linked(each_world)) == (OTHER, 0)
    with pytest.raises(HeldProblem, match=r"its SCIM URL is that of another tenant now\. Compare with the target"):
        each_world.sync()
    assert net.at[OTHER].writes == []
    looked_at(each_world)
    assert each_world.sync().applied == 4
    assert len(net.at[OTHER].users) == 3


def test_links_of_a_url_are_found_again_when_it_comes_back(each_world: World, net: Net) -> None:
    begun(each_world)
    net.at[OTHER] = Target(each_world.clock)
    move(each_world, OTHER, new_tenant=True)
    looked_at(each_world)
    each_world.sync()
    each_world.target.lose(each_world.target.id_of("C@x.example"))  # time has passed there
    each_world.target.log.clear()
    proof = move(each_world, URL)
    assert (proof.found, proof.alike, proof.verdict) == (3, 1, Verdict.SAME)
    assert linked(each_world) == 4
    assert each_world.events()[-1].notes == f"SCIM URL {URL}: known from before, 3 of 4 linked objects found"
    each_world.target.log.clear()
    assert each_world.sync().requests == 0
    move(each_world, OTHER)
    assert linked(each_world) == 4


def test_a_mix_is_refused_and_names_what_is_missing(each_world: World, net: Net) -> None:
    begun(each_world)
    net.at[OTHER] = clone = Target(each_world.clock)
    clone.users, clone.groups = dict(each_world.target.users), dict(each_world.target.groups)
    clone.lose(clone.id_of("B@x.example"))
    before = state(each_world)
    for new_tenant in (False, True):
        with pytest.raises(NotProvenProblem, match=r"only 3 of 4 linked objects are there: user B@x.example differ") as refused:
            move(each_world, new_tenant=new_tenant)
        assert not refused.value.other
    assert state(each_world) == before


def test_what_the_url_before_does_not_have_either_is_no_difference(each_world: World, net: Net) -> None:
    begun(each_world)
    each_world.target.lose(each_world.target.id_of("B@x.example"))
    renamed = each_world.target.id_of("Team")
    each_world.target.groups[renamed] = {**each_world.target.groups[renamed], "displayName": "Crew"}
    proof = move(each_world)
    assert (proof.found, proof.alike, proof.missing, proof.verdict) == (2, 2, (), Verdict.SAME)
    assert linked(each_world) == 4


def test_a_url_before_that_is_silent_explains_nothing(each_world: World, net: Net) -> None:
    begun(each_world)
    net.at[URL] = silent = Target(each_world.clock)
    silent.faults = lambda _sent: Fault(0)
    each_world.target.lose(each_world.target.id_of("B@x.example"))
    with pytest.raises(NotProvenProblem, match="only 3 of 4"):
        move(each_world)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault(401), "it refuses the access token \\(401\\)"),
        (Fault(0), "it does not answer"),
        (Fault(500), "it answers 500: made up by a test"),
    ],
)
def test_a_url_that_cannot_be_read(each_world: World, net: Net, fault: Fault, words: str) -> None:
    begun(each_world)
    net.at[OTHER] = wrong = Target(each_world.clock)
    wrong.faults = lambda _sent: fault
    before = state(each_world)
    with pytest.raises(NotProvenProblem, match=words):
        move(each_world, new_tenant=True)
    assert state(each_world) == before


def test_where_nothing_is_linked_nothing_is_asked(each_world: World, net: Net) -> None:
    each_world.make_app()
    proof = move(each_world)
    assert (proof.verdict, each_world.target.log, each_world.app().scim_url) == (Verdict.UNKNOWN, [], OTHER)
    assert each_world.app().connected_at == 0


def test_the_sample_is_spread_and_bounded(each_world: World, net: Net) -> None:
    each_world.make_app()
    each_world.linked(everyone(*many(95)))
    with each_world.db.read() as c:
        asked = moving.prepare(c, each_world.vault, each_world.app_of(c), OTHER)
    names = [one.name for one in asked.sample]
    assert len(names) == SAMPLE - 1
    assert names == [f"E{index:04}@x.example" for index in range(0, 95, 5)]
    assert move(each_world).found == SAMPLE - 1
    assert linked(each_world) == 95


def test_a_missing_link_is_no_part_of_the_sample(each_world: World, net: Net) -> None:
    begun(each_world)
    with each_world.write() as c:
        target = each_world.link_target(c)
        link = links.user_by_key(c, target, "A")
        assert link is not None
        links.set_user_missing(c, target, link)
        asked = moving.prepare(c, each_world.vault, each_world.app_of(c), OTHER)
    assert [one.name for one in asked.sample] == ["B@x.example", "C@x.example", "Team"]


def test_what_was_asked_for_must_still_hold(each_world: World, net: Net) -> None:
    begun(each_world)
    with each_world.db.read() as c:
        asked = moving.prepare(c, each_world.vault, each_world.app_of(c), OTHER)
    net.at["https://third.example/scim"] = each_world.target
    move(each_world, "https://third.example/scim")
    with each_world.write() as c, pytest.raises(Problem, match="was changed meanwhile"):
        moving.take(c, each_world.vault, asked, Proof(4, 4), Given(), each_world.now)
    assert each_world.app().scim_url == "https://third.example/scim"


def test_a_url_and_a_token_that_cannot_be(each_world: World, net: Net) -> None:
    begun(each_world)
    for url, token, field in (
        ("http://x.example", "", "scim_url"),
        ("http://127.0.0.1/x", "", "loopback"),
        (OTHER, "a b", "token"),
    ):
        with each_world.db.read() as c, pytest.raises(ValueProblem) as refused:
            moving.prepare(c, each_world.vault, each_world.app_of(c), url, token)
        assert refused.value.field == field


def test_the_same_url_is_nothing_new(each_world: World, net: Net) -> None:
    begun(each_world)
    before = state(each_world)
    move(each_world, URL)
    assert state(each_world) == before


def test_a_run_under_way_goes_on_at_the_moved_url(each_world: World, net: Net, monkeypatch: pytest.MonkeyPatch) -> None:
    each_world.make_app()
    each_world.synced(everyone(*many(5)))
    each_world.become(everyone(*many(250)))
    urls: list[str] = []
    client = net.client

    def watched(base_url: str, token: str, **options: Any) -> Any:
        urls.append(base_url)
        return client(base_url, token, **options)

    def watch(sent: Sent) -> None:
        if len(each_world.target.users) == 60 and sent.method == "POST" and each_world.app().scim_url == URL:
            with each_world.write() as c:
                asked = moving.prepare(c, each_world.vault, each_world.app_of(c), OTHER)
                moving.take(c, each_world.vault, asked, Proof(5, 5), Given(), each_world.now)

    monkeypatch.setattr(app_tokens, "ScimClient", watched)
    each_world.target.watch = watch
    result = each_world.sync()
    assert (result.requests, result.failed, len(each_world.target.users), linked(each_world)) == (245, 0, 250, 250)
    assert urls == [URL, OTHER]


def test_a_run_under_way_ends_when_the_tenant_is_another_one(each_world: World, net: Net) -> None:
    each_world.make_app()
    each_world.synced(everyone(*many(5)))
    each_world.become(everyone(*many(250)))
    net.at[OTHER] = Target(each_world.clock)

    def watch(sent: Sent) -> None:
        if len(each_world.target.users) == 60 and sent.method == "POST" and each_world.app().scim_url == URL:
            with each_world.write() as c:
                asked = moving.prepare(c, each_world.vault, each_world.app_of(c), OTHER)
                moving.take(c, each_world.vault, asked, Proof(5, 0, 0, ("x",)), Given(), each_world.now, new_tenant=True)

    each_world.target.watch = watch
    with pytest.raises(Problem, match="its SCIM URL is that of another tenant now"):
        each_world.sync()
    assert (len(each_world.target.users), net.at[OTHER].log) == (105, [])
    looked_at(each_world)
    assert each_world.sync().applied == 250


def test_the_next_token_is_not_sent_to_another_tenant(each_world: World, net: Net) -> None:
    begun(each_world)
    with each_world.write() as c:
        tokens.give(c, each_world.vault, each_world.app_of(c), "spare", each_world.now, spare=True)
    net.at[OTHER] = Target(each_world.clock)
    move(each_world, OTHER, "its-token", new_tenant=True)
    assert state(each_world)[2] == ["its-token"]


HERE, SELF = "http://localhost:8090/scim/v2", "http://127.0.0.1:8090/scim/v2"


def test_another_spelling_is_the_same_target_there_and_back(each_world: World, net: Net) -> None:
    net.at[HERE] = net.at[SELF] = each_world.target
    begun(each_world)
    with each_world.write() as c:
        c.script(["UPDATE apps SET allow_loopback = 1"])
    move(each_world, HERE)
    for typed, kept in (
        ("HTTP://LocalHost:8090/scim/v2/", HERE),
        (SELF, SELF),
        ("http://localhost:8090/scim/v2/", HERE),
        (SELF + "/", SELF),
    ):
        move(each_world, typed)
        assert (each_world.app().scim_url, linked(each_world)) == (kept, 4)
    with each_world.db.read() as c:
        app = each_world.app_of(c)
        assert links.find_target(c, app.id, HERE) == links.find_target(c, app.id, SELF) != 0
    assert each_world.sync().requests == 0


def test_back_at_the_tenant_before_nothing_is_held(each_world: World, net: Net) -> None:
    begun(each_world)
    net.at[OTHER] = Target(each_world.clock)
    move(each_world, OTHER, new_tenant=True)
    move(each_world, URL)
    assert each_world.sync().requests == 0
