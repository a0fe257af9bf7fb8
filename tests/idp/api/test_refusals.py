"""What actions refuse, as the API says it; and which rules a list shows."""

import pytest

from lockstep.idp.api.conditional import options, shown
from lockstep.idp.api.refusals import refusal
from lockstep.idp.apps.rules.actions import RuleRefused
from lockstep.idp.apps.rules.records import RuleProblem
from lockstep.idp.directory.checks import FieldProblem, NotThereProblem
from lockstep.idp.directory.conditions.wire import FieldError, Option, WireProblem
from lockstep.idp.directory.mappings.actions import MappingRefused
from lockstep.idp.directory.mappings.records import MappingProblem
from lockstep.kit.problems import Problem


@pytest.mark.parametrize(
    ("problem", "status", "fields"),
    [
        (NotThereProblem("gone"), 404, []),
        (FieldProblem("given_name", "is empty"), 422, ["firstname"]),
        (WireProblem([FieldError("conditions.[0].value", ("x",))]), 422, ["conditions.[0].value"]),
        (RuleRefused([RuleProblem("pattern-1", "x")]), 422, ["actions.[1].expression"]),
        (MappingRefused([MappingProblem("values-0", "x")]), 422, ["actions.[0].value"]),
        (Problem("stop it first", "hint"), 409, []),
    ],
)
def test_what_is_refused(problem: Problem, status: int, fields: list[str]) -> None:
    found = refusal(problem)
    assert (found.status, [one.field for one in found.errors]) == (status, fields)
    assert "hint" not in found.message


def test_ids_are_numbers_where_they_are_asked_for() -> None:
    found = [Option("A", "7"), Option("B", "x")]
    assert options(found, numbers=True) == [{"name": "A", "value": 7}, {"name": "B", "value": "x"}]
    assert options(found)[0]["value"] == "7"
    assert shown.__doc__
