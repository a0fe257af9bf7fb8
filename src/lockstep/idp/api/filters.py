"""Values that a list is filtered by: `*` stands for any text, and case does not count.  Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime

from lockstep.idp.api.problems import BAD, ApiProblem
from lockstep.idp.directory.records import folded


@dataclass(frozen=True, slots=True)
class Pattern:
    """A value as it was given, and whether `*` is in it."""

    text: str

    @property
    def wild(self) -> bool:
        """Whether it is more than one value."""
        return "*" in self.text

    @property
    def like(self) -> str:
        """For LIKE with a backslash as the escape sign, to the letter."""
        escaped = self.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return escaped.replace("*", "%")

    @property
    def folded_like(self) -> str:
        """The same, where case does not count."""
        return Pattern(folded(self.text)).like

    def fits(self, value: str) -> bool:
        """Whether a value is one of those, without the database."""
        first, *rest = folded(self.text).split("*")
        text = folded(value)
        if not rest:
            return text == first
        if not text.startswith(first):
            return False
        place = len(first)
        for piece in rest[:-1]:
            found = text.find(piece, place)
            if found < 0:
                return False
            place = found + len(piece)
        return text.endswith(rest[-1]) and len(text) - len(rest[-1]) >= place


def instant(name: str, text: str) -> int:
    """The instant (ms) of `2026-11-24T07:22:45.000Z`, with or without parts of a second; a date is its midnight.

    Raises ApiProblem (400).
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ApiProblem(BAD, f"The parameter {name} is an instant such as 2026-11-24T07:22:45.000Z.") from None
    return round((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * 1_000)


def moment(ms: int) -> str | None:
    """An instant as the API writes it: `2026-11-24T07:22:45.123Z`; None for never."""
    if not ms:
        return None
    return datetime.fromtimestamp(ms / 1_000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
