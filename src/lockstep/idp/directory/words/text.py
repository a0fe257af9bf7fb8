"""What somebody is found by, and what a search text asks for.  Pure.

A word begins wherever a name, an address or a key begins, or a part of one: Zoë Akers, zoe.akers@example.com, is found by
`zoe`, `akers`, `zoe.a`, `akers@ex` and `example.com`, in any case, with and without accents.  A word that begins another
one of the same person is left out, because whoever looks for beginnings finds it all the same.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from unicodedata import combining, normalize

FOUND_BY = (
    "user_name",
    "email",
    "display_name",
    "given_name",
    "family_name",
    "nickname",
    "employee_id",
    "external_id",
    "samaccountname",
    "userprincipalname",
)
"""The fields whose words somebody is found by."""
LONGEST, MOST, MOST_TERMS = 64, 64, 8
"""Characters of a word, words of a person, words of a search; what goes beyond is not looked at."""
_LOOKED_AT = 1_000
_RUN = re.compile(r"[^\W_]+")


def folded_word(text: str) -> str:
    """Text as it is compared: without case, accents and compatibility forms."""
    if text.isascii():
        return text.lower()
    plain = "".join(one for one in normalize("NFKD", text) if not combining(one))
    return normalize("NFKC", plain.casefold())


def words_of(values: Iterable[str]) -> list[str]:
    """The words of a person with these values of FOUND_BY, sorted."""
    found: dict[str, None] = {}
    for value in dict.fromkeys(values):
        if value:
            for piece in folded_word(value[:_LOOKED_AT].replace("\0", "")).split():
                found.update(dict.fromkeys(_beginnings(piece)))
    return _without_beginnings(sorted(dict.fromkeys(list(found)[:MOST])))


def terms_of(text: str) -> list[str]:
    """The words that all have to be found, sorted; none where the text is blank."""
    pieces = folded_word(text[:_LOOKED_AT].replace("\0", "")).split()
    return _without_beginnings(sorted({(piece.lstrip("@") or piece)[:LONGEST] for piece in pieces[:MOST_TERMS]}))


def _beginnings(piece: str) -> Iterator[str]:
    """The piece, and what is left of it from each part on; of a domain not its last part alone, which nearly everybody has."""
    yield piece[:LONGEST]
    starts = [run.start() for run in _RUN.finditer(piece)]
    if "@" in piece and starts and starts[-1] > piece.rindex("@") + 1:
        starts.pop()
    for start in starts:
        yield piece[start : start + LONGEST]


def _without_beginnings(words: list[str]) -> list[str]:
    """Sorted words without those that begin the next one."""
    kept = [word for word, after in pairwise(words) if not after.startswith(word)]
    return [*kept, *words[-1:]]
