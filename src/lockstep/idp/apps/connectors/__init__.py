"""Connectors: for each kind of target, what is sent there and how it wants to be spoken to.

`declared` is the data, one declaration for each kind; `values` are what a parameter makes of a person's attributes
of them, and `parameters` makes of a person what is sent.
"""

from lockstep.idp.apps.connectors.declared import CONNECTORS
from lockstep.idp.apps.connectors.parameters import (
    ACCESS_CONTROL,
    PARAMETER_KEYS,
    Renderer,
    check_parameter,
    parameters_of,
    provisioned,
    render,
    renderer,
)
from lockstep.idp.apps.connectors.records import Connector, Fault
from lockstep.idp.apps.connectors.values import NOTHING, SEPARATOR, Given, value_of, values_of
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
    "provisioned",
    "render",
    "renderer",
    "value_of",
    "values_of",
]
