"""The digest of a target's state."""

import hashlib

import msgspec

from lockstep.idp.provisioning import links
from lockstep.idp.provisioning.evidence.state import compared
from tests.idp.provisioning.evidence.maker import Maker


def test_it_is_what_the_rows_say(maker: Maker) -> None:
    """By the description in `state`, done again by hand."""
    with maker.world.db.read() as c:
        target = links.find_target(c, maker.world.app_id(c), "https://scim.example/tenant/scim/v2")
        found = compared(c, target)
        users, groups = list(links.users(c, target)), links.groups(c, target)
        members = {group.id: sorted(member for member, *_ in links.members(c, group.id)) for group in groups}

    def row(*values: object) -> bytes:
        return msgspec.json.encode(values, order="sorted") + b"\n"

    rows = [row("user", one.key, one.target_id, one.value) for one in users]
    for group in groups:
        inside = hashlib.sha256(b"".join(row(member) for member in members[group.id])).hexdigest()
        rows.append(row("group", group.name, group.target_id, inside))
    assert found.digest == hashlib.sha256(b"".join(rows)).hexdigest()
    assert (found.users, found.groups, found.memberships) == (3, 2, 2)


def test_what_is_missing_at_the_target_does_not_count(maker: Maker) -> None:
    with maker.world.write() as c:
        target = links.find_target(c, maker.world.app_id(c), "https://scim.example/tenant/scim/v2")
        before = compared(c, target)
        link = links.user_by_key(c, target, "A")
        assert link is not None
        links.set_user_missing(c, target, link)
        after = compared(c, target)
    assert (after.users, after.memberships) == (2, 1)
    assert after.digest != before.digest
