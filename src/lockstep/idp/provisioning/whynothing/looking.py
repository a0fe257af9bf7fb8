"""Gathers what the checks look at, in one read of one consistent state."""

from collections.abc import Iterable
from dataclasses import replace as replace_

from croniter import croniter
from msgspec.structs import replace

from lockstep.idp import events
from lockstep.idp.apps import store as apps
from lockstep.idp.apps.having import giving, with_app
from lockstep.idp.apps.records import App
from lockstep.idp.apps.rules.actions import rules_of
from lockstep.idp.apps.rules.evaluate import Fed
from lockstep.idp.apps.rules.words import fed_words
from lockstep.idp.apps.tokens import store as tokens
from lockstep.idp.apps.tokens.words import warned
from lockstep.idp.directory import store as directory
from lockstep.idp.directory.mappings.actions import mappings_of
from lockstep.idp.directory.records import State as UserState
from lockstep.idp.directory.search import store as search
from lockstep.idp.directory.search.records import Filter
from lockstep.idp.events import EventType
from lockstep.idp.provisioning import drift_actions, jobs, ledger, links, troubles
from lockstep.idp.provisioning.installation import actions as installation
from lockstep.idp.provisioning.installation import store as installations
from lockstep.idp.provisioning.records import Kind, State
from lockstep.idp.provisioning.retries import NEVER
from lockstep.idp.provisioning.whynothing import store
from lockstep.idp.provisioning.whynothing.records import Facts, Failed, Held, TokenWarning, Twice
from lockstep.kit.db import Connection

CAUSES = 3
"""Causes of failures that are named."""
_GOES = (Kind.DELETE.value, Kind.SWITCH_OFF.value)
_DECIDED = (EventType.APPROVAL_GIVEN, EventType.APPROVAL_REFUSED)


def look(c: Connection, app: App, now: int) -> Facts:
    """What is known of an app at `now`."""
    facts = Facts(app, now)
    for part in (_standing, _people, _left, _target, _runs):
        facts = part(c, facts)
    return facts


def _standing(c: Connection, facts: Facts) -> Facts:
    watched, known = installation.held(c, facts.app.id), installations.read(c)
    warning, rules = warned(tokens.of_app(c, facts.app.id), facts.now), rules_of(c, facts.app)
    return replace_(
        facts,
        held=None if watched is None else Held(watched.reason, watched.is_new_tenant, watched.compared_at > 0),
        worker_at=0 if known is None else known.alive_at,
        token=None if warning is None else TokenWarning(warning.kind, warning.text),
        rules_on=sum(rule.enabled for rule in (*rules.edited, *rules.applied.rules)),
        rules_pending=rules.pending,
        mappings_pending=_mappings_pending(c),
    )


def _mappings_pending(c: Connection) -> bool:
    found = mappings_of(c)
    return found.pending or found.applied.reached is not None


def _people(c: Connection, facts: Facts) -> Facts:
    app, roles = facts.app, giving(c, facts.app.id)
    given = [one.role_id for one in apps.assignments(c, app.id)]
    anybody = Filter() if roles is None else Filter(roles=(roles,))
    states = (one for one in UserState if one is not UserState.APPROVED)
    return replace_(
        facts,
        everyone=None in given,
        roles=sum(one is not None for one in given),
        people=search.count(c, with_app(c, Filter(), app.id)),
        unapproved=sum(search.count(c, replace(anybody, state=int(one))) for one in states),
    )


def _left(c: Connection, facts: Facts) -> Facts:
    """What the last plan leaves to a person."""
    plan = ledger.newest_whole(c, facts.app.id)
    found = [] if plan is None else store.left_to_a_person(c, plan.id)
    waiting: dict[str, int] = {}
    for state, _, action, count, _ in found:
        if state is State.WAITING:
            waiting[action] = waiting.get(action, 0) + count
    decided = events.last_of(c, _DECIDED, facts.app.id)
    since = max((seq for seq, _ in decided.values()), default=0)
    return replace_(
        facts,
        planned=plan is not None,
        waiting=waiting,
        waiting_since=events.first_after(c, EventType.APPROVAL_ASKED, facts.app.id, since) if waiting else 0,
        over_limit=sum(weight for state, _, _, _, weight in found if state is State.HELD),
        dropped=sum(count for state, kind, _, count, _ in found if state is State.DROPPED and kind in _GOES),
        undecided=drift_actions.waiting(c, facts.app),
    )


def _target(c: Connection, facts: Facts) -> Facts:
    """What is remembered of the target."""
    target = links.find_target(c, facts.app.id, facts.app.scim_url)
    if not target:
        return facts
    causes, _ = troubles.by_cause(c, target, CAUSES)
    tries = [one.next_at for one in causes if one.next_at < NEVER]
    return replace_(
        facts,
        failed=tuple(Failed(one.cause.title, one.cause.advice, one.objects) for one in causes),
        failed_all=ledger.count_troubled(c, target),
        given_up=troubles.count_dead(c, target),
        next_try=min(tries, default=0),
        users_gone=len(links.missing_users(c, target)),
        groups_gone=len(links.missing_groups(c, target)),
        twice=_twice(c, target),
    )


def _twice(c: Connection, target: int) -> tuple[Twice, ...]:
    several = [one for one in links.groups(c, target) if len(one.feeders) > 1]
    return tuple(Twice(one.name, tuple(_words(c, one.feeders))) for one in several)


def _words(c: Connection, feeders: Iterable[str]) -> Iterable[str]:
    for feeder in feeders:
        role = None if feeder.startswith("\n") else directory.role_by_group_id(c, feeder)
        yield fed_words(Fed("", feeder), {}, {} if role is None else {feeder: role.name})


def _runs(c: Connection, facts: Facts) -> Facts:
    app_id, schedule = facts.app.id, facts.app.settings.schedule
    last, checked = jobs.newest(c, app_id, "sync"), ledger.checked_at(c, app_id)
    begin = (checked or facts.now) / 1000
    return replace_(
        facts,
        running=any(job.app_id == app_id for job in jobs.running(c)),
        filed_at=store.oldest_filed(c, app_id),
        run_error=last.error if last is not None and last.state == jobs.FAILED else "",
        checked_at=checked,
        next_check=int(croniter(schedule, begin).get_next(float)) * 1000 if schedule else 0,
    )
