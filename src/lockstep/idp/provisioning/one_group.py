"""A plan of one group alone: whose memberships are not its business."""

from lockstep.idp.provisioning import links, plan
from lockstep.idp.provisioning.records import Change, GroupLink, Kind
from lockstep.idp.provisioning.source import Source
from lockstep.kit.db import Connection


def leaving(c: Connection, source: Source, target: int, link: GroupLink, now: int) -> set[str]:
    """The members whose memberships fall with their users, or are left as they are: a plan for everyone takes none of them out.

    In such a plan the users come first and say so; here the same is asked about the group's members alone.
    """
    keys = {key for _, key, _ in links.members(c, link.id) if key}
    members = keys - source.logins.intersection(keys)
    found: set[str] = set()
    for user in links.users_by_keys(c, target, members):
        for step in plan.for_leaver(user, source.app.settings, now):
            if isinstance(step, plan.Ignored) or (isinstance(step, Change) and step.kind is Kind.DELETE):
                found.add(user.key)
    return found
