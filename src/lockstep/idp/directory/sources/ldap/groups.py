"""Entries as groups.  Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from lockstep.idp.directory.sources.faults import Faults
from lockstep.idp.directory.sources.ldap.people import CHANGED, Keys, flat, later, texts
from lockstep.idp.directory.sources.ldap.records import Entry, Plan
from lockstep.idp.directory.sources.records import Group

BY_DN = ("member", "uniqueMember")
BY_UID = "memberUid"
_UID_PART = re.compile(r"#'[01]*'B$")
"""What `uniqueMember` may have behind the DN (RFC 4517 section 3.3.21)."""


def asked(plan: Plan) -> tuple[str, ...]:
    """The attributes to ask the server for."""
    names = [*plan.settings.group_attributes, plan.group_key, plan.settings.group_name, *BY_DN, BY_UID, CHANGED]
    return tuple({name.lower(): name for name in names}.values())


@dataclass(slots=True)
class Groups:
    """Those that were read.  `people` and `keys` are the keys of everybody and every group that is there."""

    plan: Plan
    people: Keys
    keys: Keys
    faults: Faults
    found: list[Group] = field(default_factory=list)
    changed: datetime | None = None
    strangers: int = 0
    """Members who are neither people nor groups that are read."""

    def add(self, entry: Entry, key: str) -> None:
        """Take an entry."""
        plan, name = self.plan, self._name(entry)
        members: dict[str, None] = {}
        groups: dict[str, None] = {}
        for person, group in self._members(entry):
            if person is not None:
                members[person] = None
            elif group is None:
                self.strangers += 1
            elif group != key:
                groups[group] = None
        attributes = {one: texts(entry, one, self.faults) for one in plan.settings.group_attributes}
        self.found.append(
            Group(
                key=key,
                name=name,
                where=f"entry {entry.dn}",
                attributes=flat({one: values for one, values in attributes.items() if values}),
                members=tuple(members),
                groups=tuple(groups),
            )
        )
        self.changed = later(self.changed, entry)

    def _name(self, entry: Entry) -> str:
        attribute = self.plan.settings.group_name
        named = texts(entry, attribute, self.faults)
        if not named:
            self.faults.add(
                f"group has no {attribute}, by which it would be called",
                f"groups have no {attribute}, by which they would be called",
                entry.dn,
            )
            return ""
        return named[0]

    def _members(self, entry: Entry) -> Iterator[tuple[str | None, str | None]]:
        """The key of each member, as a person or as a group; neither of somebody who is not read."""
        for attribute in BY_DN:
            for named in texts(entry, attribute, self.faults):
                name = _UID_PART.sub("", named) if attribute != "member" else named
                if name.strip():  # some servers want a member in every group, and get an empty one
                    person = self.people.of(name)
                    yield person, None if person else self.keys.of(name)
        for uid in texts(entry, BY_UID, self.faults):
            yield self.people.by_uid.get(uid) or None, None
