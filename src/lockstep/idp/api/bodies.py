"""Reads what a call sends, and says field by field what cannot be taken."""

import re
from collections.abc import Collection, Mapping
from typing import Any, TypeVar

import msgspec

from lockstep.idp.api.call import LARGEST_ID, Call
from lockstep.idp.api.problems import BAD, INVALID, ApiProblem, FieldError, invalid

MOST_IDS = 10_000
"""Ids in one call, so that no call holds up everybody else's for long."""
_AT = re.compile(r"^(?P<what>.*?)(?: - at `(?P<path>[^`]*)`)?$", re.DOTALL)
Shape = TypeVar("Shape")


def read_json(body: bytes) -> Any:
    """The JSON of a body.  Raises ApiProblem (400)."""
    try:
        return msgspec.json.decode(body or b"null")
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ApiProblem(BAD, f"The body is no JSON: {error}.") from None
    except RecursionError:
        raise ApiProblem(BAD, "The body is nested too deeply.") from None


def read_object(call: Call, known: Collection[str]) -> dict[str, Any]:
    """The object that a call sends, all of whose fields are known.  Raises ApiProblem (400, 422)."""
    found = read_json(call.body)
    if not isinstance(found, dict):
        raise ApiProblem(BAD, "The body has to be a JSON object.")
    unknown = [name for name in found if name not in known]
    if unknown:
        errors = [FieldError(name[:100], ("is not known here",)) for name in unknown[:20]]
        raise ApiProblem(INVALID, "Validation Failed", errors)
    return found


def shaped(value: Any, shape: type[Shape]) -> Shape:
    """A value that was sent, as `shape`.  Raises ApiProblem (422) that names the field."""
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        found = _AT.match(str(error))
        what, path = (found["what"], found["path"] or "") if found else (str(error), "")
        raise invalid(path_of(path), f"{what[:1].lower()}{what[1:]}"[:300]) from None


def path_of(path: str) -> str:
    """`$.actions[0].value` as OneLogin writes it: `actions.[0].value`."""
    return re.sub(r"(?<!^)\[", ".[", path.removeprefix("$").removeprefix("."))


def read_ids(call: Call, *names: str) -> list[int]:
    """Ids that a call sends: a list, or an object that has one under one of these names.  Raises ApiProblem (422)."""
    found = read_json(call.body)
    field = ""
    if isinstance(found, Mapping):
        field = next((name for name in names if name in found), "")
        if not field:
            raise invalid(names[0] if names else "", "send a list of ids")
        found = found[field]
    return ids_of(found, field)


def ids_of(found: Any, field: str) -> list[int]:
    """A list of ids, each once, in its order.  Raises ApiProblem (422)."""
    if not isinstance(found, list):
        raise invalid(field, "send a list of ids")
    if len(found) > MOST_IDS:
        raise invalid(field, f"send at most {MOST_IDS} ids in one call")
    for place, one in enumerate(found):
        if not isinstance(one, int) or isinstance(one, bool) or not 0 < one < LARGEST_ID:
            raise invalid(f"{field}.[{place}]" if field else f"[{place}]", "an id is a whole number above 0")
    return list(dict.fromkeys(found))
