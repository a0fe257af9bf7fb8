"""Cuts the text of a filter or path into tokens (the terminals of RFC 7644 3.4.2.2, figure 1)."""

import json
import math
import re
from dataclasses import dataclass
from typing import Literal

from lockstep.scim.syntax import AttrPath, Scalar

Kind = Literal["word", "value", "(", ")", "[", "]", ".", "end"]

_SPACE = re.compile(r"[ \t\r\n\f]+")
_WORD = re.compile(r"[A-Za-z$][A-Za-z0-9$_:.-]*")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9A-Fa-f]{4})*"')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![A-Za-z0-9$_:.-])")
_NAME = re.compile(r"(\$?[A-Za-z][A-Za-z0-9$_-]*)(?:\.(\$?[A-Za-z][A-Za-z0-9$_-]*))?")
_URN = re.compile(r"urn:[A-Za-z0-9][A-Za-z0-9._-]*(?::[A-Za-z0-9][A-Za-z0-9._-]*)*", re.IGNORECASE)
_VERSION = re.compile(r"[0-9]+(?:\.[0-9]+)*")
_MARKS: dict[str, Kind] = {"(": "(", ")": ")", "[": "[", "]": "]", ".": "."}
_LONGEST_NUMBER = 64  # Python refuses integers of thousands of digits with a ValueError of its own; no client sends them


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text: `text` as written, `value` what a literal stands for, `column` from 1."""

    kind: Kind
    text: str
    column: int
    value: Scalar = None


class GrammarError(Exception):
    """Text that does not follow the grammar; the parsers turn it into a `ScimError` with their own keyword."""


def tokenize(text: str) -> list[Token]:
    """The tokens of `text`, closed by one of kind "end"; GrammarError at the first thing that is none."""
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        space = _SPACE.match(text, at)
        if space is not None:
            at = space.end()
            continue
        token = _token(text, at)
        tokens.append(token)
        at += len(token.text)
    tokens.append(Token("end", "", len(text) + 1))
    return tokens


def _token(text: str, at: int) -> Token:
    mark = _MARKS.get(text[at])
    if mark is not None:
        return Token(mark, mark, at + 1)
    if (found := _WORD.match(text, at)) is not None:
        return Token("word", found.group(), at + 1)
    if (found := _STRING.match(text, at)) is not None:
        return Token("value", found.group(), at + 1, _string(found.group(), at))
    if (found := _NUMBER.match(text, at)) is not None:
        return Token("value", found.group(), at + 1, _number(found.group(), at))
    raise GrammarError(f"unexpected {text[at]!r} at column {at + 1}")


def _string(raw: str, at: int) -> str:
    value: str = json.loads(raw)
    if any("\ud800" <= char <= "\udfff" for char in value):  # half of a pair: no database and no UTF-8 can hold it
        raise GrammarError(f"the string at column {at + 1} is not Unicode text")
    return value


def _number(raw: str, at: int) -> int | float:
    number = math.inf
    if len(raw) <= _LONGEST_NUMBER:
        number = float(raw) if set(raw) & set(".eE") else int(raw)
    if math.isinf(number):  # it could not be written down again
        raise GrammarError(f"the number at column {at + 1} is out of range")
    return number


def split_name(word: str, known: dict[str, str]) -> AttrPath:
    """Read `[URN:]attribute[.sub]`, or a schema URN alone; `known` maps lower-case schema URNs to their spelling."""
    schema, rest = split_urn(word, known) if word[:4].lower() == "urn:" else (None, word)
    if rest == "" and schema is not None and not word.endswith(":"):
        return AttrPath("", None, schema)
    name = _NAME.fullmatch(rest)
    if name is None or (schema is not None and _URN.fullmatch(schema) is None):
        raise GrammarError(f"{word!r} is not an attribute name")
    return AttrPath(name.group(1), name.group(2), schema)


def split_urn(word: str, known: dict[str, str]) -> tuple[str, str]:
    """Split `word` into schema URN and the rest, which is "" if it is a schema URN alone.

    Nothing in the grammar tells `urn:…:2.0:User` (a schema) from `urn:…:2.0` with attribute `User`.  Known schemas decide
    first; then the habit that a version is followed by one more name; then the last colon, as RFC 7644 3.10 reads.
    """
    lower = word.lower()
    for key, schema in known.items():
        if lower == key or lower.startswith(key + ":"):
            return schema, word[len(key) + 1 :]
    parts = word.split(":")
    version = version_index(parts)
    if version is None:
        schema, _, rest = word.rpartition(":")
        return schema, rest
    followed_by_name = version + 1 < len(parts) and "." not in parts[version + 1]
    end = version + 2 if followed_by_name else version + 1
    return ":".join(parts[:end]), ":".join(parts[end:])


def version_index(parts: list[str]) -> int | None:
    """Where in the colon-separated `parts` of a URN its version stands, or None."""
    return next((index for index in range(len(parts) - 1, 1, -1) if _VERSION.fullmatch(parts[index])), None)
