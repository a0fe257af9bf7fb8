"""Finds the app that an address names."""

from lockstep.idp.api.call import Call
from lockstep.idp.api.problems import not_found
from lockstep.idp.apps import store
from lockstep.idp.apps.records import App
from lockstep.kit.db import Connection


def app_of(call: Call, c: Connection) -> App:
    """The app of the address.  Raises ApiProblem (404)."""
    number = call.id()
    found = store.app_by_id(c, number)
    if found is None:
        raise not_found(f"There is no app {number}.")
    return found
