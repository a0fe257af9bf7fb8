"""Who has an app, as conditions of a search."""

from msgspec.structs import replace

from lockstep.idp.apps import store
from lockstep.idp.directory.nesting import store as nesting
from lockstep.idp.directory.records import State
from lockstep.idp.directory.search.records import Filter
from lockstep.kit.db import Connection


def giving(c: Connection, app_id: int) -> tuple[int, ...] | None:
    """The ids of the roles that give an app, and of every role in them; None where everyone has it."""
    given = [one.role_id for one in store.assignments(c, app_id)]
    roles = [role_id for role_id in given if role_id is not None]
    return nesting.load(c).below(*roles) if len(roles) == len(given) else None


def with_app(c: Connection, asked: Filter, app_id: int) -> Filter:
    """The same people as far as they have an app: nobody has one who is not approved."""
    roles = giving(c, app_id)
    if asked.state not in (None, State.APPROVED):
        roles = ()
    limited = asked.roles if roles is None else (*asked.roles, roles)
    return replace(asked, state=int(State.APPROVED), roles=limited)
