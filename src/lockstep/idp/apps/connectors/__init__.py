"""Connectors: for each kind of target, what is sent there and how it wants to be spoken to.

`declared` is the data, one declaration for each kind; `parameters` makes of a person what is sent.
"""

from lockstep.idp.apps.connectors.declared import CONNECTORS
from lockstep.idp.apps.connectors.parameters import (
    ACCESS_CONTROL,
    NOTHING,
    PARAMETER_KEYS,
    SEPARATOR,
    Given,
    Renderer,
    check_parameter,
    parameters_of,
    render,
    renderer,
    value_of,
)
from lockstep.idp.apps.connectors.records import Connector, Fault
from lockstep.idp.directory.conditions.attributes import CUSTOM, attribute_of, check_source

__all__ = [
    "ACCESS_CONTROL",
    "CONNECTORS",
    "CUSTOM",
    "NOTHING",
    "PARAMETER_KEYS",
    "SEPARATOR",
    "Connector",
    "Fault",
    "Given",
    "Renderer",
    "attribute_of",
    "check_parameter",
    "check_source",
    "parameters_of",
    "render",
    "renderer",
    "value_of",
]
