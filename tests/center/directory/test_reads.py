"""Reading: every filter runs on an index, and everything streams."""

from typing import Any

import msgspec
import pytest

from lockstep.center.directory import reads
from lockstep.kit.db import SqliteDatabase
from lockstep.kit.sql import Statement
from tests.center.client import Client

STATEMENTS = {
    name: statement
    for name, statement in vars(reads).items()
    if isinstance(statement, Statement) and not name.startswith("_EVERY")
}


@pytest.mark.parametrize("name", STATEMENTS)
def test_every_filter_and_page_runs_on_an_index(sqlite: SqliteDatabase, name: str) -> None:
    compiled = STATEMENTS[name].for_dialect("sqlite")
    with sqlite.read() as connection:
        given: dict[str, Any] = dict.fromkeys(("instance_key", "after", "most", "value", "manager", "group_key", "user_key"), 1)
        plan = [
            str(row[3]) for row in connection.raw.execute("EXPLAIN QUERY PLAN " + compiled.text, {**compiled.fixed, **given})
        ]
    assert plan
    assert all(step.startswith("SEARCH") for step in plan), plan


def test_there_are_statements_to_check() -> None:
    assert len(STATEMENTS) == 12


async def test_everything_as_a_stream(scim: Client) -> None:
    users = [await scim.user() for _ in range(5)]
    empty = await scim.group()
    full = await scim.group(members=[{"value": user["id"]} for user in users[1:4]])
    last = await scim.group(members=[{"value": users[4]["id"]}])
    with scim.stage.database.read() as connection:
        shown = [msgspec.json.decode(document) for document in reads.every_user(connection, scim.instance)]
        groups = [msgspec.json.decode(document) for document in reads.every_group(connection, scim.instance)]
    assert shown == users
    members = [
        [{"value": user["id"], "display": user["userName"]} for user in users[start:end]]
        for start, end in ((0, 0), (1, 4), (4, 5))
    ]
    assert groups == [{**group, "members": found} for group, found in zip((empty, full, last), members, strict=True)]
