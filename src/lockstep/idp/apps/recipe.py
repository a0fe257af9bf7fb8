"""All that makes of a person what is sent: the app's parameters, its template, and what single logins override.  Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from lockstep.idp.apps.connectors import NOTHING, Given, Renderer, renderer
from lockstep.idp.apps.connectors.parameters import PARAMETER_KEYS
from lockstep.idp.apps.connectors.values import value_of
from lockstep.idp.apps.records import Parameter
from lockstep.idp.apps.template.compiling import Document, compiled
from lockstep.idp.apps.template.macros import Known, Macro, known, macro_of, pieces
from lockstep.idp.apps.template.target import RFC, UserSchemas
from lockstep.idp.directory.records import User

Own = Callable[[str], Given]
"""What an administrator wrote for the login of one person (an employee_id)."""


def nobody(_key: str) -> Given:
    """No login has values of its own."""
    return NOTHING


@dataclass(frozen=True)
class Recipe:
    """How an app makes a SCIM user of a person.

    `template` is the app's own, as JSON; None while what the connector sends stands.  It has been checked against `schemas`.
    """

    parameters: tuple[Parameter, ...]
    template: Mapping[str, Any] | None = None
    schemas: UserSchemas = RFC
    own: Own = field(default=nobody)

    @cached_property
    def writer(self) -> Renderer:
        """Writes the document of a person; `given` is what rules say, over which goes what stands at their login."""
        own = self.own
        if self.template is None:
            base = renderer(self.parameters)
        else:
            base = compiled(self.template, nameable(self.parameters), self.schemas)
        if own is nobody:
            return base

        def write(user: User, active: bool, given: Given = NOTHING, /) -> Document:
            return base(user, active, self.given(user, given))

        return write

    def given(self, user: User, given: Given = NOTHING) -> Given:
        """What stands in the place of what parameters would give: what rules say, over which goes what their login says."""
        mine = self.own(user.employee_id)
        return {**given, **mine} if given and mine else mine or given

    def fed_by(self, attribute: str) -> tuple[str, str]:
        """The field of the directory, and the parameter, that alone feed an attribute (`userName`, `emails`) of everybody.

        "" for the field where more than one does, and for the parameter where none stands in between.
        """
        cut = pieces(self._template_text(attribute))
        if self.own is not nobody or len(cut) != 1 or cut[0][0] != "macro":
            return "", ""
        found = macro_of(cut[0][1], nameable(self.parameters))
        return (found.plain, found.key) if isinstance(found, Macro) else ("", "")

    def _template_text(self, attribute: str) -> str:
        """What stands in the template for an attribute, of a list in its one entry; "" where that is more than a text."""
        if self.template is None:
            return f"{{$parameters.{attribute}}}"
        found = self.template.get(attribute)
        if isinstance(found, list) and len(found) == 1 and isinstance(found[0], dict):
            found = found[0].get("value")
        return found if isinstance(found, str) else ""

    def value(self, key: str, user: User, given: Given = NOTHING) -> str:
        """What the parameter of a key gives for a person, "" where there is none, or nothing."""
        found = next((one for one in self.parameters if one.key == key), None)
        return "" if found is None else value_of(found, user, self.given(user, given))


def nameable(parameters: tuple[Parameter, ...]) -> Known:
    """The parameters that a template can name: the app's, and every SCIM attribute that has one, though nothing feeds it."""
    there = {one.key for one in parameters}
    return known((*parameters, *(Parameter(key, "none", macro=False) for key in PARAMETER_KEYS if key not in there)))
