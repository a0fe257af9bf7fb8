"""Options as what they mean."""

import pytest

from lockstep.idp.directory.checks import FieldProblem
from lockstep.idp.directory.sources.texts import lines, switch, whole, words


@pytest.mark.parametrize(("text", "means"), [("yes", True), (" ON ", True), ("0", False), ("no", False), ("", True)])
def test_a_switch(text: str, means: bool) -> None:
    assert switch({"it": text}, "it", True) is means
    assert switch({}, "it", False) is False


def test_a_number() -> None:
    assert (whole({"it": " 7 "}, "it", 1), whole({}, "it", 1)) == (7, 1)


@pytest.mark.parametrize("text", ["-1", "1.5", "seven", "9999999999", "²"])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(FieldProblem, match="it is a whole number"):
        whole({"it": text}, "it", 1)


def test_what_is_no_switch() -> None:
    with pytest.raises(FieldProblem, match="it is yes or no"):
        switch({"it": "perhaps"}, "it", True)


def test_several_values() -> None:
    assert words({"it": " a, b\nc "}, "it") == ("a", "b", "c")
    assert lines({"it": "ou=a,dc=x\n\n ou=b, dc=y ; ou=c\\;d"}, "it") == ("ou=a,dc=x", "ou=b, dc=y", "ou=c\\;d")
    assert words({}, "it") == lines({}, "it") == ()
