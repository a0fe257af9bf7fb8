"""`lockstep idp app rule NAME …`."""

from pathlib import Path
from typing import Annotated, NamedTuple

import msgspec
import typer

from lockstep.cli.idp import rules_said as said
from lockstep.cli.idp.apps import AppName, apps_app
from lockstep.cli.idp.conditions import parsed_condition
from lockstep.cli.idp.opened import opened
from lockstep.cli.options import Data, DatabaseUrl, Json, KeyFile
from lockstep.idp import events
from lockstep.idp.apps.actions import ADMIN, find_app
from lockstep.idp.apps.records import App
from lockstep.idp.apps.rules import actions
from lockstep.idp.apps.rules.records import GROUPS, Action, Existing, Macro, Mapped, Rule
from lockstep.idp.apps.rules.typed import condition_of
from lockstep.idp.apps.rules.wire import read_rule
from lockstep.idp.directory import store as directory
from lockstep.idp.directory.conditions.records import ROLE
from lockstep.kit.clock import now_ms
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem

_RuleName = typer.Option(metavar="RULE", help="A rule, by its name or its place in the list.")


class _Asked(NamedTuple):
    """What is to be read, if anything but the list."""

    user: str | None = None
    preview: bool = False
    export: bool = False
    touches: str | None = None


def mount() -> None:
    """Add the command to `lockstep idp app`."""
    apps_app.command("rule")(rule)


def rule(
    name: AppName,
    add: Annotated[str | None, typer.Option(metavar="RULE", help="Add a rule of this name, the last one.")] = None,
    for_each: Annotated[str, typer.Option(help="Map: role, or a user attribute.")] = ROLE,
    matching: Annotated[
        str | None, typer.Option(metavar="PATTERN", help="Map: a group for each value that matches; brackets say which part.")
    ] = None,
    group: Annotated[
        list[str] | None, typer.Option(help="From existing: a group of this name. More than once for several.")
    ] = None,
    conditions: Annotated[
        list[str] | None,
        typer.Option("--if", metavar="CONDITION", help="'department equals Sales', 'role does not equal Cooks'…"),
    ] = None,
    either: Annotated[bool, typer.Option("--any", help="One condition is enough.")] = False,
    remove: Annotated[str | None, _RuleName] = None,
    enable: Annotated[str | None, _RuleName] = None,
    disable: Annotated[str | None, _RuleName] = None,
    move: Annotated[str | None, _RuleName] = None,
    to: Annotated[int, typer.Option(help="With --move: the place, 1 for the first.")] = 1,
    sets: Annotated[
        str,
        typer.Option("--set", metavar="PARAMETER", help="With --add: what it sets; groups, or a parameter of the app."),
    ] = GROUPS,
    values: Annotated[
        list[str] | None, typer.Option("--value", help="From existing: this value. More than once for several.")
    ] = None,
    macro: Annotated[
        str | None, typer.Option(metavar="TEXT", help="A text with attributes in it, such as '{firstname}.{lastname}'.")
    ] = None,
    source: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="Add the rule of this file, or change the one of its id: OneLogin's JSON."),
    ] = None,
    export: Annotated[bool, typer.Option("--export", help="Print the rules as OneLogin's JSON, one on each line.")] = False,
    touches: Annotated[str | None, typer.Option(metavar="RULE", help="List whom a rule touches. Nothing is changed.")] = None,
    user: Annotated[str | None, typer.Option(help="Try the rules with one person. Nothing is changed.")] = None,
    show: Annotated[bool, typer.Option("--preview", help="Say what would change. Nothing is changed.")] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Let the engine work by the rules as they are listed.")] = False,
    discard: Annotated[bool, typer.Option("--discard", help="Throw away what was not applied.")] = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """List the rules that say who is in which group, change them, try them, and let them be in force (--apply)."""
    asked = _Asked(user, show, export, touches)
    wishes = [one for one in (add, remove, enable, disable, move, apply, discard, source, *asked) if one not in (None, False)]
    if len(wishes) > 1:
        raise typer.BadParameter("one thing at a time, such as --add RULE --matching PATTERN, or --apply")
    ways = [one for one in (matching, macro, [*(group or ()), *(values or ())]) if one not in (None, [])]
    if len(ways) != (add is not None):
        raise typer.BadParameter("use --add RULE with one of --matching PATTERN, --value VALUE (--group NAME) and --macro TEXT")
    text = b"" if source is None else _content(source)
    with opened(data, database_url, key_file) as engine:
        if any(one not in (None, False) for one in asked) or not wishes:
            with engine.db.read() as c:
                _read(c, find_app(c, name), asked, json=json)
            return
        with engine.db.write(serial=events.SERIAL) as c:
            app = find_app(c, name)
            if add is not None:
                action: Action = Existing((*(group or ()), *(values or ())), sets)
                if matching is not None:
                    action = Mapped(for_each, matching, sets)
                elif macro is not None:
                    action = Macro(macro, sets)
                parsed = tuple(condition_of(c, parsed_condition(one)) for one in conditions or ())
                actions.save(c, app, Rule(add, (action,), "any" if either else "all", parsed), now_ms(), actor=ADMIN)
            elif source is not None:
                _added(c, app, text)
            elif remove is not None:
                actions.remove(c, app, _id(c, app, remove), now_ms(), actor=ADMIN)
            elif move is not None:
                actions.move(c, app, _id(c, app, move), to, now_ms(), actor=ADMIN)
            elif enable is not None or disable is not None:
                switched = _id(c, app, enable or disable or "")
                actions.enable(c, app, switched, enable is not None, now_ms(), actor=ADMIN)
            else:
                (actions.apply if apply else actions.discard)(c, app, now_ms(), actor=ADMIN)
            _read(c, app, _Asked(), json=json)


def _read(c: Connection, app: App, asked: _Asked, *, json: bool) -> None:
    found = actions.rules_of(c, app)
    if asked.user is not None:
        said.person(c, app, found, asked.user, json=json)
    elif asked.preview:
        said.changes(c, app, found, json=json)
    elif asked.export:
        said.exported(found)
    elif asked.touches is not None:
        said.touched(c, app, found, actions.rule_of(c, app, _id(c, app, asked.touches)), json=json)
    else:
        said.listed(c, app, found, json=json)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Problem(f"--from: {file} cannot be read: {error.strerror}") from None


def _added(c: Connection, app: App, text: bytes) -> None:
    """Keep the rule that OneLogin's JSON says; one with the id of a rule changes it.  Raises Problem."""
    try:
        sent = msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise Problem(f"--from: this is no JSON: {error}") from None
    edited = actions.rules_of(c, app).edited
    before = next((one for one in edited if isinstance(sent, dict) and sent.get("id") == one.id), None)
    known = {role.id for role in directory.roles(c)}
    read = read_rule(sent, actions.settable_in(c, app), before, known)
    saved = actions.save(c, app, read.rule, now_ms(), actor=ADMIN)
    if read.position is not None:
        actions.move(c, app, saved.id, read.position, now_ms(), actor=ADMIN)


def _id(c: Connection, app: App, named: str) -> int:
    """The rule of that name or place.  Raises Problem."""
    rules = actions.rules_of(c, app).edited
    found = [one for one in rules if one.name == named]
    if not found and named.isascii() and named.isdigit() and 1 <= int(named[:9]) <= len(rules):
        found = [rules[int(named) - 1]]
    if len(found) != 1:
        known = ", ".join(f"{place} {one.name}" for place, one in enumerate(rules, 1)) or "none"
        raise Problem(f"{app.name} has {'several rules' if found else 'no rule'} of the name {named}; there are: {known}")
    return found[0].id
