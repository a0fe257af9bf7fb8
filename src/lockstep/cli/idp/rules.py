"""`lockstep idp app rule NAME …`."""

from typing import Annotated, Any

import msgspec
import typer

from lockstep.cli.idp.apps import AppName, apps_app
from lockstep.cli.idp.conditions import parsed_condition
from lockstep.cli.idp.opened import opened
from lockstep.cli.options import Data, DatabaseUrl, Json, KeyFile
from lockstep.cli.output import counted, print_json, say
from lockstep.idp import events
from lockstep.idp.apps.actions import ADMIN, find_app
from lockstep.idp.apps.records import App
from lockstep.idp.apps.rules import actions
from lockstep.idp.apps.rules.records import Existing, Mapped, Rule
from lockstep.idp.apps.rules.typed import condition_of, role_names
from lockstep.idp.apps.rules.words import actions_words, conditions_words
from lockstep.idp.directory.conditions.records import ROLE
from lockstep.idp.provisioning.preview import GroupPreview, of_person, preview
from lockstep.kit.clock import now_ms
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem

_RuleName = typer.Option(metavar="RULE", help="A rule, by its name or its place in the list.")


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
    asked = [one for one in (add, remove, enable, disable, move, user, show, apply, discard) if one not in (None, False)]
    if len(asked) > 1:
        raise typer.BadParameter("one thing at a time, such as --add RULE --matching PATTERN, or --apply")
    if (add is None) != (matching is None and not group) or (matching is not None and group):
        raise typer.BadParameter("use --add RULE with --matching PATTERN, or with --group NAME")
    with opened(data, database_url, key_file) as engine:
        if user is not None or show or not asked:
            with engine.db.read() as c:
                _read(c, find_app(c, name), user, show=show, json=json)
            return
        with engine.db.write(serial=events.SERIAL) as c:
            app = find_app(c, name)
            if add is not None:
                action = Existing(tuple(group)) if group else Mapped(for_each, matching or "")
                parsed = tuple(condition_of(c, parsed_condition(one)) for one in conditions or ())
                actions.save(c, app, Rule(add, (action,), "any" if either else "all", parsed), now_ms(), actor=ADMIN)
            elif remove is not None:
                actions.remove(c, app, _id(c, app, remove), now_ms(), actor=ADMIN)
            elif move is not None:
                actions.move(c, app, _id(c, app, move), to, now_ms(), actor=ADMIN)
            elif enable is not None or disable is not None:
                switched = _id(c, app, enable or disable or "")
                actions.enable(c, app, switched, enable is not None, now_ms(), actor=ADMIN)
            else:
                (actions.apply if apply else actions.discard)(c, app, now_ms(), actor=ADMIN)
            _read(c, app, None, show=False, json=json)


def _read(c: Connection, app: App, user: str | None, *, show: bool, json: bool) -> None:
    found = actions.rules_of(c, app)
    if user is not None:
        _person(c, app, found, user, json=json)
    elif show:
        _preview(c, app, found, json=json)
    elif json:
        for place, one in enumerate(found.edited, 1):
            print_json({"place": place, **msgspec.to_builtins(one), "applied": one in found.applied.rules})
    else:
        _list(c, app, found)


def _list(c: Connection, app: App, found: actions.Rules) -> None:
    roles = role_names(c)
    for place, one in enumerate(found.edited, 1):
        off = "" if one.enabled else " (disabled)"
        say(f"{place}\t{one.name}{off}\t{conditions_words(one, {}, roles)}\t{actions_words(one, app.name, {})}")
    if not found.edited:
        say(f"{app.name} has no rules: each role is the group of its name.")
    if found.pending:
        say(f"Not applied yet. What would change: lockstep idp app rule {app.name} --preview")
        say(f"Apply: lockstep idp app rule {app.name} --apply")


def _person(c: Connection, app: App, found: actions.Rules, user: str, *, json: bool) -> None:
    tried = of_person(c, app, found.edited, user)
    names = sorted({fed.name for fed in tried.groups})
    lines = [
        {
            "rule": one.rule.name,
            "applies": one.applies,
            "conditions": list(one.holds),
            "groups": sorted({fed.name for fed in one.groups}),
            "decides": one.rule == tried.winner,
        }
        for one in tried.verdicts
    ]
    if json:
        print_json({"user_name": tried.user.user_name, "has_app": tried.has_app, "groups": names, "rules": lines})
        return
    say(f"{tried.user.user_name}: {', '.join(names) or 'no group'}")
    for line in lines:
        groups: Any = line["groups"]
        word = "decides" if line["decides"] else "a later rule wins" if groups else "sets nothing"
        say(f"  {line['rule']}: {word}" + (f" ({', '.join(groups)})" if groups else ""))
    if not tried.has_app:
        say(f"  {tried.user.user_name} does not have {app.name}, and so is in no group there.")


def _preview(c: Connection, app: App, found: actions.Rules, *, json: bool) -> None:
    shown = preview(c, app, found.applied.rules, found.edited)
    if json:
        groups = [
            {"before": one.before, "after": one.after, "members": one.members, "added": one.added, "removed": one.removed}
            for one in shown.groups
        ]
        print_json({"pending": found.pending, "people": shown.people, "same": shown.same, "groups": groups})
        return
    for one in shown.groups:
        say(f"{_change(one)}\t{counted(one.members, 'member')} after: {one.added} come, {one.removed} go")
    say(f"{counted(len(shown.groups), 'group')} would change, {counted(shown.same, 'group')} would stay as before.")


def _change(one: GroupPreview) -> str:
    if not one.before:
        return f"make {one.after}"
    if not one.after:
        return f"delete {one.before}"
    return f"rename {one.before} to {one.after}" if one.before != one.after else f"members {one.after}"


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
