"""JSON with places: what the standard library reads, with the line of each value; what is wrong is said where it is."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.idp.apps.template.reading import UnreadableError, pointed, read
from lockstep.idp.apps.template.records import LONGEST

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False),
    lambda one: st.lists(one, max_size=3) | st.dictionaries(st.text(), one, max_size=3),
    max_leaves=12,
)


def problem(text: str) -> str:
    with pytest.raises(UnreadableError) as raised:
        read(text)
    return raised.value.fault.words


@given(JSON, st.sampled_from([None, 2]))
def test_it_reads_what_the_standard_library_reads(value: Any, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    assert read(text).value == value


@given(st.text())
def test_what_it_reads_the_standard_library_reads_too(text: str) -> None:
    try:
        found = read(text).value
    except UnreadableError:
        return
    assert json.loads(text) == found


def test_lines_by_pointer() -> None:
    found = read('{\n "a": 1,\n "b/~": [\n  2,\n  {"c": 3}]\n}')
    assert dict(found.lines) == {"": 1, "/a": 2, "/b~1~0": 3, "/b~1~0/0": 4, "/b~1~0/1": 5, "/b~1~0/1/c": 5}
    assert pointed("/x", "b/~") == "/x/b~1~0"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "line 1: the text ends before the template does"),
        ('{\n "a" 1}', "line 2, /a: a colon is missing after the name"),
        ('{\n "a": 1\n "b": 2}', "line 3: a comma or } is missing"),
        ('{"a": [1, ]}', "line 1, /a: a comma before ] has nothing after it"),
        ("{'a': 1}", "line 1: the name of an attribute, in double quotes, is missing"),
        ('{"a": 1,\n"a": 2}', "line 2, /a: it is here twice: leave one out"),
        ('{\n"active": {$user.active}}', "line 2, /active: write a macro in quotes"),
        ('{"a": yes}', "line 1, /a: JSON has no 'y' here"),
        ('{"a": "b}', "line 1, /a: a text in quotes: unterminated string starting at"),
        ('{"a": "b\nc"}', "line 1, /a: a text in quotes: invalid control character at"),
        ("{} {}", "line 1: the template ends here; nothing may follow"),
        ('{"a": NaN}', "line 1, /a: JSON has no 'N' here"),
        ("[" * 40, "nested too deep for a SCIM user"),
        (" " * (LONGEST + 1), "line 1: a template has at most 65,536 characters"),
    ],
)
def test_what_is_wrong_is_said_where_it_is(text: str, words: str) -> None:
    assert words in problem(text)
