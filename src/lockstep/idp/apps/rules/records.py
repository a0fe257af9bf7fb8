"""What a rule is: conditions that say for whom, an action that says what."""

from typing import Literal

import msgspec

ROLE, STATUS = "role", "status"
"""Sources of conditions and of maps beside the attributes of a user: the roles that a user has, the status."""

Match = Literal["all", "any"]
Operator = Literal["equals", "does not equal", "contains", "does not contain", "begins with", "ends with"]
OPERATORS: tuple[Operator, ...] = ("equals", "does not equal", "contains", "does not contain", "begins with", "ends with")
ROLE_OPERATORS: tuple[Operator, ...] = ("equals", "does not equal")
"""Has the role, has it not."""


class Condition(msgspec.Struct, frozen=True):
    """One thing that is so of a user, or is not.

    `source` is a user attribute, `role` or `status`.  `value` may hold alternatives, `a|b`.  A role is named by its id, so that
    its name may change; a status by its number.
    """

    source: str
    operator: Operator
    value: str


class Existing(msgspec.Struct, frozen=True, tag="existing"):
    """Set Groups to these, by their names at the target ("From existing")."""

    names: tuple[str, ...]


class Mapped(msgspec.Struct, frozen=True, tag="map"):
    """Set Groups to one for each value of `source` that `pattern` is found in ("Map from OneLogin").

    The name of the group is what the first group of brackets holds, or without brackets what the pattern matched.
    """

    source: str
    pattern: str


class Rule(msgspec.Struct, frozen=True):
    """One rule.  Without conditions it is for everyone who has the app.  `id` is given by the store; 0 before."""

    name: str
    action: Existing | Mapped
    match: Match = "all"
    conditions: tuple[Condition, ...] = ()
    enabled: bool = True
    id: int = 0


class RuleProblem(msgspec.Struct, frozen=True):
    """What is wrong with a field of a rule.

    `field` is `name`, `names`, `for-each`, `pattern`, or of a condition `source-0`, `operator-0`, `value-0` and so on.
    """

    field: str
    text: str
