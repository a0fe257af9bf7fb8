"""Users in full, custom fields, deleted users."""

import json
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | Sequence[str] | None = "0013"

_TEXTS = (
    "company",
    "comment",
    "external_id",
    "member_of",
    "samaccountname",
    "userprincipalname",
    "distinguished_name",
)


def upgrade() -> None:
    op.create_table(
        "custom_fields",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("shortname", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("shortname", name="custom_fields_shortname"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "removed_users",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_name", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("removed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_id"),
    )
    with op.batch_alter_table("removed_users", schema=None) as batch_op:
        batch_op.create_index("removed_users_at", ["removed_at", "user_id"], unique=False)

    op.create_table(
        "role_admins",
        sa.Column("role_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["role_id"], ["roles.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("role_id", "user_id"),
    )
    with op.batch_alter_table("role_admins", schema=None) as batch_op:
        batch_op.create_index("role_admins_by_user", ["user_id"], unique=False)

    op.create_table(
        "user_activity",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("activated_at", sa.BigInteger(), nullable=False),
        sa.Column("last_login", sa.BigInteger(), nullable=False),
        sa.Column("invitation_sent_at", sa.BigInteger(), nullable=False),
        sa.Column("password_changed_at", sa.BigInteger(), nullable=False),
        sa.Column("locked_until", sa.BigInteger(), nullable=False),
        sa.Column("invalid_login_attempts", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id"),
    )
    for table in ("users", "roles", "role_members"):
        op.execute(sa.text(f"ALTER TABLE {table} RENAME COLUMN imported TO source"))
    op.add_column("role_members", sa.Column("mapped", sa.BigInteger(), server_default="0", nullable=False))
    for name in _TEXTS:
        op.add_column("users", sa.Column(name, sa.Text(), server_default="", nullable=False))
    op.add_column("users", sa.Column("state", sa.Integer(), server_default="1", nullable=False))
    op.add_column("users", sa.Column("group_id", sa.BigInteger(), nullable=True))
    _name_attributes()


def _name_attributes() -> None:
    """A field for each custom attribute that somebody has."""
    found: set[str] = set()
    connection = op.get_bind()
    for (custom,) in connection.execute(sa.text("SELECT DISTINCT custom FROM users WHERE custom <> '{}'")):
        found.update(json.loads(custom))
    add = sa.text("INSERT INTO custom_fields (name, shortname, position) VALUES (:name, :name, :position)")
    for position, name in enumerate(sorted(found), 1):
        connection.execute(add, {"name": name, "position": position})
