"""`lockstep idp events verify | head | seal | retention`."""

from typing import Annotated, Any

import typer

from lockstep.cli.idp.directory import ACTOR, events_app
from lockstep.cli.idp.opened import opened
from lockstep.cli.options import Data, DatabaseUrl, Json, KeyFile
from lockstep.cli.output import Exit, counted, note, print_json, say
from lockstep.idp import events
from lockstep.idp.eventlog import outside, retention, sealing, store
from lockstep.idp.eventlog.records import Breach, BrokenSealError, read_head
from lockstep.idp.eventlog.retention import Standing
from lockstep.idp.eventlog.verify import verify_and_keep
from lockstep.idp.eventlog.walking import Kept
from lockstep.idp.provisioning.evidence import heads
from lockstep.kit.clock import iso, now_ms
from lockstep.kit.problems import Problem

NO_SEAL = "Nothing is sealed yet (a running server seals once a minute): until then the database alone vouches for itself."

_ANEW = " If you know why (the key was lost, an older state was put back): lockstep idp events seal --anew"


def mount() -> None:
    """Add these commands to `lockstep idp events`."""
    events_app.command("verify")(verify)
    events_app.command("head")(head)
    events_app.command("seal")(seal)
    events_app.command("retention")(keep)


def verify(
    known: Annotated[
        list[str] | None,
        typer.Option("--head", metavar="NUMBER:DIGEST", help="A head that was kept elsewhere; may be given several times."),
    ] = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Prove that no event was changed, taken out or put in.  Exit 1 where one was, and which is the first.

    The chain is compared with the seal, with the heads in the signed evidence, and with each --head.
    """
    given = [Kept(read_head(text), f"--head {text.partition(':')[0]}") for text in known or ()]
    with opened(data, database_url, key_file) as engine:
        with engine.db.read() as c:
            given += heads.kept(c)
        found = verify_and_keep(engine.db, engine.vault, now_ms(), given, outside.file_of(engine.db, engine.folder))
    if json:
        print_json(found.as_json())
    else:
        _say(found.as_json())
    if found.broken is not None:
        raise typer.Exit(Exit.PROBLEM)


def _say(found: dict[str, Any]) -> None:
    broken = found["broken"]
    if broken is not None:
        say(f"Broken at event {broken['seq']} ({broken['what']}): {broken['words']}.")
        say(f"{counted(found['count'], 'event')} before it {'is' if found['count'] == 1 else 'are'} in order.")
        return
    if not found["count"]:
        say("There are no events.")
        return
    say(f"{counted(found['count'], 'event')}, {found['first']} to {found['last']}: none was changed, taken out or put in.")
    if found["removed_by_retention"]:
        say(f"{counted(found['removed_by_retention'], 'older event')} went by the rules of retention.")
    say(f"The seal of this installation's key covers events up to {found['sealed']}." if found["sealed"] else NO_SEAL)
    if found["heads"]:
        say(f"{counted(found['heads'], 'head')} kept elsewhere {'agrees' if found['heads'] == 1 else 'agree'}.")
    say(f"Head: {found['last']}:{found['digest']}")
    say("Keep the head where nobody who has this database can change it: lockstep idp events verify --head HEAD")


def head(data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None, json: Json = False) -> None:
    """Print the head of the chain, NUMBER:DIGEST, to be kept elsewhere and given to verify later."""
    with opened(data, database_url, key_file) as engine, engine.db.read() as c:
        found = store.head(c)
        try:
            seal = sealing.read(c, engine.vault)
        except BrokenSealError:
            seal = None
    shown: dict[str, Any] = {
        "seq": 0 if found is None else found.seq,
        "digest": "" if found is None else found.digest.hex(),
        "head": "" if found is None else str(found),
        "sealed": None if seal is None else seal.head.seq,
        "sealed_at": None if seal is None else seal.at,
    }
    if json:
        print_json(shown)
    elif found is None:
        note("lockstep: there are no events yet")
    else:
        say(shown["head"])


def seal(
    anew: Annotated[
        bool, typer.Option("--anew", help="Replace a seal that fits no more: the key was lost, or an older state put back.")
    ] = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Seal the newest event now, as a running server does once a minute.  Exit 1 where the chain is broken."""
    with opened(data, database_url, key_file) as engine:
        file = outside.file_of(engine.db, engine.folder)
        if anew:
            broken = sealing.seal_anew(engine.db, engine.vault, now_ms(), actor=ACTOR, file=file)
        else:
            broken = sealing.seal(engine.db, engine.vault, now_ms(), file=file)
        if broken is None:
            with engine.db.read() as c:
                found = sealing.read(c, engine.vault)
    if broken is not None:
        anyway = _ANEW if not anew and broken.breach in (Breach.SEAL, Breach.REWRITTEN, Breach.CUT_OFF) else ""
        raise Problem(f"nothing was sealed: {broken.words}.{anyway}")
    number = 0 if found is None else found.head.seq
    if json:
        print_json({"sealed": number})
    else:
        say(f"Sealed up to event {number}." if number else "There are no events to seal.")


def keep(
    days: Annotated[
        int | None,
        typer.Option("--days", min=0, max=retention.MOST_DAYS, help="Keep events for so many days; 0 keeps them for ever."),
    ] = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Show, or with --days set, how long events are kept.  A running server removes older ones, a day's at a time."""
    with opened(data, database_url, key_file) as engine:
        if days is not None:
            with engine.db.write(serial=events.SERIAL) as c:
                retention.change(c, days, actor=ACTOR, now=now_ms())
        with engine.db.read() as c:
            found = retention.standing(c, now_ms())
    if json:
        print_json(_shown(found))
    else:
        _say_retention(found)


def _shown(found: Standing) -> dict[str, Any]:
    cut = found.cut
    return {
        "days": found.days,
        "removed": 0 if cut is None else cut.removed,
        "first_kept": None if cut is None else cut.first_seq,
        "removed_at": None if cut is None else cut.at,
        "waits_for": found.waits_for,
        "waits_at": found.from_seq or None,
    }


def _say_retention(found: Standing) -> None:
    say(f"Events are kept for {counted(found.days, 'day')}." if found.days else "Events are kept for ever.")
    if found.cut is not None:
        say(f"Removed so far: {counted(found.cut.removed, 'event')}, last on {iso(found.cut.at)}.")
    if found.waits_for:
        say(f"Older ones stay as long as {found.waits_for} has yet to read them, from event {found.from_seq} on.")
