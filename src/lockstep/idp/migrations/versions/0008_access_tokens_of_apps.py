"""access tokens of apps: a second one beside the one in use, and when they end."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | Sequence[str] | None = "0006"


def upgrade() -> None:
    op.create_table(
        "app_tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("app_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("spare", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("expiry", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.Integer(), nullable=False),
        sa.Column("reminded", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["app_id"], ["apps.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("app_id", "spare", name="app_tokens_spare"),
    )
    # What is sealed is bound to the app, not to the row.  When an old token was given is not known, nor when it ends.
    op.execute(
        "INSERT INTO app_tokens (app_id, sealed, spare, added_at, expires_at, expiry, answered_at, answer, reminded) "
        "SELECT id, token, 0, created_at, 0, '', 0, 0, 0 FROM apps"
    )
    op.drop_column("apps", "token")
