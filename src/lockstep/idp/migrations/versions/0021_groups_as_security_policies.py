"""Groups as security policies, second factors, passwords of the past."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0021"
down_revision: str | Sequence[str] | None = "0020"


def upgrade() -> None:
    op.create_table(
        "groups",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("reference", sa.Text(), server_default="", nullable=False),
        sa.Column("min_length", sa.Integer(), nullable=False),
        sa.Column("max_age_days", sa.Integer(), nullable=False),
        sa.Column("history", sa.Integer(), nullable=False),
        sa.Column("classes", sa.Integer(), nullable=False),
        sa.Column("lock_after", sa.Integer(), nullable=False),
        sa.Column("lock_minutes", sa.Integer(), nullable=False),
        sa.Column("second_factor", sa.Text(), nullable=False),
        sa.Column("session_minutes", sa.Integer(), nullable=False),
        sa.Column("idle_minutes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name_key", name="groups_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "otp_devices",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id"),
    )
    op.create_table(
        "password_history",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("password_history", schema=None) as batch_op:
        batch_op.create_index("password_history_by_user", ["user_id", "id"], unique=False)

    op.create_table(
        "recovery_codes",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "digest"),
    )
    op.create_table(
        "sign_ins_begun",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("factor_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("digest"),
    )
    with op.batch_alter_table("sign_ins_begun", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_ins_begun_began_at"), ["began_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_ins_begun_user_id"), ["user_id"], unique=False)

    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.create_index("users_group", ["group_id", "user_name_key"], unique=False)

    _move_settings()


def _move_settings() -> None:
    """How long sessions last was a setting, and is in the default policy (row 0) now."""
    connection = op.get_bind()
    stored = sa.text("SELECT key, value FROM settings WHERE key IN ('session-minutes', 'idle-minutes')")
    found: dict[str, str] = dict(map(tuple, connection.execute(stored)))
    if not found:
        return
    add = sa.text(
        "INSERT INTO groups (id, name, name_key, reference, min_length, max_age_days, history, classes, lock_after,"
        " lock_minutes, second_factor, session_minutes, idle_minutes)"
        " VALUES (0, '', '', '', 8, 0, 0, 0, 0, 30, 'off', :session_minutes, :idle_minutes)"
    )
    minutes = {"session_minutes": int(found.get("session-minutes", 480)), "idle_minutes": int(found.get("idle-minutes", 60))}
    connection.execute(add, minutes)
    op.execute("DELETE FROM settings WHERE key IN ('session-minutes', 'idle-minutes')")
