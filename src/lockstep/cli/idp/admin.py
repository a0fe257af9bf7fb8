"""`lockstep idp admin …`."""

from pathlib import Path
from typing import Annotated

import typer

from lockstep.cli.idp.opened import opened
from lockstep.cli.options import Data, DatabaseUrl, Json, KeyFile
from lockstep.cli.output import print_json, say
from lockstep.idp import events
from lockstep.idp.admins import actions
from lockstep.idp.admins.permissions import HELD, HELD_WITHIN, OWNER, WHAT, Grant, Permission, Privilege
from lockstep.idp.console.privileges import grant_of, text_of, words_of
from lockstep.idp.directory.lookup import find_user
from lockstep.kit.clock import iso, now_ms
from lockstep.kit.db import Connection
from lockstep.kit.passwords import hash_password
from lockstep.kit.problems import Problem

ACTOR = "command line"

admin_app = typer.Typer(no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The administrator's name.")]
Privileges = Annotated[
    list[str] | None,
    typer.Option(
        "--privilege",
        metavar="PRIVILEGE",
        help="What they may; give it once for each: account-owner, super-user, user-admin, role-admin:ROLE, app-admin:APP, "
        "read-only.",
    ),
]
Is = Annotated[
    str | None, typer.Option("--user", metavar="USER", help="Which user of the directory they are; an empty one unlinks them.")
]


def mount(app: typer.Typer) -> None:
    """Add the commands of administrators to `lockstep idp`."""
    app.add_typer(admin_app, name="admin")


@admin_app.callback()
def admin() -> None:
    """Administrators, who use the pages below /admin."""


@admin_app.command("create")
def create(
    name: Name,
    password_file: Annotated[Path, typer.Option("--password-file", help="A file whose first line is the password.")],
    privilege: Privileges = None,
    user: Is = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Create an administrator: the first one owns the account, any later one may what --privilege says, or only see."""
    password = _first_line(password_file)
    actions.check(name, password)
    stored = hash_password(password)
    with opened(data, database_url, key_file) as engine, engine.db.write(serial=events.SERIAL) as c:
        grants = None if privilege is None else _grants(c, privilege)
        actions.create(c, name, stored, actor=ACTOR, now=now_ms(), grants=grants, employee_id=_user(c, user) or "")
        given = actions.find_admin(c, name).grants
    if json:
        print_json({"name": name})
        return
    say(f"Administrator {name} has been created. Sign in at /admin of the running server.")
    if privilege is None and Grant(Privilege.READ_ONLY) in given:
        say(f"They see everything and change nothing. Next: lockstep idp admin set {name} --privilege PRIVILEGE")


@admin_app.command("set")
def change(
    name: Name,
    privilege: Privileges = None,
    user: Is = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Give an administrator other privileges, in the place of those there were, or say which user they are."""
    if privilege is None and user is None:
        raise typer.BadParameter("give --privilege, --user, or both")
    with opened(data, database_url, key_file) as engine, engine.db.write(serial=events.SERIAL) as c:
        before = actions.find_admin(c, name)
        grants = before.grants if privilege is None else _grants(c, privilege)
        linked = _user(c, user)
        employee_id = before.employee_id if linked is None else linked
        changed = actions.change(c, name, grants, employee_id, actor=ACTOR, now=now_ms(), by=OWNER)
        shown, words = [text_of(c, one) for one in sorted(grants)], words_of(c, grants)
    if json:
        print_json({"name": name, "privileges": shown, "employee_id": employee_id})
    else:
        say(f"{name}: {', '.join(words)}{'; the sessions have ended' if changed else ', as before'}.")


@admin_app.command("permissions")
def permissions(json: Json = False) -> None:
    """List what may be done, and which privileges hold it; (own) for the role or app that one is given for."""
    for one in Permission:
        held = [kind.value for kind in Privilege if one in HELD[kind]]
        own = [kind.value for kind, within in HELD_WITHIN.items() if one in within]
        if json:
            print_json({"permission": one.value, "what": WHAT[one], "privileges": held, "own": own})
        else:
            say(f"{one.value}\t{', '.join([*held, *(f'{kind} (own)' for kind in own)])}")


def _grants(c: Connection, texts: list[str]) -> frozenset[Grant]:
    return frozenset(grant_of(c, text) for text in texts)


def _user(c: Connection, text: str | None) -> str | None:
    """The employee_id of a user; None where none was named, "" for nobody."""
    return find_user(c, text).employee_id if text else text


@admin_app.command("list")
def show(data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None, json: Json = False) -> None:
    """List the administrators."""
    with opened(data, database_url, key_file) as engine, engine.db.read() as c:
        found = [(one, [text_of(c, grant) for grant in sorted(one.grants)]) for one in actions.everyone(c)]
    for one, privileges in found:
        if json:
            times = {"created_at": one.created_at, "seen_at": one.seen_at}
            print_json({"name": one.name, **times, "privileges": privileges, "employee_id": one.employee_id})
        else:
            seen = f"last seen {iso(one.seen_at)}" if one.seen_at else "not seen yet"
            say(f"{one.name}\tcreated {iso(one.created_at)}\t{seen}\t{', '.join(privileges) or 'no privileges'}")


@admin_app.command("remove")
def remove(
    name: Name,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Remove an administrator, and end the sessions at once."""
    with opened(data, database_url, key_file) as engine, engine.db.write(serial=events.SERIAL) as c:
        actions.remove(c, name, actor=ACTOR, now=now_ms(), by=OWNER)
    if json:
        print_json({"name": name})
    else:
        say(f"Administrator {name} has been removed; the sessions have ended.")


def _first_line(file: Path) -> str:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(f"--password-file {file}: {error}") from None
    return text.partition("\n")[0].removesuffix("\r")
