"""What values are taken."""

from collections.abc import Callable

import pytest

from lockstep.idp.directory.checks import MAX_TEXT, FieldProblem, check_key, check_length, check_name, check_text


@pytest.mark.parametrize(
    ("check", "value"),
    [
        (check_text, ""),
        (check_text, "x" * MAX_TEXT),
        (check_text, "é\u0301\n\t<>;:%"),
        (check_name, " x "),
        (check_key, "x" * 1024),
        (check_length, ""),
    ],
)
def test_takes(check: Callable[[str, str], None], value: str) -> None:
    check("title", value)


@pytest.mark.parametrize(
    ("check", "value", "words"),
    [
        (check_text, "x" * (MAX_TEXT + 1), "longer than 1048576 characters"),
        (check_text, "a\0b", "NUL"),
        (check_text, "\udcff", "not valid Unicode"),
        (check_name, "", "is empty"),
        (check_name, " \t\u00a0", "is empty"),
        (check_key, "", "is empty"),
        (check_key, "a\0b", "NUL"),
        (check_key, "x" * 1025, "longer than 1024 bytes"),
        (check_length, "é" * 513, "longer than 1024 bytes"),
        pytest.param(check_length, "ŉ" * 400, "longer than 1024 bytes", id="longer once its case is folded"),
    ],
)
def test_refuses_and_names_the_field(check: Callable[[str, str], None], value: str, words: str) -> None:
    with pytest.raises(FieldProblem, match=f"^title .*{words}") as problem:
        check("title", value)
    assert problem.value.field == "title"
