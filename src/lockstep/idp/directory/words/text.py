"""What somebody is found by, and what a search text asks for.  Pure.

A word begins wherever a name, an address or a key begins, or a part of one: Zoë Akers, zoe.akers@example.com, is found by
`zoe`, `akers`, `zoe.a`, `akers@ex` and `example.com`, in any case, with and without accents.  A word that begins another
one of the same person is left out, because whoever looks for beginnings finds it all the same.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
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
    text = " ".join([value[:_LOOKED_AT] for value in dict.fromkeys(values) if value])
    found: dict[str, None] = {}
    for piece in dict.fromkeys(folded_word(text.replace("\0", "")).split()):
        found.update(dict.fromkeys(_beginnings(piece)))
    return _without_beginnings(sorted(found if len(found) <= MOST else list(found)[:MOST]))


def terms_of(text: str) -> list[str]:
    """The words that all have to be found, sorted; none where the text is blank."""
    pieces = folded_word(text[:_LOOKED_AT].replace("\0", "")).split()
    return _without_beginnings(sorted({(piece.lstrip("@") or piece)[:LONGEST] for piece in pieces[:MOST_TERMS]}))


@lru_cache(maxsize=20_000)
def _beginnings(piece: str) -> tuple[str, ...]:
    """The piece, and what is left of it from each part on; of a domain not its last part alone, which nearly everybody has."""
    if piece.isalnum():
        return (piece[:LONGEST],)
    starts = [run.start() for run in _RUN.finditer(piece)]
    if "@" in piece and starts and starts[-1] > piece.rindex("@") + 1:
        starts.pop()
    return (piece[:LONGEST], *(piece[start : start + LONGEST] for start in starts if start))


def _without_beginnings(words: list[str]) -> list[str]:
    """Sorted words without those that begin the next one."""
    kept = [word for word, after in pairwise(words) if not after.startswith(word)]
    return [*kept, *words[-1:]]
