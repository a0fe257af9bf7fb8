"""What stops a command or a form, in words."""

import pytest

from lockstep.kit.problems import Problem, ValueProblem, sentence


def test_a_value_is_named_for_a_command_and_for_a_form() -> None:
    problem = ValueProblem("acs_url", "use an https address")
    assert str(problem) == "--acs-url: use an https address"
    assert (problem.field, problem.what) == ("acs_url", "use an https address")
    assert str(ValueProblem("name", "is empty", "the app needs a name")) == "the app needs a name"


@pytest.mark.parametrize(("text", "shown"), [("it is so", "It is so."), ("Is it?", "Is it?"), ("it is.", "It is."), ("", ".")])
def test_a_sentence(text: str, shown: str) -> None:
    assert sentence(text) == shown


def test_a_hint_follows_at_the_command_line_and_is_left_out_on_a_page() -> None:
    problem = Problem("there is no such thing", "`list` shows them")
    assert (str(problem), problem.text) == ("there is no such thing; `list` shows them", "there is no such thing")
    assert str(Problem("wrong")) == Problem("wrong").text == "wrong"
