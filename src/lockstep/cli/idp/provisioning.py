"""`lockstep idp plan | sync | apply | approve | reject | release | drift | timeline`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from lockstep.cli.idp.apps import AppName
from lockstep.cli.idp.opened import opened
from lockstep.cli.options import Data, DatabaseUrl, Json, KeyFile
from lockstep.cli.output import Exit, counted, note, print_json, say
from lockstep.idp import events
from lockstep.idp.apps.actions import find_app
from lockstep.idp.directory import store as directory
from lockstep.idp.provisioning import actions, summary
from lockstep.idp.provisioning.engine import Engine
from lockstep.idp.provisioning.installation import actions as installation
from lockstep.idp.provisioning.planner import make_plan
from lockstep.idp.provisioning.run import Report, employee_id
from lockstep.kit.clock import iso, now_ms
from lockstep.kit.problems import Problem

OneUser = Annotated[str | None, typer.Option("--user", help="Only what concerns this person (user name or employee_id).")]
TIMELINE = 200
FAILURES = 5
"""Failures that `sync` lists."""


def mount(app: typer.Typer) -> None:
    """Add the engine's commands to `lockstep idp`."""
    for name, command in (
        ("plan", plan),
        ("sync", sync),
        ("apply", apply_file),
        ("approve", approve),
        ("reject", reject),
        ("release", release),
        ("drift", drift),
        ("timeline", timeline),
    ):
        app.command(name)(command)


def plan(
    name: AppName,
    user: OneUser = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write the plan here, for `lockstep idp apply`.")] = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Show what would be done, and what waits for a person.  Sends nothing."""
    with opened(data, database_url, key_file) as engine, engine.db.write(serial=events.SERIAL) as c:
        app = find_app(c, name)
        only = None if user is None else employee_id(c, user)
        made = make_plan(c, app, now_ms(), only=only, retry_now=True, shown=True)
        shown = summary.as_json(c, app, made)
    if only is not None:
        shown["user"] = only
    if out is not None:
        try:
            out.write_bytes(msgspec.json.format(msgspec.json.encode(shown), indent=2) + b"\n")
        except OSError as error:
            raise Problem(f"--out {out}: {error.strerror}") from None
    if json:
        print_json(shown)
    else:
        _say_plan(shown)


def _say_plan(shown: dict[str, Any]) -> None:
    if not shown["changes"] and not shown["held"]:
        say(_nothing(shown))
        return
    say(f"Plan {shown['digest']}: {counted(shown['requests'], 'request')}")
    for change in shown["changes"]:
        say(f"  {change['object']} {change['kind']}: {change['name']}{_detail(change)}  [{_state(change)}]")
    if shown["more"]:
        say(f"  … and {shown['more']} more")
    for held in shown["held"]:
        say(f"Held: {held['reason']}. Let through: lockstep idp release {shown['app']} --kind {held['kind']}; or add --discard")
    if any(change["state"] == "waiting" for change in shown["changes"]):
        say(f"Some changes wait for approval: lockstep idp approve {shown['app']} --all")


def _nothing(shown: dict[str, Any]) -> str:
    """Why a plan is empty: an administrator who expected changes has to see what stands in the way."""
    app = shown["app"]
    if not shown["assigned"]:
        return f"Nothing to do: nobody has the app. Give it to people: lockstep idp app assign {app} --everyone"
    if shown["thrown_away"]:
        left = counted(shown["thrown_away"], "change")
        return f"Nothing to do, apart from {left} that an administrator threw away, until those objects change again."
    return "Nothing to do: the target is as it should be."


def _state(change: dict[str, Any]) -> str:
    """What a change waits for; a digest where a person can say something about it."""
    if change["state"] == "waiting":
        return f"waiting for approval, digest {change['digest']}"
    return f"{change['state']}: {change['reason']}" if change.get("reason") else str(change["state"])


def _detail(change: dict[str, Any]) -> str:
    before, after = change["before"], change["after"]
    if change["kind"] == "rename":
        return f" (was {before})"
    if change["kind"] == "members":
        added, removed = len(after.get("add", [])), len(after.get("remove", []))
        return f" (+{added} -{removed})"
    if change["object"] == "user" and before and after:
        moved = [f"{name}: {before.get(name, '–')} → {after.get(name, '–')}" for name in {**before, **after}]
        return f" ({', '.join(moved)})"
    return ""


def sync(
    name: AppName,
    user: OneUser = None,
    full: Annotated[bool, typer.Option("--full", help="Read the target first, and put differences right.")] = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Plan, do what needs no person, and wait for the end."""
    with opened(data, database_url, key_file) as engine:
        with engine.db.read() as c:
            app = find_app(c, name)
            only = None if user is None else employee_id(c, user)
        result = do_job(engine, app.id, "sync", {"only": only, "full": full}, json=json)
        failures = _failures(engine, name) if result["failed"] else []
    _finish(name, result, failures, json=json)


def apply_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A plan written by `lockstep idp plan NAME --out FILE`.")],
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Apply exactly the plan in the file, which counts as approved; refused if anything has changed since."""
    try:
        shown = msgspec.json.decode(file.read_bytes())
        name, digest, only = str(shown["app"]), str(shown["digest"]), shown.get("user")
    except (OSError, msgspec.DecodeError, KeyError, TypeError, AttributeError) as error:
        raise Problem(f"{file} is not a plan: {error}") from None
    with opened(data, database_url, key_file) as engine:
        with engine.db.read() as c:
            app = find_app(c, name)
        result = do_job(engine, app.id, "sync", {"only": only, "digest": digest}, json=json)
        failures = _failures(engine, name) if result["failed"] else []
    _finish(name, result, failures, json=json)


def _failures(engine: Engine, name: str) -> list[str]:
    """What failed and why, a few of it."""
    with engine.db.read() as c:
        found = summary.failures(c, find_app(c, name))
    rest = len(found) - FAILURES
    return found[:FAILURES] + ([f"… and {rest} more: lockstep idp events"] if rest > 0 else [])


def do_job(engine: Engine, app_id: int, kind: str, arguments: dict[str, Any], *, json: bool) -> dict[str, Any]:
    """File a job, wait for it, and give what it came to.  Raises Problem; Exit where a person has to look first."""
    number = engine.order(app_id, kind, arguments)
    try:
        with _progress(shown=not json) as report:
            return engine.wait(number, report)
    except Problem as problem:
        _wait_for_a_person(engine, app_id, problem)
        raise


def _wait_for_a_person(engine: Engine, app_id: int, problem: Problem) -> None:
    """A run that the guard stops ends with the exit code that says so."""
    with engine.db.read() as c:
        held = installation.held(c, app_id)
    if held is not None:
        note(f"lockstep: {problem}")
        raise typer.Exit(Exit.WAITS_FOR_A_PERSON)


@contextmanager
def _progress(*, shown: bool) -> Iterator[Report]:
    if not shown or not sys.stderr.isatty():
        yield lambda _done, _of: None
        return
    from rich.console import Console  # slow to import, and only a person at a terminal sees it
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("requests"))
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("Provisioning", total=None)
        yield lambda done, of: progress.update(task, completed=done, total=of)


def _finish(name: str, result: dict[str, Any], failures: list[str], *, json: bool) -> None:
    if json:
        print_json(result)
    else:
        requests = counted(result["requests"], "request")
        say(f"{requests} (floor {result['floor']}), {result['applied']} applied in {result['seconds']} s")
        if "check" in result:
            check = result["check"]
            say(f"Read the target in {check['requests']} requests (floor {check['floor']}): {check['differences']} differences")
        if result["failed"]:
            say(f"{counted(result['failed'], 'object')} failed; tried again in growing pauses by a server, or with sync:")
            for failure in failures:
                say(f"  {failure}")
        if result["waiting"]:
            verb = "waits" if result["waiting"] == 1 else "wait"
            say(f"{counted(result['waiting'], 'change')} {verb}. Read: lockstep idp plan {name}")
            say(f"Then: lockstep idp approve {name} --all")
        if result["held"]:
            say(f"{result['held']} held, as unusually many. Read what and why: lockstep idp plan {name}")
            say(f"Then let through: lockstep idp release {name} [--kind KIND], or throw away with --discard")
    if result.get("quarantine"):
        note(f"lockstep: {name} is in quarantine: {result['quarantine']}")
    if result["failed"]:
        raise typer.Exit(Exit.SOME_FAILED)
    if result["held"] or result["waiting"] or result.get("quarantine"):
        raise typer.Exit(Exit.WAITS_FOR_A_PERSON)


Everything = Annotated[bool, typer.Option("--all", help="Everything that was shown.")]
Digest = Annotated[str | None, typer.Option("--digest", help="One change, or a whole plan, by its digest.")]


def _one_of(everything: bool, digest: str | None) -> None:
    if everything == (digest is not None):
        raise typer.BadParameter("use either --all or --digest")


def approve(
    name: AppName,
    everything: Everything = False,
    digest: Digest = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
) -> None:
    """Approve what waits, exactly as it was shown.  A running server does it at once, else the next sync."""
    _one_of(everything, digest)
    with opened(data, database_url, key_file) as engine, engine.db.write(serial=events.SERIAL) as c:
        count = actions.approve(c, find_app(c, name), digest, now_ms())
    say(f"{counted(count, 'change')} approved. Next: lockstep idp sync {name}")


def reject(
    name: AppName,
    everything: Everything = False,
    digest: Digest = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
) -> None:
    """Throw away what waits; it is not asked again until those objects change again."""
    _one_of(everything, digest)
    with opened(data, database_url, key_file) as engine, engine.db.write(serial=events.SERIAL) as c:
        count = actions.reject(c, find_app(c, name), digest, now_ms())
    say(f"{counted(count, 'change')} rejected.")


def release(
    name: AppName,
    kind: Annotated[
        str | None, typer.Option("--kind", help="Only user-deletions, switch-offs, group-deletions or removals.")
    ] = None,
    discard: Annotated[bool, typer.Option("--discard", help="Throw it away instead.")] = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Let through what is held and was shown, or throw it away.  A running server does it at once, else the next sync."""
    with opened(data, database_url, key_file) as engine, engine.db.write(serial=events.SERIAL) as c:
        counts = actions.release(c, find_app(c, name), kind, discard=discard, now=now_ms())
    if json:
        print_json({"discarded" if discard else "released": counts})
        return
    for one, count in counts.items():
        say(f"{count} {one} are {'thrown away until they change again' if discard else 'let through'}.")
    if not discard:
        say(f"Next: lockstep idp sync {name}")


def drift(
    name: AppName, data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None, json: Json = False
) -> None:
    """Read the target and report what is not as it was left.  Changes nothing."""
    with opened(data, database_url, key_file) as engine:
        with engine.db.read() as c:
            app = find_app(c, name)
        result = do_job(engine, app.id, "drift", {}, json=json)
        with engine.db.read() as c:
            held = installation.held(c, app.id)
    if json:
        print_json(result)
        return
    say(f"{len(result['differences'])} differences; {result['requests']} requests (floor {result['floor']})")
    for one in result["differences"]:
        say(f"  {one['object']} {one['name']}: {one['kind']}")
    if result["unmatched"]:
        say(f"{counted(result['unmatched'], 'user')} at the target that this database does not know.")
    if held is not None:
        say(f"Nothing is sent: {held.reason}. If this is right, let it go: lockstep idp app start {name}")
    elif result["differences"]:
        say(f"Put them right: lockstep idp sync {name} --full")


def timeline(
    name: AppName,
    user: Annotated[str, typer.Option("--user", help="User name or employee_id.")],
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """What happened to one person in this app, newest first."""
    with opened(data, database_url, key_file) as engine, engine.db.read() as c:
        app = find_app(c, name)
        known = directory.user_by_user_name(c, user) or directory.user_by_employee_id(c, user)
        name = user if known is None else known.user_name  # somebody who has left is found by the name they had
        happened = events.for_user(c, user_id=known.id if known else None, user_name=name, limit=TIMELINE)
        found = [event for event in reversed(happened) if event.app_id in (None, app.id)]
    for event in found:
        if json:
            print_json(events.describe(event))
        else:
            say("  ".join(part for part in (iso(event.at), event.type.value, event.notes, event.error_description) if part))
