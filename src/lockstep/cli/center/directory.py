"""`lockstep center users`, `groups` and `trail`: what an instance holds, one line after the other."""

import sys
from typing import Any

import msgspec

from lockstep.center import events
from lockstep.center.directory import reads
from lockstep.center.instances import actions
from lockstep.cli.center.opened import opened
from lockstep.cli.options import Data, DatabaseUrl, Json, KeyFile
from lockstep.cli.output import print_json, say


def users(
    name: str, *, data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None, as_json: Json = False
) -> None:
    """Show the users of an instance; with --json one SCIM user a line."""
    with opened(data, database_url, key_file) as database, database.read() as connection:
        for document in reads.every_user(connection, actions.named(connection, name)):
            if as_json:
                sys.stdout.write(document + "\n")
            else:
                user = msgspec.json.decode(document)
                say(f"{user['id']}  {user['userName']}  {user['displayName']}  {'active' if user['active'] else 'inactive'}")


def groups(
    name: str, *, data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None, as_json: Json = False
) -> None:
    """Show the groups of an instance; with --json one SCIM group a line, with its members."""
    with opened(data, database_url, key_file) as database, database.read() as connection:
        for document in reads.every_group(connection, actions.named(connection, name)):
            if as_json:
                sys.stdout.write(document + "\n")
            else:
                group = msgspec.json.decode(document)
                say(f"{group['id']}  {group['displayName']}  {len(group['members'])} members")


def trail(
    name: str, *, data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None, as_json: Json = False
) -> None:
    """Show what was asked of an instance, oldest first; with --json one CloudTrail record a line."""
    with opened(data, database_url, key_file) as database, database.read() as connection:
        instance = actions.named(connection, name)
        for record in events.records(connection, instance.key, instance.region):
            if as_json:
                print_json(record)
            else:
                failure = f"  {record['errorCode']}: {record['errorMessage']}" if "errorCode" in record else ""
                who = _who(record)
                say(f"{record['eventTime']}  {record['eventName']}  {record['status']}  {record['requestID']}{who}{failure}")


def _who(record: dict[str, Any]) -> str:
    """Who signed in, or tried to, and where; else what the event is about."""
    told = record.get("additionalEventData") or record["requestParameters"] or {}
    named = [told[key] for key in ("UserName", "IdentityProvider", "ClaimedIdentityProvider") if told.get(key)]
    about = (record["responseElements"] or {}).get("id") or told.get("id")
    shown = [str(one) for one in named or ([about] if about else [])]
    return "".join(f"  {one}" for one in [*shown, record["sourceIPAddress"]] if one)
