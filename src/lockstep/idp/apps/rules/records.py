"""What a rule is: conditions that say for whom, actions that say what."""

import msgspec

from lockstep.idp.directory.conditions.records import Condition, Match

GROUPS = "groups"
"""The parameter that says in which groups a person is at the target; any other key is one of the app's parameters."""


class Existing(msgspec.Struct, frozen=True, tag="existing"):
    """Set a parameter to these values; of Groups, they are names at the target ("From existing")."""

    names: tuple[str, ...]
    parameter: str = GROUPS


class Mapped(msgspec.Struct, frozen=True, tag="map"):
    """Set a parameter to one value for each item of `source` that `pattern` is found in ("Map from OneLogin").

    The value is what the first group of brackets holds, or without brackets what the pattern matched.  The items are the names
    of the roles that a person has, the groups of `member_of`, or the one value of another attribute.
    """

    source: str
    pattern: str
    parameter: str = GROUPS


class Macro(msgspec.Struct, frozen=True, tag="macro"):
    """Set a parameter to a text with attributes in it, `{firstname}.{lastname}`."""

    text: str
    parameter: str = GROUPS


Action = Existing | Mapped | Macro


class Rule(msgspec.Struct, frozen=True):
    """One rule.  Without conditions it is for everyone who has the app.  `id` is given by the store; 0 before."""

    name: str
    actions: tuple[Action, ...]
    match: Match = "all"
    conditions: tuple[Condition, ...] = ()
    enabled: bool = True
    id: int = 0


class RuleProblem(msgspec.Struct, frozen=True):
    """What is wrong with a field of a rule.

    `field` is `name` or `actions`, or of one of its actions `parameter-0`, `names-0`, `for-each-0`, `pattern-0`, `macro-0`, or
    of a condition `source-0`, `operator-0`, `value-0`; 1 for the second one, and so on.
    """

    field: str
    text: str
