"""What rules that are not in force yet would change, before anybody lets them.  Nothing is asked of the target."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from lockstep.idp.apps import store as apps
from lockstep.idp.apps.connectors import Given, value_of
from lockstep.idp.apps.logins.actions import own_of
from lockstep.idp.apps.records import App
from lockstep.idp.apps.rules.evaluate import Fed, Verdict, deciding, group_rules, groups_of, value_rules, values_of, verdict
from lockstep.idp.apps.rules.records import GROUPS, Rule
from lockstep.idp.apps.template.actions import with_set
from lockstep.idp.directory.lookup import find_user
from lockstep.idp.directory.records import User
from lockstep.idp.provisioning import links, plan_groups
from lockstep.idp.provisioning.grouping import ByRules, by_rules, remembered_at
from lockstep.idp.provisioning.records import DesiredGroup, GroupLink
from lockstep.idp.provisioning.source import Source, source_of, subject_of, subjects
from lockstep.kit.db import Connection

EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class GroupPreview:
    """One group, as it is by the rules in force and by the others.

    `before` and `after` are its names, "" where it is not there; `members` how many it has after; `added` and `removed` how
    many come and go, with the user names of a few.
    """

    before: str
    after: str
    members: int
    added: int
    removed: int
    come: tuple[str, ...] = ()
    go: tuple[str, ...] = ()

    @property
    def moves(self) -> bool:
        """Whether anything is different."""
        return self.before != self.after or bool(self.added or self.removed)


@dataclass(frozen=True, slots=True)
class ValuePreview:
    """One parameter of which some people would have another value: how many, and a few as (user name, before, after)."""

    parameter: str
    people: int
    few: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What would change: the groups that would, and how many stay as they are; the values of other parameters."""

    groups: list[GroupPreview] = field(default_factory=list)
    same: int = 0
    people: int = 0
    """Who comes or goes anywhere."""
    values: list[ValuePreview] = field(default_factory=list)

    @property
    def moves(self) -> bool:
        """Whether anything is different."""
        return bool(self.groups or self.values)


@dataclass(frozen=True, slots=True)
class Tested:
    """What rules say of one person; `winner` is the rule that decides about Groups, None where none finds any.

    `values` is what they set beside Groups, `deciders` which rule decides for each parameter.  `own` is what stands at their
    login instead, whatever rules say.
    """

    user: User
    has_app: bool
    verdicts: list[Verdict]
    winner: Rule | None
    groups: tuple[Fed, ...]
    values: Given
    deciders: dict[str, Rule]
    own: Given


def preview(c: Connection, app: App, before: tuple[Rule, ...], after: tuple[Rule, ...]) -> Preview:
    """Everyone who has the app, by both sets of rules."""
    source = source_of(c, app)
    remembered = list(remembered_at(c, links.find_target(c, app.id, app.scim_url)))
    old = _groups(c, source, before, remembered)
    new = old if group_rules(before) == group_rules(after) else _groups(c, source, after, remembered)
    found = []
    touched: set[str] = set()
    for one in plan_groups.match(new.groups, map(_as_link, old.groups)):
        shown, moved = _compared(one, old, new)
        touched.update(moved)
        found.append(shown)
    moving = sorted((one for one in found if one.moves), key=lambda one: (one.after or one.before).casefold())
    return Preview(moving, len(found) - len(moving), len(touched), _values(c, source, before, after))


def _groups(c: Connection, source: Source, rules: tuple[Rule, ...], remembered: list[Fed]) -> ByRules:
    """Groups by the rules that set them, by role while none does, and those that single logins add."""
    return by_rules(c, group_rules(rules), source.logins, remembered=remembered, added=source.added)


def _values(c: Connection, source: Source, before: tuple[Rule, ...], after: tuple[Rule, ...]) -> list[ValuePreview]:
    """Which parameters would have another value, for everyone who has the app."""
    old, new = value_rules(before), value_rules(after)
    if old == new:
        return []
    counts: dict[str, int] = {}
    few: dict[str, list[tuple[str, str, str]]] = {}
    parameters = with_set(source.parameters, (*old, *new))
    for one in subjects(c, (*old, *new)):
        user = one[0]
        if user.employee_id not in source.logins:
            continue
        had, has = (source.recipe.given(user, values_of(rules, *one)) for rules in (old, new))
        for parameter in (each for each in parameters if had.get(each.key) != has.get(each.key)):
            was, will = value_of(parameter, user, had), value_of(parameter, user, has)
            if was != will:
                counts[parameter.key] = counts.get(parameter.key, 0) + 1
                shown = few.setdefault(parameter.key, [])
                if len(shown) < EXAMPLES:
                    shown.append((user.user_name, was, will))
    return [
        ValuePreview(key, number, tuple(few[key])) for key, number in sorted(counts.items(), key=lambda one: one[0].casefold())
    ]


def _as_link(group: DesiredGroup) -> GroupLink:
    """What would be remembered of a group that is there."""
    return GroupLink(0, group.key, group.name, "", True, group.feeders)


def _compared(one: plan_groups.Match, old: ByRules, new: ByRules) -> tuple[GroupPreview, set[str]]:
    had = {} if one.link is None else old.of_key(one.link.key)
    has = {} if one.desired is None else new.of_key(one.desired.key)
    come, go = [key for key in has if key not in had], [key for key in had if key not in has]
    shown = GroupPreview(
        before="" if one.link is None else one.link.name,
        after="" if one.desired is None else one.desired.name,
        members=len(has),
        added=len(come),
        removed=len(go),
        come=_few(has, come),
        go=_few(had, go),
    )
    return shown, {*come, *go}


def _few(names: dict[str, str], keys: Sequence[str]) -> tuple[str, ...]:
    return tuple(names[key] for key in keys[:EXAMPLES])


def of_person(c: Connection, app: App, rules: Iterable[Rule], who: str) -> Tested:
    """The rules about one person, a user name or employee_id.  Raises NotThereProblem."""
    user = find_user(c, who)
    subject, rules = subject_of(c, user), tuple(rules)
    verdicts = [verdict(rule, *subject) for rule in rules]
    by = deciding(verdicts)
    has_app = apps.has_app(c, app.id, user.id)
    own = own_of(c, app, asked=True)(user.employee_id)
    return Tested(user, has_app, verdicts, by.get(GROUPS), groups_of(rules, *subject), values_of(rules, *subject), by, own)
