"""Why a person is in a group of an app, and why not: what gives the app, what feeds the group, what the target holds."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lockstep.idp.apps import store as apps
from lockstep.idp.apps.logins.actions import groups_of_user
from lockstep.idp.apps.records import App
from lockstep.idp.apps.rules import store as rules
from lockstep.idp.apps.rules.evaluate import LOGIN, Fed, Verdict, at_login, group_rules, groups_of, standing, verdict
from lockstep.idp.apps.rules.records import Rule
from lockstep.idp.apps.rules.words import conditions_words, fed_words
from lockstep.idp.directory import store as directory
from lockstep.idp.directory.nesting import store as nesting_store
from lockstep.idp.directory.nesting.records import Nesting
from lockstep.idp.directory.records import Role, User
from lockstep.idp.provisioning import ledger, links
from lockstep.idp.provisioning.groups import listing, store
from lockstep.idp.provisioning.groups.records import Planned, Pushed, Standing, waiting_words
from lockstep.idp.provisioning.ledger import Placed
from lockstep.idp.provisioning.records import Kind, State, name_key
from lockstep.idp.provisioning.source import left_out, subject_of
from lockstep.kit.db import Connection

WAYS = 20
"""Ways that are told; who is in a role by more ways is in it by these."""
NAMED = 5
SHORT = 80
"""Of a name in a sentence."""


@dataclass(frozen=True, slots=True)
class Way:
    """One thing that gives something.

    `path` are the names of roles from the one that gives it down to the one that the person is in, one alone where that is the
    same; empty where no role gives it, and `text` says what does.
    """

    text: str
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pending:
    """A planned change that puts the person in, or takes them out."""

    adds: bool
    state: State
    text: str


@dataclass(frozen=True, slots=True)
class Why:
    """Everything about one person and one group of an app.

    `app_by` is what gives the person the app, `group_by` what puts them into the group; `rule` is the rule that decides (""
    where none does).  `wanted` says whether they should be in it, `why_not` why they should not.  `member` says whether they
    are in it at the target as remembered, `ours` whether we put them in; `at_target` says what stands in between.
    """

    user: User
    group: str
    wanted: bool
    app_by: tuple[Way, ...]
    group_by: tuple[Way, ...]
    rule: str
    why_not: tuple[str, ...]
    pushed: Pushed | None
    user_id_at_target: str
    member: bool
    ours: bool
    pending: tuple[Pending, ...]
    at_target: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class Roles:
    """The roles that a person is in, all that contain those, and how they hang together."""

    own: tuple[int, ...]
    names: dict[int, str]
    nesting: Nesting

    def ways(self, top: int) -> tuple[tuple[str, ...], ...]:
        """Each way from a role down to one that the person is in, by names."""
        chains = (self.nesting.path(top, one) for one in self.own)
        return tuple(tuple(self.names[step] for step in chain) for chain in chains if chain)[:WAYS]


def roles_of(c: Connection, user: User) -> Roles:
    """Read the roles of a person."""
    held = nesting_store.roles_held(c, user.id)
    own = tuple(role.id for role in directory.roles_of_user(c, user.id))
    nested = len(held) > len(own)
    return Roles(own, {role.id: role.name for role in held}, nesting_store.load(c) if nested else Nesting())


def app_ways(c: Connection, app: App, roles: Roles) -> tuple[Way, ...]:
    """What gives the person the app; nothing where they do not have it."""
    given = [one.role_id for one in apps.assignments(c, app.id)]
    found = [Way("everyone has it")] if None in given else []
    for top in given:
        if top is not None:
            found += [Way(f"role {way[0]}", way) for way in roles.ways(top)]
    return tuple(found[:WAYS])


def way_words(way: Way) -> str:
    """`role Staff, through Cooks → Sauciers`."""
    return way.text + (f", through {' → '.join(map(_short, way.path[1:]))}" if len(way.path) > 1 else "")


def fed_ways(c: Connection, roles: Roles, fed: Fed, labels: dict[str, str]) -> tuple[Way, ...]:
    """What one feeder of a group has to do with the person."""
    if fed.feeder.startswith(LOGIN):
        return (Way("it was added at their login"),)
    if fed.feeder.startswith("\n"):
        return (Way(fed_words(fed, labels, {})),)
    role = directory.role_by_group_id(c, fed.feeder)
    ways = () if role is None else roles.ways(role.id)
    return tuple(Way(f"role {way[0]}", way) for way in ways)


def why(c: Connection, app: App, user: User, group: str, labels: dict[str, str] | None = None) -> Why:
    """All about `user` and the group of that name, compared without case.  `labels` are what sources of rules are called."""
    key, said = name_key(group), labels or {}
    roles, in_force = roles_of(c, user), group_rules(rules.applied(c, app.id).rules)
    subject = subject_of(c, user)
    given = (*groups_of(in_force, *subject), *at_login(groups_of_user(c, app, user.id)))
    fed = [one for one in given if name_key(one.name) == key]
    verdicts = [verdict(rule, *subject) for rule in in_force]
    decides = next((one.rule for one in reversed(verdicts) if one.groups), None)
    by = app_ways(c, app, roles)
    pushed = listing.one(c, app, key)
    name = pushed.name if pushed is not None else next((one.name for one in fed), group)
    short = _short(name)
    ways = tuple(way for one in fed for way in fed_ways(c, roles, one, said))
    asked = _Asked(c, app, user, key, short, said, in_force, verdicts, decides, given)
    reasons = tuple(_why_not(asked, has_app=bool(by), fed=bool(fed), pushed=pushed))
    stands = _at_target(c, app, user, pushed)
    return Why(
        user=user,
        group=name,
        wanted=not reasons,
        app_by=by,
        group_by=ways[:WAYS],
        rule="" if decides is None else decides.name,
        why_not=reasons,
        pushed=pushed,
        user_id_at_target=stands.user_id,
        member=stands.member is not None,
        ours=bool(stands.member),
        pending=stands.pending,
        at_target=_between(stands, pushed, wanted=not reasons),
        error=stands.error,
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    c: Connection
    app: App
    user: User
    key: str
    name: str
    labels: dict[str, str]
    rules: Sequence[Rule]
    verdicts: Sequence[Verdict]
    decides: Rule | None
    given: Sequence[Fed]


def _why_not(a: _Asked, *, has_app: bool, fed: bool, pushed: Pushed | None) -> Iterator[str]:
    """What stands against the person's being in the group; nothing where they should be."""
    if not has_app:
        yield _no_app(a)
    elif left_out(a.c, a.app, a.user.employee_id):
        yield f"{a.app.name} is limited to some people (pilot-role, pilot-people), and the person is none of them."
    if not a.app.settings.groups:
        yield f"{a.app.name} includes no groups in user provisioning."
    if listing.is_protected(a.app, a.key):
        yield f"{a.name} is on the list of protected groups: it is neither changed nor deleted."
    if fed:
        return
    known = list(directory.roles(a.c))
    remembered = [Fed(a.name, feeder) for feeder in (pushed.feeders if pushed else ())]
    feeding = [one for one in standing(a.rules, known, remembered) if name_key(one.name) == a.key]
    if pushed is not None and any(one.startswith(LOGIN) for one in pushed.feeders):
        yield "It is added at single logins, and not at theirs."
    elif not feeding and not any(_could_give(one, a.key) for one in a.verdicts):
        yield f"Nothing feeds a group called {a.name}: no role has that name, and no rule makes it."
    elif not a.rules:
        yield f"The person is in none of the roles that feed it: {_listed(_roles_named(feeding, known))}."
    else:
        yield from _by_rules(a, known)


def _no_app(a: _Asked) -> str:
    given = [one.role_id for one in apps.assignments(a.c, a.app.id)]
    names = [role.name for one in given if one is not None and (role := directory.role_by_id(a.c, one)) is not None]
    if not names:
        return f"The person does not have {a.app.name}: it is given to nobody."
    given_to = _listed(f"role {one}" for one in names)
    return f"The person does not have {a.app.name}: it is given to {given_to}, and they are in none."


def _could_give(one: Verdict, key: str) -> bool:
    return any(name_key(fed.name) == key for fed in one.groups)


def _by_rules(a: _Asked, known: Sequence[Role]) -> Iterator[str]:
    """Of the rules that could give the group, why each does not."""
    if a.decides is not None:
        names = sorted({one.name for one in a.given}, key=str.casefold)
        yield f"The rule {_short(a.decides.name)} decides, and gives: {_listed(names)}."
    else:
        yield "No rule finds a group for this person."
    role_names = {str(role.id): role.name for role in known}
    for one in a.verdicts:
        theirs = [fed for fed in standing([one.rule], known) if name_key(fed.name) == a.key]
        if _could_give(one, a.key):
            yield f"The rule {_short(one.rule.name)} would give it, but the later rule decides."
        elif theirs and not one.applies:
            said = conditions_words(one.rule, a.labels, role_names)
            yield f"The rule {_short(one.rule.name)} could give it, and does not hold: {said}."
        elif theirs:
            roles = _listed(_roles_named(theirs, known))
            yield f"The rule {_short(one.rule.name)} gives it to the roles {roles}, and the person is in none of them."


def _roles_named(feeding: Iterable[Fed], known: Iterable[Role]) -> list[str]:
    names = {role.group_id: f"{role.name} ({role.group_id})" for role in known}
    return [names[one.feeder] for one in feeding if one.feeder in names] or ["none"]


def _listed(names: Iterable[str]) -> str:
    found = list(names)
    more = len(found) - NAMED
    return ", ".join(map(_short, found[:NAMED])) + (f" and {more} more" if more > 0 else "")


def _short(name: str) -> str:
    return name if len(name) <= SHORT else f"{name[: SHORT - 1]}…"


@dataclass(frozen=True, slots=True)
class _AtTarget:
    """What is remembered of the person and the group, and what is planned for both."""

    user_id: str = ""
    missing: bool = False
    member: bool | None = None
    pending: tuple[Pending, ...] = ()
    making: Placed | None = None
    """The change that makes the person at the target."""
    error: str = ""


def _at_target(c: Connection, app: App, user: User, pushed: Pushed | None) -> _AtTarget:
    target = links.find_target(c, app.id, app.scim_url)
    if not target:
        return _AtTarget()
    link = links.user_by_key(c, target, user.employee_id)
    failed = store.failures_of(c, target, [user.employee_id], "user").get(user.employee_id)
    plan = ledger.newest_about(c, app.id, user.employee_id)
    plan = None if plan is None or plan.target != target else plan
    theirs = [] if plan is None else ledger.of_key(c, plan.id, "user", user.employee_id)
    making = next((one for one in theirs if one.change.kind is Kind.CREATE and one.change.state is not State.DONE), None)
    groups = [] if plan is None or pushed is None else ledger.of_key(c, plan.id, "group", pushed.key)
    member = None
    if link is not None and pushed is not None and pushed.link_id:
        member = store.membership(c, pushed.link_id, link.target_id)
    return _AtTarget(
        "" if link is None else link.target_id,
        link is not None and link.missing,
        member,
        tuple(_pending(groups, user.employee_id)),
        making,
        failed.error if failed is not None else pushed.error if pushed is not None else "",
    )


def _pending(placed: Iterable[Placed], key: str) -> Iterator[Pending]:
    for one in placed:
        change = one.change
        payload = change.payload or {}
        for adds, name in ((True, "add"), (False, "remove")):
            if change.state is not State.DONE and any(member == key for member, _ in payload.get(name, ())):
                said = Planned(change.kind, change.state, change.reason, change.name)
                yield Pending(adds, change.state, _words(said))


def _words(change: Planned) -> str:
    if change.state in (State.HELD, State.FAILED, State.DROPPED):
        return f"{change.state.value}: {change.reason or 'no reason is known'}."
    return waiting_words(change)


def _between(t: _AtTarget, pushed: Pushed | None, *, wanted: bool) -> str:
    """One sentence about the target: in step, or what has to happen first."""
    if pushed is not None and pushed.state is Standing.PROTECTED:
        return pushed.detail
    if not wanted:
        return _still_in(t)
    if t.member is not None and not t.missing:
        return "In the group at the target, as far as is remembered."
    if not t.user_id or t.missing:
        return _not_there(t)
    coming = next((one for one in t.pending if one.adds), None)
    if coming is not None:
        return f"Not in the group at the target yet. {coming.text}"
    if pushed is None or not pushed.link_id or pushed.state is Standing.GONE:
        return "The group is not at the target yet: the next sync makes it." if pushed is None else pushed.detail
    return "Not in the group at the target yet; the next plan puts them in."


def _still_in(t: _AtTarget) -> str:
    if t.member is None:
        return "Not in the group at the target, as far as is remembered."
    going = next((one for one in t.pending if not one.adds), None)
    if going is not None:
        return f"Still in the group at the target. {going.text}"
    if not t.member:
        return "In the group at the target since before it was taken over; the next plan takes them out."
    return "Still in the group at the target; a plan takes them out unless the app leaves it as it is."


def _not_there(t: _AtTarget) -> str:
    if t.making is None:
        return "The person is not at the target yet: the next sync makes them, and then puts them in."
    change = t.making.change
    said = _words(Planned(change.kind, change.state, change.reason, change.name)).replace("Making it", "Making them")
    return f"The person is not at the target yet, and follows into the group once they are. {said}"
