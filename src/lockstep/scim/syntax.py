"""The trees that filters and paths are parsed into.  Values only: parsing is in `filters` and `paths`.

`str()` of any of them is text that parses back to an equal tree.
"""

import json
from dataclasses import dataclass
from typing import Literal

Operator = Literal["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"]
Scalar = str | int | float | bool | None
"""What a filter can compare with: a JSON value that is neither list nor object."""


@dataclass(frozen=True, slots=True)
class AttrPath:
    """`[URN:]attribute[.sub]` (RFC 7644 3.10).  `attribute` is "" where the path is the URN of a schema alone."""

    attribute: str
    sub: str | None = None
    schema: str | None = None

    def __str__(self) -> str:
        name = self.attribute if self.sub is None else f"{self.attribute}.{self.sub}"
        return ":".join(part for part in (self.schema, name) if part)


@dataclass(frozen=True, slots=True)
class Comparison:
    """`path op value`."""

    path: AttrPath
    op: Operator
    value: Scalar

    def __str__(self) -> str:
        return f"{self.path} {self.op} {json.dumps(self.value)}"


@dataclass(frozen=True, slots=True)
class Present:
    """`path pr`."""

    path: AttrPath

    def __str__(self) -> str:
        return f"{self.path} pr"


@dataclass(frozen=True, slots=True)
class And:
    """All of two or more terms.  A chain is one node, so that its length costs no depth."""

    terms: tuple["Filter", ...]

    def __str__(self) -> str:
        return " and ".join(f"({term})" if isinstance(term, And | Or) else str(term) for term in self.terms)


@dataclass(frozen=True, slots=True)
class Or:
    """Any of two or more terms."""

    terms: tuple["Filter", ...]

    def __str__(self) -> str:
        return " or ".join(f"({term})" if isinstance(term, Or) else str(term) for term in self.terms)


@dataclass(frozen=True, slots=True)
class Not:
    """`not (term)`."""

    term: "Filter"

    def __str__(self) -> str:
        return f"not ({self.term})"


@dataclass(frozen=True, slots=True)
class ValuePath:
    """`path[where]`: some value of the multi-valued attribute satisfies `where`."""

    path: AttrPath
    where: "Filter"

    def __str__(self) -> str:
        return f"{self.path}[{self.where}]"


Filter = Comparison | Present | And | Or | Not | ValuePath


@dataclass(frozen=True, slots=True)
class Path:
    """The target of a PATCH operation (RFC 7644 3.5.2): `[URN:]attribute[[where]][.sub]`.

    `attribute` is "" where the path is the URN of a schema alone, and names the whole extension.
    """

    attribute: str
    sub: str | None = None
    schema: str | None = None
    where: Filter | None = None

    def __str__(self) -> str:
        where = "" if self.where is None else f"[{self.where}]"
        sub = "" if self.sub is None else f".{self.sub}"
        return ":".join(part for part in (self.schema, f"{self.attribute}{where}{sub}") if part)
