"""Makes every plan of a few people twice: as it is, and by looking at everybody.  Both have to say the same."""

from operator import attrgetter
from typing import Any

import pytest

from lockstep.idp.provisioning import ledger, planner, scope
from lockstep.idp.provisioning.ledger import Plan
from lockstep.idp.provisioning.making import Apart, Inside
from lockstep.kit.db import Connection

Said = list[tuple[object, ...]]


class _Undo(Exception):
    """Takes back a transaction."""


def doubled(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on in this process, a plan that is not what looking at everybody gives fails the test."""
    make = planner._make

    def both(c: Connection, store: Any, app: Any, target: int, now: int, about: scope.Scope, *more: bool) -> Plan:
        if not about.whole or about.everything:
            return make(c, store, app, target, now, about, *more)
        before = _of_everybody(c, store, lambda w: make(w, Inside(w), app, target, now, scope.of_everything(w, target), *more))
        made = make(c, store, app, target, now, about, *more)
        with store.write() as w:
            assert _said(w, made) == before, f"by {about}"
        return made

    monkeypatch.setattr(planner, "_make", both)


def _of_everybody(c: Connection, store: Any, make: Any) -> tuple[int, Said]:
    if isinstance(store, Apart):
        found: list[tuple[int, Said]] = []
        try:
            with store.write() as w:
                found.append(_said(w, make(w)))
                raise _Undo
        except _Undo:
            return found[0]
    c.raw.execute("SAVEPOINT twice")
    said = _said(c, make(c))
    c.raw.execute("ROLLBACK TO SAVEPOINT twice")
    c.raw.execute("RELEASE SAVEPOINT twice")
    return said


_READ = attrgetter("stage", "kind", "object", "key", "name", "state", "needs", "digest")


def _said(c: Connection, plan: Plan) -> tuple[int, Said]:
    return plan.floor, [_READ(placed.change) for placed in ledger.all_changes(c, plan.id)]
