"""Who a person is to an app, on each wire: the userName of SCIM, and the NameID of SAML.  Pure."""

from collections.abc import Iterable

from lockstep.idp.apps.connectors import value_of
from lockstep.idp.apps.records import NAME_ID, Parameter
from lockstep.idp.directory.records import User


def user_name_of(parameters: Iterable[Parameter], user: User) -> str:
    """The userName that goes over SCIM, "" without."""
    return _value(parameters, "userName", user)


def name_id_of(parameters: Iterable[Parameter], user: User) -> str:
    """The NameID of the assertion: the parameter NAME_ID, or else whatever feeds SCIM's userName; "" without."""
    parameters = tuple(parameters)
    own = any(one.key == NAME_ID for one in parameters)
    return _value(parameters, NAME_ID if own else "userName", user)


def _value(parameters: Iterable[Parameter], key: str, user: User) -> str:
    return next((value_of(one, user) for one in parameters if one.key == key), "")
