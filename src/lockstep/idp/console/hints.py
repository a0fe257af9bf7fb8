"""What an administrator should see before wondering why nothing arrives: the guide's troubleshooting, on the page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lockstep.idp.apps import store as apps
from lockstep.idp.apps.records import App
from lockstep.idp.apps.rules.actions import rules_of, settable_in
from lockstep.idp.apps.rules.evaluate import group_rules
from lockstep.idp.apps.rules.records import Rule
from lockstep.idp.apps.tokens import store as tokens
from lockstep.idp.apps.tokens.words import warned
from lockstep.idp.console import store
from lockstep.idp.console.words import short
from lockstep.idp.provisioning import drift_actions, ledger, links, troubles
from lockstep.idp.provisioning.installation import actions as installation
from lockstep.idp.provisioning.installation.records import Watched
from lockstep.idp.provisioning.records import Kind, State
from lockstep.kit.db import Connection

GROUPS, PREVIEW, TOKENS = "parameters/groups", "rules/preview", "configuration#tokens"
"""Pages of an app where something is mended."""


@dataclass(frozen=True, slots=True)
class Hint:
    """One thing in the way, and where it is mended: a page of the app, or a button, `do` being its address below the app's."""

    kind: str
    text: str
    link: str = ""
    link_text: str = ""
    do: str = ""
    button: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the last plan leaves to a person: how many changes wait for approval, are held, have failed, were thrown away."""

    approvals: int
    held: int
    failed: int = 0
    kept: int = 0
    """Who and what should go at the target, and was thrown away by an administrator."""
    given_up: int = 0
    """Of what has failed, how much is not tried again by itself any more."""
    drift: int = 0
    """Differences at the target that nobody has decided."""


def waiting_of(c: Connection, app: App) -> Waiting:
    """What the last plan leaves to a person."""
    plan = ledger.newest_whole(c, app.id)
    found = [] if plan is None else store.left_to_a_person(c, plan.id)
    target = links.find_target(c, app.id, app.scim_url)
    goes = (Kind.DELETE.value, Kind.SWITCH_OFF.value)
    return Waiting(
        sum(count for state, _, count, _ in found if state is State.WAITING),
        sum(weight for state, _, _, weight in found if state is State.HELD),
        ledger.count_troubled(c, target) if target else 0,
        sum(count for state, kind, count, _ in found if state is State.DROPPED and kind in goes),
        troubles.count_dead(c, target) if target else 0,
        drift_actions.waiting(c, app),
    )


def hints_of(c: Connection, app: App, waiting: Waiting, now: int) -> list[Hint]:
    """What stands in the way at `now`, the worst first."""
    found: list[Hint] = []
    rules = rules_of(c, app)
    held = installation.held(c, app.id)
    if held is not None:
        found.append(_held(held))
    if app.quarantine:
        text = f"This app is in quarantine: {app.quarantine}. Look at Events and at the target before you start it again."
        found.append(Hint("error", text, do="start", button="Start again"))
    elif app.stopped:
        found.append(Hint("warning", "This app is stopped: nothing is sent.", do="start", button="Start again"))
    if app.connect_problem:
        found.append(Hint("error", f"The API connection is broken. {app.connect_problem}", "configuration", "Configuration"))
    elif not app.connected_at:
        text = "The API connection has not been tested yet."
        found.append(Hint("info", text, "configuration", "Enable it in Configuration"))
    about_tokens = warned(tokens.of_app(c, app.id), now)
    if about_tokens is not None:
        found.append(Hint(about_tokens.kind, about_tokens.text, TOKENS, "Access tokens"))
    if not apps.assignments(c, app.id):
        found.append(Hint("warning", "Nobody has this app.", "access", "Give it to people in Access"))
    if not app.settings.provisioning:
        text = "Provisioning is off: nothing is sent until “Enable provisioning” is ticked."
        found.append(Hint("warning", text, "provisioning", "Provisioning"))
    elif not app.settings.groups and not group_rules(rules.edited):
        text = "Groups are not sent: “Include in User Provisioning” of the parameter Groups is off."
        found.append(Hint("warning", text, GROUPS, "Parameters > Groups"))
    if not app.settings.groups and any(rule.enabled for rule in group_rules((*rules.edited, *rules.applied.rules))):
        text = "Rules set Groups, but “Include in User Provisioning” of the parameter Groups is off: no group is sent."
        found.append(Hint("warning", text, GROUPS, "Parameters > Groups"))
    found.extend(_set_nothing(c, app, rules.edited))
    limited = _limited(app)
    if limited:
        found.append(Hint("info", limited, "provisioning", "Let it loose in Provisioning"))
    if rules.pending:
        text = "Rules have changed and are not applied yet: until then the rules before are in force."
        found.append(Hint("warning", text, PREVIEW, "See what would change, and apply them"))
    return [*found, *_left_to_you(waiting)]


def _set_nothing(c: Connection, app: App, rules: Sequence[Rule]) -> Iterator[Hint]:
    """Rules that set what the app does not have any more."""
    known = set(settable_in(c, app)) if rules else set()
    for rule in rules:
        gone = sorted({action.parameter for action in rule.actions} - known)
        if rule.enabled and gone:
            text = f"The rule “{short(rule.name)}” sets {short(', '.join(gone))}, which the app does not have any more."
            yield Hint("warning", text, f"rules/edit?rule={rule.id}", "Edit rule")


def _limited(app: App) -> str:
    """How the app is limited, for now; "" if it is not."""
    settings = app.settings
    who = [f"people of the role {settings.pilot_role}"] if settings.pilot_role else []
    who += [f"{settings.pilot_people:,} people"] if settings.pilot_people else []
    said = f"This app is limited to {' and to '.join(who)}: others are left as they are." if who else ""
    if settings.creates_only:
        said = f"{said} This app only makes what is missing: nothing is changed or deleted.".strip()
    return said


def _held(held: Watched) -> Hint:
    """The guard of the installation holds the app."""
    why = held.reason if held.is_new_tenant else f"this may be a restored backup, or a copy: {held.reason}"
    text = f"Nothing is sent, because {why}."
    if not held.compared_at:
        return Hint("error", f"{text} Compare it with its target first.", do="do/compare", button="Compare with the target")
    return Hint("error", text, "comparison", "Look at the comparison, and let it go")


def _left_to_you(waiting: Waiting) -> Iterator[Hint]:
    """What the last plan leaves to a person."""
    if waiting.approvals:
        verb = "change waits" if waiting.approvals == 1 else "changes wait"
        yield Hint("warning", f"{waiting.approvals:,} {verb} for your approval.", "plan", "Review in Plan")
    if waiting.held:
        verb = "is" if waiting.held == 1 else "are"
        text = f"{waiting.held:,} {verb} held, because there are unusually many."
        yield Hint("warning", text, "plan", "Review in Plan")
    if waiting.drift:
        verb = "difference at the target waits" if waiting.drift == 1 else "differences at the target wait"
        yield Hint("warning", f"{waiting.drift:,} {verb} for your word.", "drift", "Decide in Drift")
    if waiting.failed:
        verb = "change has" if waiting.failed == 1 else "changes have"
        text = f"{waiting.failed:,} {verb} failed at the target, and {_what_follows(waiting)}."
        yield Hint("error", text, "failures", "See why, and what to do, in Failures")
    if waiting.kept:
        text = f"{waiting.kept:,} removals were thrown away: who should go is still at the target."
        text = text.replace("removals were", "removal was") if waiting.kept == 1 else text
        yield Hint("warning", text, "plan?show=dropped", "Look at Thrown away in Plan")


def _what_follows(waiting: Waiting) -> str:
    """Of what has failed."""
    if waiting.given_up == waiting.failed:
        return "is given up" if waiting.failed == 1 else "are given up"
    if waiting.given_up:
        return f"{waiting.given_up:,} of them {'is' if waiting.given_up == 1 else 'are'} given up; the others are tried again"
    return "is tried again" if waiting.failed == 1 else "are tried again"
