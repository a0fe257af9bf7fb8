"""What commands print: results on standard output, the rest on standard error."""

import dataclasses
import json

import msgspec
import pytest

from lockstep.cli.output import Exit, note, print_json, say

Captured = pytest.CaptureFixture[str]


class Struct(msgspec.Struct):
    name: str
    left_out: int | None = None


@dataclasses.dataclass
class Plain:
    name: str


def test_exit_codes_are_a_contract() -> None:
    assert {code.name: code.value for code in Exit} == {
        "DONE": 0,
        "PROBLEM": 1,
        "USAGE": 2,
        "WAITS_FOR_A_PERSON": 3,
        "SOME_FAILED": 4,
        "INTERRUPTED": 130,
    }


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"a": 1, "b": [True, None]}, {"a": 1, "b": [True, None]}),
        (Struct("x"), {"name": "x", "left_out": None}),
        (Plain("x"), {"name": "x"}),
        ({"text": "one\ntwo\r\u2028 ä 漢 🙂"}, {"text": "one\ntwo\r\u2028 ä 漢 🙂"}),
        ({}, {}),
    ],
)
def test_json_is_one_object_on_one_line(capsys: Captured, value: object, shown: object) -> None:
    print_json(value)
    out, err = capsys.readouterr()
    assert (out.count("\n"), out[-1], err) == (1, "\n", "")
    assert json.loads(out) == shown


def test_json_keeps_the_order_and_letters_of_what_it_was_given(capsys: Captured) -> None:
    print_json({"z": "ä", "a": "漢"})
    assert capsys.readouterr().out == '{"z":"ä","a":"漢"}\n'


def test_results_and_explanations_go_different_ways(capsys: Captured) -> None:
    say("the result")
    note("an explanation")
    assert capsys.readouterr() == ("the result\n", "an explanation\n")
