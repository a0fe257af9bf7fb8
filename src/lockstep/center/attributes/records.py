"""What attributes for access control are, and the session tags that come of them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import msgspec

MOST_ATTRIBUTES = 50
LONGEST_KEY = 128
PREFIX = "https://aws.amazon.com/SAML/Attributes/AccessControl:"
"""What the name of an assertion's attribute begins with if it is to become a session tag; compared byte by byte."""

SourceKind = Literal["directory", "assertion"]


class Precedence(StrEnum):
    """Whose value counts where a configured key is in the assertion, too.  AWS's own pages say both."""

    CONFIGURED = "configured"
    ASSERTION = "assertion"


class AccessControlAttribute(msgspec.Struct, frozen=True):
    """One configured key, and the source of its value: one of `sources.SOURCES`."""

    key: str
    source: str


@dataclass(frozen=True, slots=True)
class Configuration:
    """Attributes for access control of one instance, where they are enabled.  Keys are unique without case."""

    precedence: Precedence
    attributes: tuple[AccessControlAttribute, ...] = ()


class SessionTag(msgspec.Struct, frozen=True):
    """One tag of a session, and where its value came from: a source of the directory, or the name of an attribute."""

    key: str
    value: str
    source_kind: SourceKind
    source: str


class LeftOut(msgspec.Struct, frozen=True):
    """A value that did not become a tag, and why, in words for the person it is about."""

    key: str
    source_kind: SourceKind
    source: str
    why: str


class Tagged(msgspec.Struct, frozen=True):
    """The session tags of one sign-in, and what was left out."""

    tags: tuple[SessionTag, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


def key_of_case(key: str) -> str:
    """What two spellings of one key have in common: IAM compares tag keys without case."""
    return key.casefold()
