"""Rows given as tuples, on both databases."""

import pytest

from lockstep.kit.db import Database
from lockstep.kit.rows import insert_rows
from lockstep.kit.sql import insert_text

SPECIAL = (1, 'a\tb\\N\n"é%s"', None)


@pytest.mark.parametrize("count", [1, 20, 21, 300])
def test_rows_come_back_as_they_were_given(each_database: Database, count: int) -> None:
    rows = [SPECIAL, *((number, f"row {number}", b"\x00\xff") for number in range(2, count + 1))]
    with each_database.write() as c:
        blob = "BYTEA" if c.dialect == "postgresql" else "BLOB"
        c.script([f'CREATE TABLE things (number INTEGER PRIMARY KEY, "order" TEXT, data {blob})'])
        insert_rows(c, "things", ["number", "order", "data"], rows)
        insert_rows(c, "things", ["number", "order", "data"], [])
        found = c.raw.execute('SELECT number, "order", data FROM things ORDER BY number').fetchall()
    assert [tuple(row) for row in found] == rows


def test_values_go_by_position() -> None:
    assert insert_text("things", ["a", "order"], "%s") == 'INSERT INTO things ("a", "order") VALUES (%s, %s)'
