"""Whether an app has something to do now: events of the directory, retries, ended grace times."""

from enum import StrEnum

import sqlalchemy as sa
from croniter import croniter

from lockstep.idp import events
from lockstep.idp.apps.records import App
from lockstep.idp.apps.rules import store as rules
from lockstep.idp.apps.rules.evaluate import days_asked
from lockstep.idp.directory.activity.days import day_of
from lockstep.idp.events import EventType
from lockstep.idp.provisioning import ledger, links, touched
from lockstep.idp.provisioning.plan import DAY_MS
from lockstep.idp.provisioning.tables import troubles, user_links
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement

_MOVES_NOTHING = (
    *("sync.", "drift.found", "provisioning.", "signin.", "admin.", "credential.", "certificate.", "entitlement."),
    *("user_field.", "role.admin_", "policy."),
    *("token.", "installation.", "evidence.", "events."),
)
_SINGLE = {
    EventType.APP_RULE_CHANGED,  # a rule is in force when it is applied, which is another event
    EventType.MAPPING_ADDED,  # whomever mappings change has an event of their own
    EventType.MAPPING_UPDATED,
    EventType.MAPPING_ENABLED,
    EventType.MAPPING_DISABLED,
    EventType.MAPPING_DELETED,
    EventType.MAPPINGS_OF_ALL_REAPPLIED,
    EventType.USER_BULK_OPERATION,  # likewise
    EventType.PLAN_MADE,
    EventType.PLAN_HELD,
    EventType.APPROVAL_ASKED,
    EventType.APP_CONNECTED,
    EventType.APP_CONNECTOR_BROKEN,
    EventType.APP_QUARANTINED,
    EventType.UNMATCHED_USERS,
}
_RETRY = Statement(
    sa.select(sa.func.min(troubles.c.next_at)).where(troubles.c.target == sa.bindparam("target", type_=sa.Integer))
)
_LEFT = Statement(
    sa.select(sa.func.min(user_links.c.left_at)).where(
        user_links.c.target == sa.bindparam("target", type_=sa.Integer), user_links.c.left_at > 0, user_links.c.made == 1
    )
)


def concerns_apps(kind: EventType) -> bool:
    """Whether an event can change what should be at a target; what the engine itself reports cannot."""
    return not (kind in _SINGLE or kind.value.endswith("_in_app") or kind.value.startswith(_MOVES_NOTHING))


class Due(StrEnum):
    """Why an app should be run."""

    NO = ""
    EVENT = "event"
    TIME = "time"
    CHECK = "check"
    """By its schedule the target is to be read and compared."""


def what_is_due(c: Connection, app: App, now: int, looked: int = 0) -> tuple[Due, int]:
    """Whether the app should be run now, and why; and up to which event was looked (give it back as `looked`)."""
    target = links.find_target(c, app.id, app.scim_url)
    if _check_is_due(c, app, now):
        return Due.CHECK, looked
    happened, looked = _something_happened(c, app, looked)
    if not target or happened:
        return Due.EVENT, looked
    retry = c.value(_RETRY, target=target)
    if (retry is not None and retry <= now) or _grace_ended(c, app, target, now) or _day_began(c, app, target, now):
        return Due.TIME, looked
    return Due.NO, looked


def _check_is_due(c: Connection, app: App, now: int) -> bool:
    """Whether a time of the schedule has passed since the last check; before the first one, since the app is known."""
    if not app.settings.schedule:
        return False
    last = ledger.checked_at(c, app.id)
    if not last:
        return True
    return float(croniter(app.settings.schedule, last / 1000).get_next(float)) * 1000 <= now


def _day_began(c: Connection, app: App, target: int, now: int) -> bool:
    """Whether it is another day than that of the last plan, and the rules in force ask about days since a login."""
    return touched.planned_on(c, target) < day_of(now) and bool(days_asked(rules.applied(c, app.id).rules))


def _grace_ended(c: Connection, app: App, target: int, now: int) -> bool:
    if app.settings.leavers != "delete" or not app.settings.grace_days:
        return False
    first = c.value(_LEFT, target=target)
    return first is not None and first + app.settings.grace_days * DAY_MS <= now


def _something_happened(c: Connection, app: App, looked: int) -> tuple[bool, int]:
    """Whether an event since the last plan concerns the app; what was looked at before is not read again."""
    seen = max(ledger.watermark(c, app.id), looked)
    if any(concerns_apps(kind) for kind, _, _ in events.about(c, seen, app.id)):
        return True, seen
    return False, max(seen, events.latest(c))
