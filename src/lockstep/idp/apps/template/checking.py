"""Holds a template against the target's schema: everything that is wrong is said, each with its place.  Pure."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from lockstep.idp.apps.template.macros import MANAGER, OPEN, Known, Macro, Unknown, macro_of, pieces
from lockstep.idp.apps.template.reading import UnreadableError, pointed, read
from lockstep.idp.apps.template.records import Fault, Read
from lockstep.idp.apps.template.target import UserSchemas
from lockstep.scim.definitions import Attribute
from lockstep.scim.messages import CORE_1, ENTERPRISE, ENTERPRISE_1, USER

Place = tuple[str, ...]
_ACTIVE = "{$user.active}"
_OLD = {CORE_1: USER, ENTERPRISE_1: ENTERPRISE}
_KINDS: Mapping[str, tuple[type, ...]] = {"boolean": (bool,), "integer": (int,), "decimal": (int, float)}
MOST = 50
"""Faults that are told at once."""


def faults_of(text: str, parameters: Known, schemas: UserSchemas) -> list[Fault]:
    """What is wrong with a template, by line; nothing where it can be used."""
    try:
        found = read(text)
    except UnreadableError as error:
        return [error.fault]
    if not isinstance(found.value, dict):
        return [Fault("", 1, "a template is one JSON object, { … }")]
    checker = _Checker(found, parameters, schemas)
    return sorted(checker.faults(), key=lambda fault: fault.line)[:MOST]


class _Checker:
    def __init__(self, found: Read, parameters: Known, schemas: UserSchemas) -> None:
        self._read, self._parameters, self._schemas = found, parameters, schemas

    def faults(self) -> Iterator[Fault]:
        document = self._read.value
        yield from self._of_schemas(document)
        for name, value in document.items():
            pointer = pointed("", name)
            if name == "schemas":
                continue
            if name[:4].lower() == "urn:":
                yield from self._extension(name, value, pointer)
            elif name == "active":
                yield from self._of_active(value, pointer)
            else:
                yield from self._member(self._schemas.core, name, value, (name,), pointer)
        yield from self._of_user_name(document)

    def _fault(self, pointer: str, what: str) -> Fault:
        return Fault(pointer, self._read.lines.get(pointer, 1), what)

    # the whole

    def _of_schemas(self, document: Mapping[str, Any]) -> Iterator[Fault]:
        said = document.get("schemas")
        if not isinstance(said, list) or not all(isinstance(one, str) for one in said):
            yield self._fault("/schemas", f'name the schemas: "schemas": ["{USER}"]')
            return
        for number, urn in enumerate(said):
            if urn in _OLD:
                yield self._fault(f"/schemas/{number}", f"that is SCIM 1.1; write {_OLD[urn]}")
            elif urn != USER and urn not in self._schemas.extensions:
                yield self._fault(f"/schemas/{number}", f"{urn[:100]} is no schema of a user here; there are {self._urns()}")
        if USER not in said and CORE_1 not in said:
            yield self._fault("/schemas", f"{USER} is missing")
        for name in document:
            if name in self._schemas.extensions and name not in said:
                yield self._fault(pointed("", name), "its attributes are here, and schemas does not name it")

    def _urns(self) -> str:
        return ", ".join((USER, *self._schemas.extensions))

    def _of_active(self, value: Any, pointer: str) -> Iterator[Fault]:
        if value != _ACTIVE:
            what = f'write "{_ACTIVE}", or leave it out: who is switched on is decided by their status, as the app is set'
            yield self._fault(pointer, what)

    def _of_user_name(self, document: Mapping[str, Any]) -> Iterator[Fault]:
        name = document.get("userName")
        if name is None:
            yield self._fault("", 'userName is missing: every user has one, "userName": "{$parameters.userName}"')
        elif not isinstance(name, str) or not any(kind == "macro" for kind, _ in pieces(name)):
            yield self._fault("/userName", "without a macro everybody would have the same name")

    def _extension(self, urn: str, value: Any, pointer: str) -> Iterator[Fault]:
        attributes = self._schemas.extensions.get(urn)
        if urn == USER:
            yield self._fault(pointer, "the attributes of User stand at the top, not under its URN")
        elif attributes is None:
            yield self._fault(pointer, f"{urn[:100]} is no extension of a user here; there are {self._urns()}")
        elif not isinstance(value, dict):
            yield self._fault(pointer, "an extension is an object, { … }")
        else:
            for name, one in value.items():
                yield from self._member(attributes, name, one, (urn, name), pointed(pointer, name))

    # attributes

    def _member(self, known: Mapping[str, Attribute], name: str, value: Any, place: Place, pointer: str) -> Iterator[Fault]:
        attribute = known.get(name.lower())
        if attribute is None:
            yield self._fault(pointer, _unknown(name, known, self._schemas.words))
        elif attribute.name != name:
            yield self._fault(pointer, f"it is spelt {attribute.name}")
        elif attribute.mutability == "readOnly":
            yield self._fault(pointer, "the target says this itself (read-only): leave it out")
        elif attribute.returned == "never":
            yield self._fault(pointer, "passwords are not sent: people sign in here")
        elif place == (ENTERPRISE, "manager", "value"):
            yield from self._of_manager(value, pointer)
        elif attribute.multi_valued:
            yield from self._many(attribute, value, place, pointer)
        else:
            yield from self._one(attribute, value, place, pointer)

    def _of_manager(self, value: Any, pointer: str) -> Iterator[Fault]:
        cut = pieces(value) if isinstance(value, str) else []
        if len(cut) != 1 or cut[0][0] != "macro" or cut[0][1] not in MANAGER:
            what = "write {$parameters.manager} or {$user.manager_id} alone: it becomes the id that they have at the target"
            yield self._fault(pointer, what)

    def _many(self, attribute: Attribute, value: Any, place: Place, pointer: str) -> Iterator[Fault]:
        name = attribute.name
        if not isinstance(value, list):
            entry = '{ "value": … }' if attribute.type == "complex" else '"…"'
            yield self._fault(pointer, f"{name} is a list here (multi-valued), even of one: [ {entry} ]")
            return
        one_only = name in self._schemas.one_value
        if one_only and len(value) > 1:
            yield self._fault(pointer, f"{self._schemas.words} takes one of {name}, and there are {len(value)}")
        for number, item in enumerate(value):
            at = f"{pointer}/{number}"
            if isinstance(item, list):
                yield self._fault(at, "a list inside a list is nothing that SCIM knows")
                continue
            yield from self._one(attribute, item, place, at)
            if name in self._schemas.primary and isinstance(item, dict) and item.get("primary") is not True:
                yield self._fault(at, f'{self._schemas.words} wants it marked as the primary one: add "primary": true')
            if one_only and self._gives_many(item):
                yield self._fault(at, f"{self._schemas.words} takes one of {name}, and this parameter can have several values")

    def _gives_many(self, item: Any) -> bool:
        text = item.get("value") if isinstance(item, dict) else item
        cut = pieces(text) if isinstance(text, str) else []
        macro = macro_of(cut[0][1], self._parameters) if len(cut) == 1 and cut[0][0] == "macro" else None
        return isinstance(macro, Macro) and macro.many

    def _one(self, attribute: Attribute, value: Any, place: Place, pointer: str) -> Iterator[Fault]:
        if attribute.type == "complex":
            yield from self._complex(attribute, value, place, pointer)
        elif isinstance(value, dict | list):
            what = "an object" if isinstance(value, dict) else "a list"
            yield self._fault(pointer, f"{attribute.name} is one value, not {what}")
        elif value is None:
            yield self._fault(pointer, "null is no value: leave it out")
        elif isinstance(value, str):
            yield from self._text(attribute, value, pointer)
        elif isinstance(value, bool) != (attribute.type == "boolean") or not isinstance(value, _KINDS.get(attribute.type, ())):
            yield self._fault(pointer, f"{attribute.name} is {_words(attribute)}")

    def _complex(self, attribute: Attribute, value: Any, place: Place, pointer: str) -> Iterator[Fault]:
        if not isinstance(value, dict):
            yield self._fault(pointer, f"{attribute.name} is an object here, {{ … }}")
            return
        if not value:
            yield self._fault(pointer, "an object with nothing in it says nothing: leave it out")
        for name, one in value.items():
            yield from self._member(attribute.subs, name, one, (*place, name), pointed(pointer, name))

    def _text(self, attribute: Attribute, text: str, pointer: str) -> Iterator[Fault]:
        cut = pieces(text)
        if OPEN.search(text):
            yield self._fault(pointer, "a macro has no closing brace")
        for kind, name in cut:
            found = macro_of(name, self._parameters) if kind == "macro" else None
            if isinstance(found, Unknown):
                yield self._fault(pointer, found.what)
            elif isinstance(found, Macro) and found.key and found.idle:
                what = f"the parameter {found.key} is not sent: tick “Include in User Provisioning” there"
                yield self._fault(pointer, what)
        macros = sum(kind == "macro" for kind, _ in cut)
        if attribute.type in _KINDS and not (macros == 1 and len(cut) == 1):
            yield self._fault(pointer, f"{attribute.name} is {_words(attribute)}, without quotes, or one macro in them")
        if not text.strip():
            yield self._fault(pointer, "an empty text says nothing: leave it out")
        if attribute.type in ("string", "reference") and cut == [("macro", "user.active")]:
            what = f"alone in its quotes {_ACTIVE} is a truth value, and {attribute.name} is {_words(attribute)}"
            yield self._fault(pointer, what)


def _words(attribute: Attribute) -> str:
    words = {"boolean": "true or false", "integer": "a whole number", "decimal": "a number", "dateTime": "a time"}
    return words.get(attribute.type, "a text")


def _unknown(name: str, known: Mapping[str, Attribute], words: str) -> str:
    near = get_close_matches(name.lower(), known, 1, 0.7)
    names = ", ".join(sorted(one.name for one in known.values()))
    meant = f"did you mean {known[near[0]].name}?" if near else f"there are {names}"
    return f"{name[:80]} is no attribute there ({words}); {meant}"
