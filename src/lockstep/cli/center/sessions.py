"""`lockstep center sessions`."""

from typing import Annotated, Any

import typer

from lockstep.center.events import Operation
from lockstep.center.signin import actions
from lockstep.center.signin.records import Session
from lockstep.cli.center.opened import call, opened
from lockstep.cli.options import Data, DatabaseUrl, Json, KeyFile
from lockstep.cli.output import counted, print_json, say
from lockstep.kit.clock import iso, now_ms


def sessions(
    name: str,
    *,
    end: Annotated[str | None, typer.Option(metavar="USER", help="End the sessions of this user instead.")] = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    as_json: Json = False,
) -> None:
    """Show who is signed in; with --json one session a line.  With --end, end the sessions of a user."""
    with opened(data, database_url, key_file) as database:
        if end is not None:
            with database.write() as connection:
                ended = actions.end_sessions(connection, call(Operation.END_SESSIONS), name, end)
            _say_ended(end, ended, as_json)
            return
        with database.read() as connection:
            for session in actions.live_sessions(connection, name, now_ms()):
                _show(session, as_json)


def _say_ended(user_name: str, ended: int, as_json: bool) -> None:
    if as_json:
        print_json({"user_name": user_name, "ended": ended})
    else:
        say(f"{counted(ended, 'session')} of {user_name} ended.")


def _show(session: Session, as_json: bool) -> None:
    tags = session.tagged.tags if session.tagged else ()
    if as_json:
        print_json(_shown(session))
        return
    said = ", ".join(f"{tag.key}={tag.value}" for tag in tags) or "no tags"
    say(f"{session.user_name}  {session.idp_name}  since {iso(session.started_at)}  until {iso(session.expires_at)}  {said}")


def _shown(session: Session) -> dict[str, Any]:
    tags = session.tagged.tags if session.tagged else ()
    return {
        "user_name": session.user_name,
        "idp": session.idp,
        "started_at": iso(session.started_at),
        "expires_at": iso(session.expires_at),
        "tags": {tag.key: tag.value for tag in tags},
        "tag_sources": {tag.key: {"kind": tag.source_kind, "source": tag.source} for tag in tags},
    }
