"""The table of the identity provider's own settings, and its SQL."""

import sqlalchemy as sa

from lockstep.idp.schema import metadata
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement

settings = sa.Table(
    "settings",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
_ALL = Statement(sa.select(settings.c.key, settings.c.value).order_by(settings.c.key))
_SET = Statement(
    lambda insert: (
        insert(settings)
        .values(key=sa.bindparam("name"), value=sa.bindparam("text"))
        .on_conflict_do_update(index_elements=["key"], set_={"value": sa.bindparam("text")})
    )
)


def all_settings(c: Connection) -> dict[str, str]:
    """Every setting that was set."""
    return dict(c.all(_ALL))


def set_setting(c: Connection, key: str, value: str) -> None:
    """Set one."""
    c.run(_SET, name=key, text=value)
