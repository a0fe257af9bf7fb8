"""What values the directory takes.  Pure; used by the import and by what people do by hand."""

from lockstep.idp.directory.records import folded
from lockstep.kit.problems import Problem, ValueProblem

MAX_KEY_BYTES = 1024
"""For what is looked up by an index; PostgreSQL refuses index entries above 2,704 bytes."""
MAX_TEXT = 1024 * 1024


class FieldProblem(ValueProblem):
    """A value that cannot be taken; `field` names it, and `what` follows the name in a sentence."""

    def __init__(self, field: str, what: str) -> None:
        super().__init__(field, what, f"{field} {what}")


def check_text(field: str, value: str) -> None:
    """Raise FieldProblem for text that cannot be stored."""
    if len(value) > MAX_TEXT:
        raise FieldProblem(field, f"is longer than {MAX_TEXT} characters")
    if "\0" in value:
        raise FieldProblem(field, "has a NUL character in it")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise FieldProblem(field, "is not valid Unicode") from None


def check_name(field: str, value: str) -> None:
    """Raise FieldProblem for a name that is empty or cannot be stored."""
    check_text(field, value)
    if not value.strip():
        raise FieldProblem(field, "is empty")


def check_key(field: str, value: str) -> None:
    """Raise FieldProblem for a key that is empty or too long."""
    check_name(field, value)
    check_length(field, value)


def check_length(field: str, value: str) -> None:
    """Raise FieldProblem for what is too long to be looked up; it may be empty."""
    if len(folded(value).encode()) > MAX_KEY_BYTES or len(value.encode()) > MAX_KEY_BYTES:
        raise FieldProblem(field, f"is longer than {MAX_KEY_BYTES} bytes")


class NotThereProblem(Problem):
    """A user or role that is asked for and is not there."""


class AmbiguousProblem(Problem):
    """A name that several have."""
