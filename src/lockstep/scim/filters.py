"""Filter text to tree: the grammar of RFC 7644 3.4.2.2, by recursive descent with a bound on length and depth."""

from typing import Final, cast

from lockstep.scim.matching import check_comparison, matches
from lockstep.scim.messages import refuse
from lockstep.scim.schemas import KNOWN_URNS, find
from lockstep.scim.syntax import (
    And,
    AttrPath,
    Comparison,
    Filter,
    Not,
    Operator,
    Or,
    Path,
    Present,
    Scalar,
    ValuePath,
)
from lockstep.scim.tokens import GrammarError, Kind, Token, split_name, tokenize

__all__ = ["And", "AttrPath", "Comparison", "Filter", "Not", "Or", "Present", "ValuePath", "matches", "parse_filter"]

_OPERATORS: Final = frozenset({"eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"})
_CONSTANTS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None}
_DEEPEST: Final = 100
"""A bound on `max_depth` itself: three Python frames per level must stay far from the interpreter's limit."""


def parse_filter(text: str, *, max_length: int = 1000, max_depth: int = 20) -> Filter:
    """The tree of filter `text`; ScimError 400 invalidFilter if it is malformed, too long, or too deeply nested.

    Also refused is what RFC 7644 3.4.2.2 forbids: ordering or substring operators on boolean and binary attributes, and
    values that the attribute can never have.
    """
    if len(text) > max_length:
        refuse("invalidFilter", f"The filter is longer than {max_length} characters.")
    try:
        parser = Parser(tokenize(text), max_depth)
        found = parser.expression()
        parser.take("end")
    except GrammarError as problem:
        refuse("invalidFilter", f"The filter cannot be read: {problem}.")
    return found


class Parser:
    """Reads tokens from left to right; every method consumes what it names, or raises GrammarError."""

    def __init__(self, tokens: list[Token], max_depth: int) -> None:
        self._tokens = tokens
        self._at = 0
        self._room = min(max_depth, _DEEPEST)
        self._selecting: AttrPath | None = None

    def expression(self) -> Filter:
        """`term or term …`, where each is `factor and factor …`: `and` binds tighter than `or`."""
        terms = [self._conjunction()]
        while self._is_word("or"):
            self._at += 1
            terms.append(self._conjunction())
        return terms[0] if len(terms) == 1 else Or(tuple(terms))

    def path(self) -> Path:
        """The whole of a PATCH path (RFC 7644 3.5.2, figure 7)."""
        name = self._name()
        where = None
        sub = name.sub
        if self._next_is("["):
            where = self._selection(name)
            if self._next_is("."):
                self._at += 1
                sub = self._sub_name()
        return Path(name.attribute, sub, name.schema, where)

    def take(self, kind: Kind) -> Token:
        """The next token, which has to be of `kind`."""
        token = self._token
        if token.kind != kind:
            found = "the end" if token.kind == "end" else repr(token.text)
            wanted = "end" if kind == "end" else repr(kind)
            raise GrammarError(f"{found} at column {token.column} where {wanted} was expected")
        self._at += 1
        return token

    @property
    def _token(self) -> Token:
        return self._tokens[self._at]

    def _next_is(self, kind: Kind) -> bool:
        return self._token.kind == kind

    def _is_word(self, word: str) -> bool:
        return self._token.kind == "word" and self._token.text.lower() == word

    def _conjunction(self) -> Filter:
        terms = [self._factor()]
        while self._is_word("and"):
            self._at += 1
            terms.append(self._factor())
        return terms[0] if len(terms) == 1 else And(tuple(terms))

    def _factor(self) -> Filter:
        negated = self._is_word("not") and self._tokens[self._at + 1].kind == "("
        if negated:
            self._at += 1
        if self._token.kind == "(":
            inner = self._nested("(", ")")
            return Not(inner) if negated else inner
        return self._attribute_expression()

    def _nested(self, opening: Kind, closing: Kind) -> Filter:
        column = self.take(opening).column
        if self._room == 0:
            raise GrammarError(f"too many levels at column {column}")
        self._room -= 1
        inner = self.expression()
        self._room += 1
        self.take(closing)
        return inner

    def _attribute_expression(self) -> Filter:
        name = self._name()
        if not self._next_is("["):
            return self._test(name)
        where = self._selection(name)
        if self._next_is("."):
            # Not in the ABNF, but Entra sends `emails[type eq "work"].value eq "x"`: one and the same value fits both.
            self._at += 1
            test = self._test(AttrPath(self._sub_name()), within=name)
            where = And((*where.terms, test)) if isinstance(where, And) else And((where, test))
        return ValuePath(name, where)

    def _selection(self, name: AttrPath) -> Filter:
        if self._selecting is not None:
            raise GrammarError(f"a selection inside a selection at column {self._token.column}")
        attribute = find(name.attribute, None, name.schema)
        if name.sub is not None or not name.attribute or (attribute is not None and not attribute.multi_valued):
            raise GrammarError(f"{name} has no values to select from")
        self._selecting = name
        where = self._nested("[", "]")
        self._selecting = None
        return where

    def _test(self, path: AttrPath, within: AttrPath | None = None) -> Filter:
        operator = self.take("word").text.lower()
        if operator == "pr":
            return Present(path)
        if operator not in _OPERATORS:
            raise GrammarError(f"{operator!r} is not an operator")
        comparison = Comparison(path, cast(Operator, operator), self._literal())
        check_comparison(comparison, within or self._selecting)
        return comparison

    def _literal(self) -> Scalar:
        token = self._token
        if token.kind == "word" and token.text.lower() in _CONSTANTS:
            self._at += 1
            return _CONSTANTS[token.text.lower()]
        if token.kind != "value":
            raise GrammarError(f"no value at column {token.column}")
        self._at += 1
        return token.value

    def _name(self) -> AttrPath:
        token = self.take("word")
        if token.text.lower() == "not":  # the one keyword that stands where a name may
            raise GrammarError(f"{token.text!r} at column {token.column} where a name was expected")
        return split_name(token.text, KNOWN_URNS)

    def _sub_name(self) -> str:
        word = self.take("word").text
        name = split_name(word, KNOWN_URNS)
        if name.sub is not None or name.schema is not None:
            raise GrammarError(f"{word!r} is not a sub-attribute name")
        return name.attribute
