"""What the planner reads of the directory and the app, in the shapes that deciding wants."""

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from lockstep.idp.apps import store as apps
from lockstep.idp.apps.capabilities.actions import connector_of
from lockstep.idp.apps.connectors import Connector, parameters_of
from lockstep.idp.apps.records import App, Parameter
from lockstep.idp.directory import store as directory
from lockstep.idp.directory.records import User
from lockstep.idp.directory.store import members_table, users_table
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement

_MEMBERS = Statement(
    sa.select(users_table.c.employee_id, users_table.c.user_name)
    .select_from(members_table.join(users_table, members_table.c.user_id == users_table.c.id))
    .where(members_table.c.role_id == sa.bindparam("role", type_=sa.BigInteger))
)
_KEYS = Statement(sa.select(users_table.c.employee_id))


@dataclass(frozen=True, slots=True)
class Source:
    """An app with everything that decides what should be at its target.  `logins` are the employee_ids who have the app."""

    app: App
    connector: Connector
    parameters: tuple[Parameter, ...]
    logins: frozenset[str]


def source_of(c: Connection, app: App, *, with_logins: bool = True) -> Source:
    """Read what belongs to `app`.  Who has it is needed for planning only, and costs a look at everybody."""
    connector = connector_of(c, app)
    logins = _logins(c, app.id) if with_logins else frozenset()
    return Source(app, connector, parameters_of(connector, apps.parameters(c, app.id)), logins)


def _logins(c: Connection, app_id: int) -> frozenset[str]:
    given = apps.assignments(c, app_id)
    if any(assignment.role_id is None for assignment in given):
        return frozenset(key for (key,) in c.stream(_KEYS))
    return frozenset(
        key for assignment in given if assignment.role_id is not None for key in members_of_role(c, assignment.role_id)
    )


def members_of_role(c: Connection, role_id: int) -> dict[str, str]:
    """employee_id → userName of everyone in a role."""
    return dict(c.all(_MEMBERS, role=role_id))


def people(c: Connection, only: str | None) -> Iterator[User]:
    """Everyone, by employee_id; or one person alone."""
    if only is None:
        yield from directory.stream_users(c)
        return
    user = directory.user_by_employee_id(c, only)
    if user is not None:
        yield user
