"""`lockstep idp plan | plan-show | sync | apply | approve | reject | release | drift | takeover`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from lockstep.cli.idp.apps import AppName
from lockstep.cli.idp.ondemand import provision
from lockstep.cli.idp.opened import opened
from lockstep.cli.idp.patience import Wait, WaitedProblem
from lockstep.cli.idp.plan_check import KINDS, end, limits_of, over
from lockstep.cli.idp.plan_text import lines_of
from lockstep.cli.idp.runs import do_job, finish, some_failures
from lockstep.cli.idp.takeover import takeover
from lockstep.cli.options import Data, DatabaseUrl, Json, KeyFile
from lockstep.cli.output import counted, note, print_json, say
from lockstep.idp import events
from lockstep.idp.apps.actions import find_app
from lockstep.idp.apps.records import App
from lockstep.idp.apps.tokens import store as tokens
from lockstep.idp.apps.tokens.words import warned
from lockstep.idp.provisioning import actions, drift_actions, plan_file, summary
from lockstep.idp.provisioning.drift import Decision
from lockstep.idp.provisioning.engine import Engine
from lockstep.idp.provisioning.installation import actions as installation
from lockstep.idp.provisioning.ledger import Plan
from lockstep.idp.provisioning.planner import make_plan, make_plan_apart
from lockstep.idp.provisioning.run import employee_id
from lockstep.kit.clock import now_ms
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem
from lockstep.scim.urls import is_same

OneUser = Annotated[str | None, typer.Option("--user", help="Only what concerns this person (user name or employee_id).")]


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
        ("takeover", takeover),
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
    with opened(data, database_url, key_file) as engine:
        app, only, made = _made(engine, name, user)
        with engine.db.read() as c:
            shown = summary.as_json(c, app, made)
            about_tokens = _about_tokens(c, app.id)
            if only is not None:
                shown["user"] = only
            if out is not None:
                plan_file.write(c, made, shown, out)
    if not json:
        _warn(about_tokens)
    _show(shown, limits, check=check, json=json)


def _made(engine: Engine, name: str, user: str | None) -> tuple[App, str | None, Plan]:
    """The app, the key of the one person, and the plan for all or for that one."""
    with engine.db.read() as c:
        app = find_app(c, name)
        only = None if user is None else employee_id(c, user)
    if only is None:
        return app, None, make_plan_apart(engine.db, app, now_ms(), retry_now=True, shown=True)
    with engine.db.write(serial=events.SERIAL) as c:
        return app, only, make_plan(c, app, now_ms(), only=only, retry_now=True, shown=True)


def _about_tokens(c: Connection, app_id: int) -> str:
    found = warned(tokens.of_app(c, app_id), now_ms())
    return found.text if found is not None else ""


def _warn(text: str) -> None:
    if text:
        note(f"lockstep: {text}")


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
    wait: Wait = None,
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
        result = do_job(engine, app.id, "sync", {"only": only, "full": full}, json=json, wait=wait)
        failed = some_failures(engine, name) if result["failed"] else []
        with engine.db.read() as c:
            about_tokens = _about_tokens(c, app.id)
    if not json:
        _warn(about_tokens)
    finish(name, result, failed, json=json)


def apply_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A plan written by `lockstep idp plan NAME --out FILE`.")],
    wait: Wait = None,
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
        if not is_same(str(shown.get("scim_url", app.scim_url)), app.scim_url):
            raise Problem(f"{file} is a plan for {shown['scim_url']}, and {name} has the URL {app.scim_url} now: plan anew")
        try:
            orders = {"only": shown.get("user"), "digest": shown["digest"]}
            result = do_job(engine, app.id, "sync", orders, json=json, wait=wait)
        except WaitedProblem:
            raise
        except Problem as problem:
            raise _with_moved(engine, name, shown, problem) from None
        failed = some_failures(engine, name) if result["failed"] else []
    finish(name, result, failed, json=json)


def _with_moved(engine: Engine, name: str, shown: dict[str, Any], problem: Problem) -> Problem:
    """The problem, with what is different now from what the file says, if anything is."""
    with engine.db.write(serial=events.SERIAL) as c:
        words = plan_file.moved(c, find_app(c, name), shown, now_ms()).words
    return Problem(f"{problem}. {words}") if words else problem


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
    wait: Wait = None,
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
        result = result or do_job(engine, app.id, "drift", {}, json=json, wait=wait)
        with engine.db.read() as c:
            held = installation.held(c, app.id)
    if json:
        print_json(result)
        return
    _say_drift(name, result)
    if result["unmatched"]:
        say(f"{counted(result['unmatched'], 'user')} at the target that nobody here knows.")
    if held is not None:
        say(f"Nothing is sent: {held.reason}. If this is right, let it go: lockstep idp app start {name}")


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
