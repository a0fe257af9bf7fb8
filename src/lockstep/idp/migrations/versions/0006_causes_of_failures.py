"""causes of failures, since when they last, and the events of one group."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | Sequence[str] | None = "0005"

_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("troubles", schema=None) as batch_op:
        batch_op.add_column(sa.Column("first_at", sa.BigInteger(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("status", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("scim_type", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("cause", _KEY, server_default="", nullable=False))
        batch_op.add_column(sa.Column("digest", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("plan", sa.BigInteger(), server_default="0", nullable=False))
        batch_op.create_index("troubles_by_cause", ["target", "cause", "object", "key", "kind"], unique=False)
        batch_op.create_index("troubles_by_time", ["target", "next_at"], unique=False)
    op.execute("UPDATE troubles SET first_at = at")
    named = sa.text("object_name <> ''")
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index(
            "events_by_object", ["object_name", "seq"], unique=False, sqlite_where=named, postgresql_where=named
        )
