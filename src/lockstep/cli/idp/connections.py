"""`lockstep idp app connect | token | tokens | url`: where an app's target is, and what opens it."""

import asyncio
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from lockstep.cli.idp.apps import AppName, Expires, apps_app, read_token
from lockstep.cli.idp.opened import opened
from lockstep.cli.options import Data, DatabaseUrl, Json, KeyFile
from lockstep.cli.output import Exit, print_json, say
from lockstep.idp import events
from lockstep.idp.apps import actions
from lockstep.idp.apps.capabilities import actions as capabilities
from lockstep.idp.apps.capabilities.asking import ask
from lockstep.idp.apps.capabilities.reading import differences
from lockstep.idp.apps.connect import Connection, test_connection
from lockstep.idp.apps.connectors import CONNECTORS
from lockstep.idp.apps.records import App
from lockstep.idp.apps.tokens import actions as tokens
from lockstep.idp.apps.tokens import store
from lockstep.idp.apps.tokens.records import Token, Which
from lockstep.idp.apps.tokens.trying import try_tokens
from lockstep.idp.apps.tokens.words import last_answer, left
from lockstep.idp.provisioning import moving
from lockstep.idp.provisioning.installation import actions as installation
from lockstep.kit.clock import iso, now_ms

OptionalTokenFile = Annotated[
    Path | None, typer.Option("--token-file", help="A file that holds the token, or what the centre printed with --json.")
]


def mount() -> None:
    """Add the commands to `lockstep idp app`."""
    for name, command in (("token", token), ("tokens", show_tokens), ("connect", connect), ("url", url)):
        apps_app.command(name)(command)


def token(
    name: AppName,
    token_file: OptionalTokenFile = None,
    expires: Expires = None,
    spare: Annotated[
        bool, typer.Option("--next", help="Keep it beside the one in use; it is used once the target refuses that one.")
    ] = False,
    remove: Annotated[Literal["next"] | None, typer.Option("--remove", help="Forget the token beside the one in use.")] = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Use another access token from now on, or keep the next one beside it; or say when a token ends."""
    if remove is not None and (token_file is not None or expires is not None or spare):
        raise typer.BadParameter("use --remove next alone")
    if remove is None and token_file is None and expires is None:
        raise typer.BadParameter("give a token (--token-file), or when one ends (--expires)")
    now, which = now_ms(), _which(spare)
    secret, ends = ("", tokens.expiry_of(expires or "", now)) if token_file is None else read_token(token_file, expires, now)
    with opened(data, database_url, key_file) as engine, engine.db.write(serial=events.SERIAL) as c:
        app = actions.find_app(c, name)
        if remove is not None:
            tokens.remove_next(c, app, now)
        elif token_file is None:
            tokens.set_expiry(c, app, which, ends, now)
        else:
            tokens.give(c, engine.vault, app, secret, now, spare=spare, expires_at=ends)
        known = store.of_app(c, app.id)
    if json:
        print_json({"name": name, "tokens": [_token_json(one) for one in known]})
    elif remove is not None:
        say(f"{name} has the token in use only.")
    elif token_file is None:
        say(f"{name}: the {which} token {_ends(next(one for one in known if one.which == which), now)}.")
    elif spare:
        say(f"{name} has the next token. Next: lockstep idp app connect {name}, then delete the old one at the target")
    else:
        say(f"{name} uses the new token. Next: lockstep idp app connect {name}")


def _which(spare: bool) -> Which:
    return "next" if spare else "current"


def show_tokens(
    name: AppName, data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None, json: Json = False
) -> None:
    """List the access tokens of an app, without their secrets."""
    with opened(data, database_url, key_file) as engine, engine.db.read() as c:
        app = actions.find_app(c, name)
        local = CONNECTORS[app.connector].local
        known = [] if local else store.of_app(c, app.id)
    if local and not json:
        say(f"{name} needs no token: its target is kept here.")
    for one in known:
        if json:
            print_json(_token_json(one))
        else:
            say(f"{one.which}\tgiven {iso(one.added_at)}\t{_ends(one, now_ms())}\t{last_answer(one)}{_at(one)}")


def _at(one: Token) -> str:
    return f" as of {iso(one.answered_at)}" if one.answered_at else ""


def _ends(one: Token, now: int) -> str:
    if not one.expires_at:
        return "ends nobody knows when: say it with --expires"
    verb = "expires at the latest on" if one.expiry == "connector" else "expires on"
    return f"{verb} {iso(one.expires_at)} ({left(one, now)})"


def _token_json(one: Token) -> dict[str, Any]:
    return {
        "which": one.which,
        "since": iso(one.added_at),
        "expires_at": iso(one.expires_at) if one.expires_at else None,
        "expiry": one.expiry or "unknown",
        "last_answer": one.answer or None,
        "last_answer_at": iso(one.answered_at) if one.answered_at else None,
        "refused": one.refused,
    }


def connect(
    name: AppName, data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None, json: Json = False
) -> None:
    """Test the connection to the target, with each token that there is, and record what came of it."""
    with opened(data, database_url, key_file) as engine:
        with engine.db.read() as c:
            app = actions.find_app(c, name)
            known = tokens.opened(c, engine.vault, app.id)
        remote = not CONNECTORS[app.connector].local
        secrets = [one.secret for one in known]
        tested = asyncio.run(try_tokens(app.scim_url, secrets, test_connection if remote else _here))
        found = tested.connection
        can = asyncio.run(ask(app.scim_url, tested.works, now_ms())) if found.ok and remote else None
        with engine.db.write(serial=events.SERIAL) as c:
            actions.record_connection(c, app, found.said, now_ms())
            tokens.note_answers(c, engine.vault, app, tested.answers, now_ms(), actor=actions.ADMIN)
            if can is not None:
                capabilities.record(c, app, can, now_ms(), actor=actions.ADMIN)
    notes = [] if can is None else differences(CONNECTORS[app.connector], can)
    if json:
        each = [
            {"which": one.token.which, "ok": came.ok, "problem": came.problem}
            for one, (_, came) in zip(known, tested.each, strict=True)
        ]
        more = ({"tokens": each} if tested.words else {}) | ({"notes": notes} if notes else {})
        print_json({"ok": found.ok, "problem": found.problem, "fix": found.fix} | more)
    else:
        said = "Connected." if found.ok else f"{found.problem}\n{found.fix}"
        say(f"{said}\n{tested.words}" if tested.words else said)
        for line in notes:
            say(line)
    if not found.ok:
        raise typer.Exit(Exit.PROBLEM)


async def _here(_url: str, _secret: str) -> Connection:
    """A target that Lockstep keeps itself always answers."""
    return Connection(True)


def url(
    name: AppName,
    scim_url: Annotated[str, typer.Argument(metavar="URL", help="The target's SCIM endpoint from now on.")],
    token_file: OptionalTokenFile = None,
    expires: Expires = None,
    new_tenant: Annotated[
        bool, typer.Option("--new-tenant", help="If it is another tenant: start there with no links.")
    ] = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Give an app another SCIM URL, once a sample of what is linked shows that it is the same tenant."""
    now = now_ms()
    given = moving.Given() if token_file is None else moving.Given(*read_token(token_file, expires, now))
    with opened(data, database_url, key_file) as engine:
        with engine.db.read() as c:
            move = moving.prepare(c, engine.vault, actions.find_app(c, name), scim_url, given.token)
        proof = asyncio.run(moving.prove(move))
        with engine.db.write(serial=events.SERIAL) as c:
            app = moving.take(c, engine.vault, move, proof, given, now_ms(), new_tenant=new_tenant)
            linked, held = moving.count_linked(c, app), installation.held(c, app.id)
    if json:
        print_json(_moved_json(app, move, proof, linked))
    else:
        say(f"{name} is at {app.scim_url} now: {moving.said(move, proof)}. {linked} linked users and groups.")
        if held is None:
            say(f"Next: lockstep idp app connect {name}, then lockstep idp plan {name}")
        else:
            say(f"Nothing is sent until somebody has looked: lockstep idp drift {name}, then lockstep idp app start {name}")


def _moved_json(app: App, move: moving.Move, proof: moving.Proof, linked: int) -> dict[str, Any]:
    return {
        "name": app.name,
        "scim_url": app.scim_url,
        "tenant": proof.verdict.name.lower(),
        "known": move.known,
        "sampled": proof.sampled,
        "found": proof.found,
        "alike": proof.alike,
        "linked": linked,
    }
