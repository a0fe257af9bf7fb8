"""The command itself: what is asked for, and how the demo begins and ends."""

import contextlib
import os
import shlex
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from lockstep.cli.demo import every_day, first_run, setting_up, sign_in
from lockstep.cli.demo.folder import Home, take
from lockstep.cli.demo.ports import ensure_free
from lockstep.cli.demo.processes import Processes, StepFailed
from lockstep.cli.demo.records import Change, Result
from lockstep.cli.demo.screen import Screen, beside_floor, strong
from lockstep.cli.demo.signals import Interrupted, Signals
from lockstep.cli.demo.walk import APP, INSTANCE, Told, Walk
from lockstep.cli.demo.walk import take as take_steps
from lockstep.cli.options import Json
from lockstep.cli.output import Exit, note, print_json
from lockstep.kit.problems import Problem

DATA = Path("demo-data")
IDP_PORT = 8080
CENTER_PORT = 8090
CHAPTERS = (setting_up.CENTER, setting_up.IDP, first_run.CHAPTER, every_day.CHAPTER, sign_in.CHAPTER)
_POLL_SECONDS = 0.5
_HIGHEST_PORT = 65535


def demo(
    once: Annotated[
        bool, typer.Option("--once", help="End after the last step, instead of leaving both services running.")
    ] = False,
    people: Annotated[
        Path | None, typer.Option("--people", help="Your own people.csv, groups.csv and memberships.csv.", show_default=False)
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option("--data", help=f"Folder for both sides' data (default: {DATA}; with --once one that is removed)."),
    ] = None,
    idp_port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=_HIGHEST_PORT,
            help=f"Where the identity provider listens (default: {IDP_PORT}; with --once any free port).",
        ),
    ] = None,
    center_port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=_HIGHEST_PORT,
            help=f"Where the identity centre listens (default: {CENTER_PORT}; with --once any free port).",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Run both services on this machine, and walk through the guide: enable, connect, provision, approve, change, sign in."""
    screen, result = Screen(quiet=json), Result()
    try:
        with Signals() as signals, contextlib.ExitStack() as stack:
            ports = _ports(idp_port, center_port, free=once)
            home = stack.enter_context(_home(data, once=once, keep_company=people is not None))
            processes = Processes(signals, home.lock)
            walk = Walk(home, processes, screen, people or home.company, people is None, *ports, result)
            _closing_after(processes, lambda: _run(walk, once=once, json=json))
    except (StepFailed, Problem) as failure:
        _end_badly(result, str(failure), json=json, told=isinstance(failure, Told) and not json)
    except Interrupted:
        _end_badly(result, "interrupted; what was running has been stopped", json=json)


def _end_badly(result: Result, why: str, *, json: bool, told: bool = False) -> None:
    if json and not result.ok:
        result.problem = why
        print_json(result)
    if not told:
        note(f"lockstep: {why}")
    raise typer.Exit(Exit.PROBLEM)


def _ports(idp: int | None, center: int | None, *, free: bool) -> tuple[int, int]:
    """The ports to listen on.  Raises Problem for one that cannot be had."""
    chosen = {
        "--idp-port": (0 if free else IDP_PORT) if idp is None else idp,
        "--center-port": (0 if free else CENTER_PORT) if center is None else center,
    }
    if chosen["--idp-port"] == chosen["--center-port"] != 0:
        raise Problem("the two services cannot share a port: choose another --idp-port or --center-port")
    for option, port in chosen.items():
        ensure_free(port, option)
    return chosen["--idp-port"], chosen["--center-port"]


@contextlib.contextmanager
def _home(data: Path | None, *, once: bool, keep_company: bool) -> Iterator[Home]:
    """The folder for the data, one that is removed afterwards if it is for once and nobody named one."""
    with contextlib.ExitStack() as stack:
        if data is None:
            data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lockstep-demo-"))) if once else DATA
        home = take(data, keep_company=keep_company)
        stack.callback(home.close)
        yield home


def _closing_after(processes: Processes, run: Callable[[], None]) -> None:
    """Run, and end every process, whatever happens and whenever a signal comes."""
    try:
        try:
            run()
        finally:
            processes.close()
    except Interrupted:  # at the very moment when the processes were about to be ended; no second one is raised
        processes.close()
        raise


def _run(walk: Walk, *, once: bool, json: bool) -> None:
    if walk.people != walk.home.company and not walk.people.is_dir():
        raise Problem(f"--people {walk.people}: there is no such folder")
    began = time.monotonic()
    walk.screen.opening(str(walk.home.folder))
    _take_steps(walk, once=once)
    walk.result.ok = True
    if json:
        print_json(walk.result)
        sys.stdout.flush()
    if once:
        walk.screen.closing("Done", [f"{_figures(walk)} {time.monotonic() - began:.1f} s in all."])
    else:
        _keep_running(walk)


def _take_steps(walk: Walk, *, once: bool) -> None:
    try:
        take_steps(walk, CHAPTERS)
    except Told:
        kept = "" if once else f" Their data and logs are in {strong(walk.home.folder)}."
        walk.screen.say("", f"The demo ends here, and stops both services.{kept}")
        raise


def _figures(walk: Walk) -> str:
    result = walk.result
    seconds = result.change.seconds if result.change is not None else 0.0
    return (
        f"Both sides are equal. First run: {beside_floor(result.requests, result.floor)}. A change arrives after "
        f"{strong(f'{seconds:.2f} s')}. Nothing changed: {strong(f'{result.resync_requests} requests')}."
    )


def _keep_running(walk: Walk) -> None:
    """Say what can be done now, and wait for Ctrl-C."""
    result = walk.result
    walk.screen.closing(
        "Both services are running",
        [
            _figures(walk),
            "",
            f"Identity provider   {strong(result.idp_url)}",
            f"Identity centre     {strong(result.center_url)}",
            f"Portal              {strong(walk.portal)}",
            f"                    as {strong(result.session.user_name if result.session else '')}, "
            f"password in {strong(sign_in.password_file(walk))}",
            f"Data, token, logs   {strong(walk.home.folder)}",
            "",
            "To try in another terminal:",
        ],
        to_try(walk),
    )
    walk.screen.say("", "[bold]Ctrl-C[/] ends both. The data stays, until the next demo begins.")
    try:
        while True:
            time.sleep(_POLL_SECONDS)
            walk.processes.check()
    except Interrupted:
        walk.processes.close()
        walk.screen.say("Both services have ended.")


def to_try(walk: Walk) -> list[tuple[str, str]]:
    """Commands, and what they are good for."""
    idp, center = ("idp", walk.home.idp), ("center", walk.home.center)
    change = walk.result.change or Change("USER", "department", "", "", 0.0)
    back = f"{change.attribute}={change.before}"
    return [
        ("Another change, and the events that it leaves", _typed(idp, "user", "change", change.user_name, back)),
        ("", _typed(idp, "events", "--follow")),
        (f"Edit {walk.people / 'people.csv'}, then", _typed(idp, "import", str(walk.people))),
        ("Does the centre hold what it should?", _typed(idp, "drift", APP)),
        ("What was the centre asked?", _typed(center, "trail", INSTANCE)),
    ]


def _typed(side: tuple[str, Path], *words: str) -> str:
    name, data = side
    return f"{_program()} {shlex.join([name, *words, '--data', str(data)])}"


def _program() -> str:
    """How a person calls this program, from where they are."""
    if shutil.which("lockstep"):
        return "lockstep"
    called = Path(sys.argv[0])
    if called.name != "lockstep":
        return "python -m lockstep.cli.main"
    return os.path.relpath(called) if called.is_relative_to(Path.cwd()) else str(called)
