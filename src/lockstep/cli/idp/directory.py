"""`lockstep idp import | users | roles | user … | role … | events`."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from lockstep.cli.idp.matching import Where, matching
from lockstep.cli.options import Data, DatabaseUrl, Json, KeyFile, place
from lockstep.cli.output import print_json, say
from lockstep.idp import events
from lockstep.idp.console.feeding import alike, merges
from lockstep.idp.directory import actions, store
from lockstep.idp.directory.csv_folder import read_folder
from lockstep.idp.directory.importing import apply_roster
from lockstep.idp.directory.lookup import find_role, find_user
from lockstep.idp.directory.nesting.store import load
from lockstep.idp.directory.records import FIELDS, Role, Status, User
from lockstep.idp.provisioning.records import name_key
from lockstep.idp.storage import open_idp
from lockstep.kit.clock import iso, now_ms
from lockstep.kit.db import Connection, Database
from lockstep.kit.problems import Problem

ACTOR = "command line"
CUSTOM = "custom."
POLL_SECONDS = 0.25

UserName = Annotated[str, typer.Argument(metavar="USER", help="User name (in any case) or employee_id.")]
UserNames = Annotated[list[str], typer.Argument(metavar="USER…", help="User names (in any case) or employee_ids.")]
RoleName = Annotated[str, typer.Argument(metavar="ROLE", help="group_id, or the name if only one role has it.")]
Values = Annotated[
    list[str],
    typer.Argument(metavar="KEY=VALUE…", help=f"A field, or {CUSTOM}NAME for a custom attribute; an empty value clears it."),
]

user_app = typer.Typer(no_args_is_help=True, help="Make, change, suspend and remove users by hand.")
events_app = typer.Typer(invoke_without_command=True, help="Show what happened, and prove that none of it is missing.")
role_app = typer.Typer(no_args_is_help=True, help="Make, rename and remove roles by hand, and say who is in them.")


def mount(app: typer.Typer) -> None:
    """Add the directory's commands to `lockstep idp`."""
    app.command("import")(import_folder)
    app.command("users")(users)
    app.command("roles")(roles)
    app.add_typer(events_app, name="events")
    app.add_typer(user_app, name="user")
    app.add_typer(role_app, name="role")


@contextmanager
def opened_directory(data: Path | None, database_url: str | None, key_file: Path | None) -> Iterator[Database]:
    """The database that the options name.  Raises Problem."""
    where = place(data, database_url, key_file)
    database = open_idp(where.data, where.database_url)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def changing(data: Path | None, database_url: str | None, key_file: Path | None) -> Iterator[Connection]:
    """A transaction in which something is changed, alone among the writers of this side."""
    with opened_directory(data, database_url, key_file) as database, database.write(serial=events.SERIAL) as connection:
        yield connection


@contextmanager
def _may_be_cut_short() -> Iterator[None]:
    """Ends quietly when the reader of a long output (`| head`) has seen enough."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def import_folder(
    *,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Holds people.csv, groups.csv and memberships.csv.")],
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Bring people, roles and memberships to what a folder of CSV files says; whoever left has left."""
    roster = read_folder(folder)
    with changing(data, database_url, key_file) as connection:
        summary = apply_roster(connection, roster, now_ms())
    if json:
        print_json(summary)
        return
    for kind, tally in (("people", summary.people), ("roles", summary.roles), ("memberships", summary.memberships)):
        say(f"{kind:<12}{tally.added:>8} added{tally.changed:>8} changed{tally.removed:>8} removed")


def users(
    *,
    where: Where = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """List users, all or those who match; with --json one object a line."""
    with opened_directory(data, database_url, key_file) as database, database.read() as connection, _may_be_cut_short():
        for user in store.stream_users(connection) if not where else matching(connection, where):
            if json:
                print_json(user)
            else:
                say(f"{user.employee_id:<16}{_status_name(user):<12}{user.user_name:<40}  {user.display_name}")


def roles(*, data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None, json: Json = False) -> None:
    """List roles; with --json one object a line, with the user names of its own members, and the group_ids of roles in it."""
    with opened_directory(data, database_url, key_file) as database, database.read() as connection, _may_be_cut_short():
        known = store.roles(connection)
        names, nesting = {role.id: role.group_id for role in known}, load(connection)
        for role in known:
            members = [user.user_name for user in store.members_of_role(connection, role.id)]
            inside = sorted(names[one] for one in nesting.children.get(role.id, ()))
            if json:
                print_json({**shown(role), "members": members, "contains": inside})
            else:
                contains = f"  (contains {', '.join(inside)})" if inside else ""
                say(f"{role.group_id:<16}{len(members):>6} members  {role.name}{contains}")


@user_app.command("create")
def create_user(
    *,
    user_name: Annotated[str, typer.Argument(metavar="USER_NAME")],
    values: Annotated[list[str] | None, typer.Argument(metavar="[KEY=VALUE]…")] = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Make a user by hand, who stays when an import comes."""
    fields, custom = _parsed(values or [], {})
    with changing(data, database_url, key_file) as connection:
        user = actions.create_user(connection, {"user_name": user_name, **fields}, custom=custom, actor=ACTOR, now=now_ms())
    tell(json, user, f"{user.user_name} is made, with employee_id {user.employee_id}")


@user_app.command("change")
def change_user(
    *,
    user_name: UserName,
    values: Values,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Change fields of a user.  The next import brings back what its roster says."""
    with changing(data, database_url, key_file) as connection:
        before = find_user(connection, user_name)
        fields, custom = _parsed(values, before.custom)
        user = actions.change_user(connection, before.id, fields, custom=custom, actor=ACTOR, now=now_ms())
    tell(json, user, f"{user.user_name} is changed" if user != before else f"{user.user_name} was like that already")


@user_app.command("remove")
def remove_user(
    *,
    user_name: UserName,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Delete a user.  Someone whom the roster still names comes back with the next import."""
    with changing(data, database_url, key_file) as connection:
        user = find_user(connection, user_name)
        actions.remove_user(connection, user.id, actor=ACTOR, now=now_ms())
    tell(json, user, f"{user.user_name} is removed")


@role_app.command("create")
def create_role(
    *,
    name: Annotated[str, typer.Argument(metavar="NAME")],
    group_id: Annotated[str, typer.Option("--id", help="Its group_id; a fresh one if not given.")] = "",
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Make a role by hand, which stays when an import comes."""
    with changing(data, database_url, key_file) as connection:
        role = actions.create_role(connection, name, group_id=group_id, actor=ACTOR, now=now_ms())
    tell(json, role, f"role {role.name} is made, with group_id {role.group_id}")


def _ask_if_merged(c: Connection, role: Role, name: str) -> None:
    """Raises Problem where the role would feed a group together with others: that has to be meant."""
    others, groups = alike(c, name, role.id), merges(c, role, name)
    if not others and not groups:
        return
    who = f"another role is called {others[0].name} ({others[0].group_id})" if others else "something else feeds that group"
    where = f": {', '.join(f'{group} in {app}' for app, group in groups)}" if groups else ""
    raise Problem(
        f"{who}: with this name {role.name} becomes one group with it at each target, with the members of both{where}. "
        "Nothing is changed; add --yes if you mean that"
    )


@role_app.command("rename")
def rename_role(
    *,
    role_name: RoleName,
    name: Annotated[str, typer.Argument(metavar="NAME")],
    yes: Annotated[bool, typer.Option("--yes", help="Although another role has that name: both become one group.")] = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Give a role another name.  One that another role has makes one group of both, at each target: that wants --yes."""
    with changing(data, database_url, key_file) as connection:
        before = find_role(connection, role_name)
        if not yes and name_key(before.name) != name_key(name):
            _ask_if_merged(connection, before, name)
        role = actions.rename_role(connection, before.id, name, actor=ACTOR, now=now_ms())
    tell(json, role, f"role {before.name} is now {role.name}")


@role_app.command("remove")
def remove_role(
    *,
    role_name: RoleName,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Delete a role, with its memberships."""
    with changing(data, database_url, key_file) as connection:
        role = find_role(connection, role_name)
        actions.remove_role(connection, role.id, actor=ACTOR, now=now_ms())
    tell(json, role, f"role {role.name} is removed")


@role_app.command("add")
def add_members(
    *,
    role_name: RoleName,
    user_names: UserNames,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Put users into a role."""
    with changing(data, database_url, key_file) as connection:
        role = find_role(connection, role_name)
        ids = [find_user(connection, name).id for name in user_names]
        added = actions.add_members(connection, role.id, ids, actor=ACTOR, now=now_ms())
    tell(json, {"added": added}, f"{added} added to {role.name}")


@role_app.command("drop")
def drop_members(
    *,
    role_name: RoleName,
    user_names: UserNames,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Take users out of a role."""
    with changing(data, database_url, key_file) as connection:
        role = find_role(connection, role_name)
        ids = [find_user(connection, name).id for name in user_names]
        removed = actions.remove_members(connection, role.id, ids, actor=ACTOR, now=now_ms())
    tell(json, {"removed": removed}, f"{removed} taken out of {role.name}")


@events_app.callback()
def show_events(
    context: typer.Context,
    *,
    since: Annotated[int, typer.Option("--since", min=0, help="Only events after this number.")] = 0,
    follow: Annotated[bool, typer.Option("--follow", help="Go on as events come, until interrupted.")] = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Show what happened, oldest first; with --json one object a line."""
    if context.invoked_subcommand is not None:
        return
    with opened_directory(data, database_url, key_file) as database, _may_be_cut_short():
        stop = _interrupted() if follow else None
        last = _print_events(database, since, json)
        while stop is not None and not stop:
            time.sleep(POLL_SECONDS)
            last = _print_events(database, last, json)


def _interrupted() -> list[bool]:
    """A list that is empty until the process is asked to end."""
    asked: list[bool] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: asked.append(True))
    return asked


def _print_events(database: Database, last: int, json: bool) -> int:
    with database.read() as connection:
        for event in events.follow(connection, last):
            if json:
                print_json(events.describe(event))
            else:
                say(_line(event))
            last = event.seq
    sys.stdout.flush()
    return last


def _line(event: events.Event) -> str:
    about = (event.user_name, event.role_name, event.app_name, event.object_name, event.notes, event.error_description)
    told = " · ".join(part for part in about if part)
    return f"{event.seq:>8}  {iso(event.at)}  {event.type.value:<26}  {event.actor:<14}  {told}"


def _parsed(values: list[str], known_custom: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    fields: dict[str, str] = {}
    custom: dict[str, str] = {}
    for text in values:
        key, equals, value = text.partition("=")
        if not equals:
            raise Problem(f"{text!r} is not KEY=VALUE")
        if key.startswith(CUSTOM):
            custom[key.removeprefix(CUSTOM)] = value
        elif key in FIELDS:
            fields[key] = value
        elif key in known_custom:
            custom[key] = value
        else:
            raise Problem(
                f"{key} is not a field of a user; for a custom attribute write {CUSTOM}{key}=…; fields: {', '.join(FIELDS)}"
            )
    return fields, custom


def _status_name(user: User) -> str:
    return Status(user.status).name.lower().replace("_", " ")


def shown(record: User | Role) -> dict[str, Any]:
    """A user or role as `--json` shows it."""
    found: dict[str, Any] = msgspec.to_builtins(record)
    return found


def tell(json: bool, value: Any, text: str) -> None:
    """Say what was done, as JSON or in words."""
    if json:
        print_json(value)
    else:
        say(text)
