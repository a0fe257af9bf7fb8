"""roles in roles, and when groups were pushed."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | Sequence[str] | None = "0009"


def upgrade() -> None:
    op.create_table(
        "role_nesting",
        sa.Column("parent_id", sa.BigInteger(), nullable=False),
        sa.Column("child_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["roles.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["parent_id"], ["roles.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("parent_id", "child_id"),
    )
    with op.batch_alter_table("role_nesting", schema=None) as batch_op:
        batch_op.create_index("role_nesting_by_child", ["child_id", "parent_id"], unique=False)

    with op.batch_alter_table("group_links", schema=None) as batch_op:
        batch_op.add_column(sa.Column("pushed_at", sa.BigInteger(), server_default="0", nullable=False))
        batch_op.create_index("group_links_missing", ["target", "missing", "key"], unique=False)
