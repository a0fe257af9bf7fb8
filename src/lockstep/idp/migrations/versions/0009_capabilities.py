"""what targets can do."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | Sequence[str] | None = "0004"


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
