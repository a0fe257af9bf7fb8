"""What an older installation has becomes of its administrators and of how long sessions last."""

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from lockstep.idp.admins import store
from lockstep.idp.admins.permissions import Grant, Privilege
from lockstep.idp.directory.groups.records import Policy
from lockstep.idp.directory.groups.store import policy_of
from lockstep.idp.migrations import FOLDER, HEAD
from lockstep.idp.signin.store import all_settings
from lockstep.kit.db import Database
from lockstep.kit.migrate import alembic_config, engine_of, migrate


def older(database: Database, than: str) -> None:
    """The version before the one of that name."""
    revisions = ScriptDirectory.from_config(alembic_config(FOLDER)).walk_revisions()
    [before] = [one.down_revision for one in revisions if one.path.endswith(f"_{than}.py")]
    assert isinstance(before, str)
    migrate(database, FOLDER, before)


def test_whoever_was_an_administrator_owns_the_account(each_database: Database) -> None:
    older(each_database, "delegated_administration")
    with engine_of(each_database).begin() as connection:
        for name in ("root", "ada"):
            add = sa.text("INSERT INTO admins (name, password, created_at) VALUES (:name, 'stored', 5)")
            connection.execute(add, {"name": name})
    migrate(each_database, FOLDER, HEAD)
    with each_database.read() as c:
        assert store.owners(c) == ["ada", "root"]
        assert {one.name: one.grants for one in store.everyone(c)} == {
            name: frozenset({Grant(Privilege.ACCOUNT_OWNER)}) for name in ("ada", "root")
        }


@pytest.mark.parametrize(
    ("stored", "policy"),
    [
        ({}, Policy()),
        ({"session-minutes": "90"}, Policy(session_minutes=90)),
        ({"session-minutes": "90", "idle-minutes": "7"}, Policy(session_minutes=90, idle_minutes=7)),
    ],
)
def test_the_length_of_sessions_stays(each_database: Database, stored: dict[str, str], policy: Policy) -> None:
    older(each_database, "groups_as_security_policies")
    with engine_of(each_database).begin() as connection:
        for key, value in {**stored, "public-url": "https://x.example"}.items():
            connection.execute(sa.text("INSERT INTO settings (key, value) VALUES (:key, :value)"), {"key": key, "value": value})
    migrate(each_database, FOLDER, HEAD)
    with each_database.read() as c:
        assert policy_of(c, None) == policy
        assert all_settings(c) == {"public-url": "https://x.example"}
