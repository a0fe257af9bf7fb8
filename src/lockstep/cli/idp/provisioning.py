"""`lockstep idp plan | plan-show | sync | apply | approve | reject | release | drift | timeline`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from lockstep.cli.idp.apps import AppName
from lockstep.cli.idp.ondemand import provision
from lockstep.cli.idp.opened import opened
from lockstep.cli.idp.plan_check import KINDS, end, limits_of, over
from lockstep.cli.idp.plan_text import lines_of
from lockstep.cli.idp.runs import do, exit_of, failures, tell
from lockstep.cli.options import Data, DatabaseUrl, Json, KeyFile
from lockstep.cli.output import counted, print_json, say
from lockstep.idp import events
from lockstep.idp.apps.actions import find_app
from lockstep.idp.directory import store as directory
from lockstep.idp.provisioning import actions, plan_file, summary
from lockstep.idp.provisioning.engine import Engine
from lockstep.idp.provisioning.planner import make_plan
from lockstep.idp.provisioning.run import employee_id
from lockstep.kit.clock import iso, now_ms
from lockstep.kit.problems import Problem

OneUser = Annotated[str | None, typer.Option("--user", help="Only what concerns this person (user name or employee_id).")]
TIMELINE = 200


def mount(app: typer.Typer) -> None:
    """Add the engine's commands to `lockstep idp`."""
    for name, command in (
        ("plan", plan),
        ("plan-show", plan_show),
        ("provision", provision),
        ("sync", sync),
        ("apply", apply_file),
        ("approve", approve),
        ("reject", reject),
        ("release", release),
        ("drift", drift),
        ("timeline", timeline),
    ):
        app.command(name)(command)


Check = Annotated[
    bool, typer.Option("--check", help="End with 3 if anything is to be done, held or waits, and with 4 if failures stand.")
]
AtMost = Annotated[
    list[str] | None,
    typer.Option("--at-most", metavar="KIND=N", help=f"End with 3 if there are more of a kind: {', '.join(KINDS)}."),
]


def plan(
    name: AppName,
    user: OneUser = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write the plan here, for `lockstep idp apply`.")] = None,
    check: Check = False,
    at_most: AtMost = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Show what would be done, and what waits for a person.  Sends nothing."""
    limits = limits_of(at_most or [], check=check)
    with opened(data, database_url, key_file) as engine, engine.db.write(serial=events.SERIAL) as c:
        app = find_app(c, name)
        only = None if user is None else employee_id(c, user)
        made = make_plan(c, app, now_ms(), only=only, retry_now=True, shown=True)
        shown = summary.as_json(c, app, made)
        if only is not None:
            shown["user"] = only
        if out is not None:
            plan_file.write(c, made, shown, out)
    _show(shown, limits, check=check, json=json)


def plan_show(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A plan written by `lockstep idp plan NAME --out FILE`.")],
    check: Check = False,
    at_most: AtMost = None,
    json: Json = False,
) -> None:
    """Show a plan from its file, as whoever made it saw it.  Needs no data; a file changed by hand is refused."""
    limits = limits_of(at_most or [], check=check)
    shown = plan_file.read(file)
    if not json and "made_at" in shown:
        say(f"Made {shown['made_at']} for {shown['scim_url']}")
    _show(shown, limits, check=check, json=json)


def _show(shown: dict[str, Any], limits: dict[str, int], *, check: bool, json: bool) -> None:
    found = over(shown, limits)
    if json:
        print_json({**shown, "over": found} if limits else shown)
    else:
        for line in lines_of(shown):
            say(line)
    end(shown, found, check=check)


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
        result = do(engine, app.id, "sync", {"only": only, "full": full}, json=json)
        failed = failures(engine, name) if result["failed"] else []
    _finish(name, result, failed, json=json)


def apply_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A plan written by `lockstep idp plan NAME --out FILE`.")],
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Apply exactly the plan in the file, which counts as approved; refused if anything has changed since."""
    shown = plan_file.read(file)
    name = str(shown["app"])
    with opened(data, database_url, key_file) as engine:
        with engine.db.read() as c:
            app = find_app(c, name)
        if shown.get("scim_url", app.scim_url) != app.scim_url:
            raise Problem(f"{file} is a plan for {shown['scim_url']}, and {name} has the URL {app.scim_url} now: plan anew")
        try:
            orders = {"only": shown.get("user"), "digest": shown["digest"]}
            result = do(engine, app.id, "sync", orders, json=json)
        except Problem as problem:
            raise _with_moved(engine, name, shown, problem) from None
        failed = failures(engine, name) if result["failed"] else []
    _finish(name, result, failed, json=json)


def _with_moved(engine: Engine, name: str, shown: dict[str, Any], problem: Problem) -> Problem:
    """The problem, with what is different now from what the file says, if anything is."""
    with engine.db.write(serial=events.SERIAL) as c:
        words = plan_file.moved(c, find_app(c, name), shown, now_ms()).words
    return Problem(f"{problem}. {words}") if words else problem


def _finish(name: str, result: dict[str, Any], failed: list[str], *, json: bool) -> None:
    if json:
        print_json(result)
    else:
        tell(name, result, failed)
    exit_of(name, result)


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
        result = do(engine, app.id, "drift", {}, json=json)
    if json:
        print_json(result)
        return
    say(f"{len(result['differences'])} differences; {result['requests']} requests (floor {result['floor']})")
    for one in result["differences"]:
        say(f"  {one['object']} {one['name']}: {one['kind']}")
    if result["differences"]:
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
