"""`lockstep idp group create | list | set | delete | assign`: groups as security policies."""

from typing import Annotated, Any

import typer

from lockstep.cli.idp.directory import ACTOR, changing, opened_directory, tell
from lockstep.cli.options import Data, DatabaseUrl, Json, KeyFile
from lockstep.cli.output import counted, print_json, say
from lockstep.idp.directory.groups import actions, store
from lockstep.idp.directory.groups.policies import changed
from lockstep.idp.directory.groups.records import Group, Policy
from lockstep.idp.directory.lookup import find_user
from lockstep.kit.clock import now_ms
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem

DEFAULT = "default"
"""What `set` and `list` call the policy of who is in no group."""
NAMED = ("name", "reference")

group_app = typer.Typer(no_args_is_help=True, help="Groups: containers of a security policy, for those who are in them.")
GroupName = Annotated[str, typer.Argument(metavar="GROUP", help="The name of the group, in any case.")]
_FIELDS = ", ".join(name.replace("_", "-") for name in store.FIELDS)
Given = Annotated[list[str] | None, typer.Argument(metavar="[KEY=VALUE]…", help=f"Fields of the policy: {_FIELDS}.")]


def mount(app: typer.Typer) -> None:
    """Add the commands of groups to `lockstep idp`."""
    app.add_typer(group_app, name="group")


@group_app.command("create")
def create(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    given: Given = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Make a group, with the default policy but for what is given."""
    values = _values(given)
    with changing(data, database_url, key_file) as c:
        policy = changed(store.policy_of(c, None), _policy_of(values))
        made = actions.create(c, name, policy, reference=values.get("reference", ""), actor=ACTOR, now=now_ms())
    tell(json, _shown(made.id, made.name, made.reference, policy, 0), f"group {made.name} is created")


@group_app.command("list")
def show(data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None, json: Json = False) -> None:
    """List the groups with their policies, and the default one."""
    with opened_directory(data, database_url, key_file) as database, database.read() as c:
        found = [_shown(None, DEFAULT, "", store.policy_of(c, None), None)]
        found += [_shown(one.id, one.name, one.reference, one.policy, store.count(c, one.id)) for one in store.all_groups(c)]
    for one in found:
        if json:
            print_json(one)
            continue
        who = "who is in no group" if one["users"] is None else counted(one["users"], "user")
        say(f"{one['name']}\t{who}\t" + " ".join(f"{key}={value}" for key, value in one["policy"].items()))


@group_app.command("set")
def change(
    name: Annotated[str, typer.Argument(metavar="GROUP", help=f"The name of the group, or {DEFAULT}: who is in none.")],
    given: Given = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Change the policy of a group, its name (name=…) or its reference; it holds at once, for open sessions, too."""
    values = _values(given)
    if not values:
        raise typer.BadParameter(f"give KEY=VALUE; there are {_FIELDS}, {', '.join(NAMED)}")
    with changing(data, database_url, key_file) as c:
        shown = _change_default(c, values) if name == DEFAULT else _change(c, name, values)
    tell(json, shown, f"{shown['name']}: " + " ".join(f"{key}={value}" for key, value in shown["policy"].items()))


@group_app.command("delete")
def delete(
    name: GroupName,
    to: Annotated[
        str | None, typer.Option("--to", metavar="GROUP", help='Where its users go; "" for no group, the default policy.')
    ] = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Delete a group.  One with users in it needs --to."""
    with changing(data, database_url, key_file) as c:
        found = actions.find_group(c, name)
        target = actions.find_group(c, to).id if to else None
        try:
            moved = actions.remove(c, found.id, move=to is not None, to=target, actor=ACTOR, now=now_ms())
        except actions.GroupInUseProblem as problem:
            raise Problem(problem.text, 'use --to GROUP, or --to "" for no group') from None
    tell(json, {"deleted": found.name, "moved": moved}, f"group {found.name} is deleted; {counted(moved, 'user')} moved")


@group_app.command("assign")
def assign(
    name: Annotated[str, typer.Argument(metavar="GROUP", help='The name of the group; "" for no group.')],
    users: Annotated[list[str], typer.Argument(metavar="USER…", help="User names (in any case) or employee_ids.")],
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Put users into a group, out of any other: all of them, or none."""
    with changing(data, database_url, key_file) as c:
        group = actions.find_group(c, name) if name else None
        people = [find_user(c, user).id for user in users]
        count = actions.assign(c, group.id if group else None, people, actor=ACTOR, now=now_ms())
    tell(json, {"assigned": count}, f"{counted(count, 'user')} put into {group.name if group else 'no group'}")


def _values(given: list[str] | None) -> dict[str, str]:
    values = {}
    for one in given or []:
        key, equals, value = one.partition("=")
        if not equals:
            raise Problem(f"{one}: fields are given as KEY=VALUE")
        values[key.replace("-", "_")] = value
    return values


def _policy_of(values: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in values.items() if key not in NAMED}


def _change(c: Connection, name: str, values: dict[str, str]) -> dict[str, Any]:
    before = actions.find_group(c, name)
    policy = changed(before.policy, _policy_of(values))
    named: dict[str, Any] = {key: values[key] for key in NAMED if key in values}
    after: Group = actions.change(c, before.id, policy=policy, actor=ACTOR, now=now_ms(), **named)
    return _shown(after.id, after.name, after.reference, after.policy, store.count(c, after.id))


def _change_default(c: Connection, values: dict[str, str]) -> dict[str, Any]:
    if any(key in NAMED for key in values):
        raise Problem("the default policy has no name and no reference of its own")
    policy = changed(store.policy_of(c, None), values)
    actions.change_default(c, policy, actor=ACTOR, now=now_ms())
    return _shown(None, DEFAULT, "", policy, None)


def _shown(number: int | None, name: str, reference: str, policy: Policy, users: int | None) -> dict[str, Any]:
    said = {key.replace("_", "-"): getattr(policy, key) for key in store.FIELDS}
    said["second-factor"] = policy.second_factor.value
    return {"id": number, "name": name, "reference": reference, "users": users, "policy": said}
