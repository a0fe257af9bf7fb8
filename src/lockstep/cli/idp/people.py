"""`lockstep idp user suspend | activate | lock | … | restore | deleted | batches`: one user, several, or all that match."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated

import typer

from lockstep.cli.idp.directory import ACTOR, opened_directory, shown, tell, user_app
from lockstep.cli.idp.matching import Where, asked
from lockstep.cli.options import Data, DatabaseUrl, Json, KeyFile
from lockstep.cli.output import Exit, counted, note, print_json, say
from lockstep.idp.directory import actions
from lockstep.idp.directory.batches import actions as batches
from lockstep.idp.directory.batches import store as batch_store
from lockstep.idp.directory.batches import work
from lockstep.idp.directory.batches.records import Action, Batch
from lockstep.idp.directory.groups.actions import group_meant
from lockstep.idp.directory.lookup import find_role, find_user
from lockstep.idp.directory.records import State, User, folded
from lockstep.idp.directory.removed import actions as coming_back
from lockstep.idp.directory.removed import store as removed
from lockstep.idp.directory.removed.records import KEPT_DAYS, RemovedUser
from lockstep.idp.directory.search import store as search
from lockstep.idp.directory.search.records import Filter
from lockstep.idp.events import SERIAL
from lockstep.idp.signin.people import sessions
from lockstep.kit.clock import iso, now_ms
from lockstep.kit.db import Connection, Database
from lockstep.kit.problems import Problem

_Users = Annotated[list[str] | None, typer.Argument(metavar="[USER]…", help="User names (in any case) or employee_ids.")]
_Yes = Annotated[bool, typer.Option("--yes", help="Really: wanted with --where, and to delete several.")]
_NAMED, _LISTED, _PAGE = 5, 20, 500


@dataclass(frozen=True, slots=True)
class _Verb:
    """What an action is called: `help` is the command's own text, `done` follows a name or a number."""

    action: Action
    done: str
    help: str


_VERBS = {
    "suspend": _Verb(Action.SUSPEND, "suspended", "Suspend users: no log-in, all roles kept."),
    "activate": _Verb(Action.ACTIVATE, "active", "Make users active."),
    "reactivate": _Verb(Action.ACTIVATE, "active", "Make users active again; the same as activate."),
    "lock": _Verb(Action.LOCK, "locked", "Lock users, until somebody unlocks; accounts at targets are not touched."),
    "unlock": _Verb(Action.UNLOCK, "unlocked", "Make those active again who are locked."),
    "approve": _Verb(Action.APPROVE, "approved", "Approve users: they may have apps."),
    "reject": _Verb(Action.REJECT, "rejected", "Reject users: no app, and no log-in; the roles are kept."),
    "delete": _Verb(Action.DELETE, "deleted", f"Delete users, who can be restored for {KEPT_DAYS} days."),
}


def mount() -> None:
    """Add the commands to `lockstep idp user`."""
    for name, verb in _VERBS.items():
        user_app.command(name, help=f"{verb.help} By name, or all that match --where.")(_command(verb))
    user_app.command("add-role")(add_role)
    user_app.command("take-role")(take_role)
    user_app.command("set-group")(set_group)
    user_app.command("state")(state)
    user_app.command("logout")(logout)
    user_app.command("restore")(restore)
    user_app.command("deleted")(deleted)
    user_app.command("batches")(show_batches)


def _command(verb: _Verb) -> Callable[..., None]:
    def run(
        *,
        user_names: _Users = None,
        where: Where = None,
        yes: _Yes = False,
        data: Data = None,
        database_url: DatabaseUrl = None,
        key_file: KeyFile = None,
        json: Json = False,
    ) -> None:
        with opened_directory(data, database_url, key_file) as database:
            if len(user_names or []) == 1 and not where:
                _one(database, verb, (user_names or [""])[0], json=json)
            else:
                _many(database, verb, user_names, where, yes=yes, json=json)

    return run


def add_role(
    *,
    role: Annotated[str, typer.Argument(metavar="ROLE", help="group_id, or the name if only one role has it.")],
    user_names: _Users = None,
    where: Where = None,
    yes: _Yes = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Put users into a role. By name, or all that match --where."""
    with opened_directory(data, database_url, key_file) as database:
        verb = _Verb(Action.ADD_ROLE, f"put into {role}", "")
        _many(database, verb, user_names, where, yes=yes, json=json, argument=_role_id(database, role))


def take_role(
    *,
    role: Annotated[str, typer.Argument(metavar="ROLE", help="group_id, or the name if only one role has it.")],
    user_names: _Users = None,
    where: Where = None,
    yes: _Yes = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Take users out of a role. By name, or all that match --where; who is in it by a mapping stays."""
    with opened_directory(data, database_url, key_file) as database:
        verb = _Verb(Action.TAKE_ROLE, f"taken out of {role}", "")
        _many(database, verb, user_names, where, yes=yes, json=json, argument=_role_id(database, role))


def set_group(
    *,
    group: Annotated[str, typer.Argument(metavar="GROUP", help="The name or the id of the group; 0 for none.")],
    user_names: _Users = None,
    where: Where = None,
    yes: _Yes = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Put users into a group, whose security policy holds for them. By name, or all that match --where."""
    with opened_directory(data, database_url, key_file) as database:
        number = 0
        if group != batches.NO_GROUP:
            with database.read() as c:
                number = group_meant(c, group).id
        verb = _Verb(Action.SET_GROUP, f"in group {group}" if number else "in no group", "")
        _many(database, verb, user_names, where, yes=yes, json=json, argument=number)


def state(
    *,
    wanted: Annotated[str, typer.Argument(metavar="STATE", help="approved, rejected, unapproved or unlicensed.")],
    user_name: Annotated[str, typer.Argument(metavar="USER", help="User name (in any case) or employee_id.")],
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Say whether a user is approved: nobody else has an app, or logs in; the roles are kept."""
    known = {one.name.lower(): one for one in State}
    if wanted.lower() not in known:
        raise Problem(f"there is no state {wanted!r}; there are {', '.join(known)}")
    with opened_directory(data, database_url, key_file) as database, database.write(serial=SERIAL) as c:
        user = actions.set_state(c, find_user(c, user_name).id, known[wanted.lower()], actor=ACTOR, now=now_ms())
    tell(json, user, f"{user.user_name} is {wanted.lower()}")


def logout(
    *,
    user_name: Annotated[str, typer.Argument(metavar="USER", help="User name (in any case) or employee_id.")],
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Log a user out everywhere; sessions at service providers live on."""
    with opened_directory(data, database_url, key_file) as database, database.write(serial=SERIAL) as c:
        user, ended = sessions.end_all(c, find_user(c, user_name).id, actor=ACTOR, now=now_ms())
    tell(json, {"user_name": user.user_name, "ended": ended}, f"{user.user_name}: {counted(ended, 'session')} ended")


def restore(
    *,
    user_name: Annotated[str, typer.Argument(metavar="USER", help="User name or employee_id of somebody who was deleted.")],
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Bring a deleted user back under the same id, with the roles that are still there."""
    with opened_directory(data, database_url, key_file) as database, database.write(serial=SERIAL) as c:
        found = next((one for one in _deleted(c) if one.user.employee_id == user_name or _is(one, user_name)), None)
        if found is None:
            raise Problem(f"no user {user_name!r} was deleted in the last {KEPT_DAYS} days: lockstep idp user deleted")
        user = coming_back.restore(c, found.user.id, actor=ACTOR, now=now_ms())
    tell(json, user, f"{user.user_name} is restored")


def _is(one: RemovedUser, name: str) -> bool:
    return folded(one.user.user_name) == folded(name)


def deleted(*, data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None, json: Json = False) -> None:
    """List who was deleted in the last 30 days, the last one first; with --json one object a line."""
    with opened_directory(data, database_url, key_file) as database, database.read() as c:
        for one in _deleted(c):
            if json:
                print_json({**shown(one.user), "removed_at": one.removed_at, "removed_by": one.removed_by})
            else:
                say(f"{iso(one.removed_at)}  {one.user.employee_id:<16}{one.user.user_name:<40}  by {one.removed_by}")


def show_batches(*, data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None, json: Json = False) -> None:
    """List the last actions on many users, and how far each is; with --json one object a line."""
    with opened_directory(data, database_url, key_file) as database, database.read() as c:
        for one in batch_store.newest(c, _LISTED):
            if json:
                print_json(one)
            else:
                far = "done" if one.finished_at else "under way"
                done = f"{one.done:,} of {one.total:,}, {far}"
                say(f"{one.id:>6}  {iso(one.created_at)}  {one.action.value:<10} {done}  by {one.actor}")


def _deleted(c: Connection) -> Iterator[RemovedUser]:
    page = removed.newest(c, limit=_PAGE)
    while page:
        yield from page
        page = removed.newest(c, after=(page[-1].removed_at, page[-1].user.id), limit=_PAGE)


def _role_id(database: Database, role: str) -> int:
    with database.read() as c:
        return find_role(c, role).id


_ONE: dict[Action, Callable[..., User | None]] = {
    Action.SUSPEND: actions.suspend,
    Action.ACTIVATE: actions.reactivate,
    Action.LOCK: actions.lock,
    Action.UNLOCK: actions.unlock,
    Action.APPROVE: lambda c, user_id, **by: actions.set_state(c, user_id, State.APPROVED, **by),
    Action.REJECT: lambda c, user_id, **by: actions.set_state(c, user_id, State.REJECTED, **by),
    Action.DELETE: actions.remove_user,
}


def _one(database: Database, verb: _Verb, name: str, *, json: bool) -> None:
    """One user, who is shown as they are then."""
    with database.write(serial=SERIAL) as c:
        before = find_user(c, name)
        after = _ONE[verb.action](c, before.id, actor=ACTOR, now=now_ms()) or before
    tell(json, after, f"{after.user_name} is {verb.done}")


def _many(
    database: Database,
    verb: _Verb,
    names: list[str] | None,
    where: list[str] | None,
    *,
    yes: bool,
    json: bool,
    argument: int = 0,
) -> None:
    """Several, or all that match: in pieces, which any process can go on with."""
    if bool(names) == bool(where):
        raise Problem("name users, or say --where KEY=VALUE, and not both")
    with database.write(serial=SERIAL) as c:
        filtered = Filter(ids=tuple(find_user(c, name).id for name in names)) if names else asked(c, where or [])
        count = search.count(c, filtered)
        if not yes and (where or verb.action is Action.DELETE):
            some = ", ".join(user.user_name for user in search.page(c, filtered, after="", limit=_NAMED))
            more = f" and {count - _NAMED:,} more" if count > _NAMED else ""
            raise Problem(
                f"{counted(count, 'user')} would be {verb.done}: {some}{more}. Nothing is done; add --yes if you mean that"
            )
        batch = batches.ask(c, verb.action, search.ids(c, filtered), argument=argument, actor=ACTOR, now=now_ms())
    batch = work.finish(database, batch.id, now_ms, told=(lambda _batch: None) if json else _progress)
    _said(batch, verb, json=json)


def _progress(batch: Batch) -> None:
    if not batch.finished_at:
        note(f"lockstep: {batch.done:,} of {counted(batch.total, 'user')}")


def _said(batch: Batch, verb: _Verb, *, json: bool) -> None:
    if json:
        print_json(batch)
    else:
        same = batch.done - batch.changed - batch.refused
        say(
            f"{counted(batch.changed, 'user')} {verb.done}"
            + (f"; {same:,} {'was' if same == 1 else 'were'} like that already" if same else "")
        )
        for one in batch.reasons:
            note(f"lockstep: {one.user_name}: {one.why}")
    if batch.refused:
        raise typer.Exit(Exit.SOME_FAILED)
