"""`lockstep idp provision`: one user or group, step by step, with the exact requests; sent when asked to."""

import asyncio
import shlex
from typing import Annotated, Any

import msgspec
import typer

from lockstep.cli.idp.apps import AppName
from lockstep.cli.idp.opened import opened
from lockstep.cli.idp.patience import Wait
from lockstep.cli.idp.runs import do_job, exit_of, tell
from lockstep.cli.options import Data, DatabaseUrl, Json, KeyFile
from lockstep.cli.output import print_json, say
from lockstep.idp import events
from lockstep.idp.apps.actions import find_app
from lockstep.idp.provisioning import asking, ondemand
from lockstep.idp.provisioning.engine import Engine
from lockstep.idp.provisioning.records import State
from lockstep.idp.provisioning.shown import Shown, ShownRequest, Step
from lockstep.idp.provisioning.tokens import client_of
from lockstep.idp.signin.preview import with_sign_in
from lockstep.kit.clock import now_ms
from lockstep.kit.problems import Problem

ACTOR = "command line"
_WIDEST = 40


def provision(
    name: AppName,
    user: Annotated[str | None, typer.Option("--user", help="This person (user name or employee_id).")] = None,
    group: Annotated[str | None, typer.Option("--group", help="This group, by its name.")] = None,
    ask_target: Annotated[bool, typer.Option("--ask-target", help="Ask the target what is there now, too.")] = False,
    send: Annotated[bool, typer.Option("--send", help="Send it, and say what came back.")] = False,
    digest: Annotated[
        str | None,
        typer.Option("--digest", help="With --send: exactly what was shown with this digest, which counts as approved."),
    ] = None,
    wait: Wait = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Show, step by step, what is done for one user or group, and the exact requests.  Sends nothing without --send."""
    if (user is None) == (group is None):
        raise typer.BadParameter("use either --user or --group")
    if digest is not None and not send:
        raise typer.BadParameter("--digest goes with --send")
    with opened(data, database_url, key_file) as engine:
        shown, since = _look(engine, name, user, group)
        if ask_target:
            shown = _ask(engine, name, shown)
        if not json:
            _say(shown, sending=send)
        if not send:
            if json:
                print_json(shown.as_json())
            return
        if digest not in (None, shown.digest) and _is_done(engine, name, shown, json=json):
            return
        result = _send(engine, name, shown, digest, json=json, wait=wait)
        with engine.db.read() as c:
            told = ondemand.came_back(c, find_app(c, name), shown, since)
    if json:
        print_json({**shown.as_json(), "sent": result, "came_back": told})
    else:
        _say_sent(told)
        tell(name, result, [])
    exit_of(name, result)


def _look(engine: Engine, name: str, user: str | None, group: str | None) -> tuple[Shown, int]:
    with engine.db.write(serial=events.SERIAL) as c:
        app = find_app(c, name)
        if user is not None:
            shown = with_sign_in(c, app, ondemand.look_at_user(c, app, user, now_ms(), told=True))
            return shown, events.latest(c)
        return ondemand.look_at_group(c, app, str(group), now_ms(), told=True), events.latest(c)


def _ask(engine: Engine, name: str, shown: Shown) -> Shown:
    with engine.db.read() as c:
        app = find_app(c, name)
    client = client_of(engine.db, engine.vault, app, engine.clock, somebody_waits=True)
    asked = asyncio.run(asking.ask(client, shown.place))
    with engine.db.read() as c:
        return asking.with_answer(c, app, shown, asked)


def _send(engine: Engine, name: str, shown: Shown, digest: str | None, *, json: bool, wait: float | None) -> dict[str, Any]:
    """What a sync of this user or group came to.  With a digest, of exactly what was shown with it."""
    orders: dict[str, Any] = dict(shown.orders)
    with engine.db.write(serial=events.SERIAL) as c:
        app = find_app(c, name)
        if digest is not None:
            if digest != shown.digest:
                raise Problem(
                    f"this is not what was shown with the digest {digest} any more: read it again, it is {shown.digest} now"
                )
            ondemand.approve_shown(c, app, shown, now_ms(), actor=ACTOR)
            orders["digest"] = digest
    return do_job(engine, app.id, "sync", orders, json=json, wait=wait)


def _is_done(engine: Engine, name: str, shown: Shown, *, json: bool) -> bool:
    """Whether what was shown before was done by another run meanwhile, so that nothing is left; then it is said."""
    with engine.db.read() as c:
        last = ondemand.last_done(c, find_app(c, name), shown)
    if last is None:
        return False
    if json:
        print_json({**shown.as_json(), "sent": {}, "came_back": [last]})
    else:
        say("")
        say(f"Nothing is left to send: another run did it meanwhile ({last['event']}, {last['at']}).")
    return True


def _say(shown: Shown, *, sending: bool) -> None:
    say(f"Provision on demand: {shown.object} {shown.name} in {shown.app}")
    for number, step in enumerate(shown.steps, start=1):
        _say_step(number, step)
    for number, request in enumerate(shown.requests, start=1):
        _say_request(number, request, shown)
    if shown.states(State.READY) + shown.states(State.WAITING) and not shown.stopped and not sending:
        words = ["lockstep", "idp", "provision", shown.app, f"--{shown.object}", shown.key, "--send", "--digest", shown.digest]
        say("")
        say(f"{'Approve and send' if shown.states(State.WAITING) else 'Send'} exactly this: {shlex.join(words)}")


def _say_step(number: int, step: Step) -> None:
    say("")
    say(f"{number}. {step.title}: {step.verdict}")
    if not step.rows:
        return
    widths = [min(_WIDEST, max(len(row[at]) for row in step.rows)) for at in range(len(step.columns))]
    for row in step.rows:
        say("     " + "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
    if step.more:
        say(f"     … and {step.more:,} more")


def _say_request(number: int, request: ShownRequest, shown: Shown) -> None:
    say("")
    why = f": {request.reason}" if request.reason else ""
    say(f"Request {number}: {request.kind} {request.object} {request.name}  [{request.state}{why}]")
    if not request.method:
        return
    say(f"{request.method} {shown.scim_url}{request.path}")
    for name, value in request.headers.items():
        say(f"{name}: {value}")
    if request.body is not None:
        say("")
        say(msgspec.json.format(msgspec.json.encode(request.body), indent=2).decode())


def _say_sent(told: list[dict[str, Any]]) -> None:
    say("")
    for one in told:
        came = "done" if one["ok"] else f"failed: {one['error']}"
        notes = f" ({one['notes']})" if one["notes"] else ""
        say(f"Sent: {one['object']} {one['name']}, {one['event']}{notes}: {came}")
    if not told:
        say("Nothing was sent.")
