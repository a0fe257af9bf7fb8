"""`users` and `groups` with 10,000 users, 1,000 groups and 100,000 memberships."""

import time
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest
import sqlalchemy as sa

from lockstep.center.directory.tables import groups, memberships, users
from lockstep.center.instances import actions
from lockstep.cli.center.opened import opened
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement
from tests.cli.center.command import Command

USERS, GROUPS, EACH = 10_000, 1_000, 100
SECONDS = 120.0
BASE = 10**6


def fill(connection: Connection, instance_key: int) -> None:
    """Rows as the SCIM endpoint writes them, in bulk."""
    common = {"instance_key": instance_key, "created_at": 0}
    _insert(
        connection, users, ({**common, **_named(n, "u"), "user_name": f"n{n}", "user_name_key": f"n{n}"} for n in range(USERS))
    )
    _insert(connection, groups, ({**common, **_named(n, "g"), "name_key": f"g{n}"} for n in range(GROUPS)))
    pairs = ((group, member) for group in range(GROUPS) for member in members_of(group))
    _insert(connection, memberships, ({"group_key": BASE + group, "user_key": BASE + member} for group, member in pairs))


def _insert(connection: Connection, table: sa.Table, rows: Iterable[dict[str, Any]]) -> None:
    rows = list(rows)
    connection.many(Statement(sa.insert(table), columns=list(rows[0])), rows)


def _named(number: int, letter: str) -> dict[str, Any]:
    return {"key": BASE + number, "id": f"{letter}{number}", "document": f'{{"id":"{letter}{number}"}}'}


def members_of(group: int) -> list[int]:
    return [(group * 7 + n * 97) % USERS for n in range(EACH)]


@pytest.mark.slow
def test_a_large_directory(command: Command) -> None:
    command.one("instance", "create", "corp")
    with opened(command.data, command.database_url, command.key_file) as database, database.write() as connection:
        fill(connection, actions.named(connection, "corp").key)
    start = time.monotonic()
    assert [user["id"] for user in command.lines("users", "corp")] == [f"u{number}" for number in range(USERS)]
    seen: Counter[str] = Counter()
    for group in command.lines("groups", "corp"):
        assert sorted(member["display"] for member in group["members"]) == sorted(
            f"n{n}" for n in members_of(int(group["id"][1:]))
        )
        seen.update(member["value"] for member in group["members"])
    assert seen.total() == GROUPS * EACH
    assert time.monotonic() - start < SECONDS  # a second or two on an idle machine
