"""Makes of a template what writes the document of a person.  Pure.

A template is looked through once; then each person costs a call for every value in it.  What a macro gives stays a value: it
is put into the document, never into JSON text, so that quotes and braces in it mean nothing.

- A text in which no macro has a value is left out; an object whose macros all have none is left out, and so is an entry of a
  list whose `value` has none.
- A macro alone in its quotes becomes what the schema says of its attribute: `"{$user.active}"` a truth value.
- A parameter with several values, alone in its quotes inside a list, makes an entry of each.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import Any

from lockstep.idp.apps.connectors import NOTHING, Given, Renderer
from lockstep.idp.apps.template.macros import Known, Macro, macro_of, pieces
from lockstep.idp.apps.template.target import UserSchemas, type_of
from lockstep.idp.directory.records import User
from lockstep.scim.definitions import Type
from lockstep.scim.messages import USER as USER_SCHEMA

Document = dict[str, Any]
Write = Callable[[User, bool, Given], Any]
"""A value for a person, None where it is left out."""
Place = tuple[str, ...]
"""Names from the top of the document; those of a list's entries follow the name of the list."""


@dataclass(frozen=True, slots=True)
class _Value:
    """How one value is written; `fed` says that a macro feeds it, `entries` gives all entries that it makes of a list."""

    write: Write
    fed: bool
    entries: Callable[[User, bool, Given], Iterable[Any]] | None = None


def compiled(value: Mapping[str, Any], parameters: Known, schemas: UserSchemas) -> Renderer:
    """What writes the document of a template that has been checked (`checking`)."""
    compiler = _Compiler(parameters, schemas)
    names = [name for name in value if name not in ("schemas", "active")]
    steps = [(name, compiler.value(value[name], (name,)).write) for name in names]
    urns = sorted(name for name in names if is_urn(name))
    quick = [step for name in names for step in _quick(compiler, name, value[name]) if step[2] is not _never]

    def write(user: User, active: bool, given: Given = NOTHING, /) -> Document:
        document: Document = {"active": active}
        if given:
            for name, step in steps:
                found = step(user, active, given)
                if found is not None:
                    document[name] = found
        else:
            for holder, name, get, shape, slow in quick:
                if get is None:
                    found = slow(user, active, NOTHING)
                    if found is not None:
                        document[name] = found
                    continue
                text = get(user)
                if text:
                    place = document.setdefault(holder, {}) if holder else document
                    place[name] = text if shape is None else shape(text)
        document["schemas"] = [USER_SCHEMA, *(urn for urn in urns if urn in document)]
        return document

    return write


def _never(_user: User) -> str:
    """The value of a parameter that nothing feeds."""
    return ""


_Get = Callable[[User], str]
_Shape = Callable[[str], Any]
_Quick = tuple[str, str, _Get | None, _Shape | None, Write]
"""Inside what and under which name a value goes; where a plain one comes from and what it becomes, or else what writes it."""


def _quick(compiler: "_Compiler", name: str, value: Any) -> list[_Quick]:
    """The steps of one member of a template.  What is just a field of the user, as most is, costs one look for each."""
    slow = compiler.value(value, (name,)).write
    if isinstance(value, dict) and "value" not in value:
        inner = {key: compiler.plain(one, (name, key)) for key, one in value.items()}
        if all(one is not None for one in inner.values()):
            return [(name, key, *one, slow) for key, one in inner.items() if one is not None]
    plain = compiler.plain(value, (name,))
    return [("", name, *plain, slow) if plain is not None else ("", name, None, None, slow)]


def schemas_of(document: Document) -> list[str]:
    """The schemas that a user of SCIM 2.0 is of: User's, and those of the extensions that it has."""
    return [USER_SCHEMA, *sorted(name for name in document if is_urn(name))]


def is_urn(name: str) -> bool:
    """Whether a member of a resource is an extension, and not an attribute."""
    return name[:4].lower() == "urn:"


class _Compiler:
    def __init__(self, parameters: Known, schemas: UserSchemas) -> None:
        self._parameters = parameters
        self._schemas = schemas

    def value(self, value: Any, place: Place) -> _Value:
        if isinstance(value, str):
            return self._text(value, place)
        if isinstance(value, dict):
            return self._object({name: self.value(one, (*place, name)) for name, one in value.items()})
        if isinstance(value, list):
            return self._list([self.value(one, place) for one in value])
        return _constant(value)

    def plain(self, value: Any, place: Place) -> tuple[_Get, _Shape | None] | None:
        """Where a value comes from that is one field of the user, and what it becomes; None for anything else."""
        if isinstance(value, str):
            cut = pieces(value)
            macro = macro_of(cut[0][1], self._parameters) if len(cut) == 1 and cut[0][0] == "macro" else None
            if isinstance(macro, Macro) and macro.nothing:
                return _never, None
            if isinstance(macro, Macro) and macro.plain and type_of(self._schemas, place) not in _KINDS:
                return attrgetter(macro.plain), None
        elif isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
            found = self.plain(value[0], place)
            shape = None if found is None else found[1]
            return None if found is None or shape is None else (found[0], lambda text: [shape(text)])
        elif isinstance(value, dict):
            return self._plain_value(value, place)
        return None

    def _plain_value(self, value: Mapping[str, Any], place: Place) -> tuple[_Get, _Shape] | None:
        """The same of an object whose `value` is a field of the user, and whose other members are said in so many words."""
        found = self.plain(value.get("value"), (*place, "value"))
        others = [self.value(one, (*place, name)) for name, one in value.items() if name != "value"]
        if found is None or found[1] is not None or any(one.fed for one in others):
            return None
        names = list(value)
        if names == ["value"]:
            return found[0], lambda text: {"value": text}
        first, said = names[0] == "value", {name: one for name, one in value.items() if name != "value"}
        return found[0], (lambda text: {"value": text, **said}) if first else (lambda text: {**said, "value": text})

    def _text(self, text: str, place: Place) -> _Value:
        cut = [(kind, macro_of(one, self._parameters) if kind == "macro" else one) for kind, one in pieces(text)]
        macros = [one for _, one in cut if isinstance(one, Macro)]
        if not macros:
            return _constant(text)
        if len(cut) == 1:
            return _lone(macros[0], type_of(self._schemas, place))
        return _Value(partial(_joined, tuple(one for _, one in cut if isinstance(one, str | Macro))), fed=True)

    def _object(self, members: Mapping[str, _Value]) -> _Value:
        fed = any(one.fed for one in members.values())
        steps = [(name, one.write, one.fed) for name, one in members.items()]
        needs_value = "value" in members and members["value"].fed

        def write(user: User, active: bool, given: Given) -> Any:
            document: Document = {}
            any_fed = False
            for name, step, is_fed in steps:
                found = step(user, active, given)
                if found is not None:
                    document[name] = found
                    any_fed |= is_fed
            if (fed and not any_fed) or (needs_value and "value" not in document):
                return None
            return document or None

        entries = members["value"].entries if needs_value else None
        return _Value(write, fed, None if entries is None else partial(_each, write, entries))

    def _list(self, items: list[_Value]) -> _Value:
        def write(user: User, active: bool, given: Given) -> Any:
            found: list[Any] = []
            for item in items:
                if item.entries is not None:
                    found += item.entries(user, active, given)
                else:
                    one = item.write(user, active, given)
                    if one is not None:
                        found.append(one)
            return found or None

        return _Value(write, any(one.fed for one in items))


def _constant(value: Any) -> _Value:
    return _Value(lambda _user, _active, _given: value, fed=False)


def _lone(macro: Macro, kind: Type) -> _Value:
    """A macro alone in its quotes."""
    if macro.active:
        return _Value(lambda _user, active, _given: active, fed=True)
    get, to = macro.value, _KINDS.get(kind)

    def write(user: User, _active: bool, given: Given) -> Any:
        text = get(user, given)
        if not text:
            return None
        return text if to is None else to(text)

    if macro.several is None:
        return _Value(write, fed=True)
    several, many, key = macro.several, macro.many, macro.key

    def entries(user: User, _active: bool, given: Given) -> Iterable[Any]:
        if many or key in given:
            return several(user, given)
        text = get(user, given)
        return (text,) if text else ()

    return _Value(write, fed=True, entries=entries)


def _each(write: Write, entries: Callable[[User, bool, Given], Iterable[Any]], *of: Any) -> Iterator[Any]:
    """One entry for each value of a parameter; the first alone is the primary one."""
    user, active, given = of
    for number, value in enumerate(entries(user, active, given)):
        made = write(user, active, given)
        if made is None:
            return
        entry = {**made, "value": value}
        if number and entry.get("primary") is True:
            del entry["primary"]
        yield entry


def _joined(parts: tuple[str | Macro, ...], user: User, active: bool, given: Given) -> str | None:
    """A text with macros in it; None where none of them has a value."""
    found, any_value = [], False
    for part in parts:
        text = part if isinstance(part, str) else ("true" if active else "false") if part.active else part.value(user, given)
        any_value |= not isinstance(part, str) and bool(text)
        found.append(text)
    return "".join(found).strip() or None if any_value else None


def _truth(text: str) -> Any:
    return {"true": True, "false": False}.get(text.lower(), text)


def _whole(text: str) -> Any:
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdigit() and len(digits) <= _DIGITS else text


def _decimal(text: str) -> Any:
    try:
        found = float(text)
    except ValueError:
        return text
    return found if found - found == 0 else text  # neither endless nor no number


_DIGITS = 18
_KINDS: Mapping[Type, Callable[[str], Any]] = {"boolean": _truth, "integer": _whole, "decimal": _decimal}
"""What a text becomes for an attribute that is none; one that cannot stays a text, and the target says so."""
