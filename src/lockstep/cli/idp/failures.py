"""`lockstep idp failures | logins | timeline`: how it stands with single objects, and what happened to them."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from lockstep.cli.idp.apps import AppName
from lockstep.cli.idp.opened import opened
from lockstep.cli.idp.runs import finish, some_failures, waited
from lockstep.cli.options import Data, DatabaseUrl, Json, KeyFile
from lockstep.cli.output import counted, print_json, say
from lockstep.idp import events
from lockstep.idp.apps.actions import find_app
from lockstep.idp.apps.records import App
from lockstep.idp.directory import store as directory
from lockstep.idp.events import Event
from lockstep.idp.provisioning import links, retrying, troubles
from lockstep.idp.provisioning.known import check_group, check_user
from lockstep.idp.provisioning.onelogin import ProvisioningState, provisioning_of
from lockstep.idp.provisioning.records import Standing, Trouble, name_key
from lockstep.idp.provisioning.retries import NEVER, is_dead, when_again
from lockstep.idp.provisioning.standing import everybody
from lockstep.idp.provisioning.timeline import entry_of, without_repeats
from lockstep.idp.provisioning.troubles import Chosen, Group
from lockstep.kit.clock import iso, now_ms
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem

TIMELINE = 200
"""Events that a timeline shows."""

User = Annotated[str | None, typer.Option("--user", help="One person (user name or employee_id).")]
OneGroup = Annotated[str | None, typer.Option("--group", help="One group, by its name.")]


def mount(app: typer.Typer) -> None:
    """Add the commands to `lockstep idp`."""
    app.command("failures")(failures)
    app.command("logins")(logins)
    app.command("timeline")(timeline)


def failures(
    name: AppName,
    cause: Annotated[str | None, typer.Option("--cause", help="Only what failed for this cause, one by one.")] = None,
    user: User = None,
    group: OneGroup = None,
    given_up: Annotated[bool, typer.Option("--given-up", help="Only what is not tried again by itself any more.")] = False,
    retry: Annotated[bool, typer.Option("--retry", help="Try again now, and wait for the end.")] = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Show what failed and was not mended, by cause; or one by one what is chosen.  With --retry, try it again."""
    if sum(one is not None for one in (cause, user, group)) > 1:
        raise typer.BadParameter("use one of --cause, --user and --group")
    with opened(data, database_url, key_file) as engine:
        with engine.db.read() as c:
            app = find_app(c, name)
            chosen, about = _chosen(c, cause, user, group, given_up)
            if not _any(c, app, chosen):
                _check_known(c, app, user, group)
            if not retry:
                single = any(one is not None for one in (cause, user, group)) or given_up
                _show(c, app, chosen if single else None, json=json)
                return
        with engine.db.write(serial=events.SERIAL) as c:
            _, number = retrying.try_again(c, app, chosen, now_ms(), about=about)
        result = waited(engine, number, json=json)
        left = some_failures(engine, name) if result["failed"] else []
    finish(name, result, left, json=json)


def _chosen(c: Connection, cause: str | None, user: str | None, group: str | None, given_up: bool) -> tuple[Chosen, str]:
    """Which failures are meant, and the name of the one object where it is one."""
    if user is not None:
        known = directory.user_by_user_name(c, user) or directory.user_by_employee_id(c, user)
        key, about = (user, user) if known is None else (known.employee_id, known.user_name)
        return Chosen(object="user", key=key, dead=given_up), about
    if group is not None:
        return Chosen(object="group", key=name_key(group), dead=given_up), group
    return Chosen(cause=cause, dead=given_up), ""


def _show(c: Connection, app: App, chosen: Chosen | None, *, json: bool) -> None:
    target = links.find_target(c, app.id, app.scim_url)
    shown = 0
    if chosen is not None and chosen.cause is not None:
        _check_cause(c, app, target, chosen.cause)
    for one in troubles.by_cause(c, target)[0] if chosen is None else _single(c, target, chosen):
        shown += 1
        if json:
            print_json(_group_json(one) if isinstance(one, Group) else _trouble_json(one))
        elif isinstance(one, Group):
            _say_group(one)
        else:
            say(f"{one.object} {one.name}, {one.kind}: {one.error}; tried {counted(one.attempts, 'time')}, {when_again(one)}")
    if not shown and not json:
        say(f"Nothing {'of the kind ' if chosen else ''}has failed in {app.name}, or it was mended.")
    elif chosen is None and not json:
        say(f"One by one: lockstep idp failures {app.name} --cause ID. Try again now: add --retry")


def _check_known(c: Connection, app: App, user: str | None, group: str | None) -> None:
    """Raises NotThereProblem for a name that is nobody's."""
    if user is not None:
        check_user(c, app, user)
    if group is not None:
        check_group(c, app, group)


def _check_cause(c: Connection, app: App, target: int, cause: str) -> None:
    """Raises Problem for a cause for which nothing has failed, naming those there are."""
    there = [one.cause.id for one in troubles.by_cause(c, target)[0]]
    if cause not in there:
        raise Problem(f"nothing has failed in {app.name} for the cause {cause!r}: there are {', '.join(there) or 'none'}")


def _any(c: Connection, app: App, chosen: Chosen) -> bool:
    return next(_single(c, links.find_target(c, app.id, app.scim_url), chosen), None) is not None


def _single(c: Connection, target: int, chosen: Chosen) -> Iterator[Trouble]:
    after: tuple[str, str, str] | None = ("", "", "")
    while after is not None:
        found, after = troubles.page(c, target, chosen, after=after, most=500)
        yield from found


def _say_group(group: Group) -> None:
    rest = group.objects - len(group.names)
    names = ", ".join(group.names) + (f" and {rest} more" if rest > 0 else "")
    say(f"{counted(group.objects, 'object')}: {group.cause.title}  [{group.cause.id}]")
    dead = f", {group.dead} given up" if group.dead else ""
    say(f"  {names}; since {iso(group.first_at)}{dead}")
    say(f"  {group.cause.advice}")


def _instant(at: int) -> str | None:
    return None if at >= NEVER else iso(at)


def _group_json(group: Group) -> dict[str, Any]:
    return {
        "cause": group.cause.id,
        "title": group.cause.title,
        "objects": group.objects,
        "users": group.users,
        "groups": group.groups,
        "names": group.names,
        "since": iso(group.first_at),
        "given_up": group.dead,
        "next_try": _instant(group.next_at),
        "what_to_do": group.cause.advice,
    }


def _trouble_json(trouble: Trouble) -> dict[str, Any]:
    return {
        "object": trouble.object,
        "name": trouble.name,
        "kind": trouble.kind,
        "cause": trouble.cause,
        "error": trouble.error,
        "status": trouble.status,
        "scim_type": trouble.scim_type,
        "attempts": trouble.attempts,
        "since": iso(trouble.first_at),
        "last_try": iso(trouble.at),
        "next_try": _instant(trouble.next_at),
        "given_up": is_dead(trouble),
        "what_to_do": troubles.cause_of_trouble(trouble).advice,
    }


def logins(
    name: AppName,
    state: Annotated[ProvisioningState | None, typer.Option("--state", help="Only logins in this provisioning state.")] = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """List everyone who has the app, or is still at its target, with OneLogin's provisioning state and status."""
    with opened(data, database_url, key_file) as engine, engine.db.read() as c:
        for user_name, standing in everybody(c, find_app(c, name)):
            shown = _login_json(user_name, standing)
            if state is not None and shown["provisioning_state"] != state.value:
                continue
            if json:
                print_json(shown)
            else:
                texts = (user_name, shown["provisioning_state"], shown["provisioning_status"], shown["error"])
                say("  ".join(str(text) for text in texts if text))


def _login_json(user_name: str, standing: Standing) -> dict[str, Any]:
    state, status = provisioning_of(standing)
    link, trouble = standing.link, standing.trouble
    return {
        "user_name": user_name,
        "provisioning_state": state.value,
        "provisioning_status": status.value,
        "id_at_target": "" if link is None or link.missing else link.target_id,
        "error": "" if trouble is None else trouble.error,
        "next_try": None if trouble is None else _instant(trouble.next_at),
    }


def timeline(
    name: AppName,
    user: User = None,
    group: OneGroup = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """What happened to one person or one group in this app, newest first: what was sent, what came back, what to do."""
    if (user is None) == (group is None):
        raise typer.BadParameter("use either --user or --group")
    with opened(data, database_url, key_file) as engine, engine.db.read() as c:
        app = find_app(c, name)
        found = _of_user(c, app, user) if user is not None else _of_group(c, app, str(group))
        if not found:
            _check_known(c, app, user, group)
            if not json:
                say(f"Nothing has happened to {user or group} in {name} yet.")
    if json:
        for event in found:
            print_json({**events.describe(event), **entry_of(event).as_json()})
        return
    for entry in without_repeats(map(entry_of, found)):
        say(f"{iso(entry.at)}  {entry.sentence()}")


def _of_user(c: Connection, app: App, user: str) -> list[Event]:
    known = directory.user_by_user_name(c, user) or directory.user_by_employee_id(c, user)
    name = user if known is None else known.user_name  # somebody who has left is found by the name they had
    return events.of_user_in_app(c, app.id, user_id=known.id if known else None, user_name=name, limit=TIMELINE)[0]


def _of_group(c: Connection, app: App, group: str) -> list[Event]:
    """By the name as it is spelt at the target, if it is there."""
    link = links.group_by_key(c, links.find_target(c, app.id, app.scim_url), name_key(group))
    name = group if link is None else link.name
    return events.of_object_in_app(c, app.id, "group", name, limit=TIMELINE)[0]
