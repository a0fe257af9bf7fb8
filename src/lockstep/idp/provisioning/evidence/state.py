"""The state of a target as the links hold it: how much it is, and one digest over all of it.

Rows, each as canonical JSON and a line feed: `["user", employee_id, id, document]` by employee_id; then `["group", name, id,
digest of its members]` by name without case, the members being `[member id]` in their order.  The document names the manager
by employee_id.  What the target says is missing is left out.
"""

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import msgspec

from lockstep.idp.provisioning import links
from lockstep.kit.db import Connection


@dataclass(frozen=True, slots=True)
class Compared:
    """How many linked objects a target holds, and the digest (SHA-256, hexadecimal) over them."""

    users: int
    groups: int
    memberships: int
    digest: str


def compared(c: Connection, target: int) -> Compared:
    """The state of a target, read from the links one after the other."""
    whole = hashlib.sha256()
    users = groups = memberships = 0
    for link in links.users(c, target):
        if not link.missing:
            users += 1
            whole.update(_row("user", link.key, link.target_id, link.value))
    members: dict[int, Any] = defaultdict(hashlib.sha256)
    for link_id, member, _ in links.members_of_groups(c, target):
        memberships += 1
        members[link_id].update(_row(member))
    for group in links.groups(c, target):
        if not group.missing:
            groups += 1
            whole.update(_row("group", group.name, group.target_id, members[group.id].hexdigest()))
    return Compared(users, groups, memberships, whole.hexdigest())


def _row(*values: Any) -> bytes:
    return msgspec.json.encode(values, order="sorted") + b"\n"
