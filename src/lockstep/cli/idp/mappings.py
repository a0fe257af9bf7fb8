"""`lockstep idp mapping …`: mappings of the directory."""

from typing import Annotated, Any

import msgspec
import typer

from lockstep.cli.idp.conditions import parsed_condition
from lockstep.cli.idp.directory import ACTOR, changing, opened_directory, tell
from lockstep.cli.options import Data, DatabaseUrl, Json, KeyFile
from lockstep.cli.output import print_json, say
from lockstep.idp import events
from lockstep.idp.apps.rules.typed import condition_of, role_names
from lockstep.idp.apps.rules.words import condition_words, word_number
from lockstep.idp.directory.conditions.records import Match
from lockstep.idp.directory.lookup import find_role, find_user
from lockstep.idp.directory.mappings import actions
from lockstep.idp.directory.mappings.records import ADD_ROLE, SET, SET_GROUP, SET_STATUS, Action, Mapping
from lockstep.idp.directory.mappings.run import Outcome
from lockstep.idp.directory.mappings.words import action_words
from lockstep.kit.clock import now_ms
from lockstep.kit.db import Connection, Database
from lockstep.kit.problems import Problem

mapping_app = typer.Typer(
    no_args_is_help=True, help="Give roles, groups, statuses and values to whoever meets conditions, now and later."
)
MappingName = Annotated[str, typer.Argument(metavar="MAPPING", help="A mapping, by its name or its place in the list.")]
_PENDING = "Not in force yet. Whom it would change: lockstep idp mapping preview. To let it be: lockstep idp mapping apply"


def mount(app: typer.Typer) -> None:
    """Add the commands to `lockstep idp`."""
    app.add_typer(mapping_app, name="mapping")


@mapping_app.command("list")
def show(data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None, json: Json = False) -> None:
    """List the mappings in their order; with --json one object a line."""
    with opened_directory(data, database_url, key_file) as database, database.read() as c:
        _list(c, json=json)


@mapping_app.command("add")
def add(
    name: Annotated[str, typer.Argument(metavar="MAPPING", help="What the new mapping is called; it is the last one.")],
    conditions: Annotated[
        list[str] | None,
        typer.Option("--if", metavar="CONDITION", help="'department equals Sales|Legal', 'role does not equal Cooks'…"),
    ] = None,
    either: Annotated[bool, typer.Option("--any", help="One condition is enough.")] = False,
    roles: Annotated[list[str] | None, typer.Option("--role", help="Gives this role (group_id, or its name).")] = None,
    sets: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FIELD=VALUE", help="Sets a field, or custom.NAME; {firstname} is filled in."),
    ] = None,
    status: Annotated[str | None, typer.Option(help="Sets the status: Active, Suspended, Unactivated.")] = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Add a mapping; without --if it is for everyone.  It is in force once it is applied."""
    with changing(data, database_url, key_file) as c:
        parsed = tuple(condition_of(c, parsed_condition(one)) for one in conditions or ())
        match: Match = "any" if either else "all"
        mapping = Mapping(name, tuple(_actions(c, roles or [], sets or [], status)), match, parsed)
        saved = actions.save(c, mapping, now_ms(), actor=ACTOR)
    tell(json, saved, f"{saved.name} is added. {_PENDING}")


@mapping_app.command("remove")
def remove(
    name: MappingName, data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None, json: Json = False
) -> None:
    """Delete a mapping.  What it gave and set goes once that is applied."""
    with changing(data, database_url, key_file) as c:
        gone = actions.remove(c, _id(c, name), now_ms(), actor=ACTOR)
    tell(json, gone, f"{gone.name} is deleted. {_PENDING}")


@mapping_app.command("enable")
def enable(
    name: MappingName, data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None, json: Json = False
) -> None:
    """Switch a mapping on."""
    _switch(name, True, data, database_url, key_file, json=json)


@mapping_app.command("disable")
def disable(
    name: MappingName, data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None, json: Json = False
) -> None:
    """Switch a mapping off."""
    _switch(name, False, data, database_url, key_file, json=json)


@mapping_app.command("move")
def move(
    name: MappingName,
    to: Annotated[int, typer.Option(help="The place, 1 for the first.")],
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Put a mapping at another place; where two set one field, the later one wins."""
    with changing(data, database_url, key_file) as c:
        actions.move(c, _id(c, name), to, now_ms(), actor=ACTOR)
        _list(c, json=json)


@mapping_app.command("test")
def test(
    user_name: Annotated[str, typer.Argument(metavar="USER", help="User name (in any case) or employee_id.")],
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Check the conditions with one person, and say what would change.  Nothing is changed."""
    with opened_directory(data, database_url, key_file) as database, database.read() as c:
        rules = actions.mappings_of(c).edited
        [(user, verdicts, outcome)] = actions.check_with(c, [find_user(c, user_name).employee_id], rules)
        said = [{"mapping": one.mapping.name, "applies": one.applies, "conditions": list(one.holds)} for one in verdicts]
        if json:
            print_json({"user_name": user.user_name, "mappings": said, "changes": _changes(c, outcome)})
            return
        for one in said:
            say(f"{'applies' if one['applies'] else 'does not apply':<16}{one['mapping']}")
        _say_changes(c, outcome)


@mapping_app.command("who")
def who(
    name: MappingName, data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None, json: Json = False
) -> None:
    """Say whom a mapping touches: for whom its conditions are so.  Nothing is changed."""
    with opened_directory(data, database_url, key_file) as database, database.read() as c:
        count, first = actions.touched_by(c, actions.mapping_of(c, _id(c, name)))
    if json:
        print_json({"people": count, "first": [user.user_name for user in first]})
        return
    say(_people(count))
    for user in first:
        say(f"  {user.user_name}")


@mapping_app.command("preview")
def preview(data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None, json: Json = False) -> None:
    """Say whom the mappings would change if they were in force.  Nothing is changed."""
    with opened_directory(data, database_url, key_file) as database, database.read() as c:
        found = actions.mappings_of(c)
        shown = actions.preview(c, found.edited)
        examples = [{"user_name": one.person.user.user_name, **_changes(c, one)} for one in shown.examples]
        if json:
            figures = {name: getattr(shown, name) for name in ("people", "changed", "entered", "left", "values")}
            print_json({"pending": found.pending, **figures, "first": examples})
            return
        say(f"{shown.changed:,} of {_people(shown.people)} would change:")
        say(f"  {shown.entered:,} roles come, {shown.left:,} go, {shown.values:,} values change")
        for one in shown.examples:
            say(one.person.user.user_name)
            _say_changes(c, one)


@mapping_app.command("apply")
def apply(data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None, json: Json = False) -> None:
    """Reapply all mappings: let them be in force as they are listed, and bring everybody to them."""
    with opened_directory(data, database_url, key_file) as database:
        before = _latest(database)
        with database.write(serial=events.SERIAL) as c:
            actions.apply(c, now_ms(), actor=ACTOR)
        while _go_on(database):
            pass
        with database.read() as c:
            changed = {
                event.user_id for event in events.follow(c, before) if event.actor == events.MAPPING_ACTOR and event.user_id
            }
    tell(json, {"changed": len(changed)}, f"The mappings are in force; {_people(len(changed))} changed.")


@mapping_app.command("discard")
def discard(data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None, json: Json = False) -> None:
    """Throw away what was saved and is not in force."""
    with changing(data, database_url, key_file) as c:
        actions.discard(c, now_ms(), actor=ACTOR)
        _list(c, json=json)


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count:,} people"


def _latest(database: Database) -> int:
    with database.read() as c:
        return events.latest(c)


def _go_on(database: Database) -> bool:
    with database.write(serial=events.SERIAL) as c:
        return actions.go_on(c, now_ms())


def _switch(name: str, on: bool, data: Data, database_url: DatabaseUrl, key_file: KeyFile, *, json: bool) -> None:
    with changing(data, database_url, key_file) as c:
        mapping = actions.enable(c, _id(c, name), on, now_ms(), actor=ACTOR)
    tell(json, mapping, f"{mapping.name} is {'enabled' if on else 'disabled'}. {_PENDING}")


def _actions(c: Connection, roles: list[str], sets: list[str], status: str | None) -> list[Action]:
    found = [Action(ADD_ROLE, tuple(str(find_role(c, one).id) for one in roles))] if roles else []
    if status is not None:
        found.append(Action(SET_STATUS, (word_number("status", status),)))
    for one in sets:
        name, mark, value = one.partition("=")
        if not mark:
            raise Problem(f"--set {one!r}: write FIELD=VALUE")
        if name.startswith("custom."):
            name = f"custom_attribute_{name.removeprefix('custom.')}"
        found.append(Action(SET_GROUP if name in ("group", "group_id") else SET + name, (value,)))
    return found


def _list(c: Connection, *, json: bool) -> None:
    found, roles = actions.mappings_of(c), role_names(c)
    for place, one in enumerate(found.edited, 1):
        if json:
            print_json({"place": place, **msgspec.to_builtins(one), "in_force": one in found.applied.mappings})
            continue
        off = "" if one.enabled else " (disabled)"
        what = "; ".join(action_words(action, {}, roles, {}) for action in one.actions)
        joint = " and " if one.match == "all" else " or "
        who = joint.join(condition_words(condition, {}, roles) for condition in one.conditions) or "Everyone"
        say(f"{place}\t{one.name}{off}\t{who}\t{what}")
    if json:
        return
    if not found.edited:
        say("There are no mappings.")
    if found.pending:
        say(_PENDING)


def _changes(c: Connection, outcome: Outcome) -> dict[str, Any]:
    roles = role_names(c)
    return {
        "values": {name: {"before": before, "after": after} for name, before, after in outcome.fields},
        "roles_added": [roles.get(str(one), str(one)) for one in outcome.entered],
        "roles_removed": [roles.get(str(one), str(one)) for one in outcome.left],
    }


def _say_changes(c: Connection, outcome: Outcome) -> None:
    found = _changes(c, outcome)
    for name, value in found["values"].items():
        say(f"  {name}: {value['before'] or '(nothing)'} → {value['after'] or '(nothing)'}")
    for word, names in (("gets", found["roles_added"]), ("loses", found["roles_removed"])):
        for name in names:
            say(f"  {word} role {name}")
    if not outcome:
        say("  nothing would change")


def _id(c: Connection, named: str) -> int:
    """The mapping of that name or place.  Raises Problem."""
    rules = actions.mappings_of(c).edited
    found = [one for one in rules if one.name == named]
    if not found and named.isascii() and named.isdigit() and 1 <= int(named[:9]) <= len(rules):
        found = [rules[int(named) - 1]]
    if len(found) != 1:
        known = ", ".join(f"{place} {one.name}" for place, one in enumerate(rules, 1)) or "none"
        raise Problem(f"there {'are several mappings' if found else 'is no mapping'} of the name {named}; there are: {known}")
    return found[0].id
