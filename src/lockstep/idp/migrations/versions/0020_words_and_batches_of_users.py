"""Users are found by their words; one action on many users."""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from alembic import op

from lockstep.idp.directory.words.text import FOUND_BY, words_of

revision: str = "0020"
down_revision: str | Sequence[str] | None = "0019"

_PIECE = 5_000


def upgrade() -> None:
    words = op.create_table(
        "user_words",
        sa.Column("word", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("word", "user_id"),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("user_words", schema=None) as batch_op:
        batch_op.create_index("user_words_by_user", ["user_id"], unique=False)
    for name, few in (
        ("status", "status <> 1"),
        ("state", "state <> 1"),
        ("source", "source <> 1"),
        ("group_id", "group_id IS NOT NULL"),
    ):
        where = sa.text(few)
        op.create_index(f"users_by_{name}", "users", [name], sqlite_where=where, postgresql_where=where)
    op.create_table(
        "user_batches",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("argument", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("refused", sa.BigInteger(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("touched_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("user_batches", schema=None) as batch_op:
        batch_op.create_index("user_batches_finished", ["finished_at", "touched_at"], unique=False)
    op.create_table(
        "user_batch_members",
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["user_batches.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("batch_id", "user_id"),
    )
    _write_words(words)


def _write_words(words: sa.Table) -> None:
    """Those of everybody who is there."""
    connection = op.get_bind()
    users = sa.table("users", sa.column("id"), *(sa.column(name) for name in FOUND_BY))
    found = sa.select(users.c.id, *(users.c[name] for name in FOUND_BY)).order_by(users.c.id).limit(_PIECE)
    last = 0
    while rows := connection.execute(found.where(users.c.id > last)).fetchall():
        pairs = [{"word": word, "user_id": row[0]} for row in rows for word in words_of(_texts(row))]
        if pairs:
            connection.execute(words.insert(), pairs)
        last = rows[-1][0]


def _texts(row: Sequence[str]) -> Iterator[str]:
    yield from row[1:]
