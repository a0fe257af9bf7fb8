"""Only what this installation has signed counts."""

from typing import Any

from lockstep.idp.eventlog import store as eventlog
from lockstep.idp.provisioning.evidence import actions, heads, store
from lockstep.idp.provisioning.evidence.chain import Signed
from tests.idp.provisioning.world import World, everyone


def test_signed_records_name_heads(each_world: World) -> None:
    app = each_world.make_app()
    each_world.become(everyone("E1"))
    with each_world.write() as c:
        assert heads.kept(c) == []
        head = eventlog.head(c)
        record: dict[str, Any] = {"equal": True, "events_head": str(head)}
        actions.keep(c, each_world.vault, app, record, 1)
        actions.keep(c, each_world.vault, app, {"equal": True}, 2)  # as earlier versions wrote them
        forged = Signed({"number": 3, "equal": True, "events_head": "1:" + "01" * 33}, "AAAA", "AAAA")
        store.add(c, app.id, forged, 3)
        assert [(one.head, one.where) for one in heads.kept(c)] == [(head, "evidence 1 of aws")]
