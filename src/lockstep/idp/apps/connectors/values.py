"""What a parameter gives for a person.  Pure.

In this order: what an administrator wrote for this one login, what a rule gives, the user attribute or macro, the values that
are the same for everybody, and the default where there is still nothing.
"""

from collections.abc import Mapping
from types import MappingProxyType

from lockstep.idp.apps.records import Fixed, Parameter, Transform
from lockstep.idp.directory.conditions.attributes import attribute_of, expanded
from lockstep.idp.directory.records import User

Values = tuple[str, ...]
Given = Mapping[str, Values]
"""Parameter key → what stands in the place of its source for one person; no values at all means: nothing is sent."""
NOTHING: Given = MappingProxyType({})
SEPARATOR = ";"
"""Between several values, where they have to be one text."""

_DELIMITERS: Mapping[Transform, str | None] = {
    "semicolon": SEPARATOR,
    "comma": ",",
    "pipe": "|",
    "space": None,  # any run of blanks
    "newline": "\n",
}


def values_of(parameter: Parameter, user: User, given: Given = NOTHING) -> Values:
    """The values, none of them empty; `given` is what rules and the person's own login say."""
    if parameter.key in given:
        return tuple(one for one in given[parameter.key] if one)
    return (
        split(parameter.transform, mapped(parameter, user))
        or _fixed(parameter.transform, parameter.values)
        or _fixed(parameter.transform, parameter.default_values)
    )


def value_of(parameter: Parameter, user: User, given: Given = NOTHING) -> str:
    """The same as one text, "" where there is nothing."""
    if is_plain(parameter) and not given:
        return mapped(parameter, user)
    return SEPARATOR.join(values_of(parameter, user, given))


def mapped(parameter: Parameter, user: User) -> str:
    """What the user attribute or the macro gives, before anything is made of it."""
    if parameter.macro:
        return expanded(parameter.source, user)
    return "" if parameter.source == "none" else attribute_of(user, parameter.source)


def is_plain(parameter: Parameter) -> bool:
    """Whether the source is all there is to it."""
    return parameter.transform == "none" and parameter.values is None and parameter.default_values is None


def split(transform: Transform, text: str) -> Values:
    """The values in one text."""
    if transform == "none":
        return (text,) if text else ()
    return tuple(part.strip() for part in text.split(_DELIMITERS[transform]) if part.strip())


def _fixed(transform: Transform, fixed: Fixed) -> Values:
    if fixed is None:
        return ()
    return split(transform, fixed) if isinstance(fixed, str) else tuple(one for one in fixed if one)
