"""Options of sources, which are kept as texts, as what they mean.  Pure."""

import re
from collections.abc import Mapping

from lockstep.idp.directory.checks import FieldProblem

_YES, _NO = ("yes", "true", "on", "1"), ("no", "false", "off", "0")
MOST_DIGITS = 9
_LINE_OR_SEMICOLON = re.compile(r"\s*(?:\r?\n|(?<!\\);)\s*")


def switch(options: Mapping[str, str], name: str, usual: bool) -> bool:
    """`yes` or `no`, in any of their spellings.  Raises FieldProblem."""
    text = options.get(name, "").strip().lower()
    if text not in (*_YES, *_NO, ""):
        raise FieldProblem(name, "is yes or no")
    return usual if not text else text in _YES


def whole(options: Mapping[str, str], name: str, usual: int) -> int:
    """A whole number.  Raises FieldProblem."""
    text = options.get(name, "").strip()
    if text and not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS):
        raise FieldProblem(name, "is a whole number")
    return int(text) if text else usual


def words(options: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Several values with spaces or commas between."""
    return tuple(options.get(name, "").replace(",", " ").split())


def lines(options: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Several values, each on its own line, or with semicolons between: DNs have commas and spaces in them."""
    return tuple(one for one in _LINE_OR_SEMICOLON.split(options.get(name, "").strip()) if one)
