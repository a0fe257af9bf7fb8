"""Reads the JSON of a template, and remembers on which line each value stands.

The parser of the standard library forgets places, and takes the last of two members of one name; here that is a fault.
"""

import json
import re
from typing import Any

from lockstep.idp.apps.template.records import LONGEST, Fault, Read

_BLANKS = re.compile(r"[ \t\r\n]*")
_SCALAR = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null")
_DECODER = json.JSONDecoder()
_DEEPEST = 12


class UnreadableError(Exception):
    """A text that is no JSON; `fault` says where."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.words)
        self.fault = fault


def read(text: str) -> Read:
    """The template.  Raises UnreadableError with the first thing that is wrong."""
    if len(text) > LONGEST:
        raise UnreadableError(Fault("", 1, f"a template has at most {LONGEST:,} characters"))
    reader = _Reader(text)
    value, end = reader.value(0, "", 0)
    end = reader.skip(end)
    if end != len(text):
        reader.fail(end, "", "the template ends here; nothing may follow")
    return Read(value, reader.lines)


def pointed(pointer: str, name: str) -> str:
    """The pointer to a member (RFC 6901 section 3)."""
    return f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.lines: dict[str, int] = {}

    def skip(self, at: int) -> int:
        found = _BLANKS.match(self.text, at)
        return found.end() if found else at

    def line(self, at: int) -> int:
        return self.text.count("\n", 0, at) + 1

    def fail(self, at: int, pointer: str, what: str) -> None:
        raise UnreadableError(Fault(pointer, self.line(at), what))

    def value(self, at: int, pointer: str, depth: int) -> tuple[Any, int]:
        at = self.skip(at)
        if depth > _DEEPEST:
            self.fail(at, pointer, "nested too deep for a SCIM user")
        self.lines[pointer] = self.line(at)
        first = self.text[at : at + 1]
        if self.text.startswith("{$", at):
            self.fail(at, pointer, 'write a macro in quotes, "{$user.active}": alone in them, a truth value is sent as one')
        if first == "{":
            return self.object(at + 1, pointer, depth)
        if first == "[":
            return self.array(at + 1, pointer, depth)
        if first == '"':
            return self.string(at, pointer)
        found = _SCALAR.match(self.text, at)
        if found is None:
            what = "the text ends before the template does" if not first else f"JSON has no {first!r} here"
            raise UnreadableError(Fault(pointer, self.line(at), what))
        return json.loads(found.group()), found.end()

    def string(self, at: int, pointer: str) -> tuple[str, int]:
        try:
            value, end = _DECODER.raw_decode(self.text, at)
        except json.JSONDecodeError as error:
            raise UnreadableError(Fault(pointer, self.line(at), f"a text in quotes: {error.msg.lower()}")) from None
        return str(value), end

    def array(self, at: int, pointer: str, depth: int) -> tuple[list[Any], int]:
        found: list[Any] = []
        at = self.skip(at)
        if self.text.startswith("]", at):
            return found, at + 1
        while True:
            item, at = self.value(at, f"{pointer}/{len(found)}", depth + 1)
            found.append(item)
            at = self.skip(at)
            if self.text.startswith("]", at):
                return found, at + 1
            at = self.comma(at, pointer, "]")

    def object(self, at: int, pointer: str, depth: int) -> tuple[dict[str, Any], int]:
        found: dict[str, Any] = {}
        at = self.skip(at)
        if self.text.startswith("}", at):
            return found, at + 1
        while True:
            at = self.skip(at)
            if not self.text.startswith('"', at):
                self.fail(at, pointer, "the name of an attribute, in double quotes, is missing")
            name, after = self.string(at, pointer)
            place = pointed(pointer, name)
            if name in found:
                self.fail(at, place, "it is here twice: leave one out")
            at = self.skip(after)
            if not self.text.startswith(":", at):
                self.fail(at, place, "a colon is missing after the name")
            found[name], at = self.value(at + 1, place, depth + 1)
            at = self.skip(at)
            if self.text.startswith("}", at):
                return found, at + 1
            at = self.comma(at, pointer, "}")

    def comma(self, at: int, pointer: str, end: str) -> int:
        if not self.text.startswith(",", at):
            self.fail(at, pointer, f"a comma or {end} is missing")
        after = self.skip(at + 1)
        if self.text.startswith(end, after):
            self.fail(at, pointer, f"a comma before {end} has nothing after it")
        return after
