"""Whom and what a plan has to look at.

Everybody and everything, when that is the only way to be sure.  Else those of whom anything was heard since the last plan for
everybody: in the stream of events, from the target (`touched`), by the clock (`links`), and what that plan left open.  Of
all others it is known that both sides are equal, so a plan of these few says what a plan of everybody would.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from lockstep.idp import events
from lockstep.idp.apps.logins import store as logins
from lockstep.idp.apps.records import App
from lockstep.idp.apps.rules import store as rules
from lockstep.idp.apps.rules.evaluate import days_asked, group_rules, value_rules
from lockstep.idp.apps.rules.records import GROUPS
from lockstep.idp.directory import store as directory
from lockstep.idp.directory.activity import store as activity
from lockstep.idp.directory.nesting import store as nesting
from lockstep.idp.events import EventType
from lockstep.idp.provisioning import drift_store, ledger, links, touched
from lockstep.idp.provisioning.approval import member_of_item
from lockstep.idp.provisioning.due import concerns_apps
from lockstep.idp.provisioning.plan import DAY_MS
from lockstep.idp.provisioning.records import GroupLink, Kind
from lockstep.idp.provisioning.source import members_of_role, pieces, pilots_between, source_of
from lockstep.kit.db import Connection

MOST_SOME = 20_000
"""Where more people than this are touched, everybody is looked at, one after the other: that costs less for each."""
LATE_MS = 10 * 60 * 1000
"""How much later than its own time a login may have been written."""
FOREVER = 1 << 62
_A_USER = {
    EventType.USER_CREATED,
    EventType.USER_UPDATED,
    EventType.USER_DEACTIVATED,
    EventType.USER_ACTIVATED,
    EventType.USER_REMOVED,
    EventType.USER_LOCKED,
    EventType.USER_SUSPENDED,
    EventType.USER_REACTIVATED,
    EventType.USER_RESTORED,
    EventType.USER_UNLOCKED,
    EventType.USER_ROLES_CHANGED,
    EventType.ROLE_MEMBER_ADDED,
    EventType.ROLE_MEMBER_REMOVED,
    EventType.ROLE_MEMBER_ADDED_BY_MAPPING,
    EventType.ROLE_MEMBER_REMOVED_BY_MAPPING,
    EventType.LOGIN_ADDED,
    EventType.LOGIN_REMOVED,
    EventType.LOGIN_VALUES_CHANGED,
}
_A_ROLE = {EventType.ROLE_CREATED, EventType.ROLE_UPDATED, EventType.ROLE_RENAMED, EventType.ROLE_REMOVED}
_NOBODY = {
    EventType.ROLE_MEMBERS_CHANGED,  # each of those who came or went has an event of their own
    EventType.ROLE_NESTED,  # and so has each of those inside
    EventType.ROLE_UNNESTED,
    EventType.DIRECTORY_IMPORTED,
    EventType.APP_STOPPED,
    EventType.APPROVAL_GIVEN,  # about what is open, which is looked at anyway
    EventType.APPROVAL_REFUSED,
    EventType.PLAN_RELEASED,
    EventType.PLAN_DISCARDED,
}


@dataclass(frozen=True, slots=True)
class Scope:
    """What a plan looks at.

    `users` are employee_ids, None for everybody.  `groups` are the keys of groups that are looked at with all their members;
    `match` says that roles have come, gone or changed their names, so that it has to be seen anew which group each one feeds.
    `whole` says that a plan of this scope is a plan for everybody.  `seq` and `last` are how far it has heard.
    `asked` are those whom the rules in force are asked about for a plan of one group: whoever is in it, and of whom anything
    was heard; None where everybody is asked.
    """

    users: frozenset[str] | None = None
    groups: frozenset[str] = frozenset()
    match: bool = False
    whole: bool = True
    seq: int = 0
    last: int = 0
    asked: frozenset[str] | None = frozenset()

    @property
    def everything(self) -> bool:
        """Whether everybody and every group is looked at."""
        return self.users is None

    @property
    def few(self) -> bool:
        """Whether so few people are looked at that each is asked for by their key."""
        return self.users is not None and self.asked is not None

    @property
    def name(self) -> str:
        """What a stored plan of it is called: "" for everybody, else the one person or group it is about."""
        if self.whole or self.users is None:
            return ""
        return next(iter(self.users), "") or f"\n{next(iter(self.groups), '')}"


def one_user(key: str) -> Scope:
    """What concerns one person (an employee_id): groups are not made or renamed for it."""
    return Scope(users=frozenset({key}), match=True, whole=False)


def one_group(c: Connection, app: App, target: int, now: int, key: str) -> Scope:
    """What concerns one group, by its name without case, with all its members who are at the target."""
    about = Scope(users=frozenset(), groups=frozenset({key}), match=True, whole=False)
    if not group_rules(rules.applied(c, app.id).rules):
        return about
    heard = of_what_happened(c, app, target, now).users
    if heard is None:
        return replace(about, asked=None)
    return replace(about, asked=heard.union(_members_of(c, links.groups_by_keys(c, target, [key]))))


def of_everything(c: Connection, target: int) -> Scope:
    """Everybody and every group."""
    return Scope(seq=events.latest(c), last=touched.waiting(c, target)[2])


@dataclass(slots=True)
class _Found:
    by_rules: bool
    """Whether rules say who is in which group."""
    values_by_rules: bool
    """Whether they set anything else."""
    at_logins: bool = False
    """Whether groups are added at single logins."""
    users: set[str] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)
    links: set[int] = field(default_factory=set)
    """Links of groups that go on under another name in what the last plan left open."""
    roles: set[int] = field(default_factory=set)
    """Roles that are new, or other than they were."""
    gone: set[str] = field(default_factory=set)
    """Users who were deleted at the target, which was taken over."""
    match: bool = False
    everything: bool = False
    open_members: set[str] = field(default_factory=set)
    """Groups of which the last plan left members open: those people are looked at."""


def of_what_happened(c: Connection, app: App, target: int, now: int) -> Scope:
    """What a plan for everybody has to look at, given what the last one has."""
    everything = of_everything(c, target)
    since = touched.planned_up_to(c, target)
    before = ledger.newest_whole(c, app.id)
    if not since or before is None or before.target != target:
        return everything
    if not links.has_users(c, target):  # nothing is there yet, or the links are lost
        return everything
    in_force = rules.applied(c, app.id).rules
    found = _Found(by_rules=bool(group_rules(in_force)), values_by_rules=bool(value_rules(in_force)))
    found.at_logins = logins.has_any(c, app.id, GROUPS)
    _of_events(c, app, since, found)
    if not found.everything:
        _of_roles(c, app, found)
        _of_first(c, app, found)
        users, groups, _ = touched.waiting(c, target)
        found.users |= users
        found.groups |= groups
        _of_open(c, before.id, found)
        _of_troubles(c, target, found)
        _of_decisions(c, app, target, found)
        _of_links(c, app, target, now, found)
        _of_taken(c, target, found)
    if not found.everything:
        _of_days(c, target, days_asked(in_force), before.made_at, found)
    if found.by_rules and not found.everything:
        _of_members(c, target, found)
    if found.everything or len(found.users) > MOST_SOME:
        return everything
    found.users |= _reports(c, app, target, found)
    return Scope(frozenset(found.users), frozenset(found.groups), found.match, seq=everything.seq, last=everything.last)


def _of_events(c: Connection, app: App, since: int, found: _Found) -> None:
    for kind, key, role in events.about(c, since, app.id):
        if kind in _A_USER and key:
            found.users.add(key)
            # A group that only this login named may go.
            found.match |= kind is EventType.LOGIN_VALUES_CHANGED or (kind is EventType.USER_REMOVED and found.at_logins)
        elif kind in _A_ROLE:
            found.match = True  # whoever was in a role that is gone has an event of their own
            found.roles.update(() if role is None else (role,))
        elif kind not in _NOBODY and concerns_apps(kind):
            found.everything = True
        if found.everything or len(found.users) > MOST_SOME:
            found.everything = True
            return


def _of_roles(c: Connection, app: App, found: _Found) -> None:
    """By rules, or where an app is limited, whoever is in a role that has another name is looked at."""
    if not found.roles or not (found.by_rules or found.values_by_rules or app.settings.is_pilot):
        return
    for role in nesting.load(c).below(*sorted(found.roles)):
        found.users.update(members_of_role(c, role))
        if len(found.users) > MOST_SOME:
            found.everything = True
            return


def _of_days(c: Connection, target: int, asked: Iterable[int], made_at: int, found: _Found) -> None:
    """Where rules ask about days since the last login: whoever has logged in since, and whom days that have passed move."""
    limits = tuple(asked)
    if not limits:
        return
    found.users.update(activity.logged_in_last_between(c, made_at - LATE_MS, FOREVER))
    before, today = touched.planned_on(c, target), activity.today(c)
    for limit in limits if before < today else ():
        first, last = before - limit, today - limit
        found.users.update(activity.logged_in_last_between(c, max(0, first) * DAY_MS, max(0, last + 1) * DAY_MS))
    if len(found.users) > MOST_SOME:
        found.everything = True


def _of_first(c: Connection, app: App, found: _Found) -> None:
    """Who comes to the first few that an app is limited to, or falls out, because others have come or gone before them.

    `found` has those who have come or gone themselves.  So many places, and no more, anybody else can have moved.
    """
    most, moved = app.settings.pilot_people, len(found.users)
    if most and moved:
        found.users.update(pilots_between(c, app, max(0, most - moved), most + moved))


def _of_open(c: Connection, plan: int, found: _Found) -> None:
    """What the last plan did not bring to an end."""
    for obj, key, kind, link, payload in ledger.open_of(c, plan):
        if obj == "user":
            found.users.add(key)
        elif kind == Kind.MEMBERS:
            found.open_members.add(key)
            members = [member for member, _ in (*payload["add"], *payload["remove"])]
            found.users.update(member for member in members if member)
            if "" in members:  # somebody at the target whom nobody knows
                found.groups.add(key)
        else:
            found.groups.add(key)
            found.match = True
            if found.by_rules:
                found.links.add(link)
                found.users.update(member for member, _ in payload.get("add", ()))
        if len(found.users) > MOST_SOME:
            found.everything = True
            return


def _of_troubles(c: Connection, target: int, found: _Found) -> None:
    for obj, key, kind in ledger.troubled(c, target):
        if obj == "user":
            found.users.add(key)
        elif kind != Kind.MEMBERS or key not in found.open_members:
            found.groups.add(key)
            found.match = True


def _of_decisions(c: Connection, app: App, target: int, found: _Found) -> None:
    """A removal that was thrown away is in no plan, and has to be met again for the decision to stand."""
    decisions = ledger.decided(c, app.id)
    for item in decisions.discarded | decisions.released:
        group, member = member_of_item(item)
        if not member:
            continue
        user = links.user_by_target_id(c, target, member)
        if user is not None:
            found.users.add(user.key)
        else:
            link = links.group_by_target_id(c, target, group)
            if link is not None:
                found.groups.add(link.key)


def _of_links(c: Connection, app: App, target: int, now: int, found: _Found) -> None:
    found.users.update(links.missing_users(c, target))
    found.groups.update(links.missing_groups(c, target))
    settings = app.settings
    if settings.leavers == "delete":
        found.users.update(links.left_until(c, target, now - settings.grace_days * DAY_MS))


def _of_taken(c: Connection, target: int, found: _Found) -> None:
    """Whomever something that was taken over is about: it may have come to its end."""
    for kind, obj, key in drift_store.about_taken(c, target):
        if obj != "group":
            found.users.update((key,) if key else ())
            found.gone.update((key,) if kind == "gone" else ())
        elif kind == "gone" and found.by_rules:
            found.everything = True  # whether anybody would still be in it is known only when everybody has been asked


def _of_members(c: Connection, target: int, found: _Found) -> None:
    """By rules, a group that is looked at is known once its members, and whoever else was heard of, have been asked."""
    known = links.groups_by_keys(c, target, sorted(found.groups))
    found.users |= _members_of(c, (*known, *links.groups_by_ids(c, target, sorted(found.links))))


def _members_of(c: Connection, groups: Iterable[GroupLink]) -> set[str]:
    return {key for group in groups for _, key, _ in links.members(c, group.id) if key}


def _reports(c: Connection, app: App, target: int, about: _Found) -> set[str]:
    """Those whose manager can be named at the target since now, or cannot any more.

    Only who has the app can be, and, where it is limited to some people, is one of them or at the target.
    """
    source = source_of(c, app, asked=True)
    found: set[str] = set()
    for keys in pieces(sorted(about.users)):
        known = [link for link in links.users_by_keys(c, target, keys) if not link.missing]
        linked = {link.key for link in known if not link.left_at}
        there = source.logins.intersection(link.key for link in known)
        for key in linked ^ ((source.insiders(keys) | there) - about.gone):
            found.update(directory.reports_keys(c, key))
    return found
