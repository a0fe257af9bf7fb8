"""The groups that a target had when it was last read, and when that was."""

import sqlalchemy as sa

from lockstep.idp.schema import metadata
from lockstep.kit.sql import KeyText

entitlements = sa.Table(
    "entitlements",
    metadata,
    sa.Column("target", sa.Integer, sa.ForeignKey("targets.id"), primary_key=True, autoincrement=False),
    sa.Column("key", KeyText, primary_key=True),
    # A target may have several groups of one name, without case.
    sa.Column("target_id", KeyText, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    # How many are in it, where its list of groups says that; -1 where it does not.
    sa.Column("members", sa.Integer, nullable=False),
    sa.Index("entitlements_target_id", "target", "target_id"),
)
entitlement_reads = sa.Table(
    "entitlement_reads",
    metadata,
    sa.Column("target", sa.Integer, sa.ForeignKey("targets.id"), primary_key=True, autoincrement=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("groups", sa.Integer, nullable=False),
    sa.Column("requests", sa.Integer, nullable=False),
    # Why the last read did not come to its end; "" where it did.
    sa.Column("problem", sa.Text, nullable=False),
    sa.Column("tried_at", sa.BigInteger, nullable=False),
)
