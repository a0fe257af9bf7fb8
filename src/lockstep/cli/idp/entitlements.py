"""`lockstep idp app entitlements`: the groups of an app's target, and whose each is."""

from collections import Counter
from typing import Annotated

import typer

from lockstep.cli.idp.apps import AppName, apps_app
from lockstep.cli.idp.opened import opened
from lockstep.cli.idp.patience import Wait
from lockstep.cli.idp.runs import do_job
from lockstep.cli.options import Data, DatabaseUrl, Json, KeyFile
from lockstep.cli.output import counted, print_json, say
from lockstep.idp.apps import actions as apps
from lockstep.idp.provisioning.entitlements import actions
from lockstep.kit.clock import iso

Refresh = Annotated[bool, typer.Option("--refresh", help="Read the target's groups first: one request a page.")]


def mount() -> None:
    """The command is added to `lockstep idp app` as this module is read."""


@apps_app.command("entitlements")
def entitlements(
    name: AppName,
    refresh: Refresh = False,
    wait: Wait = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """List the groups of the target: ours, adopted, foreign, or missing; with --json one object a line.  Sends nothing."""
    with opened(data, database_url, key_file) as engine:
        with engine.db.read() as c:
            app = apps.find_app(c, name)
        if refresh:
            do_job(engine, app.id, actions.JOB, {}, json=json, wait=wait)
        with engine.db.read() as c:
            last, _ = actions.summary(c, app)
            found = list(actions.every(c, app))
    for one in found:
        if json:
            print_json(
                {
                    "name": one.name,
                    "id_at_target": one.target_id,
                    "kind": one.kind.value,
                    "members": one.members,
                    "protected": one.protected,
                    "refreshed_at": last.at or None,
                }
            )
        else:
            members = "–" if one.members is None else f"{one.members:,}"
            say(f"{one.kind.value:<9}{members:>9}  {one.name}" + ("  (protected)" if one.protected else ""))
    if json:
        return
    if not last.at:
        say(f"Not read yet: lockstep idp app entitlements {name} --refresh")
        return
    counts = Counter(one.kind.value for one in found)
    told = ", ".join(f"{counts[kind]:,} {kind}" for kind in sorted(counts)) or "none"
    say(f"Read {iso(last.at)} in {counted(last.requests, 'request')}: {told}.")
    if last.problem:
        say(f"The read of {iso(last.tried_at)} did not come to its end: {last.problem}")
