"""templates, more of parameters, values at single logins, entitlements."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | Sequence[str] | None = "0018"


def upgrade() -> None:
    op.create_table(
        "app_schemas",
        sa.Column("app_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("scim_url", sa.Text(), nullable=False),
        sa.Column("schemas", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["app_id"],
            ["apps.id"],
        ),
        sa.PrimaryKeyConstraint("app_id", "scim_url"),
    )
    op.create_table(
        "app_templates",
        sa.Column("app_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["app_id"],
            ["apps.id"],
        ),
        sa.PrimaryKeyConstraint("app_id"),
    )
    op.create_table(
        "login_values",
        sa.Column("app_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("given", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["app_id"],
            ["apps.id"],
        ),
        sa.PrimaryKeyConstraint("app_id", "user_id", "key"),
    )
    op.create_table(
        "entitlement_reads",
        sa.Column("target", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("groups", sa.Integer(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("tried_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["target"],
            ["targets.id"],
        ),
        sa.PrimaryKeyConstraint("target"),
    )
    op.create_table(
        "entitlements",
        sa.Column("target", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("target_id", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["target"],
            ["targets.id"],
        ),
        sa.PrimaryKeyConstraint("target", "key", "target_id"),
    )
    with op.batch_alter_table("entitlements", schema=None) as batch_op:
        batch_op.create_index("entitlements_target_id", ["target", "target_id"], unique=False)

    with op.batch_alter_table("app_parameters", schema=None) as batch_op:
        batch_op.add_column(sa.Column("more", sa.Text(), server_default="{}", nullable=False))
        batch_op.add_column(sa.Column("number", sa.Integer(), server_default="0", nullable=False))

    # What was there before is numbered as if it had been made in the order of the keys.
    op.execute(
        "UPDATE app_parameters SET number = 1000 + (SELECT COUNT(*) FROM app_parameters AS other "
        "WHERE other.app_id = app_parameters.app_id AND other.key <= app_parameters.key)"
    )
