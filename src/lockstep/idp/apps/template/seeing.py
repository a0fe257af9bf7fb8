"""What a target holds of what a template writes, in the shape of the template.  Pure.

What the target adds of itself (ids, sub-attributes that are never sent) is left out, so that it never looks like a change.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lockstep.idp.apps.template.compiling import Document, schemas_of
from lockstep.idp.apps.template.macros import pieces
from lockstep.scim.messages import ENTERPRISE

KeyOf = Callable[[str], str | None]
"""The employee_id behind a user id of the target, if it is linked."""


def seen_by(value: Mapping[str, Any], resource: Document, key_of: KeyOf) -> Document:
    """The part of a SCIM user that a template (`value`, as JSON) writes; the manager by employee_id."""
    active = resource.get("active", True)
    seen: Document = {"active": active.lower() != "false" if isinstance(active, str) else bool(active)}
    for name, outline in value.items():
        if name not in ("schemas", "active"):
            found = _part(outline, resource.get(name))
            if found is not None:
                seen[name] = found
    manager = seen.get(ENTERPRISE, {}).get("manager")
    if isinstance(manager, dict) and manager.get("value"):
        target_id = str(manager["value"])
        manager["value"] = key_of(target_id) or target_id
    seen["schemas"] = schemas_of(seen)
    return seen


def _part(outline: Any, there: Any) -> Any:
    """What is there of one value; None where there is nothing, or nothing that would be written."""
    if there is None or there in ("", [], {}):
        return None
    if isinstance(outline, dict):
        if not isinstance(there, dict):
            return {"value": there} if "value" in outline else there  # some write the manager as a text
        found = {name: part for name, one in outline.items() if (part := _part(one, there.get(name))) is not None}
        return found or None
    if isinstance(outline, list):
        return _entries(outline, there) if isinstance(there, list) else there
    if isinstance(outline, bool) or outline == "{$user.active}":
        return there.lower() == "true" if isinstance(there, str) else there
    return there


def _entries(outlines: Sequence[Any], there: Sequence[Any]) -> list[Any]:
    """The entries of a list in the order in which the template writes them; what it would not write stays as it is, last.

    A target may give them in another order: an entry is known by what the template says of it in so many words, such as
    its type.
    """
    rest, found = list(there), []
    for number, outline in enumerate(outlines):
        last = number == len(outlines) - 1
        for one in [one for one in rest if _is_like(outline, one)]:
            rest.remove(one)
            part = _part(outline, one)
            found += [] if part is None else [part]
            if not last:
                break
    return found + rest


def _is_like(outline: Any, one: Any) -> bool:
    if not isinstance(outline, dict) or not isinstance(one, dict):
        return not isinstance(outline, dict) and not isinstance(one, dict)
    said = {name: value for name, value in outline.items() if name != "primary" and _is_said(value)}
    return all(name not in one or one[name] == value for name, value in said.items())


def _is_said(value: Any) -> bool:
    if isinstance(value, str):
        return all(kind == "text" for kind, _ in pieces(value))
    return not isinstance(value, dict | list)
