"""Where a configured value may come from: the sources that AWS documents for an external identity provider, and no others."""

import re
from collections.abc import Mapping
from typing import Any

from lockstep.scim.messages import ENTERPRISE

_ADDRESS = ("streetAddress", "locality", "region", "postalCode", "country", "formatted")
_ENTERPRISE = ("employeeNumber", "costCenter", "organization", "division", "department", "manager.value")
_PLAIN = (
    "userName",
    "name.familyName",
    "name.givenName",
    "displayName",
    "nickName",
    "emails[primary eq true].value",
    *(f'addresses[type eq "work"].{part}' for part in _ADDRESS),
    'phoneNumbers[type eq "work"].value',
    "userType",
    "title",
    "locale",
    "timezone",
    *(f"enterprise.{part}" for part in _ENTERPRISE),
)
_STEP = re.compile(r'(?P<name>\w+)(?:\[(?P<test>primary eq true|type eq "work")\])?')
_Step = tuple[str, str | None]


def _steps(path: str) -> tuple[_Step, ...]:
    return tuple((ENTERPRISE if step["name"] == "enterprise" else step["name"], step["test"]) for step in _STEP.finditer(path))


_STEPS = {f"${{path:{path}}}": _steps(path) for path in _PLAIN}
SOURCES = tuple(_STEPS)
"""`${path:userName}` and so on, as AWS writes them."""


def value_of(user: Mapping[str, Any], source: str) -> str | None:
    """What a user's SCIM document has at `source` (one of `SOURCES`); None where there is nothing, or an empty text."""
    found: Any = user
    for name, test in _STEPS[source]:
        found = found.get(name) if isinstance(found, Mapping) else None
        if test is not None:
            found = _chosen(found, test)
    return found if isinstance(found, str) and found else None


def _chosen(elements: Any, test: str) -> Any:
    if not isinstance(elements, list):
        return None
    return next((element for element in elements if isinstance(element, Mapping) and _passes(element, test)), None)


def _passes(element: Mapping[str, Any], test: str) -> bool:
    if test == "primary eq true":
        return element.get("primary") is True
    return str(element.get("type", "")).casefold() == "work"
