"""`lockstep idp installation`, `lockstep idp backup | restore`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from lockstep.cli.idp.opened import opened
from lockstep.cli.options import Data, DatabaseUrl, Json, KeyFile, place
from lockstep.cli.output import Exit, note, print_json, say
from lockstep.idp import events
from lockstep.idp.provisioning.installation import actions, backup, restore
from lockstep.idp.provisioning.installation.records import NotComparedProblem
from lockstep.kit.clock import iso, now_ms
from lockstep.kit.db import PostgresDatabase
from lockstep.kit.problems import Problem

installation_app = typer.Typer(
    invoke_without_command=True,
    help="Whether this is the installation that it was; a restored backup, or a copy, sends nothing.",
)


def mount(app: typer.Typer) -> None:
    """Add the commands of the guard to `lockstep idp`."""
    app.add_typer(installation_app, name="installation")
    app.command("backup")(make_backup)
    app.command("restore")(take_back)


@installation_app.callback()
def show(
    context: typer.Context,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Show where this installation is, and whether something waits until somebody has looked at it."""
    if context.invoked_subcommand is not None:
        return
    with opened(data, database_url, key_file) as engine:
        where, found = engine.guard.look()
        with engine.db.read() as c:
            shown = actions.describe(c)
    wrong = found.reason if found is not None and found.sure else ""
    if shown["id"]:
        shown |= {"place": where, "found": wrong}
    if json:
        print_json(shown)
    else:
        _say(shown)
        if wrong:
            say(f"The next worker here holds every app: {wrong}")
    if shown["apps"] or wrong:
        raise typer.Exit(Exit.WAITS_FOR_A_PERSON)


def _say(shown: dict[str, Any]) -> None:
    if not shown["id"]:
        say("No worker has run here yet.")
        return
    say(f"Installation {shown['id']} in {shown['place']}, {shown['state']} since {iso(shown['since'])}")
    for app in shown["apps"]:
        say(f"  {app['name']}: nothing is sent, since {iso(app['since'])}: {app['reason']}")
        if not app["compared_at"]:
            say(f"    Compare with its target: lockstep idp drift {app['name']}")
            continue
        found = app["comparison"]
        say(
            f"    Compared {iso(app['compared_at'])}: {found['count']} differences, {found['unmatched']} users it does not know"
        )
        say(f"    Let it go: lockstep idp app start {app['name']}")


@installation_app.command("accept")
def accept(
    unseen: Annotated[
        bool, typer.Option("--unseen", help="Without a comparison: only if you have just moved it yourself.")
    ] = False,
    steady: Annotated[
        bool | None,
        typer.Option(
            "--files-keep-numbers/--files-change-numbers", help="Whether a file's number on this disk means anything."
        ),
    ] = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
) -> None:
    """Say that it is still this installation: every app that waits is let go.  Its next sync reads the target first."""
    with opened(data, database_url, key_file) as engine, engine.db.write(serial=events.SERIAL) as c:
        try:
            apps = actions.accept(c, now_ms(), unseen=unseen, steady=steady)
        except NotComparedProblem as problem:
            note(f"lockstep: {problem}")
            raise typer.Exit(Exit.WAITS_FOR_A_PERSON) from None
    say(f"Let go: {', '.join(app.name for app in apps)}." if apps else "Nothing was held.")


def make_backup(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder of its own; it is made.")],
    with_key: Annotated[
        bool, typer.Option("--with-key", help="Put the key into it, too: who has it can read every secret.")
    ] = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Make a backup, beside a running server.  Its manifest says whether it holds the key."""
    where = place(data, database_url, key_file)
    with opened(data, database_url, key_file) as engine:
        manifest = backup.make(engine.db, folder, where.key_file, now_ms(), with_key=with_key)
        server = isinstance(engine.db, PostgresDatabase)
    if json:
        print_json(manifest)
        return
    if server:
        say(f"{folder} holds no database: copy that with pg_dump, now.")
    say(
        f"The backup is in {folder}. It holds the key."
        if manifest["holds_key"]
        else f"The backup is in {folder}, without the key."
    )
    if not manifest["holds_key"]:
        say(f"To restore it you need {where.key_file}, so keep that elsewhere.")


def take_back(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="What `lockstep idp backup` made.")],
    data: Data = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Restore a backup into the data folder, of a server that is stopped.  Nothing is sent until somebody has looked."""
    if data is None:
        raise Problem("say where to restore it: --data DIR (or LOCKSTEP_DATA)")
    result = restore.take(folder, data, place(data, None, key_file).key_file, now_ms())
    if json:
        print_json(result)
        return
    say(f"{data} is restored from {folder}.")
    if result["aside"]:
        say(f"What was there is in {result['aside']}.")
    if result["apps"]:
        names = ", ".join(result["apps"])
        say(f"Nothing is sent until somebody has looked ({names}). Next, for each: lockstep idp drift NAME")
