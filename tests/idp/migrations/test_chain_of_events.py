"""Events that were there before there was a chain are chained."""

from alembic.script import ScriptDirectory

from lockstep.idp import events
from lockstep.idp.eventlog.verify import verify
from lockstep.idp.events import Event, EventType
from lockstep.idp.migrations import FOLDER, HEAD
from lockstep.kit.db import Database
from lockstep.kit.migrate import alembic_config, migrate
from lockstep.kit.vault import KEY_BYTES, Vault

VAULT = Vault(bytes(KEY_BYTES))
COUNT = 5_003  # more than one batch of the migration
ADD = (
    "INSERT INTO events (seq, at, type, event_type_id, actor, user_id, user_name, user_key, role_name, app_name, object,"
    " object_name, notes, error_description)"
)


def before() -> str:
    """The version before the one that brings the chain."""
    script = ScriptDirectory.from_config(alembic_config(FOLDER))
    (mine,) = [one for one in script.walk_revisions() if one.path.endswith("_chain_of_events.py")]
    assert isinstance(mine.down_revision, str)
    return mine.down_revision


def test_what_was_there_is_chained(each_database: Database) -> None:
    migrate(each_database, FOLDER, before())
    with each_database.write() as c:
        for seq in (*range(1, COUNT), COUNT + 7):  # PostgreSQL leaves numbers out
            said = f"{seq}, {seq}, 'user.updated', 14, 'Zoë \"Z\"', {seq}, 'u\\\n{seq}', 'E'"
            c.raw.execute(f"{ADD} VALUES ({said}, '', '', '', '', '', '')")
    migrate(each_database, FOLDER, HEAD)
    with each_database.write(serial=events.SERIAL) as c:
        events.append(c, Event(type=EventType.USER_CREATED, user_name="new"), 10_000)
    with each_database.read() as c:
        found = verify(c, VAULT, 1)
        assert (found.broken, found.count, found.last) == (None, COUNT + 1, COUNT + 8)


def test_a_database_without_events(each_database: Database) -> None:
    migrate(each_database, FOLDER, before())
    migrate(each_database, FOLDER, HEAD)
    with each_database.read() as c:
        assert verify(c, VAULT, 1).count == 0
