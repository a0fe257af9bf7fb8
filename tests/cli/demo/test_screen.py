"""What is shown."""

from collections.abc import Callable

import pytest

from lockstep.cli.demo.comparing import Side
from lockstep.cli.demo.screen import WIDEST, Screen, beside_floor, counted, sides, strong, told_differences

Shown = Callable[[], str]


@pytest.fixture
def shown(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shown:
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    return lambda: capsys.readouterr().out


def test_a_step_has_its_number_time_command_and_words(shown: Shown) -> None:
    Screen().passed(3, "Connect", 1.25, ["lockstep idp app connect aws"], ["The endpoint answers"])
    assert shown().splitlines() == [
        f"{'✓  3  Connect':<75}1.2 s",
        "     $ lockstep idp app connect aws",
        "     The endpoint answers",
    ]


def test_a_step_that_failed_says_why_and_takes_nothing_for_markup(shown: Shown) -> None:
    Screen().failed(3, "Connect", 1.0, [], "it [red]said[/] no")
    assert shown().splitlines()[1:] == ["     it [red]said[/] no"]


def test_commands_to_copy_are_not_broken(shown: Shown) -> None:
    command = "lockstep " + "x" * 200
    Screen().closing("Done", ["Well.", "", "Now:"], [("This", command)])
    assert shown().splitlines()[2:] == ["Well.", "", "Now:", "  This", f"    {command}"]


def test_lines_are_never_wider_than_they_can_be_read(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    Screen().opening("demo-data")
    assert max(map(len, shown().splitlines())) <= WIDEST


def test_quiet_shows_nothing(shown: Shown) -> None:
    screen = Screen(quiet=True)
    screen.opening("demo-data")
    screen.chapter("One")
    with screen.step(1, "Two"), screen.progress("Three", 10) as report:
        report(5)
    screen.passed(1, "Two", 1.0, ["x"], ["y"])
    screen.closing("End", ["z"])
    assert shown() == ""
    assert not screen.watched


def test_no_bar_without_a_terminal(shown: Shown) -> None:
    screen = Screen()
    with screen.step(1, "One"), screen.progress("Sync", 10) as report:
        report(5)
    assert shown().strip() == ""


def test_both_sides_in_a_table(shown: Shown) -> None:
    Screen().say(sides([Side("users", 200, 200), Side("groups", 25, 24, ["one is missing"])]))
    assert [" ".join(line.split()) for line in shown().splitlines()] == [
        "users 200 here 200 at the centre equal, to the letter",
        "groups 25 here 24 at the centre 1 difference",
    ]


def test_differences_are_told_up_to_a_number() -> None:
    told = told_differences([Side("users", differences=[str(number) for number in range(12)])]).splitlines()
    assert told == ["the two sides differ:", *map(str, range(10)), "… and 2 more"]


@pytest.mark.parametrize(("number", "words"), [(0, "0 people"), (1, "1 person"), (1200, "1,200 people")])
def test_counted(number: int, words: str) -> None:
    assert counted(number, "person", "people") == words


@pytest.mark.parametrize(("requests", "colour"), [(5, "green"), (6, "yellow")])
def test_requests_beside_the_floor(requests: int, colour: str) -> None:
    assert beside_floor(requests, 5) == f"[bold {colour}]{requests} requests[/] sent, [bold {colour}]floor 5[/]"


def test_text_from_outside_is_no_markup() -> None:
    assert strong("[x]") == r"[bold]\[x][/]"
