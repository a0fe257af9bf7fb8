"""`lockstep idp app connectors` and `lockstep idp app capabilities`."""

import asyncio
from typing import Annotated

import typer

from lockstep.cli.idp.apps import AppName, apps_app
from lockstep.cli.idp.opened import opened
from lockstep.cli.options import Data, DatabaseUrl, Json, KeyFile
from lockstep.cli.output import Exit, print_json, say
from lockstep.idp import events
from lockstep.idp.apps import actions
from lockstep.idp.apps.capabilities import actions as capabilities
from lockstep.idp.apps.capabilities.asking import ask
from lockstep.idp.apps.capabilities.reading import differences
from lockstep.idp.apps.capabilities.records import Found
from lockstep.idp.apps.capabilities.words import as_json, learnt, lines
from lockstep.idp.apps.connectors import CONNECTORS
from lockstep.idp.apps.memory.store import contents
from lockstep.idp.apps.records import App
from lockstep.kit.clock import now_ms
from lockstep.kit.problems import Problem

MOST_SHOWN = 1_000
"""Users, groups and members of a group that are shown of a target."""
Ask = Annotated[bool, typer.Option("--ask", help="Ask the target anew, and forget what its answers have shown.")]


def mount() -> None:
    """The commands are added to `lockstep idp app` as this module is read."""


@apps_app.command("connectors")
def show(json: Json = False) -> None:
    """List the connectors: for each kind of target, how it is spoken to."""
    for connector in CONNECTORS.values():
        if json:
            faults = [{"status": one.status, "means": one.means, "fix": one.fix} for one in connector.faults]
            words = {"name": connector.name, "words": connector.words, "about": connector.about, "asks": connector.asks}
            print_json({**words, **as_json(connector), "template": dict(connector.template), "faults": faults})
            continue
        say(f"{connector.name}\t{connector.words}. {connector.about}")
        for what, how in lines(connector):
            say(f"\t{what}: {how}")


@apps_app.command("target")
def show_target(
    name: AppName, data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None, json: Json = False
) -> None:
    """Show what is at the target of an app that Lockstep keeps itself (connector memory)."""
    with opened(data, database_url, key_file) as engine, engine.db.read() as c:
        app = actions.find_app(c, name)
        if not CONNECTORS[app.connector].local:
            raise Problem(f"the target of {name} is elsewhere: `lockstep idp drift {name}` reads it and compares")
        there = contents(c, app.id, MOST_SHOWN)
    if json:
        print_json(there)
        return
    for user in there["users"]:
        say(f"{user['userName']}\t{user.get('displayName', '')}{'' if user.get('active', True) else ' (switched off)'}")
    for group in there["groups"]:
        say(f"{group['displayName']}: {', '.join(group['members']) or 'nobody'}")
    say(f"In all {there['user_count']:,} users and {there['group_count']:,} groups.")


@apps_app.command("capabilities")
def show_capabilities(
    name: AppName,
    anew: Ask = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Say what the app's target can do, and how it is spoken to."""
    with opened(data, database_url, key_file) as engine:
        with engine.db.read() as c:
            app = actions.find_app(c, name)
            local = CONNECTORS[app.connector].local
            anew = anew and not local
            secret = actions.token_of(c, engine.vault, app) if anew else ""
        if anew:
            found = asyncio.run(ask(app.scim_url, secret, now_ms()))
            with engine.db.write(serial=events.SERIAL) as c:
                capabilities.record(c, app, found, now_ms(), actor=actions.ADMIN)
        with engine.db.read() as c:
            found, connector = capabilities.found_of(c, app), capabilities.connector_of(c, app)
    told = [*differences(CONNECTORS[app.connector], found), *learnt(found)]
    if json:
        shown = {"app": app.name, "connector": app.connector, "asked_at": found.asked_at, "problem": found.problem}
        print_json({**shown, "said": found.said, "effective": as_json(connector), "notes": told})
    else:
        say(f"{app.name}: {CONNECTORS[app.connector].words}. {_asked(app, found)}")
        for line in (*(f"{what}: {how}" for what, how in lines(connector)), *told):
            say(line)
        if found.problem:
            say(f"What it can do is not known: {found.problem}. The connector's declaration stands.")
    if anew and found.problem:
        raise typer.Exit(Exit.PROBLEM)


def _asked(app: App, found: Found) -> str:
    if CONNECTORS[app.connector].local:
        return "Lockstep keeps it here, and knows what it can do."
    return "It was asked what it can do." if found.asked_at else f"It was not asked yet: lockstep idp app connect {app.name}"
