"""`/api/1/groups` (facts 18, 19)."""

from typing import Any

from lockstep.idp.api.call import Answer, Call, enveloped
from lockstep.idp.directory.groups import store
from lockstep.idp.directory.groups.actions import group_of_id
from lockstep.idp.directory.groups.records import Group
from lockstep.kit.db import Connection


def show_all(_call: Call, c: Connection) -> Answer:
    """Every group."""
    return enveloped([_written(one) for one in store.all_groups(c)])


def show(call: Call, c: Connection) -> Answer:
    """One group: a list of one."""
    return enveloped([_written(group_of_id(c, call.id()))])


def _written(group: Group) -> dict[str, Any]:
    return {"id": group.id, "name": group.name, "reference": group.reference or None}
