"""The table of templates that apps have of their own, and its SQL."""

from typing import Any

import sqlalchemy as sa

from lockstep.idp.schema import metadata
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement

app_templates = sa.Table(
    "app_templates",
    metadata,
    sa.Column("app_id", sa.Integer, sa.ForeignKey("apps.id"), primary_key=True, autoincrement=False),
    sa.Column("template", sa.Text, nullable=False),
    sa.Column("changed_at", sa.BigInteger, nullable=False),
)

_t = app_templates.c
_VALUES: dict[str, Any] = {"template": sa.bindparam("text"), "changed_at": sa.bindparam("at")}
_GET = Statement(sa.select(_t.template).where(_t.app_id == sa.bindparam("app")))
_SET = Statement(
    lambda insert: (
        insert(app_templates)
        .values(app_id=sa.bindparam("app"), **_VALUES)
        .on_conflict_do_update(index_elements=["app_id"], set_=_VALUES)
    )
)
_REMOVE = Statement(sa.delete(app_templates).where(_t.app_id == sa.bindparam("app")))


def template_of(c: Connection, app_id: int) -> str:
    """The template, as it was written; "" where the app has none of its own."""
    return str(c.value(_GET, app=app_id) or "")


def set_template(c: Connection, app_id: int, text: str, now: int) -> None:
    """Give the app a template."""
    c.run(_SET, app=app_id, text=text, at=now)


def remove_template(c: Connection, app_id: int) -> bool:
    """Take it away; False if there was none."""
    return c.run(_REMOVE, app=app_id) > 0
