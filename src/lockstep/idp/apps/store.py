"""The tables of apps, and their SQL."""

from dataclasses import asdict, fields
from typing import Any

import msgspec
import sqlalchemy as sa

from lockstep.idp.apps.records import App, Assignment, Fixed, Parameter, Transform
from lockstep.idp.apps.settings import Settings
from lockstep.idp.directory.nesting.store import held_by
from lockstep.idp.directory.records import State
from lockstep.idp.directory.store import users_table
from lockstep.idp.schema import metadata
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement

apps = sa.Table(
    "apps",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("connector", sa.Text, nullable=False),
    sa.Column("scim_url", sa.Text, nullable=False),
    sa.Column("allow_loopback", sa.Integer, nullable=False),
    sa.Column("settings", sa.Text, nullable=False),
    sa.Column("stopped", sa.Integer, nullable=False),
    sa.Column("quarantine", sa.Text, nullable=False),
    sa.Column("connected_at", sa.BigInteger, nullable=False),
    sa.Column("connect_problem", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
)
app_assignments = sa.Table(
    "app_assignments",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("app_id", sa.Integer, sa.ForeignKey("apps.id"), nullable=False, index=True),
    sa.Column("role_id", sa.Integer, nullable=True),
)
app_parameters = sa.Table(
    "app_parameters",
    metadata,
    sa.Column("app_id", sa.Integer, sa.ForeignKey("apps.id"), primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("macro", sa.Integer, nullable=False),
    sa.Column("include_in_saml_assertion", sa.Integer, nullable=False, server_default="0"),
    sa.Column("multi_value", sa.Integer, nullable=False, server_default="0"),
    # What else an administrator said of it, as JSON; what is not said is as it is at first.
    sa.Column("more", sa.Text, nullable=False, server_default="{}"),
    sa.Column("number", sa.Integer, nullable=False, server_default="0"),
)

_FIELDS = (
    apps.c.id,
    apps.c.name,
    apps.c.connector,
    apps.c.scim_url,
    apps.c.allow_loopback,
    apps.c.settings,
    apps.c.stopped,
    apps.c.quarantine,
    apps.c.connected_at,
    apps.c.connect_problem,
)
_ALL = Statement(sa.select(*_FIELDS).order_by(apps.c.name))
_BY_NAME = Statement(sa.select(*_FIELDS).where(apps.c.name == sa.bindparam("name")))
_BY_ID = Statement(sa.select(*_FIELDS).where(apps.c.id == sa.bindparam("id")))
_CREATED_AT = Statement(sa.select(apps.c.created_at).where(apps.c.id == sa.bindparam("id")))
_INSERT = Statement(
    sa.insert(apps).returning(apps.c.id),
    columns=[column.name for column in apps.c if column.name != "id"],
)
_SET_NAME = Statement(sa.update(apps).where(apps.c.id == sa.bindparam("app")), columns=["name"])
_SET_URL = Statement(
    sa.update(apps).where(apps.c.id == sa.bindparam("app")), columns=["scim_url", "connected_at", "connect_problem"]
)
_SET_SETTINGS = Statement(sa.update(apps).where(apps.c.id == sa.bindparam("app")), columns=["settings"])
_SET_STOPPED = Statement(sa.update(apps).where(apps.c.id == sa.bindparam("app")), columns=["stopped"])
_SET_QUARANTINE = Statement(sa.update(apps).where(apps.c.id == sa.bindparam("app")), columns=["quarantine"])
_SET_CONNECTED = Statement(sa.update(apps).where(apps.c.id == sa.bindparam("app")), columns=["connected_at", "connect_problem"])
_ASSIGNMENTS = Statement(sa.select(app_assignments.c.role_id).where(app_assignments.c.app_id == sa.bindparam("app")))
_ASSIGN = Statement(sa.insert(app_assignments), columns=["app_id", "role_id"])
_UNASSIGN = Statement(
    sa.delete(app_assignments).where(
        app_assignments.c.app_id == sa.bindparam("app"), app_assignments.c.role_id == sa.bindparam("role")
    )
)
_HELD = held_by(sa.bindparam("user_id", type_=sa.BigInteger))
_HAS = Statement(
    sa.select(app_assignments.c.id)
    .where(
        app_assignments.c.app_id == sa.bindparam("app"),
        sa.or_(
            app_assignments.c.role_id.is_(None),
            app_assignments.c.role_id.in_(sa.select(_HELD.c.role_id)),
        ),
        sa.exists().where(users_table.c.id == sa.bindparam("user_id"), users_table.c.state == int(State.APPROVED)),
    )
    .limit(1)
)
_PARAMETERS = Statement(
    sa.select(
        app_parameters.c.key,
        app_parameters.c.source,
        app_parameters.c.macro,
        app_parameters.c.include_in_saml_assertion,
        app_parameters.c.multi_value,
        app_parameters.c.more,
        app_parameters.c.number,
    )
    .where(app_parameters.c.app_id == sa.bindparam("app"))
    .order_by(app_parameters.c.key)
)
_PARAMETER_VALUES: dict[str, Any] = {
    "source": sa.bindparam("src"),
    "macro": sa.bindparam("is_macro"),
    "include_in_saml_assertion": sa.bindparam("included"),
    "multi_value": sa.bindparam("many"),
    "more": sa.bindparam("more_text"),
}
_SET_PARAMETER = Statement(
    lambda insert: (
        insert(app_parameters)
        .values(app_id=sa.bindparam("app"), key=sa.bindparam("name"), number=sa.bindparam("own_number"), **_PARAMETER_VALUES)
        .on_conflict_do_update(index_elements=["app_id", "key"], set_=_PARAMETER_VALUES)
    )
)
_REMOVE_PARAMETER = Statement(
    sa.delete(app_parameters).where(
        app_parameters.c.app_id == sa.bindparam("app"), app_parameters.c.key == sa.bindparam("name")
    )
)

_SETTING_NAMES = {field.name for field in fields(Settings)}


def _settings(text: str) -> Settings:
    """Settings as stored; a name that this version does not know is left out, one that is new has its default."""
    stored = msgspec.json.decode(text)
    return Settings(**{name: value for name, value in stored.items() if name in _SETTING_NAMES})


def _settings_text(settings: Settings) -> str:
    return msgspec.json.encode(asdict(settings)).decode()


def _app(row: tuple[Any, ...]) -> App:
    number, name, connector, url, loopback, settings, stopped, quarantine, connected, problem = row
    return App(number, name, connector, url, bool(loopback), _settings(settings), bool(stopped), quarantine, connected, problem)


def all_apps(c: Connection) -> list[App]:
    """Every app, by name."""
    return [_app(row) for row in c.all(_ALL)]


def app_by_name(c: Connection, name: str) -> App | None:
    """The app of that name."""
    row = c.one(_BY_NAME, name=name)
    return None if row is None else _app(row)


def app_by_id(c: Connection, number: int) -> App | None:
    """The app of that id."""
    row = c.one(_BY_ID, id=number)
    return None if row is None else _app(row)


def created_at(c: Connection, number: int) -> int:
    """When an app was made (ms); 0 for none."""
    return int(c.value(_CREATED_AT, id=number) or 0)


def insert_app(c: Connection, app: App, now: int) -> int:
    """A new row for `app` (whose id is not looked at); its id."""
    values = {
        "name": app.name,
        "connector": app.connector,
        "scim_url": app.scim_url,
        "allow_loopback": int(app.allow_loopback),
        "settings": _settings_text(app.settings),
        "stopped": 0,
        "quarantine": "",
        "connected_at": 0,
        "connect_problem": "",
        "created_at": now,
    }
    return int(c.value(_INSERT, **values))


def set_name(c: Connection, app_id: int, name: str) -> None:
    """Call the app something else."""
    c.run(_SET_NAME, app=app_id, name=name)


def set_url(c: Connection, app_id: int, url: str) -> None:
    """Replace the SCIM URL, which nobody has tested yet."""
    c.run(_SET_URL, app=app_id, scim_url=url, connected_at=0, connect_problem="")


def set_settings(c: Connection, app_id: int, settings: Settings) -> None:
    """Replace the settings."""
    c.run(_SET_SETTINGS, app=app_id, settings=_settings_text(settings))


def set_stopped(c: Connection, app_id: int, stopped: bool) -> None:
    """Stop the app, or let it run."""
    c.run(_SET_STOPPED, app=app_id, stopped=int(stopped))


def set_quarantine(c: Connection, app_id: int, why: str) -> None:
    """Put the app in quarantine, or ("") take it out."""
    c.run(_SET_QUARANTINE, app=app_id, quarantine=why)


def set_connected(c: Connection, app_id: int, at: int, problem: str) -> None:
    """What the last connection test said."""
    c.run(_SET_CONNECTED, app=app_id, connected_at=at, connect_problem=problem)


def assignments(c: Connection, app_id: int) -> list[Assignment]:
    """Who has the app."""
    return [Assignment(row[0]) for row in c.all(_ASSIGNMENTS, app=app_id)]


def has_app(c: Connection, app_id: int, user_id: int) -> bool:
    """Whether a user has the app, as everyone, by a role, or by one that contains it."""
    return c.one(_HAS, app=app_id, user_id=user_id) is not None


def assign(c: Connection, app_id: int, role_id: int | None) -> None:
    """Give the app to everyone (None) or to a role."""
    c.run(_ASSIGN, app_id=app_id, role_id=role_id)


def unassign(c: Connection, app_id: int, role_id: int) -> bool:
    """Take the app from a role; False if it did not have it."""
    return c.run(_UNASSIGN, app=app_id, role=role_id) > 0


def parameters(c: Connection, app_id: int) -> list[Parameter]:
    """The app's own parameters, which override the connector's template."""
    return [_parameter(*row) for row in c.all(_PARAMETERS, app=app_id)]


def _parameter(key: str, source: str, macro: int, included: int, many: int, more: str, number: int) -> Parameter:
    said = _NOTHING_MORE if more == "{}" else _decode_more(more)
    return Parameter(
        key,
        source,
        bool(macro),
        bool(included),
        bool(many),
        label=said.label,
        transform=said.transform,
        values=said.values,
        default_values=said.default_values,
        skip_if_blank=said.skip_if_blank,
        in_provisioning=said.in_provisioning,
        provisioned_entitlements=said.provisioned_entitlements,
        safe_entitlements=said.safe_entitlements,
        number=number,
    )


class _More(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is stored of a parameter beside its columns, as `Parameter` has it."""

    label: str = ""
    transform: Transform = "none"
    values: Fixed = None
    default_values: Fixed = None
    skip_if_blank: bool = True
    in_provisioning: bool | None = None
    provisioned_entitlements: bool = False
    safe_entitlements: bool = True


_NOTHING_MORE = _More()
_decode_more = msgspec.json.Decoder(_More).decode


def _more_text(parameter: Parameter) -> str:
    said = _More(**{name: getattr(parameter, name) for name in _More.__struct_fields__})
    return msgspec.json.encode(said, order="deterministic").decode()


def set_parameter(c: Connection, app_id: int, parameter: Parameter) -> None:
    """Set one parameter; its number stays what it is where it is there already."""
    c.run(
        _SET_PARAMETER,
        app=app_id,
        name=parameter.key,
        src=parameter.source,
        is_macro=int(parameter.macro),
        included=int(parameter.include_in_saml_assertion),
        many=int(parameter.multi_value),
        more_text=_more_text(parameter),
        own_number=parameter.number,
    )


def remove_parameter(c: Connection, app_id: int, key: str) -> bool:
    """Remove one parameter; False if it was not there."""
    return c.run(_REMOVE_PARAMETER, app=app_id, name=key) > 0
