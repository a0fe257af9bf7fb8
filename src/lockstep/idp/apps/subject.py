"""Who a person is to an app, on each wire: the userName of SCIM, and the NameID of SAML.  Pure."""

from collections.abc import Iterable

from lockstep.idp.apps.connectors import NOTHING, Given, value_of
from lockstep.idp.apps.records import NAME_ID, Parameter
from lockstep.idp.directory.records import User


def user_name_of(parameters: Iterable[Parameter], user: User, given: Given = NOTHING) -> str:
    """The userName that goes over SCIM, "" without; `given` is what rules set for them."""
    return _value(parameters, "userName", user, given)


def name_id_of(parameters: Iterable[Parameter], user: User, given: Given = NOTHING) -> str:
    """The NameID of the assertion: the parameter NAME_ID, or else whatever feeds SCIM's userName; "" without."""
    parameters = tuple(parameters)
    own = any(one.key == NAME_ID for one in parameters)
    return _value(parameters, NAME_ID if own else "userName", user, given)


def _value(parameters: Iterable[Parameter], key: str, user: User, given: Given) -> str:
    return next((value_of(one, user, given) for one in parameters if one.key == key), "")
