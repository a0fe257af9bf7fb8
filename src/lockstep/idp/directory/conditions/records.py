"""What a condition is."""

from typing import Literal

import msgspec

ROLE, STATUS = "role", "status"
"""Sources beside the attributes of a user: the roles that a user has, the status."""

Match = Literal["all", "any"]
Operator = Literal[
    "equals",
    "does not equal",
    "contains",
    "does not contain",
    "begins with",
    "ends with",
    "is greater than",
    "is less than",
]
OPERATORS: tuple[Operator, ...] = (
    "equals",
    "does not equal",
    "contains",
    "does not contain",
    "begins with",
    "ends with",
    "is greater than",
    "is less than",
)
CHOICE_OPERATORS: tuple[Operator, ...] = ("equals", "does not equal")
"""Of what is chosen from a list: has the role, has it not."""
NUMERIC: frozenset[Operator] = frozenset({"is greater than", "is less than"})
"""Operators between numbers: of what is none, neither is so."""
NEGATIVE: frozenset[Operator] = frozenset({"does not equal", "does not contain"})


class Condition(msgspec.Struct, frozen=True):
    """One thing that is so of a user, or is not.

    `source` is a user attribute, `role` or `status`.  `value` may hold alternatives, `a|b`.  A role is named by its id, so that
    its name may change; a status by its number.
    """

    source: str
    operator: Operator
    value: str
