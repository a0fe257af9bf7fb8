"""Random users, groups, filters and JSON, and what makes two resources the same."""

import json
from typing import Any

from hypothesis import strategies as st

from lockstep.scim.messages import ENTERPRISE, GROUP, USER
from lockstep.scim.syntax import And, AttrPath, Comparison, Filter, Not, Or, Present, ValuePath

Json = dict[str, Any]

VERSIONED = "urn:example:params:hr:2.0:User"
UNVERSIONED = "urn:example:hr"
OLD_STYLE = "urn:scim:schemas:extension:acme:1.0"

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=6)
words = st.sampled_from(["a", "A", "ab", "Ab", "b", "É", "é", "E\u0301", "straße", "x y", 'q"\\', "10", "9"])
ids = st.sampled_from([f"{number:02d}" for number in range(12)])


def _some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Json]:
    """An object with one or more of `fields`."""
    return st.fixed_dictionaries({}, optional=dict(fields)).filter(bool)


@st.composite
def _values(draw: st.DrawFn, /, **fields: st.SearchStrategy[str]) -> list[Json]:
    """Values of a multi-valued attribute, at most one of them primary."""
    kinds = st.sampled_from(["work", "home", "other"])
    items = draw(st.lists(_some(type=kinds, primary=st.just(False), **fields), min_size=1, max_size=3))
    primary = draw(st.none() | st.integers(0, len(items) - 1))
    if primary is not None:
        items[primary]["primary"] = True
    return items


def _extension(text: st.SearchStrategy[str]) -> st.SearchStrategy[Json]:
    manager = _some(**{"value": ids, "$ref": text, "displayName": text})
    return _some(employeeNumber=text, department=text, division=text, costCenter=text, manager=manager)


@st.composite
def users(draw: st.DrawFn, text: st.SearchStrategy[str] = texts) -> Json:
    """A user as the RFC has it: no empty values, `schemas` lists what is there."""
    names = _some(givenName=text, familyName=text, middleName=text, formatted=text)
    user = draw(
        st.fixed_dictionaries(
            {"userName": text},
            optional={
                "externalId": text,
                "name": names,
                "displayName": text,
                "title": text,
                "locale": text,
                "active": st.booleans(),
                "emails": _values(value=text),
                "phoneNumbers": _values(value=text),
                "addresses": _values(locality=text, country=text),
                "roles": _values(value=text),
                ENTERPRISE: _extension(text),
                VERSIONED: _some(level=text, tags=st.lists(text, min_size=1, max_size=3)),
                UNVERSIONED: _some(level=text, badge=st.integers(0, 9)),
                OLD_STYLE: _some(level=text),
            },
        )
    )
    return {"schemas": [USER, *(key for key in user if key.startswith("urn:"))], **user}


@st.composite
def groups(draw: st.DrawFn) -> Json:
    """A group whose members are named once each."""
    member = st.fixed_dictionaries({"value": ids}, optional={"type": st.just("User"), "display": texts})
    members = st.lists(member, min_size=1, max_size=6, unique_by=lambda item: item["value"])
    group = draw(st.fixed_dictionaries({"displayName": texts}, optional={"externalId": texts, "members": members}))
    return {"schemas": [GROUP], **group}


def canonical(value: Any) -> str:
    """Text that is equal for equal resources: the order of names and of the values of a list has no meaning (RFC 7643 2.4)."""

    def ordered(item: Any) -> Any:
        if isinstance(item, dict):
            return {key: ordered(inner) for key, inner in item.items()}
        if isinstance(item, list):
            return sorted((ordered(inner) for inner in item), key=lambda inner: json.dumps(inner, sort_keys=True))
        return item

    return json.dumps(ordered(value), sort_keys=True)


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.sampled_from(["add", "members"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)

_COMPARED = [
    AttrPath("userName"),
    AttrPath("externalId"),
    AttrPath("title"),
    AttrPath("name", "givenName"),
    AttrPath("roles", "type"),
    AttrPath("roles"),
    AttrPath("phoneNumbers", "value"),
    AttrPath("userName", schema=USER),
    AttrPath("department", schema=ENTERPRISE),
    AttrPath("manager", "value", ENTERPRISE),
]
_TESTED = [*_COMPARED, AttrPath("name"), AttrPath("emails"), AttrPath("active"), AttrPath("manager", schema=ENTERPRISE)]
_STRING_OPERATORS = st.sampled_from(["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"])
_EQUALITY = st.sampled_from(["eq", "ne"])


def _tests(paths: list[AttrPath], booleans: list[AttrPath]) -> st.SearchStrategy[Filter]:
    return (
        st.builds(Comparison, st.sampled_from(paths), _STRING_OPERATORS, words)
        | st.builds(Comparison, st.sampled_from(paths), _EQUALITY, st.none())
        | st.builds(Comparison, st.sampled_from(booleans), _EQUALITY, st.booleans())
        | st.builds(Present, st.sampled_from([*paths, *booleans]))
    )


def _combined(tests: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
    def grow(inner: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
        terms = st.lists(inner, min_size=2, max_size=3).map(tuple)
        return st.builds(And, terms) | st.builds(Or, terms) | st.builds(Not, inner)

    return st.recursive(tests, grow, max_leaves=4)


_SELECTED = st.sampled_from([AttrPath("roles"), AttrPath("phoneNumbers")])
_INSIDE = _combined(_tests([AttrPath("value"), AttrPath("type")], [AttrPath("primary")]))
filters: st.SearchStrategy[Filter] = _combined(
    _tests(_TESTED[:10], [AttrPath("active"), AttrPath("roles", "primary")])
    | st.builds(Present, st.sampled_from(_TESTED))
    | st.builds(ValuePath, _SELECTED, _INSIDE)
)
"""Filters that make sense for a user, over the attributes that scim2-models takes with any text in them."""
