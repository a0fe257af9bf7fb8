"""`lockstep idp plan | sync | apply | approve | reject | release | drift | takeover`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from lockstep.cli.idp.apps import AppName
from lockstep.cli.idp.opened import opened
from lockstep.cli.idp.takeover import takeover
from lockstep.cli.options import Data, DatabaseUrl, Json, KeyFile
from lockstep.cli.output import Exit, counted, note, print_json, say
from lockstep.idp import events
from lockstep.idp.apps.actions import find_app
from lockstep.idp.apps.tokens import store as tokens
from lockstep.idp.apps.tokens.words import warned
from lockstep.idp.provisioning import actions, drift_actions, summary
from lockstep.idp.provisioning.drift import Decision
from lockstep.idp.provisioning.engine import Engine
from lockstep.idp.provisioning.installation import actions as installation
from lockstep.idp.provisioning.planner import make_plan
from lockstep.idp.provisioning.run import Report, employee_id
from lockstep.kit.clock import now_ms
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem

OneUser = Annotated[str | None, typer.Option("--user", help="Only what concerns this person (user name or employee_id).")]
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
        ("takeover", takeover),
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
        about_tokens = _about_tokens(c, app.id)
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
        _warn(about_tokens)


def _about_tokens(c: Connection, app_id: int) -> str:
    found = warned(tokens.of_app(c, app_id), now_ms())
    return found.text if found is not None else ""


def _warn(text: str) -> None:
    if text:
        note(f"lockstep: {text}")


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
        failures = some_failures(engine, name) if result["failed"] else []
        with engine.db.read() as c:
            about_tokens = _about_tokens(c, app.id)
    if not json:
        _warn(about_tokens)
    finish(name, result, failures, json=json)


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
        failures = some_failures(engine, name) if result["failed"] else []
    finish(name, result, failures, json=json)


def some_failures(engine: Engine, name: str) -> list[str]:
    """What failed and why, a few of it."""
    with engine.db.read() as c:
        found, rest = summary.failures(c, find_app(c, name), FAILURES)
    return found + ([f"… and {rest} more: lockstep idp failures {name}"] if rest > 0 else [])


def do_job(engine: Engine, app_id: int, kind: str, arguments: dict[str, Any], *, json: bool) -> dict[str, Any]:
    """File a job, wait for it, and give what it came to.  Raises Problem; Exit where a person has to look first."""
    try:
        return waited(engine, engine.order(app_id, kind, arguments), json=json)
    except Problem as problem:
        _wait_for_a_person(engine, app_id, problem)
        raise


def waited(engine: Engine, number: int, *, json: bool) -> dict[str, Any]:
    """What a job came to; a person at a terminal sees how it goes.  Raises Problem with the job's error."""
    with _progress(shown=not json) as report:
        return engine.wait(number, report)


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


def finish(name: str, result: dict[str, Any], failures: list[str], *, json: bool) -> None:
    """Print what a run came to, and end with its exit code."""
    if json:
        print_json(result)
    else:
        requests = counted(result["requests"], "request")
        say(f"{requests} (floor {result['floor']}), {result['applied']} applied in {result['seconds']} s")
        if "check" in result:
            check = result["check"]
            say(f"Read the target in {check['requests']} requests (floor {check['floor']}): {check['differences']} differences")
            if check["undecided"]:
                say(f"{check['undecided']} of them wait for your word: lockstep idp drift {name} --last")
        if result["failed"]:
            say(f"{counted(result['failed'], 'object')} failed; tried again in growing pauses by a server, or with sync:")
            for failure in failures:
                say(f"  {failure}")
            say(f"By cause, with what to do: lockstep idp failures {name}")
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
    undecided = result.get("check", {}).get("undecided")
    if result["held"] or result["waiting"] or result.get("quarantine") or undecided:
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


_PUT_BACK = typer.Option("--put-back", metavar="DIGEST", help="Put it back with the next sync: a difference, or 'all'.")
_TAKE_OVER = typer.Option("--take-over", metavar="DIGEST", help="The target's value stands, until ours changes; or 'all'.")
_IGNORE = typer.Option("--ignore", metavar="DIGEST", help="Leave exactly this difference alone; or 'all'.")


def drift(
    name: AppName,
    last: Annotated[bool, typer.Option("--last", help="Show what the last check found; ask the target nothing.")] = False,
    put_back: Annotated[list[str] | None, _PUT_BACK] = None,
    take_over: Annotated[list[str] | None, _TAKE_OVER] = None,
    ignore: Annotated[list[str] | None, _IGNORE] = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Read the target and report what is not as it was left; or decide about what was found.  Sends nothing."""
    words: dict[Decision, list[str] | None] = {"put-back": put_back, "take-over": take_over, "ignore": ignore}
    said = {decision: set(digests) for decision, digests in words.items() if digests}
    if last and said:
        raise typer.BadParameter("--last only shows: leave it out to decide")
    with opened(data, database_url, key_file) as engine:
        if said:
            _decide_drift(engine, name, said, json=json)
            return
        with engine.db.read() as c:
            app = find_app(c, name)
            result = drift_actions.report(c, app) if last else {}
        result = result or do_job(engine, app.id, "drift", {}, json=json)
    if json:
        print_json(result)
    else:
        _say_drift(name, result)


def _decide_drift(engine: Engine, name: str, said: dict[Decision, set[str]], *, json: bool) -> None:
    """Decide all of it, or nothing."""
    several = [digest for digests in said.values() for digest in digests]
    if len(several) > len(set(several)) or (drift_actions.ALL in several and len(several) > 1):
        raise typer.BadParameter("say one thing about each difference; 'all' stands alone")
    counts: dict[str, int] = {}
    with engine.db.write(serial=events.SERIAL) as c:
        app = find_app(c, name)
        for decision, digests in said.items():
            chosen = None if drift_actions.ALL in digests else digests
            counts[decision] = drift_actions.decide(c, app, decision, chosen, now_ms())
    if json:
        print_json(counts)
        return
    for one, count in counts.items():
        say(f"{counted(count, 'difference')} {_DECIDED[one]}.")
    if "put-back" in counts:
        say(f"Next: lockstep idp sync {name}")


_DECIDED = {"put-back": "to be put back", "take-over": "taken over", "ignore": "ignored"}


def _say_drift(name: str, result: dict[str, Any]) -> None:
    found = result["differences"]
    say(f"{counted(len(found), 'difference')}; {counted(result['requests'], 'request')} (floor {result['floor']})")
    for one in found:
        state = "is being put back" if one["decision"] == "put-back" else f"digest {one['digest']}"
        say(f"  {one['object']} {one['name']}: {one['kind']}{_moved(one['detail'])}  [{state}]")
    for what, items in (("ignored", result["ignored"]), ("taken over", result["taken_over"])):
        if items:
            say(f"{len(items)} {what}; with digests: lockstep idp drift {name} --last --json")
    if any(one["decision"] == "" for one in found):
        say(f"Put everything right: lockstep idp drift {name} --put-back all, then lockstep idp sync {name}")
        say(f"Or decide: lockstep idp drift {name} --put-back DIGEST, --take-over DIGEST or --ignore DIGEST")


def _moved(detail: dict[str, dict[str, Any]]) -> str:
    def text(value: Any) -> str:
        return "–" if value is None else str(value)

    return " (" + ", ".join(f"{name}: {text(one['before'])} → {text(one['after'])}" for name, one in detail.items()) + ")"
