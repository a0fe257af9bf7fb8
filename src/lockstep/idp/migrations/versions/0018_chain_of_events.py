"""The chain of events: every row that is there is chained, and from then on the table is only added to."""

import json
from collections.abc import Sequence
from hashlib import sha256

import sqlalchemy as sa
from alembic import op

revision: str = "0018"
down_revision: str | Sequence[str] | None = "0017"

_BATCH = 5000
_MARK = b"\x01"
_CHAINED = (
    *("seq", "at", "type", "event_type_id", "actor", "user_id", "user_name", "user_key", "role_id", "role_name"),
    *("app_id", "app_name", "object", "object_name", "notes", "error_description"),
    *("actor_user_id", "ipaddr", "client_id", "group_id", "group_name", "policy_id", "policy_name", "mapping_id"),
    *("directory_id", "directory_sync_run_id", "certificate_id", "user_field_id", "otp_device_id", "otp_device_name"),
)
_TRIGGERS = {
    "sqlite": (
        """CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are never changed'); END""",
        """CREATE TRIGGER events_are_kept BEFORE DELETE ON events
WHEN OLD.seq >= coalesce((SELECT first_seq FROM event_cut), 0)
BEGIN SELECT RAISE(ABORT, 'events are kept: only those before the cut are removed'); END""",
    ),
    "postgresql": (
        """CREATE OR REPLACE FUNCTION events_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.seq < (SELECT first_seq FROM event_cut) THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'events are kept: only those before the cut are removed';
    END IF;
    RAISE EXCEPTION 'events are never changed';
END
$$""",
        """CREATE TRIGGER events_are_kept BEFORE UPDATE OR DELETE ON events
FOR EACH ROW EXECUTE FUNCTION events_are_kept()""",
        """CREATE TRIGGER events_are_not_emptied BEFORE TRUNCATE ON events
FOR EACH STATEMENT EXECUTE FUNCTION events_are_kept()""",
    ),
}


def _chain_what_is_there(connection: sa.Connection) -> None:
    """Version 1 of the chain, over rows in their order, a batch at a time."""
    events = sa.table("events", *(sa.column(name) for name in _CHAINED))
    read = sa.select(events).where(events.c.seq > sa.bindparam("after")).order_by(events.c.seq).limit(_BATCH)
    write = sa.text("UPDATE events SET digest = :digest WHERE seq = :seq")
    seq, digest = 0, bytes(33)
    while rows := connection.execute(read, {"after": seq}).fetchall():
        news = []
        for row in rows:
            said = json.dumps(list(row), ensure_ascii=False, separators=(",", ":")).encode()
            digest = _MARK + sha256(_MARK + digest + said).digest()
            news.append({"seq": row[0], "digest": digest})
        connection.execute(write, news)
        seq = rows[-1][0]
    if seq:
        add = sa.text("INSERT INTO event_head (id, seq, digest) VALUES (1, :seq, :digest)")
        connection.execute(add, {"seq": seq, "digest": digest})


def upgrade() -> None:
    op.create_table(
        "event_cut",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first_seq", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("removed", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "event_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "event_retention",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "event_seal",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "event_verification",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.add_column(sa.Column("actor_user_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("ipaddr", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("client_id", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("group_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("group_name", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("policy_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("policy_name", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("mapping_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("directory_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("directory_sync_run_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("certificate_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("user_field_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("otp_device_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("otp_device_name", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("digest", sa.LargeBinary(), nullable=True))

    connection = op.get_bind()
    _chain_what_is_there(connection)
    for text in _TRIGGERS[connection.dialect.name]:
        connection.exec_driver_sql(text)
