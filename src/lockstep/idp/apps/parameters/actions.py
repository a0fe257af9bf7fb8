"""What the API may do with parameters, which it names by their ids.  In the caller's transaction."""

from lockstep.idp.apps import actions as apps
from lockstep.idp.apps import store
from lockstep.idp.apps.connectors import CONNECTORS, parameters_of
from lockstep.idp.apps.parameters.wire import groups_of, is_built_in, number_of
from lockstep.idp.apps.records import App, Parameter
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem


class BuiltInProblem(Problem):
    """A parameter that comes with the connector cannot be deleted (OneLogin answers with 403)."""


def parameter_by_number(c: Connection, app: App, number: int) -> Parameter | None:
    """The parameter of that id, Groups among them; None where there is none."""
    rows = (*parameters_of(CONNECTORS[app.connector], store.parameters(c, app.id)), groups_of(app.settings))
    return next((one for one in rows if number_of(one) == number), None)


def delete_by_number(c: Connection, app: App, number: int, now: int, *, actor: str) -> Parameter:
    """Delete a parameter of the app's own; what it was.  Raises BuiltInProblem, or Problem where there is none of that id."""
    found = parameter_by_number(c, app, number)
    if found is None:
        raise Problem(f"{app.name} has no parameter {number}")
    if is_built_in(found.key):
        raise BuiltInProblem(
            f"the parameter {found.key} comes with the connector, and cannot be deleted; give it no value instead"
        )
    apps.remove_parameter(c, app, found.key, now, actor=actor)
    return found
