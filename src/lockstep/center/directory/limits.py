"""Lengths and characters of texts: the constraints of AWS's Identity Store model, which stands behind its SCIM API.

Patterns name Unicode categories (letters, marks, symbols, numbers, punctuation).  `str.isprintable` is true of exactly these
and the plain space, which is why no character is looked at one by one.
"""

from dataclasses import dataclass, field

from lockstep.center.directory.problems import invalid
from lockstep.center.instances.profiles import Profile

_WORD = r"[\p{L}\p{M}\p{S}\p{N}\p{P}]+"
_TEXT = r"[\p{L}\p{M}\p{S}\p{N}\p{P}\t\n\r ]+"
_MARKUP = r"[^<>;:%]+"
_MARKUP_CHARACTERS = frozenset("<>;:%")
_WITHOUT_SPACES = {ord(character): None for character in "\t\n\r\u00a0\u3000"}
_USER_NAME_SPACES = {ord("\u00a0"): None}


@dataclass(frozen=True, slots=True)
class Limit:
    """How long one text may be, and whether spaces may be in it."""

    longest: int
    spaces: bool


USER_NAME = Limit(128, False)
EXTERNAL_ID = Limit(256, False)
TEXT = Limit(1024, True)


@dataclass(slots=True)
class Findings:
    """What is wrong with a resource, gathered so that one answer names it all."""

    profile: Profile
    texts: list[str] = field(default_factory=list)

    def text(self, path: str, value: str, limit: Limit) -> None:
        """Check one text."""
        if not value:
            self._add(path, "Member must have length greater than or equal to 1")
        if len(value) > limit.longest:
            self._add(path, f"Member must have length less than or equal to {limit.longest}")
        if not value or not self._fits(value, limit):
            self._add(path, f"Member must satisfy regular expression pattern: {_TEXT if limit.spaces else _WORD}")
        if self.profile.refuse_markup_characters and not _MARKUP_CHARACTERS.isdisjoint(value):
            self._add(path, f"Member must satisfy regular expression pattern: {_MARKUP}")

    def missing(self, path: str) -> None:
        """Note that a required attribute is not there."""
        self._add(path, "Member must not be null")

    def reserved(self, path: str, value: str) -> None:
        """Check that a name is not one of AWS's own."""
        if value.lower() in {name.lower() for name in self.profile.reserved_names}:
            self._add(path, "Member must not be a reserved name")

    def refuse_if_any(self) -> None:
        """Raise Refusal, with every finding in CloudTrail's form, if there is one."""
        if self.texts:
            raise invalid(f"{len(self.texts)} validation errors detected: {'; '.join(self.texts)}")

    def _fits(self, value: str, limit: Limit) -> bool:
        if limit.spaces:
            return value.isprintable() or value.translate(_WITHOUT_SPACES).isprintable()
        if limit is USER_NAME and self.profile.user_name_spaces:
            return value.translate(_USER_NAME_SPACES).isprintable()
        return value.isprintable() and " " not in value

    def _add(self, path: str, constraint: str) -> None:
        self.texts.append(f"Value at '{path}' failed to satisfy constraint: {constraint}")
