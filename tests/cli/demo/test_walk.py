"""How steps are taken: shown, timed, and ended at the first that fails."""

import pytest

from lockstep.cli.demo.processes import StepFailed
from lockstep.cli.demo.screen import Lines
from lockstep.cli.demo.walk import Chapter, Step, Told, Walk, take, value
from lockstep.kit.problems import Problem
from tests.cli.demo.scripted import Scripted


def good(walk: Walk) -> Lines:
    walk.idp("users")
    return ["done"]


def bad(_walk: Walk) -> Lines:
    raise StepFailed("it cannot be")


def test_every_step_is_written_down(walk: Walk) -> None:
    take(walk, [Chapter("One", (Step("a", "A", good),)), Chapter("Two", (Step("b", "B", good),))])
    assert [(step.name, step.ok) for step in walk.result.steps] == [("a", True), ("b", True)]
    assert all(step.seconds >= 0 for step in walk.result.steps)


def test_the_first_that_fails_ends_it_and_is_explained(walk: Walk) -> None:
    with pytest.raises(Told, match=r"^step 2, B: it cannot be$"):
        take(walk, [Chapter("One", (Step("a", "A", good), Step("b", "B", bad), Step("c", "C", good)))])
    assert [(step.name, step.ok) for step in walk.result.steps] == [("a", True), ("b", False)]


@pytest.mark.parametrize("error", [Problem("a port"), OSError("a disk")])
def test_other_troubles_are_failed_steps_too(walk: Walk, error: Exception) -> None:
    def step(_walk: Walk) -> Lines:
        raise error

    with pytest.raises(Told, match=str(error)):
        take(walk, [Chapter("One", (Step("a", "A", step),))])


def test_commands_are_shown_as_a_person_types_them(walk: Walk, scripted: Scripted) -> None:
    walk.scim_url = "http://127.0.0.1:1/t/scim/v2"
    walk.idp("app", "create", "aws", "--scim-url", walk.scim_url)
    walk.center("instance", "create", "a b")
    assert walk.commands == [
        "lockstep idp app create aws --scim-url $SCIM_URL",
        "lockstep center instance create 'a b'",
    ]
    assert scripted.asked[0][-3:] == ("--data", str(walk.home.idp), "--json")
    assert scripted.asked[1][-3:] == ("--data", str(walk.home.center), "--json")


def test_an_exit_code_that_was_not_expected_fails(walk: Walk, scripted: Scripted) -> None:
    scripted.answer("idp", "sync", code=3)
    walk.idp("sync", "aws", codes=(3,))
    with pytest.raises(StepFailed, match="ended with exit code 3"):
        walk.idp("sync", "aws")


def test_an_answer_without_a_key_is_explained() -> None:
    with pytest.raises(StepFailed, match="the answer holds no token"):
        value({"name": "x"}, "token")
