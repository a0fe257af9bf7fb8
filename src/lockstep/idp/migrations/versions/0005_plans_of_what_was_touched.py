"""plans of what was touched."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | Sequence[str] | None = "0004"


def upgrade() -> None:
    op.add_column("events", sa.Column("user_key", sa.Text(), nullable=False, server_default=""))
    op.add_column("targets", sa.Column("planned_seq", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("targets", sa.Column("planned_by", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "touched",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("target", sa.Integer(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("key", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["target"],
            ["targets.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("touched", schema=None) as batch_op:
        batch_op.create_index("touched_target", ["target", "id"], unique=False)
    with op.batch_alter_table("user_links", schema=None) as batch_op:
        batch_op.create_index("user_links_left", ["target", "left_at"], unique=False)
