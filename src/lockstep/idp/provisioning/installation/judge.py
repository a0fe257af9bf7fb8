"""Whether what is found is still the installation that the database speaks of.  Pure.

What counts, and why: `docs/decisions/0016-installation-guard.md`.
"""

from collections.abc import Sequence

from lockstep.idp.provisioning.installation.records import Finding, Installation, Place, Written

AWAY_MS = 3_600_000
"""After so long without a worker the target is asked before something is sent: a machine may have been set back by then."""


def judge(known: Installation, found: Place, witnesses: Sequence[Written], now: int) -> Finding | None:
    """What is wrong, the surest first; None for a restart, an upgrade, a folder that was renamed on its own volume."""
    return _older(known, witnesses) or _elsewhere(known, found) or _unsure(known, found, witnesses, now)


def _older(known: Installation, witnesses: Sequence[Written]) -> Finding | None:
    for one in witnesses:
        if one.id and one.id != known.id:
            return Finding(f"{one.file} speaks of another installation: its database was put in the place of this one", True)
        if one.id and one.mark > known.mark:
            return Finding(f"the database is older than {one.file} says: a backup was restored", True)
    return None


def _elsewhere(known: Installation, found: Place) -> Finding | None:
    before = known.place
    same_file = found.file == before.file
    if found.where != before.where:
        # The very file on its own volume cannot be a copy: the folder was renamed.
        renamed = bool(found.file) and known.files and same_file and found.volume == before.volume
        return None if renamed else Finding(f"it was in {before.where}, and is in {found.where}: copied, or moved", True)
    if known.files and not same_file:
        return Finding("the file of the database is another one: a backup was restored, or the folder was copied", True)
    return None


def _unsure(known: Installation, found: Place, witnesses: Sequence[Written], now: int) -> Finding | None:
    before = known.place
    if found.machine and before.machine and found.machine != before.machine:
        return Finding("it is on another machine", False)
    if found.line and before.line and found.line != before.line:
        return Finding("the database server has gone back to an earlier point, or to a replica", False)
    if known.mark and any(not one.id for one in witnesses):
        return Finding("what was written down beside the database is missing", False)
    if known.alive_at and now - known.alive_at > AWAY_MS:
        return Finding("nothing was at work here for some time", False)
    return None
