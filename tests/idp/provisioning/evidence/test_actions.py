"""Keeping evidence: the key, the chain, when the next record is due."""

import asyncio

import pytest

from lockstep.idp.apps import actions as apps
from lockstep.idp.provisioning.evidence import actions, store
from lockstep.idp.provisioning.evidence.chain import problems
from lockstep.kit.problems import Problem
from lockstep.kit.vault import KEY_BYTES, Vault, VaultError
from tests.idp.provisioning.evidence.maker import Maker
from tests.idp.provisioning.target import Fault
from tests.idp.provisioning.world import DAY


def test_each_record_names_the_one_before(maker: Maker) -> None:
    for _ in range(3):
        maker.make()
    kept = maker.kept()
    assert [one.record["number"] for one in kept] == [1, 2, 3]
    with maker.world.write() as c:
        assert problems(kept, actions.public_key(c, maker.world.vault, 1)) == []
        c.script(["DELETE FROM evidence WHERE number = 2"])
    assert problems(maker.kept()) == ["record 3 follows record 1: what was between them is missing"]


def test_the_key_is_sealed_and_made_once(maker: Maker) -> None:
    with maker.world.write() as c:
        public = actions.public_key(c, maker.world.vault, 1)
        assert actions.public_key(c, maker.world.vault, 2) == public
        found = store.key(c)
        assert found is not None
        assert found[0] == public
        with pytest.raises(VaultError):
            actions.public_key(c, Vault(b"x" * KEY_BYTES), 3)


def test_records_are_found_by_number(maker: Maker) -> None:
    app = maker.world.app()
    with maker.world.db.read() as c, pytest.raises(Problem, match="no evidence of aws yet"):
        actions.find(c, app, None)
    maker.make()
    maker.make()
    with maker.world.db.read() as c:
        assert actions.find(c, app, None).record["number"] == 2
        assert actions.envelope(actions.find(c, app, 1))["record"]["number"] == 1
        with pytest.raises(Problem, match="no record 3: there are 1 to 2"):
            actions.find(c, app, 3)


def due(maker: Maker) -> bool:
    with maker.world.db.read() as c:
        return actions.is_due(c, apps.find_app(c, "aws"), maker.world.now)


def test_it_is_made_by_itself_when_the_setting_says_so(maker: Maker) -> None:
    assert not due(maker)
    maker.world.set("evidence=weekly")
    assert due(maker)
    maker.engine.scheduler.look()
    assert maker.engine.fleet.join()
    asyncio.run(maker.engine.work_off())
    maker.engine.fleet.leave()
    assert [one.record["equal"] for one in maker.kept()] == [True]
    maker.world.now += 6 * DAY
    assert not due(maker)
    maker.world.now += DAY
    assert due(maker)
    maker.world.set("evidence=daily")
    maker.make()
    assert not due(maker)


def test_one_that_could_not_be_made_is_tried_again_an_hour_later(maker: Maker) -> None:
    maker.world.set("evidence=daily")
    maker.world.target.faults = lambda _sent: Fault(500)
    with pytest.raises(Problem):
        maker.make()
    assert not due(maker)
    maker.world.now += actions.AGAIN_MS
    assert due(maker)
