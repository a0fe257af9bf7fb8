"""One call, and one answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lockstep.idp.api.context import Context
from lockstep.idp.api.credentials.records import Credential
from lockstep.idp.api.problems import BAD, ApiProblem, not_found

LARGEST_ID = 2**53
"""Ids are smaller than this; what is not is nobody's."""
LONGEST_QUERY = 1_000
_ID_DIGITS = len(str(LARGEST_ID))


@dataclass
class Call:
    """A call whose token is good, and whose scope is enough."""

    context: Context
    credential: Credential
    now: int
    path: str
    places: Mapping[str, str] = field(default_factory=dict)
    """What stood in the address where the route has a name."""
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    stored_password: str | None = None
    """A password that came with the call, hashed already."""

    @property
    def actor(self) -> str:
        """Who does it, for the events."""
        return self.credential.actor

    def id(self, name: str = "id") -> int:
        """An id in the address.  Raises ApiProblem (404) for one that nothing can have."""
        found = whole(self.places[name])
        if found is None:
            raise not_found(f"There is nothing with the id {self.places[name][:40]!r}.")
        return found

    def text(self, name: str) -> str:
        """A parameter of the address, "" where it is not there.  Raises ApiProblem (400) for what nothing can be."""
        found = self.query.get(name, "")
        if len(found) > LONGEST_QUERY or "\0" in found:
            raise ApiProblem(BAD, f"The parameter {name} has at most {LONGEST_QUERY} characters, and no NUL.")
        return found

    def number(self, name: str, default: int, *, least: int, most: int) -> int:
        """A whole number of the address.  Raises ApiProblem (400)."""
        found = self.text(name)
        if not found:
            return default
        value = whole(found)
        if value is None or not least <= value <= most:
            raise ApiProblem(BAD, f"The parameter {name} is a whole number from {least} to {most}.")
        return value

    def truth(self, name: str) -> bool | None:
        """A truth value of the address, None where it is not there.  Raises ApiProblem (400)."""
        found = self.text(name).lower()
        if found not in ("", "true", "false"):
            raise ApiProblem(BAD, f"The parameter {name} is true or false.")
        return None if not found else found == "true"


@dataclass(frozen=True)
class Answer:
    """What a call is answered: a value that becomes JSON, or nothing (None)."""

    value: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


CREATED = 201
NO_CONTENT = Answer(None, 204)


def done(message: str = "Success") -> Answer:
    """What version 1 says where there is nothing to show.

    OneLogin's documents have it below `status`, OneLogin's own Python client looks for it without: it is there twice.
    """
    said = success(message)
    return Answer({"status": said, **said})


def success(message: str = "Success") -> dict[str, Any]:
    """The part `status` of an answer of version 1."""
    return {"error": False, "code": 200, "type": "success", "message": message}


def enveloped(data: Any, pagination: Mapping[str, Any] | None = None) -> Answer:
    """Data as version 1 wraps it."""
    value: dict[str, Any] = {"status": success()}
    if pagination is not None:
        value["pagination"] = pagination
    value["data"] = data
    return Answer(value)


def whole(text: str) -> int | None:
    """The whole number that a text is, None for anything else."""
    if not text.isascii() or not text.isdigit() or len(text) > _ID_DIGITS or int(text) >= LARGEST_ID:
        return None
    return int(text)
