"""What an assertion says of a person (SAML Core 2.7.3)."""

from typing import Final

from lockstep.saml.names import UNSPECIFIED_NAMES, saml
from lockstep.saml.problems import Reason, SamlProblem
from lockstep.saml.records import BASIC_NAMES, URI_NAMES
from lockstep.saml.xml import Element, children, leaf_text

_MOST: Final = 50
_KNOWN_NAMES: Final = frozenset({BASIC_NAMES, UNSPECIFIED_NAMES, URI_NAMES})


def read_attributes(assertion: Element) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """Name → values, names to the letter; and a warning for each attribute left out because its NameFormat is not one of SAML.

    SamlProblem bad_attribute: two statements, more than 50 attributes, a name twice or none, XML for a value.
    """
    statements = children(assertion, saml("AttributeStatement"))
    if len(statements) > 1:
        raise SamlProblem(Reason.BAD_ATTRIBUTE, "two statements of attributes")
    found = [attribute for statement in statements for attribute in children(statement, saml("Attribute"))]
    if len(found) > _MOST:
        raise SamlProblem(Reason.BAD_ATTRIBUTE, f"{len(found)} attributes, {_MOST} at most")
    attributes: dict[str, tuple[str, ...]] = {}
    for attribute in found:
        name = attribute.get("Name", "")
        if not name or name in attributes:
            raise SamlProblem(Reason.BAD_ATTRIBUTE, f"without a name, or twice: {name[:100]!r}")
        attributes[name] = _values(attribute)
    strange = [attribute.get("Name", "") for attribute in found if not _is_known(attribute)]
    for name in strange:
        del attributes[name]
    return attributes, tuple(f"left out for its NameFormat: {name[:100]!r}" for name in strange)


def _is_known(attribute: Element) -> bool:
    return attribute.get("NameFormat", UNSPECIFIED_NAMES) in _KNOWN_NAMES


def _values(attribute: Element) -> tuple[str, ...]:
    return tuple(leaf_text(value, Reason.BAD_ATTRIBUTE) for value in children(attribute, saml("AttributeValue")))
