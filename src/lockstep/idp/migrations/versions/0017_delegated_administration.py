"""delegated administration."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0017"
down_revision: str | Sequence[str] | None = "0016"


def upgrade() -> None:
    op.create_table(
        "admin_privileges",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("name", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("privilege", sa.Text(), nullable=False),
        sa.Column("role_id", sa.BigInteger(), nullable=True),
        sa.Column("app_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["app_id"], ["apps.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["name"], ["admins.name"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["role_id"], ["roles.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("admin_privileges", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_admin_privileges_app_id"), ["app_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_admin_privileges_name"), ["name"], unique=False)
        batch_op.create_index(batch_op.f("ix_admin_privileges_role_id"), ["role_id"], unique=False)

    with op.batch_alter_table("admins", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "employee_id", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), server_default="", nullable=False
            )
        )
        batch_op.create_index("admins_by_employee_id", ["employee_id"], unique=False)

    # Until now every administrator could do everything.
    op.execute("INSERT INTO admin_privileges (name, privilege) SELECT name, 'account-owner' FROM admins ORDER BY name")
