"""What the form of the tab Configuration asks of the service provider."""

from dataclasses import replace

import pytest

from lockstep.idp.apps.saml import actions, store
from lockstep.idp.console import provider
from lockstep.idp.console.provider import Typed
from lockstep.kit.problems import ValueProblem
from lockstep.saml.records import AssertionConsumer, Signed, SpMetadata
from tests.idp.console.world import World

ACS, ISSUER = "https://sp.example/acs", "https://sp.example/metadata"
NOTHING = Typed(None, "", "", "", "", "", send_empty=False)


def configured(world: World) -> SpMetadata:
    consumers = (AssertionConsumer("https://sp.example/other", 0), AssertionConsumer(ACS, 1, True))
    sp = SpMetadata(entity_id=ISSUER, consumers=consumers)
    with world.changing() as c:
        actions.configure(c, world.app, world.now, sp=sp)
    return sp


def test_an_empty_form_asks_for_nothing(world: World) -> None:
    with world.db.read() as c:
        assert provider.wanted(c, world.app, NOTHING) is None
        assert provider.wanted(c, world.app, replace(NOTHING, sign="assertion", session_minutes="480")) is None
        with pytest.raises(ValueProblem, match="name the service provider first"):
            provider.wanted(c, world.app, replace(NOTHING, send_empty=True))


def test_the_values_as_they_are_keep_what_metadata_said(world: World) -> None:
    sp = configured(world)
    with world.db.read() as c:
        config = store.of_app(c, world.app.id)
        shown = provider.stored_of(config)
        assert (shown["acs_url"], shown["issuer"], shown["session_minutes"]) == (ACS, ISSUER, "480")
        same = Typed(None, **shown)
        assert same.shown == shown
        assert provider.wanted(c, world.app, same) is None
        changed = provider.wanted(c, world.app, replace(same, session_minutes="60", sign="both"))
    assert changed is not None
    assert (changed.sp, changed.session_minutes, changed.signed) == (sp, 60, Signed.BOTH)


def test_other_values_replace_what_metadata_said(world: World) -> None:
    configured(world)
    with world.db.read() as c:
        changed = provider.wanted(c, world.app, replace(NOTHING, acs_url="https://sp.example/third", issuer=ISSUER))
        with pytest.raises(ValueProblem) as wrong:
            provider.wanted(c, world.app, NOTHING)
    assert changed is not None
    assert [one.location for one in changed.sp.consumers] == ["https://sp.example/third"]
    assert wrong.value.field == "acs_url"


def test_what_is_wanted_is_applied(world: World) -> None:
    with world.changing() as c:
        provider.apply(c, world.app, None, world.now, actor="a test")
        assert store.of_app(c, world.app.id) is None
        wanted = provider.wanted(c, world.app, replace(NOTHING, acs_url=ACS, issuer=ISSUER, send_empty=True))
        provider.apply(c, world.app, wanted, world.now, actor="a test")
        now = store.of_app(c, world.app.id)
    assert now is not None
    assert (now.sp.entity_id, now.empty) == (ISSUER, "send")
