"""One reading of a directory: everything, or what has changed.

A server says what was changed or added, and not who was deleted.  A reading of changes therefore lists the keys of everybody
besides, which costs a fraction of a full one, so that leavers are seen each time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from lockstep.idp.directory.sources.faults import Faults
from lockstep.idp.directory.sources.ldap import groups as group_entries
from lockstep.idp.directory.sources.ldap import people as people_entries
from lockstep.idp.directory.sources.ldap import watermark as marks
from lockstep.idp.directory.sources.ldap.groups import Groups
from lockstep.idp.directory.sources.ldap.people import UID, Keys, People, met, note
from lockstep.idp.directory.sources.ldap.records import Entry, Plan
from lockstep.idp.directory.sources.ldap.searching import Searcher
from lockstep.idp.directory.sources.ldap.watermark import Watermark
from lockstep.idp.directory.sources.ldap.wire import escaped
from lockstep.idp.directory.sources.records import Reading, SourceProblem

PEOPLE, GROUPS = "people", "groups"
NAMES_IN_A_FILTER = 50
MOST_NAMES = 1_000
"""If more have changed, all groups are read instead of those that name them."""


@dataclass(slots=True)
class Run:
    """One reading."""

    plan: Plan
    searcher: Searcher
    now: datetime
    controller: str
    usn: int

    def can_go_on(self, before: Watermark) -> bool:
        """Whether the server can say what has changed since."""
        if self.plan.settings.flavour == "active-directory":
            return bool(self.controller) and before.controller == self.controller and before.usn <= self.usn
        return before.changed is not None

    def whole(self) -> Reading:
        """Everything."""
        plan, settings = self.plan, self.plan.settings
        faults, people_keys, group_keys = Faults(), Keys(), Keys()
        people = People(plan, self.now, people_keys, faults)
        wanted = people_entries.asked(plan, uids=bool(settings.group_bases))
        for entry in self.searcher.entries(PEOPLE, settings.people_bases, plan.people_filter, wanted):
            key = note(people_keys, entry, plan.person_key, "people_filter", faults)
            if key:
                people.add(entry, key)
        if not people_keys.where and not faults.found:
            raise SourceProblem(f"{' '.join(nobody(plan))} Nothing was taken over.")
        people.name_managers()
        # A group is made of the keys of all others, so that their entries wait until all have been seen.
        waiting = []
        for entry in self.searcher.entries(GROUPS, settings.group_bases, plan.group_filter, group_entries.asked(plan)):
            key = note(group_keys, entry, plan.group_key, "group_filter", faults)
            if key:
                waiting.append((entry, key))
        groups = Groups(plan, people_keys, group_keys, faults)
        for entry, key in waiting:
            groups.add(entry, key)
        faults.check()
        return self._reading(people, groups, complete=True, before=None)

    def since(self, before: Watermark) -> Reading:
        """What has changed, and the keys of all."""
        plan, settings = self.plan, self.plan.settings
        faults, people_keys, group_keys = Faults(), Keys(), Keys()
        listed = [plan.person_key, *([UID] if settings.group_bases else [])]
        for entry in self.searcher.entries(PEOPLE, settings.people_bases, plan.people_filter, listed):
            note(people_keys, entry, plan.person_key, "people_filter", faults)
        for entry in self.searcher.entries(GROUPS, settings.group_bases, plan.group_filter, [plan.group_key]):
            note(group_keys, entry, plan.group_key, "group_filter", faults)
        if not people_keys.where and not faults.found:
            raise SourceProblem(f"{' '.join(nobody(plan))} Nothing was taken over.")
        expiring = settings.flavour == "active-directory" and settings.expired_is_disabled
        changed = marks.changes(before, self.now, settings.overlap_seconds, expiring=expiring)
        people = People(plan, self.now, people_keys, faults)
        wanted = people_entries.asked(plan, uids=bool(settings.group_bases))
        for entry in self.searcher.entries(PEOPLE, settings.people_bases, f"(&{plan.people_filter}{changed})", wanted):
            key = met(people_keys, entry, plan.person_key, "people_filter", faults)
            if key:
                people.add(entry, key)
        people.name_managers()
        groups = Groups(plan, people_keys, group_keys, faults)
        for entry in self._changed_groups(changed, people, people_keys):
            key = met(group_keys, entry, plan.group_key, "group_filter", faults)
            if key:
                groups.add(entry, key)
        faults.check()
        return self._reading(people, groups, complete=False, before=before)

    def _changed_groups(self, changed: str, people: People, keys: Keys) -> list[Entry]:
        """Groups that have changed, and those that name whoever has: they may have named somebody who was not in view."""
        plan, settings = self.plan, self.plan.settings
        wanted = group_entries.asked(plan)
        found: dict[str, Entry] = {}

        def look(condition: str) -> None:
            for entry in self.searcher.entries(GROUPS, settings.group_bases, f"(&{plan.group_filter}{condition})", wanted):
                found[entry.dn] = entry

        look(changed)
        uids = {key: uid for uid, key in keys.by_uid.items()}
        names = [(keys.where[person.key], uids.get(person.key, "")) for person in people.found]
        names += [(dn, "") for dn in found]
        if len(names) > MOST_NAMES:
            look("(objectClass=*)")
            return list(found.values())
        for place in range(0, len(names), NAMES_IN_A_FILTER):
            look(f"(|{''.join(_named(dn, uid) for dn, uid in names[place : place + NAMES_IN_A_FILTER])})")
        return list(found.values())

    def _reading(self, people: People, groups: Groups, *, complete: bool, before: Watermark | None) -> Reading:
        seen = [people.changed, groups.changed, before.changed if before else None]
        latest = max(filter(None, seen), default=None)
        mark = Watermark(
            plan=marks.digest(self.plan),
            controller=self.controller,
            usn=self.usn if self.controller else 0,
            # A replica whose clock was ahead once would hide what comes after; to look back further than needed costs little.
            changed=latest and min(latest, self.now),
            read=self.now,
        )
        return Reading(
            complete=complete,
            people=people.found,
            groups=groups.found,
            watermark=marks.written(mark) if self.can_go_on(mark) else "",
            present_people=None if complete else frozenset(people.keys.where),
            present_groups=None if complete else frozenset(groups.keys.where),
            requests=self.searcher.session.requests,
            notes=tuple(_notes(self.searcher.referrals, groups.strangers)),
        )


def nobody(plan: Plan) -> tuple[str, str]:
    """What is said where there is nobody: (what is wrong, what to do)."""
    return (
        f"Nobody is found below {'; '.join(plan.settings.people_bases)} by {plan.people_filter}.",
        "A server that hides entries from an account says the same: check the filter, and the rights of the bind account.",
    )


def _named(dn: str, uid: str) -> str:
    name = escaped(dn)
    return f"(member={name})(uniqueMember={name})" + (f"(memberUid={escaped(uid)})" if uid else "")


def _notes(referrals: Sequence[str], strangers: int) -> Iterator[str]:
    for uri in dict.fromkeys(referrals):
        yield f"The server refers to {uri}, which was not followed: name it as a source of its own if people are there."
    if strangers:
        said = "1 member of a group is" if strangers == 1 else f"{strangers:,} members of groups are"
        yield f"{said} neither among the people nor among the groups that are read here, and left out."
