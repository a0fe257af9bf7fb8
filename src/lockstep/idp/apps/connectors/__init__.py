"""Connectors: for each kind of target, what is sent there and how it wants to be spoken to.

`declared` is the data, one declaration for each kind; `sources` are the attributes of a person, `values` what a parameter makes
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
from lockstep.idp.apps.connectors.sources import CUSTOM, attribute_of, check_source
from lockstep.idp.apps.connectors.values import NOTHING, Given, value_of, values_of

__all__ = [
    "ACCESS_CONTROL",
    "CONNECTORS",
    "CUSTOM",
    "NOTHING",
    "PARAMETER_KEYS",
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
