"""Whom somebody looks for."""

from typing import Literal

import msgspec

Giver = Literal["", "hand", "source", "mapping"]
"""Who put somebody into a role: anyone, a person, a source, or a mapping (alone or besides)."""


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """All of it has to hold; what is None or "" is not asked for."""

    text: str = ""
    """Words (`words.text`), each of which begins one of the person's."""
    status: int | None = None
    state: int | None = None
    group_id: int | None = None
    source: int | None = None
    roles: tuple[tuple[int, ...], ...] = ()
    """Of each of these lists the person is in one of the roles, by their ids; an empty list is nobody's."""

    giver: Giver = ""
    """Who put them into these roles."""
    ids: tuple[int, ...] | None = None
    """Only these people."""

    def __bool__(self) -> bool:
        return self != Filter()
