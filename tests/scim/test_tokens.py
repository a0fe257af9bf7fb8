"""Text cut into tokens."""

import pytest

from lockstep.scim.messages import ENTERPRISE
from lockstep.scim.schemas import KNOWN_URNS
from lockstep.scim.syntax import AttrPath
from lockstep.scim.tokens import GrammarError, split_name, split_urn, tokenize


def test_tokens_know_their_column_and_their_value() -> None:
    tokens = tokenize(' a.b eq "x\\ty" (1.5)')
    assert [(token.kind, token.text, token.column) for token in tokens] == [
        ("word", "a.b", 2),
        ("word", "eq", 6),
        ("value", '"x\\ty"', 9),
        ("(", "(", 16),
        ("value", "1.5", 17),
        (")", ")", 20),
        ("end", "", 21),
    ]
    assert [token.value for token in tokens if token.kind == "value"] == ["x\ty", 1.5]


@pytest.mark.parametrize(
    ("text", "message"),
    [("a &", "'&' at column 3"), ('"\\ud800"', "column 1 is not Unicode"), (" 9e999", "column 2 is out of range")],
)
def test_what_is_no_token(text: str, message: str) -> None:
    with pytest.raises(GrammarError, match=message):
        tokenize(text)


@pytest.mark.parametrize(
    ("word", "schema", "rest"),
    [
        (ENTERPRISE, ENTERPRISE, ""),
        (f"{ENTERPRISE.upper()}:manager.value", ENTERPRISE, "manager.value"),
        ("urn:x:y:2.0:User", "urn:x:y:2.0:User", ""),
        ("urn:x:y:2.0:User:a.b", "urn:x:y:2.0:User", "a.b"),
        ("urn:x:y:2.0:a.b", "urn:x:y:2.0", "a.b"),
        ("urn:x:y:2", "urn:x:y:2", ""),
        ("urn:x:y:a", "urn:x:y", "a"),
    ],
)
def test_where_a_urn_ends(word: str, schema: str, rest: str) -> None:
    assert split_urn(word, KNOWN_URNS) == (schema, rest)


def test_names() -> None:
    assert split_name("a-b_c.$ref", KNOWN_URNS) == AttrPath("a-b_c", "$ref")
    for word in ("a.b.c", "a.", "a:b", "urn:a", "urn::a", "urn:x:2.0:User:", "urn:x:-:a"):
        with pytest.raises(GrammarError):
            split_name(word, KNOWN_URNS)
