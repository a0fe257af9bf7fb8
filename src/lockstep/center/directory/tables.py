"""Tables of users, groups and memberships.

Beside its document a row has a column, with an index, for each thing that a filter may ask for.  Rows are found, paged and
joined by `key`, a small integer; `id` is what clients see.  `switched_off_at` is when a user last was inactive: sessions that
are older do not come back when the user is switched on again.
"""

import sqlalchemy as sa

from lockstep.center.schema import metadata

_Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _instance() -> sa.Column[int]:
    return sa.Column("instance_key", sa.BigInteger, sa.ForeignKey("instances.key", ondelete="CASCADE"), nullable=False)


users = sa.Table(
    "users",
    metadata,
    sa.Column("key", _Key, primary_key=True, autoincrement=True),
    _instance(),
    sa.Column("id", sa.Text, nullable=False),
    sa.Column("user_name", sa.Text, nullable=False),
    sa.Column("user_name_key", sa.Text, nullable=False),
    sa.Column("external_id", sa.Text),
    sa.Column("email_key", sa.Text),
    sa.Column("manager", sa.Text),
    sa.Column("document", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("switched_off_at", sa.BigInteger),
    sa.Index("ux_users_id", "instance_key", "id", unique=True),
    sa.Index("ux_users_user_name", "instance_key", "user_name_key", unique=True),
    sa.Index("ux_users_external_id", "instance_key", "external_id", unique=True),
    sa.Index("ux_users_email", "instance_key", "email_key", unique=True),
    sa.Index("ix_users_page", "instance_key", "key"),
)

groups = sa.Table(
    "groups",
    metadata,
    sa.Column("key", _Key, primary_key=True, autoincrement=True),
    _instance(),
    sa.Column("id", sa.Text, nullable=False),
    sa.Column("name_key", sa.Text, nullable=False),
    sa.Column("external_id", sa.Text),
    sa.Column("document", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Index("ux_groups_id", "instance_key", "id", unique=True),
    sa.Index("ux_groups_name", "instance_key", "name_key", unique=True),
    sa.Index("ux_groups_external_id", "instance_key", "external_id", unique=True),
    sa.Index("ix_groups_page", "instance_key", "key"),
)

memberships = sa.Table(
    "memberships",
    metadata,
    sa.Column(
        "group_key", sa.BigInteger, sa.ForeignKey("groups.key", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    sa.Column("user_key", sa.BigInteger, sa.ForeignKey("users.key", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    sa.Index("ix_memberships_user", "user_key", "group_key"),
    sqlite_with_rowid=False,
)
