"""Keeps evidence, and gives it out.  In the caller's transaction."""

from typing import Any

from lockstep.idp import events
from lockstep.idp.apps.records import App
from lockstep.idp.events import Event, EventType
from lockstep.idp.provisioning import jobs
from lockstep.idp.provisioning.evidence import store
from lockstep.idp.provisioning.evidence.chain import Signed
from lockstep.idp.provisioning.evidence.signing import Record, digest, new_key, sign
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem
from lockstep.kit.vault import Vault

JOB = "evidence"
PERIOD_MS = {"weekly": 7 * 86_400_000, "daily": 86_400_000}
AGAIN_MS = 3_600_000
"""After a check that could not be done."""


def keep(c: Connection, vault: Vault, app: App, found: Record, now: int) -> Signed:
    """Number a record, have it name the one before, sign it, and keep it.  `c` is a serial write transaction."""
    private, public = _key(c, vault, now)
    before = store.newest(c, app.id, 1)
    record = {
        **found,
        "number": before[0].record["number"] + 1 if before else 1,
        "previous": digest(before[0].record) if before else "",
    }
    signed = Signed(record, sign(private, record), public)
    store.add(c, app.id, signed, now)
    notes = f"record {record['number']}: {'equal' if record['equal'] else 'not equal'}, SHA-256 {digest(record)}"
    events.append(
        c,
        Event(type=EventType.EVIDENCE_RECORDED, actor="engine", app_id=app.id, app_name=app.name, notes=notes),
        now,
    )
    return signed


def public_key(c: Connection, vault: Vault, now: int) -> str:
    """The public key (base64), made at its first use."""
    return _key(c, vault, now)[1]


def _key(c: Connection, vault: Vault, now: int) -> tuple[str, str]:
    found = store.key(c)
    if found is not None:
        return vault.open(found[1], _place(found[0])), found[0]
    private, public = new_key()
    store.add_key(c, public, vault.seal(private, _place(public)), now)
    return private, public


def _place(public: str) -> str:
    return f"evidence_keys|sealed_key|{public}"


def find(c: Connection, app: App, number: int | None) -> Signed:
    """One record, the newest where no number is given.  Raises Problem where there is none."""
    newest = store.newest(c, app.id, 1)
    if not newest:
        raise Problem(f"there is no evidence of {app.name} yet: lockstep idp evidence make {app.name}")
    found = newest[0] if number is None else store.one(c, app.id, number)
    if found is None:
        raise Problem(f"{app.name} has no record {number}: there are 1 to {newest[0].record['number']}")
    return found


def envelope(one: Signed) -> dict[str, Any]:
    """A record as it is exported: one JSON object, which `lockstep idp evidence verify` reads."""
    return {"record": one.record, "signature": one.signature, "public_key": one.public_key}


def is_due(c: Connection, app: App, now: int) -> bool:
    """Whether it is time for another record, by the app's setting; one that failed is tried again an hour later."""
    period = PERIOD_MS.get(app.settings.evidence)
    if period is None or store.last_at(c, app.id) + period > now:
        return False
    return jobs.last_filed(c, app.id, JOB) + AGAIN_MS <= now
