"""Conditions of rules and mappings as they are written on the command line."""

from lockstep.idp.directory.conditions.records import OPERATORS, Condition, Operator
from lockstep.kit.problems import Problem


def parsed_condition(text: str) -> Condition:
    """`SOURCE OPERATOR VALUE`, such as `department does not equal Sales`.  Raises Problem."""
    source, _, rest = text.strip().partition(" ")
    operator: Operator
    for operator in OPERATORS:
        if rest == operator or rest.startswith(f"{operator} "):
            return Condition(source, operator, rest.removeprefix(operator).strip())
    raise Problem(f"--if {text!r}: write ATTRIBUTE OPERATOR VALUE; the operators are {', '.join(OPERATORS)}")
