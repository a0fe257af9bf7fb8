"""Connectors: for each kind of target, what is sent there and how it wants to be spoken to.

`declared` is the data, one declaration for each kind; `parameters` makes of a person what is sent.
"""

from lockstep.idp.apps.connectors.declared import CONNECTORS
from lockstep.idp.apps.connectors.parameters import (
    ACCESS_CONTROL,
    CUSTOM,
    PARAMETER_KEYS,
    Renderer,
    attribute_of,
    check_parameter,
    check_source,
    parameters_of,
    render,
    renderer,
    value_of,
)
from lockstep.idp.apps.connectors.records import Connector, Fault

__all__ = [
    "ACCESS_CONTROL",
    "CONNECTORS",
    "CUSTOM",
    "PARAMETER_KEYS",
    "Connector",
    "Fault",
    "Renderer",
    "attribute_of",
    "check_parameter",
    "check_source",
    "parameters_of",
    "render",
    "renderer",
    "value_of",
]
