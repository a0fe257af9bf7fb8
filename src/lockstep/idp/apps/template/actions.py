"""What an administrator may do with an app's template: check, write, append the event, in the caller's transaction."""

from collections.abc import Mapping, Sequence
from typing import Any

from lockstep.idp import events
from lockstep.idp.apps import store as apps
from lockstep.idp.apps.capabilities.actions import connector_of, schemas_of_target
from lockstep.idp.apps.connectors import CONNECTORS, parameters_of
from lockstep.idp.apps.logins.actions import own_of
from lockstep.idp.apps.recipe import Own, Recipe, nameable, nobody
from lockstep.idp.apps.records import App, Parameter
from lockstep.idp.apps.rules.evaluate import value_rules
from lockstep.idp.apps.rules.records import GROUPS, Rule
from lockstep.idp.apps.template import store
from lockstep.idp.apps.template.checking import faults_of
from lockstep.idp.apps.template.reading import read
from lockstep.idp.apps.template.records import Fault
from lockstep.idp.apps.template.standard import standard
from lockstep.idp.apps.template.target import UserSchemas, of_connector
from lockstep.idp.events import Event, EventType
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem


class TemplateProblem(Problem):
    """A template that cannot be used; `faults` are all that is wrong with it, by line."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("the template is not saved:\n" + "\n".join(f"  {one.words}" for one in faults))
        self.faults = tuple(faults)


def schemas_for(c: Connection, app: App) -> UserSchemas:
    """What the app's target takes of a user: as it says itself, where the connector asks, else as is declared."""
    connector = connector_of(c, app)
    said = schemas_of_target(c, app) if connector.asks else None
    return of_connector(connector, said)


def recipe_of(c: Connection, app: App, rules: Sequence[Rule] = (), *, asked: bool = False) -> Recipe:
    """All that makes of a person what is sent; `rules` are those in force.

    `asked`: it is for a few people, who are asked for one after the other, as long as `c` is open.
    """
    return written(c, app, store.template_of(c, app.id), rules, own_of(c, app, asked=asked))


def written(c: Connection, app: App, text: str, rules: Sequence[Rule] = (), own: Own = nobody) -> Recipe:
    """The same with another template; "" for the connector's own.  Raises TemplateProblem for text that is no JSON object."""
    parameters = with_set(parameters_of(CONNECTORS[app.connector], apps.parameters(c, app.id)), rules)
    if not text:
        return Recipe(parameters, own=own)
    return Recipe(parameters, _value(text), schemas_for(c, app), own)


def with_set(parameters: tuple[Parameter, ...], rules: Sequence[Rule]) -> tuple[Parameter, ...]:
    """The parameters, and those that only rules give a value."""
    known = {one.key for one in parameters}
    keys = dict.fromkeys(action.parameter for rule in value_rules(rules) for action in rule.actions)
    more = (Parameter(key, "none", macro=False) for key in keys if key not in known and key != GROUPS)
    return (*parameters, *more)


def _value(text: str) -> Mapping[str, Any]:
    value = read(text).value
    if not isinstance(value, dict):
        raise TemplateProblem([Fault("", 1, "a template is one JSON object, { … }")])
    return value


def template_of(c: Connection, app: App) -> tuple[str, bool]:
    """The template that is in force, and whether it is the app's own, and not the connector's."""
    text = store.template_of(c, app.id)
    return (text, True) if text else (standard(), False)


def faults(c: Connection, app: App, text: str) -> list[Fault]:
    """What is wrong with a template for this app, by line."""
    parameters = parameters_of(CONNECTORS[app.connector], apps.parameters(c, app.id))
    return faults_of(text, nameable(parameters), schemas_for(c, app))


def check(c: Connection, app: App, text: str) -> None:
    """Raise TemplateProblem for a template that cannot be used."""
    found = faults(c, app, text)
    if found:
        raise TemplateProblem(found)


def set_template(c: Connection, app: App, text: str, now: int, *, actor: str) -> bool:
    """Give the app a template of its own: everybody is looked at again.  False where it is the one that it has.

    Raises TemplateProblem, and changes nothing.
    """
    check(c, app, text)
    if template_of(c, app)[0] == text:
        return False
    store.set_template(c, app.id, text, now)
    _event(c, app, now, "the SCIM JSON Template", actor)
    return True


def reset_template(c: Connection, app: App, now: int, *, actor: str) -> bool:
    """Take the app's own template away, so that the connector's is in force; False where it has none."""
    if not store.remove_template(c, app.id):
        return False
    _event(c, app, now, "the SCIM JSON Template is the connector's again", actor)
    return True


def _event(c: Connection, app: App, now: int, notes: str, actor: str) -> None:
    events.append(c, Event(type=EventType.APP_UPDATED, actor=actor, app_id=app.id, app_name=app.name, notes=notes), now)
