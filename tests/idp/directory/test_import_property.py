"""Whatever was there before, an import ends at what its roster says."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lockstep.idp.directory.bulk import stream_seats
from lockstep.idp.directory.importing import apply_roster, compare
from lockstep.idp.directory.records import FOLDER, Role, User, to_text
from lockstep.idp.directory.roster import Roster, Seat, person_content, role_content
from lockstep.idp.directory.store import roles, stream_users
from lockstep.idp.storage import open_idp
from lockstep.kit.db import Connection, Database

NAMES = ["ann", "Ann", "bob", "BOB", "cy", "ß", "ss", "é"]
attributes = st.dictionaries(st.sampled_from(["k", "l"]), st.sampled_from(["1", "é\n"]), max_size=2)


@st.composite
def rosters(draw: Callable[[st.SearchStrategy[Any]], Any]) -> Roster:
    """Few keys and few names, so that people swap names and groups lose and win the same members."""
    ids = sorted(draw(st.sets(st.sampled_from(["1", "2", "3", "é", "Z"]), min_size=1)))
    names = draw(st.lists(st.sampled_from(NAMES), min_size=len(ids), max_size=len(ids), unique_by=str.casefold))
    people = [
        User(
            employee_id=employee_id,
            user_name=name,
            email=draw(st.sampled_from(["", "a@x", "b@x"])),
            department=draw(st.sampled_from(["", "D"])),
            custom=draw(attributes),
            source=FOLDER,
        )
        for employee_id, name in zip(ids, names, strict=True)
    ]
    group_ids = sorted(draw(st.sets(st.sampled_from(["A", "B", "c"]))))
    groups = [
        Role(group_id=group_id, name=draw(st.sampled_from(["X", "Y"])), attributes=draw(attributes), source=FOLDER)
        for group_id in group_ids
    ]
    pairs = sorted(draw(st.sets(st.tuples(st.sampled_from(group_ids), st.sampled_from(ids))))) if group_ids else []
    return Roster(people, groups, [Seat(group_id, person, to_text(draw(attributes))) for group_id, person in pairs])


def _import(database: Database, roster: Roster) -> None:
    with database.write() as connection:
        apply_roster(connection, roster, 1)


def _content(connection: Connection) -> tuple[list[Any], list[Any], list[Any]]:
    """All that is there, without ids and times."""
    return (
        [(person_content(user), user.status, user.source) for user in stream_users(connection)],
        [(role.group_id, role_content(role), role.source) for role in roles(connection)],
        list(stream_seats(connection)),
    )


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder without people, to be copied: faster than making the tables for each example."""
    folder = tmp_path_factory.mktemp("empty")
    open_idp(folder, None).close()
    return folder


@settings(max_examples=100, deadline=None)
@given(before=st.lists(rosters(), min_size=1, max_size=3), last=rosters())
def test_imports_end_where_the_last_one_alone_would(empty: Path, before: list[Roster], last: Roster) -> None:
    with tempfile.TemporaryDirectory() as folder:
        worn, fresh = (open_idp(shutil.copytree(empty, Path(folder) / name), None) for name in ("worn", "fresh"))
        try:
            for roster in (*before, last):
                _import(worn, roster)
            _import(fresh, last)
            with worn.read() as one, fresh.read() as other:
                assert _content(one) == _content(other)
                assert not compare(one, last)
        finally:
            worn.close()
            fresh.close()
