"""`lockstep idp groups | why`: the groups of an app one by one, and why somebody is in one."""

from collections.abc import Iterable
from typing import Annotated, Any

import typer

from lockstep.cli.idp.apps import AppName
from lockstep.cli.idp.directory import opened_directory
from lockstep.cli.idp.plan_text import undecided
from lockstep.cli.options import Data, DatabaseUrl, Json, KeyFile
from lockstep.cli.output import print_json, say
from lockstep.idp.apps.actions import find_app
from lockstep.idp.apps.rules.evaluate import Fed
from lockstep.idp.apps.rules.words import fed_words
from lockstep.idp.directory import store as directory
from lockstep.idp.directory.lookup import find_user
from lockstep.idp.provisioning import drift_actions
from lockstep.idp.provisioning.groups import listing
from lockstep.idp.provisioning.groups.records import Pushed
from lockstep.idp.provisioning.groups.why import Way, Why, way_words
from lockstep.idp.provisioning.groups.why import why as why_in_group
from lockstep.idp.provisioning.known import check_group
from lockstep.kit.clock import iso
from lockstep.kit.db import Connection

OneUser = Annotated[str, typer.Option("--user", help="The person: user name (in any case) or employee_id.")]
OneGroup = Annotated[str, typer.Option("--group", help="The group, by its name at the target (in any case).")]


def mount(app: typer.Typer) -> None:
    """Add the commands to `lockstep idp`."""
    app.command("groups")(groups)
    app.command("why")(why)


def groups(
    name: AppName,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """List the groups of an app: how each stands, its id there, its members; with --json one object a line."""
    with opened_directory(data, database_url, key_file) as database, database.read() as c:
        app = find_app(c, name)
        for one in listing.every(c, app):
            if json:
                print_json(_group(c, one))
            else:
                wanted = "–" if one.wanted is None else str(one.wanted)
                told = one.error or one.detail
                say(f"{one.state:<12}{one.members:>7} of {wanted:<7} {one.name}" + (f"  ({told})" if told else ""))
        for line in undecided(app.name, 0 if json else drift_actions.waiting(c, app)):
            say(line)


def why(
    name: AppName,
    user: OneUser,
    group: OneGroup,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Say why a person is in a group of an app, or why not, and how it stands at the target."""
    with opened_directory(data, database_url, key_file) as database, database.read() as c:
        app = find_app(c, name)
        found = why_in_group(c, app, find_user(c, user), group)
        if found.pushed is None:
            check_group(c, app, group)
        waiting = drift_actions.waiting(c, app)
    if json:
        print_json({"app": app.name, **_why(found)})
    else:
        for line in (*_lines(app.name, found), *undecided(app.name, waiting)):
            say(line)


def _group(c: Connection, one: Pushed) -> dict[str, Any]:
    return {
        "name": one.name,
        "state": one.state.value,
        "detail": one.detail,
        "id_at_target": one.id_at_target or None,
        "members": one.members,
        "wanted": one.wanted,
        "feeders": list(_feeders(c, one.feeders)),
        "error": one.error,
        "last_pushed": one.last_pushed or None,
    }


def _feeders(c: Connection, feeders: Iterable[str]) -> Iterable[str]:
    for feeder in feeders:
        role = None if feeder.startswith("\n") else directory.role_by_group_id(c, feeder)
        yield fed_words(Fed("", feeder), {}, {} if role is None else {feeder: role.name})


def _why(found: Why) -> dict[str, Any]:
    pushed = found.pushed
    return {
        "user_name": found.user.user_name,
        "group": found.group,
        "wanted": found.wanted,
        "why_not": list(found.why_not),
        "has_app": bool(found.app_by),
        "app_because": [_way(one) for one in found.app_by],
        "because": [_way(one) for one in found.group_by],
        "rule": found.rule,
        "at_target": {
            "state": None if pushed is None else pushed.state.value,
            "group_id": pushed.id_at_target or None if pushed is not None else None,
            "user_id": found.user_id_at_target or None,
            "member": found.member,
            "put_in_by_us": found.ours,
            "text": found.at_target,
            "pending": [{"adds": one.adds, "state": one.state.value, "text": one.text} for one in found.pending],
            "error": found.error,
            "last_pushed": pushed.last_pushed or None if pushed is not None else None,
        },
    }


def _way(way: Way) -> dict[str, Any]:
    return {"text": way_words(way), "path": list(way.path)}


def _lines(app: str, found: Why) -> Iterable[str]:
    said = "should be in" if found.wanted else "should not be in"
    yield f"{found.user.user_name} {said} the group {found.group} of {app}"
    for reason in found.why_not:
        yield f"  {reason}"
    if found.app_by:
        yield f"  has {app} because: {'; '.join(way_words(one) for one in found.app_by)}"
    if found.group_by:
        rule = f" (the rule {found.rule})" if found.rule else ""
        yield f"  in the group because: {'; '.join(way_words(one) for one in found.group_by)}{rule}"
    yield f"At the target: {found.at_target}"
    if found.pushed is not None and found.pushed.id_at_target:
        pushed = f", last pushed {iso(found.pushed.last_pushed)}" if found.pushed.last_pushed else ""
        yield f"  group {found.pushed.id_at_target} ({found.pushed.state}{pushed})"
    if found.user_id_at_target:
        yield f"  user {found.user_id_at_target}"
    if found.error:
        yield f"  last error: {found.error}"
