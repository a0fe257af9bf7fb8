"""What a refusal is to the outside."""

import pytest

from lockstep.saml.problems import Reason, SamlProblem


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_status(reason: Reason) -> None:
    """413 for what is too large, 400 for what is not understood, 403 for what is not believed."""
    problem = SamlProblem(reason, "detail")
    assert problem.status in (400, 403, 413)
    assert str(problem) == f"{reason}: detail"


def test_statuses() -> None:
    statuses = {
        Reason.TOO_LARGE: 413,
        Reason.WRAPPING: 400,
        Reason.UNSIGNED: 403,
        Reason.BAD_SIGNATURE: 403,
        Reason.REPLAY: 403,
    }
    assert {reason: SamlProblem(reason, "").status for reason in statuses} == statuses
