"""`lockstep idp evidence …`."""

from base64 import b64decode
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from lockstep.cli.idp.apps import AppName
from lockstep.cli.idp.opened import opened
from lockstep.cli.idp.patience import Wait
from lockstep.cli.idp.runs import do_job
from lockstep.cli.options import Data, DatabaseUrl, Json, KeyFile
from lockstep.cli.output import Exit, counted, note, print_json, say
from lockstep.idp import events
from lockstep.idp.apps.actions import find_app
from lockstep.idp.provisioning.evidence import actions, store
from lockstep.idp.provisioning.evidence.chain import Signed, problems
from lockstep.kit.clock import now_ms
from lockstep.kit.problems import Problem

evidence_app = typer.Typer(no_args_is_help=True, help="Signed records of checks: both sides are equal, or where not.")
Number = Annotated[int | None, typer.Option("--number", help="One record; the newest where it is left out.")]

KEY_BYTES = 32
"""Of an Ed25519 public key."""


class _Printed(msgspec.Struct):
    """What `evidence key --json` prints, as far as it is read."""

    public_key: str


def mount(app: typer.Typer) -> None:
    """Add the commands of evidence to `lockstep idp`."""
    app.add_typer(evidence_app, name="evidence")


@evidence_app.command("make")
def make(
    name: AppName,
    wait: Wait = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Read the whole target now, compare, and sign what was found.  Exit 1 where the sides are not equal."""
    with opened(data, database_url, key_file) as engine:
        with engine.db.read() as c:
            app = find_app(c, name)
        result = do_job(engine, app.id, actions.JOB, {}, json=json, wait=wait)
    if json:
        print_json(result)
    else:
        differs = f"{result['differences']} differences at the target, {counted(result['changes'], 'change')} to come"
        say(f"Record {result['number']}: {'both sides are equal' if result['equal'] else differs}.")
        say(f"Read in {counted(result['requests'], 'request')} (floor {result['floor']}).")
    if not result["equal"]:
        raise typer.Exit(Exit.PROBLEM)


@evidence_app.command("list")
def show(
    name: AppName, data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None, json: Json = False
) -> None:
    """List the records of an app, oldest first.  Exit 1 where one was changed or taken out."""
    with opened(data, database_url, key_file) as engine, engine.db.read() as c:
        found = list(store.of_app(c, find_app(c, name).id))
    for one in found:
        record = one.record
        if json:
            print_json(record)
            continue
        state = "equal" if record["equal"] else f"not equal ({record['check']['differences']} differences)"
        counts = ", ".join(counted(record["compared"][f"{thing}s"], thing) for thing in ("user", "group", "membership"))
        say(f"{record['number']}\t{record['made_at']}\t{state}\t{counts}")
    _end(problems(found))


@evidence_app.command("export")
def export(
    name: AppName,
    number: Number = None,
    everything: Annotated[bool, typer.Option("--all", help="Every record, one JSON object a line.")] = False,
    out: Annotated[Path | None, typer.Option("--out", help="Write it here instead of on standard output.")] = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
) -> None:
    """Give out a record with its signature, as one JSON object on one line; with --all the whole chain."""
    if everything and number is not None:
        raise typer.BadParameter("use either --number or --all")
    with opened(data, database_url, key_file) as engine, engine.db.read() as c:
        app = find_app(c, name)
        newest = actions.find(c, app, number)
        found = list(store.of_app(c, app.id)) if everything else [newest]
    text = b"".join(msgspec.json.encode(actions.envelope(one)) + b"\n" for one in found)
    if out is None:
        for one in found:
            print_json(actions.envelope(one))
        return
    try:
        out.write_bytes(text)
    except OSError as error:
        raise Problem(f"--out {out}: {error.strerror}") from None
    say(f"{counted(len(found), 'record')} in {out}.")


@evidence_app.command("verify")
def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `lockstep idp evidence export` wrote.")],
    key: Annotated[
        Path | None, typer.Option("--key", help="The public key, as `lockstep idp evidence key` printed it.")
    ] = None,
    json: Json = False,
) -> None:
    """Check signatures, and that no record between the first and the last is missing.  Needs nothing but the file."""
    signed = _read(file)
    public = "" if key is None else _public_key(key)
    wrong = problems(signed, public)
    records = [one.record for one in signed]
    if json:
        print_json({"ok": not wrong, "problems": wrong, "records": len(records), "equal": all(one["equal"] for one in records)})
        if wrong:
            raise typer.Exit(Exit.PROBLEM)
        return
    for record in records:
        say(f"{record['number']}\t{record['app']}\t{record['made_at']}\t{'equal' if record['equal'] else 'not equal'}")
    _end(wrong)
    if not public:
        say(f"Whole, and signed with {signed[0].public_key}. Compare it with lockstep idp evidence key.")
    else:
        say("Whole, and signed with that key.")


def _public_key(file: Path) -> str:
    """The key that `evidence key` printed there, with `--json` or without."""
    try:
        text = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise Problem(f"--key {file} cannot be read: it holds what lockstep idp evidence key printed") from None
    if not text:
        raise Problem(f"--key {file} is empty: it holds what lockstep idp evidence key printed")
    try:
        public = msgspec.json.decode(text, type=_Printed).public_key if text.startswith("{") else text
        whole = len(b64decode(public, validate=True)) == KEY_BYTES
    except (msgspec.DecodeError, ValueError, RecursionError):
        whole = False
    if not whole:
        raise Problem(f"--key {file} holds no public key: it holds what lockstep idp evidence key printed")
    return public


def _read(file: Path) -> list[Signed]:
    try:
        found = [msgspec.json.decode(line, type=dict[str, Any]) for line in file.read_bytes().splitlines() if line.strip()]
        signed = [Signed(dict(one["record"]), str(one["signature"]), str(one["public_key"])) for one in found]
        complete = signed and all({"number", "app", "made_at", "equal"} <= one.record.keys() for one in signed)
    except (OSError, msgspec.DecodeError, KeyError, TypeError, ValueError, RecursionError):
        complete = False
    if not complete:
        raise Problem(f"{file} holds no evidence that can be read: give what lockstep idp evidence export wrote")
    return signed


def _end(wrong: list[str]) -> None:
    for one in wrong:
        note(f"lockstep: {one}")
    if wrong:
        raise typer.Exit(Exit.PROBLEM)


@evidence_app.command("key")
def key_(data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None, json: Json = False) -> None:
    """Print the public key (Ed25519, base64 of its 32 bytes) that signs the records."""
    with opened(data, database_url, key_file) as engine, engine.db.write(serial=events.SERIAL) as c:
        public = actions.public_key(c, engine.vault, now_ms())
    if json:
        print_json({"public_key": public, "algorithm": "Ed25519"})
    else:
        say(public)
