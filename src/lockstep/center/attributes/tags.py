"""From a person's SCIM document and assertion to session tags.

A wrong attribute of an assertion refuses the sign-in, as at AWS.  A value of the directory that does not fit is left out: the
person could not mend it, and policies that ask for the tag then do not match.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from lockstep.center.attributes.records import (
    LONGEST_KEY,
    MOST_ATTRIBUTES,
    PREFIX,
    AccessControlAttribute,
    LeftOut,
    Precedence,
    SessionTag,
    Tagged,
    key_of_case,
)
from lockstep.center.attributes.sources import value_of
from lockstep.saml.problems import Reason, SamlProblem

LONGEST_VALUE = 256
_PUNCTUATION = frozenset("_.:/=+-@")
_KINDS = frozenset("LZN")
_SHOWN = 60

_NO_VALUE = "there is no value"
_TOO_LONG = f"the value is longer than {LONGEST_VALUE} characters"
_CHARACTERS = "the value has a character that a session tag cannot hold (it holds letters, digits, spaces and _ . : / = + - @)"
_DIRECTORY_COUNTS = "this key takes its value from the directory"
_ASSERTION_COUNTS = "the identity provider's value for this key counts"
PASSED_OVER = frozenset({_DIRECTORY_COUNTS, _ASSERTION_COUNTS})
"""Why a value is left out that would have been a tag, if the other source had none."""

_Candidate = SessionTag | LeftOut


def fits(text: str) -> bool:
    r"""Whether a tag's key or value may hold `text`: `[\p{L}\p{Z}\p{N}_.:/=+\-@]*`."""
    return all(character in _PUNCTUATION or unicodedata.category(character)[0] in _KINDS for character in text)


def session_tags(
    user_document: Mapping[str, Any],
    configured: Sequence[AccessControlAttribute] | None,
    assertion_attributes: Mapping[str, Sequence[str]],
    precedence: Precedence,
) -> Tagged:
    """The tags of a session, configured keys first.  `configured` is None where attributes for access control are not enabled.

    Under `configured` a configured key never takes a value from the assertion, not even where the directory has none.
    Raises SamlProblem (bad_attribute).
    """
    if configured is None:
        return Tagged()
    asserted = _asserted(assertion_attributes)
    tags: list[SessionTag] = []
    left_out: list[LeftOut] = []
    for attribute in configured:
        own = _from_directory(user_document, attribute)
        sent = asserted.pop(key_of_case(attribute.key), None)
        _sort(_settled(own, sent, precedence), tags, left_out)
    _sort(list(asserted.values()), tags, left_out)
    if len(tags) > MOST_ATTRIBUTES:
        raise _refused(f"{len(tags)} session tags would come of it, and a session holds {MOST_ATTRIBUTES}")
    return Tagged(tuple(tags), tuple(left_out))


def _sort(candidates: Sequence[_Candidate], tags: list[SessionTag], left_out: list[LeftOut]) -> None:
    for candidate in candidates:
        if isinstance(candidate, SessionTag):
            tags.append(candidate)
        else:
            left_out.append(candidate)


def _settled(own: _Candidate, sent: _Candidate | None, precedence: Precedence) -> list[_Candidate]:
    """What is left of a configured key's two values: at most one tag."""
    if sent is None:
        return [own]
    if precedence is Precedence.ASSERTION and isinstance(sent, SessionTag):
        return [sent, _passed_over(own, _ASSERTION_COUNTS)]
    return [own, sent if precedence is Precedence.ASSERTION else _passed_over(sent, _DIRECTORY_COUNTS)]


def _passed_over(candidate: _Candidate, why: str) -> LeftOut:
    if isinstance(candidate, LeftOut):
        return candidate
    return LeftOut(candidate.key, candidate.source_kind, candidate.source, why)


def _from_directory(user: Mapping[str, Any], attribute: AccessControlAttribute) -> _Candidate:
    value = value_of(user, attribute.source)
    why = _NO_VALUE if value is None else _wrong(value)
    if value is None or why is not None:
        return LeftOut(attribute.key, "directory", attribute.source, why or _NO_VALUE)
    return SessionTag(attribute.key, value, "directory", attribute.source)


def _wrong(value: str) -> str | None:
    if len(value) > LONGEST_VALUE:
        return _TOO_LONG
    return None if fits(value) else _CHARACTERS


def _asserted(attributes: Mapping[str, Sequence[str]]) -> dict[str, _Candidate]:
    """The assertion's attributes for access control, by their keys without case.  Raises SamlProblem."""
    found: dict[str, _Candidate] = {}
    for name, values in attributes.items():
        if not name.startswith(PREFIX):
            continue
        key = name.removeprefix(PREFIX)
        if not key or len(key) > LONGEST_KEY or not fits(key):
            raise _refused(f"{_cut(name)} does not end in a key of 1 to {LONGEST_KEY} characters that a tag can have")
        if key_of_case(key) in found:
            raise _refused(f"{_cut(name)} is there twice; keys are compared without case")
        found[key_of_case(key)] = _sent(key, name, values)
    if len(found) > MOST_ATTRIBUTES:
        raise _refused(f"there are {len(found)} attributes for access control, and at most {MOST_ATTRIBUTES} may be sent")
    return found


def _sent(key: str, name: str, values: Sequence[str]) -> _Candidate:
    if len(values) > 1:
        raise _refused(f"{_cut(name)} has {len(values)} values; an attribute for access control has one")
    value = values[0] if values else ""
    why = _wrong(value)
    if why is not None:
        raise _refused(f"{_cut(name)}: {why}")
    if not value:
        return LeftOut(key, "assertion", name, _NO_VALUE)
    return SessionTag(key, value, "assertion", name)


def _cut(name: str) -> str:
    shown = name.removeprefix(PREFIX)
    return f"AccessControl:{shown}" if len(shown) <= _SHOWN else f"AccessControl:{shown[:_SHOWN]}…"


def _refused(detail: str) -> SamlProblem:
    return SamlProblem(Reason.BAD_ATTRIBUTE, detail)
