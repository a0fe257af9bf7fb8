"""The table of SAML configurations, and its SQL."""

from typing import Any

import msgspec
import sqlalchemy as sa

from lockstep.idp.apps.saml.records import SamlConfig
from lockstep.idp.schema import metadata
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement
from lockstep.saml.records import Signed, SpMetadata

app_saml = sa.Table(
    "app_saml",
    metadata,
    sa.Column("app_id", sa.Integer, sa.ForeignKey("apps.id"), primary_key=True),
    sa.Column("uuid", sa.Text, nullable=False, unique=True),
    sa.Column("service_provider", sa.Text, nullable=False),
    sa.Column("signed", sa.Text, nullable=False),
    sa.Column("session_minutes", sa.Integer, nullable=False),
    sa.Column("empty_values", sa.Text, nullable=False),
)

_COLUMNS = [column.name for column in app_saml.c]
_FIELDS = sa.select(*app_saml.c)
_OF_APP = Statement(_FIELDS.where(app_saml.c.app_id == sa.bindparam("app_id")))
_BY_UUID = Statement(_FIELDS.where(app_saml.c.uuid == sa.bindparam("uuid")))
_ALL = Statement(_FIELDS.order_by(app_saml.c.app_id))
_SET = Statement(
    lambda insert: (
        insert(app_saml)
        .values({name: sa.bindparam(name) for name in _COLUMNS})
        .on_conflict_do_update(
            index_elements=["app_id"], set_={name: sa.bindparam(name) for name in _COLUMNS if name != "app_id"}
        )
    )
)


def of_app(c: Connection, app_id: int) -> SamlConfig | None:
    """The configuration of an app."""
    return _config(c.one(_OF_APP, app_id=app_id))


def by_uuid(c: Connection, uuid: str) -> SamlConfig | None:
    """The configuration whose addresses hold `uuid`."""
    return _config(c.one(_BY_UUID, uuid=uuid))


def all_configs(c: Connection) -> list[SamlConfig]:
    """Every configuration."""
    return [found for row in c.all(_ALL) if (found := _config(row)) is not None]


def put(c: Connection, config: SamlConfig) -> None:
    """Write the configuration of an app."""
    c.run(
        _SET,
        app_id=config.app_id,
        uuid=config.uuid,
        service_provider=msgspec.json.encode(config.sp).decode(),
        signed=config.signed.value,
        session_minutes=config.session_minutes,
        empty_values=config.empty,
    )


def _config(row: tuple[Any, ...] | None) -> SamlConfig | None:
    if row is None:
        return None
    app_id, uuid, sp, signed, minutes, empty = row
    return SamlConfig(app_id, uuid, msgspec.json.decode(sp, type=SpMetadata), Signed(signed), minutes, empty)
