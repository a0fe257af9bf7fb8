"""What a target takes of a user: the schemas that a template is checked against.  Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from lockstep.idp.apps.connectors.records import Connector
from lockstep.scim.definitions import COMMON, ENTERPRISE_SCHEMA, USER_SCHEMA, Attribute, Type
from lockstep.scim.messages import ENTERPRISE, USER

Attributes = Mapping[str, Attribute]
"""By their names in lower case."""


@dataclass(frozen=True, slots=True)
class UserSchemas:
    """The attributes of a user at a target: those at the top, and those of each extension by its URN.

    `words` says whose word that is.  `one_value` are multi-valued attributes of which it takes one value only, `primary` those
    whose entry it wants marked as the primary one.
    """

    core: Attributes
    extensions: Mapping[str, Attributes]
    words: str
    one_value: frozenset[str] = frozenset()
    primary: frozenset[str] = frozenset()


RFC = UserSchemas(
    {**USER_SCHEMA.by_name, **{one.name.lower(): one for one in COMMON}},
    {ENTERPRISE: ENTERPRISE_SCHEMA.by_name},
    "RFC 7643: User and the enterprise extension",
)


def of_connector(connector: Connector, said: UserSchemas | None = None) -> UserSchemas:
    """What the connector declares, laid over what the target has `said` of itself, or else over RFC 7643."""
    base = RFC if said is None else said
    lacks = frozenset(connector.lacks)
    if not lacks and not connector.one_value:
        return base
    return UserSchemas(
        _without(base.core.values(), lacks),
        {urn: _without(names.values(), lacks) for urn, names in base.extensions.items()},
        connector.words,
        frozenset(connector.one_value),
        frozenset(connector.primary),
    )


def _without(attributes: Iterable[Attribute], lacks: frozenset[str]) -> Attributes:
    kept = {}
    for one in attributes:
        if one.name not in lacks:
            subs = tuple(sub for sub in one.sub_attributes if lacks.isdisjoint((f"*.{sub.name}", f"{one.name}.{sub.name}")))
            kept[one.name.lower()] = replace(one, sub_attributes=subs)
    return kept


def attribute_at(schemas: UserSchemas, place: tuple[str, ...]) -> Attribute | None:
    """The attribute at a place of a document, names in any case; None where the target knows none."""
    names, rest = schemas.core, place
    if place and place[0][:4].lower() == "urn:" and place[0] != USER:
        found = next((one for urn, one in schemas.extensions.items() if urn.lower() == place[0].lower()), None)
        if found is None:
            return None
        names, rest = found, place[1:]
    attribute: Attribute | None = None
    for name in rest:
        attribute = names.get(name.lower())
        if attribute is None:
            return None
        names = attribute.subs
    return attribute


def type_of(schemas: UserSchemas, place: tuple[str, ...]) -> Type:
    """What kind of value stands there; text where nobody says."""
    found = attribute_at(schemas, place)
    return "string" if found is None else found.type
