"""Rules have several actions, each of which sets one parameter."""

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0017"
down_revision: str | Sequence[str] | None = "0014"

_RULES = sa.table("app_rules", sa.column("id", sa.Integer), sa.column("actions", sa.Text))
_APPLIED = sa.table("app_rules_applied", sa.column("app_id", sa.Integer), sa.column("rules", sa.Text))


def upgrade() -> None:
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
