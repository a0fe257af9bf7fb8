"""Ours beside what a target holds, of one moment: what `takeover` reads, reports and links."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lockstep.idp.apps.connectors import Given
from lockstep.idp.apps.records import App
from lockstep.idp.directory.records import User
from lockstep.idp.provisioning import desired, links, matching, plan_groups
from lockstep.idp.provisioning.grouping import ByRules, Grouping, of_everyone
from lockstep.idp.provisioning.matching import Match, Theirs, Verdict
from lockstep.idp.provisioning.records import DesiredGroup, DesiredUser, GroupLink
from lockstep.idp.provisioning.shelf import Shelf
from lockstep.idp.provisioning.source import Source, people_given, source_of
from lockstep.kit.db import Connection

TAKEABLE = (Verdict.ADOPT, Verdict.CASE)


@dataclass(frozen=True, slots=True)
class Orders:
    """What to do.  `digest` is the report that was read: if it has moved since, nothing is linked.

    `as_made`: what has exactly our externalId, and groups by their name, were made by us, and may be deleted later.
    `other_ids`: take over users, too, who have an externalId that nobody here has.
    """

    link: bool = False
    as_made: bool = False
    other_ids: bool = False
    digest: str = ""
    actor: str = "admin"

    def takes(self, match: Match) -> bool:
        """Whether this is linked."""
        return match.verdict in TAKEABLE or (self.other_ids and match.verdict is Verdict.OTHER_ID)


@dataclass(slots=True)
class There:
    """What the target holds: ids and names; documents of users on a shelf, by their place in `users`."""

    documents: Shelf
    users: list[Theirs] = field(default_factory=list)
    groups: list[Theirs] = field(default_factory=list)
    """But for protected ones."""
    protected: list[Theirs] = field(default_factory=list)
    members: dict[str, set[str]] = field(default_factory=dict)
    """Of the groups that match."""
    floor: int = 0
    """The fewest requests that read it."""


@dataclass(slots=True)
class Picture:
    """Ours beside theirs, of one moment."""

    c: Connection
    source: Source
    there: There
    users: list[Match]
    linked: dict[str, str]
    """id at the target → employee_id, of every link."""
    grouping: Grouping = field(default_factory=ByRules)
    wanted: list[DesiredGroup] = field(default_factory=list)
    groups: list[Match] = field(default_factory=list)
    """One for each of `wanted`."""
    held: dict[str, GroupLink] = field(default_factory=dict)
    """The link that a group of ours (by its key) has, whatever became of it at the target."""
    linked_groups: dict[str, str] = field(default_factory=dict)
    """id at the target → name, of every link."""

    def people(self) -> Iterator[tuple[User, Given, DesiredUser, Match]]:
        """Everyone who has the app, what rules set for them, what they should be at the target, and what they are there."""
        app, logins = self.source.app, self.source.logins
        everyone = people_given(self.c, self.source.rules)
        ours = ((user, given) for user, given in everyone if user.employee_id in logins)
        for (user, given), match in zip(ours, self.users, strict=True):
            yield user, given, desired.for_user(user, self.source.recipe, app.settings, logins, given), match

    def keys(self, orders: Orders) -> Mapping[str, str]:
        """Id at the target → employee_id, of everyone who is linked, or will be."""
        found = dict(self.linked)
        found.update(
            (self.there.users[one.number].id, one.key) for one in self.users if one.number is not None and orders.takes(one)
        )
        return found

    def takes_any(self, orders: Orders) -> bool:
        """Whether anything is left to be linked."""
        return any(orders.takes(one) for one in (*self.users, *self.groups))

    @property
    def digest(self) -> str:
        """Of everything that can be taken over."""
        sha = hashlib.sha256()
        both = (("user", self.users, self.there.users), ("group", self.groups, self.there.groups))
        for kind, matches, theirs in both:
            for one in matches:
                if one.number is not None and one.verdict is not Verdict.LINKED:
                    sha.update(f"{kind}\0{one.key}\0{theirs[one.number].id}\0{one.verdict}\n".encode())
        return sha.hexdigest()[:32]


def picture_of(c: Connection, app: App, there: There) -> Picture:
    """Match ours with what the target holds."""
    source = source_of(c, app)
    target = links.find_target(c, app.id, app.scim_url)
    linked = {link.target_id: link.key for link in links.users(c, target)}
    wanted = desired.for_users(people_given(c, source.rules), source.recipe, app.settings, source.logins)
    ours = [matching.ours_of(one) for one in wanted]
    found = Picture(c, source, there, list(matching.match_users(ours, there.users, linked)), linked)
    if app.settings.groups:
        _match_groups(found, target)
    return found


def _match_groups(found: Picture, target: int) -> None:
    protects = found.source.app.settings.protects
    found.grouping = of_everyone(found.c, found.source, target)
    found.wanted = [group for group in found.grouping.groups if not protects(group.name)]
    known = links.groups(found.c, target)
    found.linked_groups = {link.target_id: link.name for link in known}
    pairs = plan_groups.match(found.wanted, known)
    found.held = {one.desired.key: one.link for one in pairs if one.desired is not None and one.link is not None}
    held = {key: link.target_id for key, link in found.held.items()}
    found.groups = list(matching.match_groups(found.wanted, found.there.groups, held, found.linked_groups))
