"""The template that a connector has of itself."""

import json

from lockstep.idp.apps.connectors import PARAMETER_KEYS
from lockstep.idp.apps.template.standard import standard


def test_it_names_every_parameter_once() -> None:
    text = standard()
    assert [text.count(f"{{$parameters.{key}}}") for key in PARAMETER_KEYS] == [1] * len(PARAMETER_KEYS)
    assert json.loads(text)["emails"] == [{"value": "{$parameters.emails}", "type": "work", "primary": True}]
