"""What stops a command or a form, in words."""

import pytest

from lockstep.kit.problems import ValueProblem, sentence


def test_a_value_is_named_for_a_command_and_for_a_form() -> None:
    problem = ValueProblem("acs_url", "use an https address")
    assert str(problem) == "--acs-url: use an https address"
    assert (problem.field, problem.what) == ("acs_url", "use an https address")
    assert str(ValueProblem("name", "is empty", "the app needs a name")) == "the app needs a name"


@pytest.mark.parametrize(("text", "shown"), [("it is so", "It is so."), ("Is it?", "Is it?"), ("it is.", "It is."), ("", ".")])
def test_a_sentence(text: str, shown: str) -> None:
    assert sentence(text) == shown
