"""Files a job with the engine, waits for it, says what it came to: what `sync`, `apply`, `provision` and others share."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer

from lockstep.cli.idp.patience import Patience, WaitedProblem
from lockstep.cli.output import Exit, counted, note, print_json, say
from lockstep.idp.apps.actions import find_app
from lockstep.idp.provisioning import summary
from lockstep.idp.provisioning.approval import lets_loose
from lockstep.idp.provisioning.engine import Engine
from lockstep.idp.provisioning.installation import actions as installation
from lockstep.idp.provisioning.run import Report
from lockstep.kit.problems import Problem

FAILURES = 5
"""Failures that are listed."""


def some_failures(engine: Engine, name: str) -> list[str]:
    """What failed and why, a few of it."""
    with engine.db.read() as c:
        found, rest = summary.failures(c, find_app(c, name), FAILURES)
    return found + ([f"… and {rest} more: lockstep idp failures {name}"] if rest > 0 else [])


def do_job(
    engine: Engine, app_id: int, kind: str, arguments: dict[str, Any], *, json: bool, wait: float | None = None
) -> dict[str, Any]:
    """File a job, wait for it, and give what it came to; at most `wait` seconds for a server that does it.

    Raises Problem; Exit where a person has to look first.
    """
    try:
        return waited(engine, engine.order(app_id, kind, arguments), json=json, wait=wait)
    except WaitedProblem:
        raise
    except Problem as problem:
        _wait_for_a_person(engine, app_id, problem)
        raise


def waited(engine: Engine, number: int, *, json: bool, wait: float | None = None) -> dict[str, Any]:
    """What a job came to; a person at a terminal sees how it goes.  Raises Problem with the job's error."""
    with _progress(shown=not json) as report:
        return engine.wait(number, report, Patience(engine.db, number, wait))


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
        tell(name, result, failures)
    exit_of(name, result)


def tell(name: str, result: dict[str, Any], failures: list[str]) -> None:
    """Say what a run came to, and what to do next."""
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
    held_back = result.get("only_makes", 0)
    if held_back:
        verb = "is" if held_back == 1 else "are"
        say(f"{counted(held_back, 'change')} {verb} held by creates-only=on. Read: lockstep idp plan {name}")
        say(f"Then let loose: {lets_loose(name)}")
    behind = result.get("behind", 0)
    if behind:
        verb = "waits" if behind == 1 else "wait"
        say(f"{counted(behind, 'change')} {verb} for what another person or change has to give up first; the plan says which.")
        say(f"Read: lockstep idp plan {name}")
    asked = result["waiting"] - held_back - behind
    if asked:
        verb = "waits" if asked == 1 else "wait"
        say(f"{counted(asked, 'change')} {verb}. Read: lockstep idp plan {name}")
        say(f"Then: lockstep idp approve {name} --all")
    if result["held"]:
        say(f"{result['held']} held, as unusually many. Read what and why: lockstep idp plan {name}")
        say(f"Then let through: lockstep idp release {name} [--kind KIND], or throw away with --discard")


def exit_of(name: str, result: dict[str, Any]) -> None:
    """End with the code for what a run came to: 4 where some failed, 3 where something waits for a person."""
    if result.get("quarantine"):
        note(f"lockstep: {name} is in quarantine: {result['quarantine']}")
    if result["failed"]:
        raise typer.Exit(Exit.SOME_FAILED)
    undecided = result.get("check", {}).get("undecided")
    if result["held"] or result["waiting"] or result.get("quarantine") or undecided:
        raise typer.Exit(Exit.WAITS_FOR_A_PERSON)
