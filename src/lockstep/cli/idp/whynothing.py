"""`lockstep idp app why`: why nothing happens, and what mends it."""

from typing import Any

import typer

from lockstep.cli.idp.apps import AppName
from lockstep.cli.idp.directory import opened_directory
from lockstep.cli.options import Data, DatabaseUrl, Json, KeyFile
from lockstep.cli.output import Exit, print_json, say
from lockstep.idp.apps.actions import find_app
from lockstep.idp.provisioning.whynothing.checks import findings
from lockstep.idp.provisioning.whynothing.looking import look
from lockstep.idp.provisioning.whynothing.records import Finding, Verdict
from lockstep.kit.clock import now_ms

_MARKS = {Verdict.PROBLEM: "✗", Verdict.ATTENTION: "!", Verdict.OK: "✓"}


def mount(app: typer.Typer) -> None:
    """Add the command to `lockstep idp app`."""
    app.command("why")(why)


def why(
    name: AppName,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Say why nothing happens: every check of an app, what stops something first, with what mends it.

    Ends with 3 where something stops it; with --json one object, `{"app", "findings": [{"check", "verdict", "text", "fix"}]}`.
    """
    with opened_directory(data, database_url, key_file) as database, database.read() as c:
        app = find_app(c, name)
        found = findings(look(c, app, now_ms()))
    if json:
        print_json({"app": app.name, "findings": [_shown(one) for one in found]})
    else:
        for one in found:
            _say(one)
    if any(one.verdict is Verdict.PROBLEM for one in found):
        raise typer.Exit(Exit.WAITS_FOR_A_PERSON)


def _shown(one: Finding) -> dict[str, Any]:
    fix = None if one.fix is None else _fix(one)
    return {"check": one.check, "verdict": one.verdict.value, "text": one.text, "fix": fix}


def _fix(one: Finding) -> str:
    """What to do: a command, or where there is none, words."""
    if one.fix is None:
        return ""
    return f"lockstep idp {one.fix.command}" if one.fix.command else one.fix.text


def _say(one: Finding) -> None:
    say(f"{_MARKS[one.verdict]} {one.title}: {one.text}")
    if one.verdict is not Verdict.OK:
        say(f"    → {_fix(one)}")
