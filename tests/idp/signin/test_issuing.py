"""Whether a person may sign in to an app, decided in one transaction; whole sign-ins are in `site/test_sso.py`."""

from lockstep.idp import events
from lockstep.idp.apps.rules import actions as rules
from lockstep.idp.apps.rules.records import Macro, Rule
from lockstep.idp.signin.certificates import actions as certificates
from lockstep.idp.signin.issuing import USED, Ready, Refused, decide, default_acs
from lockstep.idp.signin.people.records import Session
from lockstep.idp.signin.requests import actions as requests
from lockstep.saml.records import AssertionConsumer
from tests.idp.signin.world import ACS, ALICE, COST_CENTER, MINUTE, ORIGIN, SP, World


def session(world: World) -> Session:
    return Session(b"d" * 32, world.user(ALICE), world.now - MINUTE, world.now, world.now + 10 * MINUTE)


async def test_what_the_app_is_told(each_world: World) -> None:
    world, person, request = each_world, session(each_world), each_world.request()
    with world.db.write(serial=events.SERIAL) as c:
        certificates.add_first(c, world.vault, certificates.make_key(world.now), world.now)
        waiting = requests.remember(
            c, world.app.id, request, acs_url=f"{ACS}/other", relay_state=None, browser="b", now=world.now
        )
        found = decide(c, world.app, world.config, person, origin=ORIGIN, now=world.now, pending=waiting)
        again = decide(c, world.app, world.config, person, origin=ORIGIN, now=world.now, pending=waiting)
    assert isinstance(found, Ready)
    assert (found.answer.acs_url, found.answer.audience, found.answer.in_response_to) == (f"{ACS}/other", SP, request.id)
    assert (found.answer.authn_instant, found.answer.session_ends) == (world.now - MINUTE, world.now + 10 * MINUTE)
    assert found.answer.issuer.startswith(f"{ORIGIN}/saml/metadata/")
    assert again is USED
    assert len(world.events("signin.to_app")) == 1


async def test_rules_in_force_set_attributes(each_world: World) -> None:
    world, person = each_world, session(each_world)
    world.parameter(COST_CENTER, "cost_center", include_in_saml_assertion=True)
    with world.db.write(serial=events.SERIAL) as c:
        certificates.add_first(c, world.vault, certificates.make_key(world.now), world.now)
        rules.save(c, world.app, Rule("tag", (Macro("{department}-1", COST_CENTER),)), world.now, actor="root")
        before = decide(c, world.app, world.config, person, origin=ORIGIN, now=world.now, pending=None)
        rules.apply(c, world.app, world.now, actor="root")
        after = decide(c, world.app, world.config, person, origin=ORIGIN, now=world.now, pending=None)
    assert isinstance(before, Ready) and isinstance(after, Ready)
    assert [one.values for answer in (before, after) for one in answer.answer.attributes] == [("CC-7",), ("Research-1",)]


async def test_each_answer_has_a_session_index_of_its_own(world: World) -> None:
    person, seen = session(world), set()
    with world.db.write(serial=events.SERIAL) as c:
        certificates.add_first(c, world.vault, certificates.make_key(world.now), world.now)
        for _ in range(3):
            found = decide(c, world.app, world.config, person, origin=ORIGIN, now=world.now, pending=None)
            assert isinstance(found, Ready)
            seen.add(found.answer.session_index)
    assert len(seen) == 3


async def test_without_a_key_nothing_is_promised(world: World) -> None:
    with world.db.write(serial=events.SERIAL) as c:
        person = Session(b"d" * 32, world.user_in(c, ALICE), 0, 0, world.now + 1)
        found = decide(c, world.app, world.config, person, origin=ORIGIN, now=world.now, pending=None)
    assert isinstance(found, Refused)
    assert found.status == 503
    assert world.events("signin.to_app") == []


async def test_unasked_answers_go_to_the_default_place(world: World) -> None:
    with world.changing() as c:
        two = (AssertionConsumer("https://a.example/", 0), AssertionConsumer("https://b.example/", 1, True))
        assert default_acs(world.configure(c, world.app, consumers=two)) == "https://b.example/"
        assert default_acs(world.configure(c, world.app, consumers=two[:1])) == "https://a.example/"
