"""The groups of a plan: all of them, or those that the people in its scope come to or leave."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from lockstep.idp.provisioning import grouping, links, one_group, plan, plan_groups
from lockstep.idp.provisioning.approval import removal_item
from lockstep.idp.provisioning.entitlements.actions import may_be_made
from lockstep.idp.provisioning.grouping import ByRules, Grouping, Some
from lockstep.idp.provisioning.ledger import Placed
from lockstep.idp.provisioning.making import Making
from lockstep.idp.provisioning.plan_groups import Match, Member, MemberDiff
from lockstep.idp.provisioning.records import DesiredGroup, GroupLink, Kind, State
from lockstep.idp.provisioning.renames import Rename
from lockstep.idp.provisioning.source import pieces

NOT_MADE = "not at the target, and nothing is made there that is not (safe-entitlements=off)"
Members = dict[str, str]
"""employee_id → userName of those who should be in a group."""


def plan_groups_of(m: Making, *, held: bool) -> None:
    """Plan the groups; `held` says that membership removals are over their limit."""
    m.renames.clear()
    if m.scope.users is None:
        _plan_all(m, grouping.of_everyone(m.c, m.source, m.target), held=held)
    elif m.scope.groups and not m.scope.whole:
        _plan_matched(m, grouping.of_one(m.c, m.source, m.target, m.scope.asked), _touched(m, ByRules()), held=held)
    else:
        _plan_some(m, grouping.of_some(m.c, m.source, m.target, m.scope.users), held=held)


def _matched(m: Making, wanted: Iterable[DesiredGroup]) -> Iterable[Match]:
    """What each group of ours is at the target.  A link goes by its key, our name: it may be called otherwise there."""
    protects = m.source.app.settings.protects
    kept = [group for group in wanted if not protects(group.name)]
    known = [link for link in links.groups(m.c, m.target) if not protects(link.key)]
    return map(m.overlay.named, plan_groups.match(m.overlay.groups(kept, known), known))


def _plan_all(m: Making, groups: Grouping, *, held: bool) -> None:
    for one in _matched(m, groups.groups):
        wanted = {} if one.desired is None else groups.wanted(one.desired)
        _plan_group(m, one, wanted, held=held)


@dataclass(slots=True)
class _Touched:
    """Which groups the people in a scope are in, and should be in."""

    given: ByRules
    remembered: dict[int, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    """link → {id at the target: employee_id} of those people in it now."""
    links: dict[str, GroupLink] = field(default_factory=dict)
    """By key."""
    alone: bool = False
    """Whether of a group that goes on nothing is known but these people."""

    def members(self, link: GroupLink) -> dict[str, str]:
        """Those of them who are in a group now, as `remembered`, in order."""
        return dict(sorted(self.remembered.get(link.id, {}).items()))


def _touched(m: Making, given: ByRules) -> _Touched:
    found = _Touched(given)
    for keys in pieces(sorted(m.scope.users or ())):
        there = {link.target_id for link in links.users_by_keys(m.c, m.target, keys)}
        for member, key, group in links.memberships_of(m.c, m.target, there):
            found.remembered[group.id][member] = key
            found.links[group.key] = group
    for keys in pieces(sorted(given.members)):
        found.links.update((link.key, link) for link in links.groups_by_keys(m.c, m.target, keys))
    if m.overlay.thinned:
        found.links.update((link.key, link) for link in links.groups_by_ids(m.c, m.target, m.overlay.thinned))
    return found


def _plan_some(m: Making, some: Some, *, held: bool) -> None:
    """Whoever is not in the scope is where they should be: of most groups, only the people in the scope are looked at."""
    touched = _touched(m, some.given)
    touched.alone = not some.knows_all
    protects = m.source.app.settings.protects
    if m.scope.match or m.scope.groups or _unknown(touched, protects):
        _plan_matched(m, some.all_groups(), touched, held=held)
        return
    for key, link in sorted(touched.links.items()):
        if not protects(key) and not (m.source.pilot is not None and not link.feeders):
            _plan_touched(m, DesiredGroup(link.key, link.name, link.feeders), link, touched, held=held)


def _unknown(touched: _Touched, protects: Callable[[str], bool]) -> bool:
    """Whether somebody should be in a group that is not linked by its name: it is new, or has another name."""
    known = {key for key, link in touched.links.items() if not link.missing}
    return any(not protects(key) for key in touched.given.members.keys() - known)


def _plan_matched(m: Making, groups: Grouping, touched: _Touched, *, held: bool) -> None:
    for one in _matched(m, groups.groups):
        keys = {side.key for side in (one.desired, one.link) if side is not None}
        if not m.scope.whole and keys & m.scope.groups and one.link is not None:
            m.leaving |= one_group.leaving(m.c, m.source, m.target, one.link, m.now)
        looked_at = bool(keys & m.scope.groups)
        if looked_at or (m.scope.whole and _moves(one) and not _is_for_others(m, one, touched)):
            wanted = {} if one.desired is None else groups.wanted(one.desired)
            some = touched.members(one.link) if touched.alone and one.link is not None and not looked_at else None
            _plan_group(m, one, wanted, some, held=held)
        elif one.desired is not None and one.link is not None and not one.link.missing:
            _plan_touched(m, one.desired, one.link, touched, held=held)


def _is_for_others(m: Making, one: Match, touched: _Touched) -> bool:
    """Whether a group is not there because nobody is in it whom the app is limited to; anybody new to it is in the scope."""
    return m.source.pilot is not None and one.link is None and not (one.desired and one.desired.key in touched.given.members)


def _moves(one: Match) -> bool:
    """Whether a group comes, goes, or has another name or other feeders."""
    if one.desired is None or one.link is None or one.link.missing:
        return True
    return one.desired.feeders != one.link.feeders or one.desired.name != one.link.name


def _plan_touched(m: Making, group: DesiredGroup, link: GroupLink, touched: _Touched, *, held: bool) -> None:
    if group.key not in touched.given.members and link.id not in {*touched.remembered, *m.overlay.thinned}:
        return
    _plan_members(m, group, link, touched.given.of_key(group.key), touched.members(link), held=held)


def _plan_group(m: Making, one: Match, wanted: Members, current: Members | None = None, *, held: bool) -> None:
    """`wanted` are all who should be in the group, or, with `current`, those of some people; `current` those in it now."""
    wanted = _piloted(m, wanted)
    if m.source.pilot is not None and (one.desired is None or one.link is None or one.link.missing) and not wanted:
        if one.desired is None and one.link is not None and one.link.feeders:
            m.afterwards(links.feed_group, one.link.id, ())  # by which a plan of a few people knows that nobody wants it
        return  # tried with some people: groups without any of them are neither made nor deleted
    if one.desired is None:
        if one.link is not None:
            _plan_leftover(m, one.link, held=held)
        return
    if one.link is None or one.link.missing:
        _plan_new(m, one.desired, one.link, wanted)
        return
    renaming, called = plan_groups.rename(one.desired, one.link), one.desired
    if renaming is not None and m.source.pilot is None:
        put = m.put(renaming)
        if put.state is State.READY:
            m.renames.append(Rename(Placed(m.position - 1, put), one.link))
    elif renaming is not None:  # tried with some people, it keeps its name
        called = replace(called, key=one.link.key, name=one.link.name)
    if (renaming is None or m.source.pilot is not None) and one.link.feeders != one.desired.feeders:
        m.afterwards(links.feed_group, one.link.id, one.desired.feeders)
    if current is None:
        current = {member: key for member, key, _ in links.members(m.c, one.link.id)}
    _plan_members(m, called, one.link, wanted, current, held=held)


def _plan_new(m: Making, group: DesiredGroup, link: GroupLink | None, wanted: Members) -> None:
    """Make a group with its members; one that nobody made before only where that may be."""
    connector = m.source.connector
    limit, inside = connector.members_per_request, connector.create_takes_members
    first = _first_members(m, group, link, m.overlay.members(link, wanted))
    may = link is not None or may_be_made(m.c, m.source.app, m.target, group.key)
    for change in plan_groups.create(group, first, link, limit, inside=inside):
        if may:
            m.put(change)
        else:
            m.place(replace(change, state=State.DROPPED, reason=NOT_MADE))


def _piloted(m: Making, wanted: Members) -> Members:
    pilot = m.source.pilot
    return wanted if pilot is None else {key: name for key, name in wanted.items() if key in pilot}


def _plan_leftover(m: Making, link: GroupLink, *, held: bool) -> None:
    """A group that no role feeds any more: ours goes; an adopted one loses the members we put in, and is forgotten."""
    if link.missing:
        m.afterwards(links.drop_group, link.id)
        return
    if m.source.app.settings.protects(link.name):
        return  # it was given that name at the target, and nobody needs it here any more
    if link.feeders:
        m.afterwards(links.feed_group, link.id, ())  # they feed another group now, and must not take this link along later
    if link.made:
        m.put(plan_groups.delete(link))
    else:
        ours = {member: key for member, key, added in links.members(m.c, link.id) if added}
        _put_members(m, link.key, link.name, link, MemberDiff(removals=_gone(m, ours)), held=held)
        if not ours:
            m.afterwards(links.drop_group, link.id)


def _going(m: Making, keys: Iterable[str], digests: Callable[[set[str]], list[str]], *, asked: bool) -> set[str]:
    """Those of some people, not at the target yet, whom a change of their group takes along: they are made in this run.

    Where that change has to be approved (`asked`), approval of both is awaited; and whoever could not be made before is left
    out, because it would be sent without them, and asked about anew without end: they follow once they are there.  Unless
    it is approved as it is with them (`digests`): that word stands.
    """
    scope = m.scope.users
    states = {key: m.not_made.get(key, State.READY) for key in keys if scope is None or key in scope}
    going = {key for key, state in states.items() if state is State.READY or (asked and state is State.WAITING)}
    if not asked:
        return going
    sure = {key for key in going if ("user", key, Kind.CREATE.value) not in m.troubles}
    hoped = going | {key for key, state in states.items() if state is State.LATER}
    if sure == hoped:
        return sure
    wanted = digests(hoped)
    for digest in wanted:
        m.meet(digest)
    return going if going == hoped and m.decisions.approved.issuperset(wanted) else sure


def _first_members(m: Making, group: DesiredGroup, link: GroupLink | None, wanted: Members) -> list[Member]:
    there = m.target_ids(wanted)

    def members(coming: set[str]) -> list[Member]:
        return [Member(key, there.get(key, ""), name) for key, name in wanted.items() if key in there or key in coming]

    def digests(coming: set[str]) -> list[str]:
        connector = m.source.connector
        limit, inside = connector.members_per_request, connector.create_takes_members
        return [change.digest for change in plan_groups.create(group, members(coming), link, limit, inside=inside)][:1]

    absent = [key for key in wanted if key not in there]
    return members(_going(m, absent, digests, asked=m.source.app.settings.approve_create))


def _plan_members(
    m: Making, group: DesiredGroup, link: GroupLink, wanted: Members, current: dict[str, str], *, held: bool
) -> None:
    """`current` are those to look at who are in the group: id at the target → employee_id."""
    asked = m.source.app.settings.approve_update
    wanted = m.overlay.members(link, wanted)
    present = set(current.values())
    adding = [key for key in wanted if key not in present]
    there = m.target_ids(adding)
    diff = MemberDiff(
        now=[Member(key, there[key], wanted[key]) for key in adding if key in there],
        removals=_gone(m, {one: key for one, key in current.items() if key not in wanted and not m.overlay.stays(link, one)}),
    )

    def with_those(coming: set[str]) -> MemberDiff:
        return replace(diff, later=[Member(key, "", wanted[key]) for key in adding if key in coming])

    def digests(coming: set[str]) -> list[str]:
        limit = m.source.connector.members_per_request
        return [one.digest for one in plan_groups.members(group.key, group.name, link, with_those(coming), limit)]

    absent = [key for key in adding if key not in there]
    _put_members(m, group.key, group.name, link, with_those(_going(m, absent, digests, asked=asked)), held=held)


def _gone(m: Making, going: dict[str, str]) -> list[Member]:
    """The members to take out; who is deleted, or left as they are, is not taken out."""
    kept = m.source.is_outside
    leaving = {member: key for member, key in going.items() if key not in m.leaving and not kept(key)}
    names = (
        {link.key: plan.name_of(link.value) for link in links.users_by_keys(m.c, m.target, leaving.values())} if leaving else {}
    )
    return [Member(key, member, names.get(key, member)) for member, key in leaving.items()]


def _put_members(m: Making, key: str, name: str, link: GroupLink, diff: MemberDiff, *, held: bool) -> None:
    items = {removal_item(link.target_id, member.target_id): member for member in diff.removals}
    for item in items:
        m.meet(item)
    kept = {item: member for item, member in items.items() if item not in m.decisions.discarded}
    released = [member for item, member in kept.items() if not held or item in m.decisions.released]
    waiting = [member for item, member in kept.items() if held and item not in m.decisions.released]
    if not held:
        m.counts["removals"] += len(kept)
        m.single["removals"] = next((member.name for member in kept.values()), m.single.get("removals", ""))
    split = replace(diff, removals=released, held=waiting)
    if split.size == 0 and not waiting:
        return
    for change in plan_groups.members(key, name, link, split, m.source.connector.members_per_request):
        if change.limited == "removals":
            m.place(replace(change, state=State.HELD, reason="too many membership removals"))
        else:
            m.put(change)
