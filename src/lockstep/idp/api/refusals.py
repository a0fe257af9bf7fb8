"""What actions refuse, as the API says it."""

from lockstep.idp.api.problems import CONFLICT, INVALID, NOT_FOUND, ApiProblem, FieldError
from lockstep.idp.apps.rules import wire as rules
from lockstep.idp.apps.rules.actions import RuleRefused
from lockstep.idp.directory.checks import NotThereProblem
from lockstep.idp.directory.conditions.wire import WireProblem
from lockstep.idp.directory.mappings import wire as mappings
from lockstep.idp.directory.mappings.actions import MappingRefused
from lockstep.kit.problems import Problem, ValueProblem, sentence

OURS = {
    "user_name": "username",
    "given_name": "firstname",
    "family_name": "lastname",
    "locale": "preferred_locale_code",
    "manager_id": "manager_user_id",
    "role": "role_ids",
}
"""What OneLogin calls fields that our actions name."""


def refusal(problem: Problem) -> ApiProblem:
    """404 for what is not there, 422 with the fields for values that cannot be taken, 409 for anything else."""
    if isinstance(problem, NotThereProblem):
        return ApiProblem(NOT_FOUND, sentence(problem.text))
    if isinstance(problem, ValueProblem):
        return _invalid([FieldError(OURS.get(problem.field, problem.field), (problem.what,))])
    if isinstance(problem, WireProblem):
        return _invalid([FieldError(one.field, one.message) for one in problem.errors])
    if isinstance(problem, RuleRefused):
        return _invalid([FieldError(one.field, one.message) for one in rules.errors_of(problem.problems)])
    if isinstance(problem, MappingRefused):
        return _invalid([FieldError(one.field, one.message) for one in mappings.errors_of(problem.problems)])
    return ApiProblem(CONFLICT, sentence(problem.text))


def _invalid(errors: list[FieldError]) -> ApiProblem:
    return ApiProblem(INVALID, "Validation Failed", errors)
