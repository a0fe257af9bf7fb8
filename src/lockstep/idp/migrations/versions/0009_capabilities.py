"""what targets can do, and the target of the connector memory."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | Sequence[str] | None = "0008"


def upgrade() -> None:
    op.create_table(
        "app_capabilities",
        sa.Column("app_id", sa.Integer(), nullable=False),
        sa.Column("scim_url", sa.Text(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["app_id"],
            ["apps.id"],
        ),
        sa.PrimaryKeyConstraint("app_id", "scim_url"),
    )
    op.create_table(
        "memory_resources",
        sa.Column("app_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("id", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("name", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("external", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("email", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["app_id"],
            ["apps.id"],
        ),
        sa.PrimaryKeyConstraint("app_id", "kind", "id"),
        sa.UniqueConstraint("app_id", "kind", "name", name="memory_resources_name"),
    )
    with op.batch_alter_table("memory_resources", schema=None) as batch_op:
        batch_op.create_index("memory_resources_external", ["app_id", "kind", "external"], unique=False)
        batch_op.create_index("memory_resources_email", ["app_id", "kind", "email"], unique=False)

    op.create_table(
        "memory_members",
        sa.Column("app_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("member_id", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["app_id"],
            ["apps.id"],
        ),
        sa.PrimaryKeyConstraint("app_id", "group_id", "member_id"),
    )
    with op.batch_alter_table("memory_members", schema=None) as batch_op:
        batch_op.create_index("memory_members_member", ["app_id", "member_id"], unique=False)
