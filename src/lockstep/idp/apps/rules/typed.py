"""Values of conditions as people write them: roles by name, statuses by word."""

from lockstep.idp.apps.rules.words import word_number
from lockstep.idp.directory import store as directory
from lockstep.idp.directory.conditions.records import ROLE, STATE, STATUS, Condition
from lockstep.idp.directory.records import Role
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem


def role_names(c: Connection) -> dict[str, str]:
    """What each role is written as, by its id as text: its name, or its group_id where others have the name, too."""
    found = directory.roles(c)
    several: set[str] = set()
    seen: set[str] = set()
    for role in found:
        (several if role.name in seen else seen).add(role.name)
    return {str(role.id): role.group_id if role.name in several or "|" in role.name else role.name for role in found}


def condition_of(c: Connection, written: Condition) -> Condition:
    """The condition as it is kept.  Raises Problem for a role that is not there, or whose name several have."""
    parts = [part.strip() for part in written.value.split("|")]
    if written.source == ROLE:
        whole = _roles(c, written.value.strip())  # a name may have the sign in it that parts alternatives
        ids = [_one(whole, written.value)] if whole else [_one(_roles(c, part), part) for part in parts]
        return Condition(ROLE, written.operator, "|".join(ids))
    if written.source in (STATUS, STATE):
        return Condition(written.source, written.operator, "|".join(word_number(written.source, part) for part in parts))
    return written


def _roles(c: Connection, written: str) -> list[Role]:
    """The role of this group_id, else those of this name."""
    if "\0" in written:  # which no database would look for
        return []
    role = directory.role_by_group_id(c, written)
    return [role] if role is not None else directory.roles_by_name(c, written)


def _one(found: list[Role], written: str) -> str:
    if not written:
        raise Problem("write the name of a role, or its group_id")
    if not found:
        raise Problem(f"no role is called {written[:200]}")
    if len(found) > 1:
        ids = ", ".join(role.group_id for role in found[:5])
        raise Problem(f"several roles are called {written[:200]}: write the group_id of one, {ids}")
    return str(found[0].id)
