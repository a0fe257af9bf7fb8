"""Rules have several actions, each of which sets one parameter, and ask about days since the last login."""

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | Sequence[str] | None = "0014"

_RULES = sa.table("app_rules", sa.column("id", sa.Integer), sa.column("actions", sa.Text))
_APPLIED = sa.table("app_rules_applied", sa.column("app_id", sa.Integer), sa.column("rules", sa.Text))


def upgrade() -> None:
    op.create_table(
        "directory_days",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("today", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("targets", schema=None) as batch_op:
        batch_op.add_column(sa.Column("planned_day", sa.Integer(), server_default="0", nullable=False))
    with op.batch_alter_table("user_activity", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_activity_last_login"), ["last_login"], unique=False)
    op.execute("ALTER TABLE app_rules RENAME COLUMN action TO actions")
    connection = op.get_bind()
    for number, action in connection.execute(sa.select(_RULES.c.id, _RULES.c.actions)).all():
        actions = json.dumps([_groups(json.loads(action))])
        connection.execute(sa.update(_RULES).where(_RULES.c.id == number).values(actions=actions))
    for app, rules in connection.execute(sa.select(_APPLIED.c.app_id, _APPLIED.c.rules)).all():
        kept = json.dumps([_several(rule) for rule in json.loads(rules)])
        connection.execute(sa.update(_APPLIED).where(_APPLIED.c.app_id == app).values(rules=kept))


def _several(rule: dict[str, Any]) -> dict[str, Any]:
    return {**{name: value for name, value in rule.items() if name != "action"}, "actions": [_groups(rule["action"])]}


def _groups(action: dict[str, Any]) -> dict[str, Any]:
    """What an action of before, which set Groups, is now."""
    return {**action, "parameter": "groups"}
