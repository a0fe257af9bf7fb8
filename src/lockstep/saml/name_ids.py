"""The name of the person who signs in (SAML Core 2.2.3)."""

import re
import unicodedata
from typing import Final

from lockstep.saml.names import saml
from lockstep.saml.problems import Reason, SamlProblem
from lockstep.saml.records import UNSPECIFIED_FORMAT, Expected, TrustedIdp
from lockstep.saml.xml import Element, leaf_text, only_child

_LONGEST: Final = 256
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
"""Categories of characters that a person cannot see: controls, zero width, private use, not assigned."""
_WORD: Final = re.compile(r"[^\W\d_]+")
_LOOK_ALIKE: Final = frozenset({"ARMENIAN", "CHEROKEE", "COPTIC", "CYRILLIC", "FULLWIDTH", "GREEK", "LISU", "MATHEMATICAL"})
"""Alphabets with letters that look like Latin ones, as the names of their characters begin."""


def read_name(subject: Element, idp: TrustedIdp, expected: Expected) -> tuple[str, str]:
    """The name and its format.  SamlProblem bad_nameid for a name that could be taken for another's, or of another format."""
    element = only_child(subject, saml("NameID"), Reason.BAD_NAMEID)
    name = leaf_text(element, Reason.BAD_NAMEID)
    _check_text(name)
    name_format = element.get("Format", UNSPECIFIED_FORMAT)
    if name_format not in idp.name_id_formats:
        raise SamlProblem(Reason.BAD_NAMEID, f"a name of the kind {name_format[:200]!r}")
    if element.get("NameQualifier", idp.entity_id) != idp.entity_id:
        raise SamlProblem(Reason.BAD_NAMEID, "a name that another identity provider qualifies")
    if element.get("SPNameQualifier", expected.audience) != expected.audience:
        raise SamlProblem(Reason.BAD_NAMEID, "a name for another service provider")
    return name, name_format


def _check_text(name: str) -> None:
    if not name or len(name) > _LONGEST or name != name.strip():
        raise SamlProblem(Reason.BAD_NAMEID, f"empty, too long, or with spaces around it: {name[:60]!r}")
    if any(unicodedata.category(character) in _UNSEEN for character in name):
        raise SamlProblem(Reason.BAD_NAMEID, f"a character that cannot be seen: {name[:60]!a}")
    if not unicodedata.is_normalized("NFC", name):
        raise SamlProblem(Reason.BAD_NAMEID, f"not in normal form C: {name[:60]!a}")
    if any(_looks_like_another(word) for word in _WORD.findall(name)):
        raise SamlProblem(Reason.BAD_NAMEID, f"letters of two alphabets in one word: {name[:60]!a}")


def _looks_like_another(word: str) -> bool:
    """Whether a word mixes Latin letters with ones that look like them.  A word all in Greek is a Greek word."""
    alphabets = {unicodedata.name(letter, "").partition(" ")[0] for letter in word}
    return "LATIN" in alphabets and not _LOOK_ALIKE.isdisjoint(alphabets)
