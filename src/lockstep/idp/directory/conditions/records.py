"""What a condition is."""

from typing import Literal

import msgspec

ROLE, STATUS, STATE, GROUP = "role", "status", "state", "group_id"
"""Sources beside the text attributes of a user: the roles that a user has, the status, the state, the group."""
LAST_LOGIN = "last_login"
"""How many days ago somebody has logged in last: a source that moves by itself, as days pass."""
CHOICES = frozenset({ROLE, STATUS, STATE, GROUP})
"""Sources whose values are chosen from a list, and kept by number."""

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
DAY_OPERATORS: tuple[Operator, ...] = (*CHOICE_OPERATORS, "is greater than", "is less than")
"""Of a number of days."""
NEGATIVE: frozenset[Operator] = frozenset({"does not equal", "does not contain"})


class Condition(msgspec.Struct, frozen=True):
    """One thing that is so of a user, or is not.

    `source` is a user attribute, one of CHOICES, or LAST_LOGIN.  `value` may hold alternatives, `a|b`.  A role and a
    group are named by their ids, so that their names may change; a status and a state by their numbers.
    """

    source: str
    operator: Operator
    value: str
