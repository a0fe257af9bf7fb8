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

app_schemas = sa.Table(
    "app_schemas",
    metadata,
    sa.Column("app_id", sa.Integer, sa.ForeignKey("apps.id"), primary_key=True, autoincrement=False),
    sa.Column("scim_url", sa.Text, primary_key=True),
    sa.Column("schemas", sa.Text, nullable=False),
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
_SCHEMAS: dict[str, Any] = {"schemas": sa.bindparam("text")}
_GET_SCHEMAS = Statement(
    sa.select(app_schemas.c.schemas).where(
        app_schemas.c.app_id == sa.bindparam("app"), app_schemas.c.scim_url == sa.bindparam("url")
    )
)
_SET_SCHEMAS = Statement(
    lambda insert: (
        insert(app_schemas)
        .values(app_id=sa.bindparam("app"), scim_url=sa.bindparam("url"), **_SCHEMAS)
        .on_conflict_do_update(index_elements=["app_id", "scim_url"], set_=_SCHEMAS)
    )
)


def found_of(c: Connection, app_id: int, scim_url: str) -> Found:
    """What is known of the target; nothing at first."""
    text = c.value(_GET, app=app_id, url=scim_url)
    return Found() if text is None else msgspec.json.decode(text, type=Found)


def set_found(c: Connection, app_id: int, scim_url: str, found: Found) -> None:
    """Remember what is known of the target."""
    c.run(_SET, app=app_id, url=scim_url, text=msgspec.json.encode(found, order="deterministic").decode())


def schemas_of(c: Connection, app_id: int, scim_url: str) -> str:
    """What the target said of its schemas, as JSON; "" where that is not known."""
    return str(c.value(_GET_SCHEMAS, app=app_id, url=scim_url) or "")


def set_schemas(c: Connection, app_id: int, scim_url: str, text: str) -> None:
    """Remember what the target said of its schemas."""
    c.run(_SET_SCHEMAS, app=app_id, url=scim_url, text=text)
