"""The table of what was found out about targets, and its SQL."""

from typing import Any

import msgspec
import sqlalchemy as sa

from lockstep.idp.apps.capabilities.records import Found
from lockstep.idp.schema import metadata
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement

app_capabilities = sa.Table(
    "app_capabilities",
    metadata,
    sa.Column("app_id", sa.Integer, sa.ForeignKey("apps.id"), primary_key=True),
    # Another URL is another target, of which nothing is known.
    sa.Column("scim_url", sa.Text, primary_key=True),
    sa.Column("found", sa.Text, nullable=False),
)

_VALUE: dict[str, Any] = {"found": sa.bindparam("text")}
_GET = Statement(
    sa.select(app_capabilities.c.found).where(
        app_capabilities.c.app_id == sa.bindparam("app"), app_capabilities.c.scim_url == sa.bindparam("url")
    )
)
_SET = Statement(
    lambda insert: (
        insert(app_capabilities)
        .values(app_id=sa.bindparam("app"), scim_url=sa.bindparam("url"), **_VALUE)
        .on_conflict_do_update(index_elements=["app_id", "scim_url"], set_=_VALUE)
    )
)


def found_of(c: Connection, app_id: int, scim_url: str) -> Found:
    """What is known of the target; nothing at first."""
    text = c.value(_GET, app=app_id, url=scim_url)
    return Found() if text is None else msgspec.json.decode(text, type=Found)


def set_found(c: Connection, app_id: int, scim_url: str, found: Found) -> None:
    """Remember what is known of the target."""
    c.run(_SET, app=app_id, url=scim_url, text=msgspec.json.encode(found, order="deterministic").decode())
