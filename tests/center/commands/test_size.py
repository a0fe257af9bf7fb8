"""`users` and `groups` with 10,000 users, 1,000 groups and 100,000 memberships."""

import json
import time
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest

from lockstep.center.app import Center
from lockstep.center.directory import reads
from lockstep.center.directory.tables import groups, memberships, users
from lockstep.center.instances.records import Instance
from lockstep.kit.db import Database
from lockstep.kit.sql import Statement
from tests.center.client import Stage

USERS, GROUPS, EACH = 10_000, 1_000, 100
SECONDS = 60.0


def fill(database: Database, instance: Instance) -> None:
    """Rows as the SCIM endpoint writes them, in bulk."""
    import sqlalchemy as sa

    def insert(table: sa.Table, rows: Iterable[dict[str, Any]]) -> None:
        rows = list(rows)
        with database.write() as connection:
            connection.many(Statement(sa.insert(table), columns=list(rows[0])), rows)

    base = {"instance_key": instance.key, "created_at": 0}
    insert(
        users,
        (
            {
                "key": 10**6 + n,
                "id": f"u{n}",
                "user_name": f"n{n}",
                "user_name_key": f"n{n}",
                "document": f'{{"id":"u{n}"}}',
                **base,
            }
            for n in range(USERS)
        ),
    )
    insert(
        groups,
        ({"key": 10**6 + n, "id": f"g{n}", "name_key": f"g{n}", "document": f'{{"id":"g{n}"}}', **base} for n in range(GROUPS)),
    )
    pairs = ((group, (group * 7 + n * 97) % USERS) for group in range(GROUPS) for n in range(EACH))
    insert(memberships, ({"group_key": 10**6 + group, "user_key": 10**6 + user} for group, user in pairs))


@pytest.mark.slow
def test_streams_a_large_directory(database: Database, stage: Stage, center: Center) -> None:
    instance = stage.client(center).instance
    fill(database, instance)
    start = time.monotonic()
    with database.read() as connection:
        seen = [json.loads(document)["id"] for document in reads.every_user(connection, instance)]
        members: Counter[str] = Counter()
        for document in reads.every_group(connection, instance):
            group = json.loads(document)
            assert len(group["members"]) == EACH
            number = int(group["id"][1:])
            assert {member["display"] for member in group["members"]} == {
                f"n{(number * 7 + n * 97) % USERS}" for n in range(EACH)
            }
            members.update(member["value"] for member in group["members"])
    assert time.monotonic() - start < SECONDS  # a second or two on an idle machine
    assert seen == [f"u{number}" for number in range(USERS)]
    assert members.total() == GROUPS * EACH
