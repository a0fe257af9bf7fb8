"""Anything may happen, in any order: afterwards, once nothing fails any more, both sides are equal.

The directory changes, roles go into roles, people who left come back; rules and settings change; requests fail; the process
dies between two writes; somebody loses and edits things at the target, and makes others there that are in the way.
`machine` says what holds at every moment and at the end, `bill` what it may cost.
HYPOTHESIS_PROFILE=long looks for longer, at random.
"""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.faults.machine_app import AppRules, Settings
from tests.faults.machine_directory import People, Roles
from tests.faults.machine_faults import Runs, Target

PROFILES = {
    "quick": settings(
        max_examples=120,
        stateful_step_count=25,
        derandomize=True,
        phases=[Phase.generate],  # a failure is shown as it was met: finding the shortest would take minutes
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    ),
    "long": settings(max_examples=5_000, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)),
}


class Machine(People, Roles, AppRules, Settings, Target, Runs):
    """One directory and one target, and all that happens to them."""


@pytest.mark.slow
def test_anything_in_any_order() -> None:
    run_state_machine_as_test(Machine, settings=PROFILES[os.environ.get("HYPOTHESIS_PROFILE", "quick")])
