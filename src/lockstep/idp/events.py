"""What can happen on the identity provider's side, and the stream of what did.

An event says *who* changed, never *what*: no values, no secrets, of a person no more than the user name, and the address that
they signed in from.  Whoever acts on an event reads the present state again and compares.  The row is written in the
transaction of the change itself.

Order: readers follow `seq` (`since`).  That is only safe if numbers become visible in their own order.  On SQLite there is
one writer at a time.  On PostgreSQL writers side by side would take numbers before they commit, so a reader could see 8,
move on, and never see a 7 that commits later.  Therefore every writer of this side opens `db.write(serial=SERIAL)`, an
advisory lock held until after the commit is visible; `append` takes the same lock again (free if held already), so that
one who forgot cannot break the order.

Chain: each row carries a digest over the one before and over all that it says itself (`eventchain`), so that nothing can be
changed or taken out without being noticed (`eventlog.verify`); its number is the next one, without a gap.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from operator import attrgetter
from typing import Any

import msgspec
import sqlalchemy as sa

from lockstep.idp.eventchain import store as chain
from lockstep.idp.eventchain.encoding import NEWEST, link
from lockstep.idp.schema import metadata
from lockstep.kit.db import Connection, Row
from lockstep.kit.sql import Statement, among, listed

SERIAL = "idp"
"""What every writer of this side passes as `db.write(serial=...)`."""

IMPORT_ACTOR = "import"
"""The actor of what an import did."""
MAPPING_ACTOR = "mapping"
"""The actor of what mappings did."""
SOURCE_ACTOR = "source "
"""How the actor of what a source did begins; its name follows."""


def is_automatic(actor: str) -> bool:
    """Whether nobody did it by hand: an import, a source, or mappings.  Else it was a person, or a program set to it by one."""
    return actor in (IMPORT_ACTOR, MAPPING_ACTOR) or actor.startswith(SOURCE_ACTOR)


_BATCH = 5000


class EventType(StrEnum):
    """The names of what can happen: a stable dotted name, and OneLogin's event type id where it has one."""

    onelogin_id: int | None

    def __new__(cls, name: str, onelogin_id: int | None = None) -> "EventType":
        """A member whose value is its dotted name."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.onelogin_id = onelogin_id
        return member

    # directory
    USER_CREATED = "user.created", 13
    USER_UPDATED = "user.updated", 14
    USER_DEACTIVATED = "user.deactivated", 15
    USER_ACTIVATED = "user.activated", 16
    USER_REMOVED = "user.removed", 17
    USER_LOCKED = "user.locked", 19
    USER_SUSPENDED = "user.suspended", 21
    USER_REACTIVATED = "user.reactivated", 32
    USER_BULK_OPERATION = "user.bulk_operation", 23
    USER_ROLES_CHANGED = "user.roles_changed", None
    ROLE_CREATED = "role.created", None
    ROLE_UPDATED = "role.updated", None
    ROLE_RENAMED = "role.renamed", None
    ROLE_REMOVED = "role.removed", None
    ROLE_MEMBERS_CHANGED = "role.members_changed", None
    ROLE_NESTED = "role.nested", None
    ROLE_UNNESTED = "role.unnested", None
    ROLE_MEMBER_ADDED = "role.member_added", 147
    ROLE_MEMBER_REMOVED = "role.member_removed", 148
    ROLE_MEMBER_ADDED_BY_MAPPING = "role.member_added_by_mapping", 149
    ROLE_MEMBER_REMOVED_BY_MAPPING = "role.member_removed_by_mapping", 150
    DIRECTORY_IMPORTED = "directory.imported", None
    MAPPING_ADDED = "mapping.added", 189
    MAPPING_DELETED = "mapping.deleted", 190
    MAPPING_DISABLED = "mapping.disabled", 191
    MAPPING_ENABLED = "mapping.enabled", 192
    MAPPING_UPDATED = "mapping.updated", 193
    MAPPINGS_REAPPLIED = "mapping.reapplied", 202
    MAPPINGS_OF_ALL_REAPPLIED = "mapping.all_reapplied", None
    USER_FIELD_ADDED = "user_field.added", 194
    USER_FIELD_DELETED = "user_field.deleted", 195
    USER_FIELD_UPDATED = "user_field.updated", None
    USER_RESTORED = "user.restored", None
    USER_UNLOCKED = "user.unlocked", None
    ROLE_ADMIN_ADDED = "role.admin_added", None
    ROLE_ADMIN_REMOVED = "role.admin_removed", None

    # apps
    APP_CREATED = "app.created", None
    APP_UPDATED = "app.updated", None
    APP_DELETED = "app.deleted", None
    APP_CONNECTED = "app.connected", None
    APP_CONNECTOR_BROKEN = "app.connector_broken", 39
    APP_ASSIGNED = "app.assigned", None
    APP_UNASSIGNED = "app.unassigned", None
    APP_ADDED_TO_ROLE = "app.added_to_role", 1
    APP_REMOVED_FROM_ROLE = "app.removed_from_role", 2
    APP_RULE_CHANGED = "app.rule_changed", None
    APP_PARAMETER_CHANGED = "app.parameter_changed", None
    APP_STOPPED = "app.stopped", None
    APP_STARTED = "app.started", None
    APP_QUARANTINED = "app.quarantined", None
    APP_QUARANTINE_ENDED = "app.quarantine_ended", None
    TOKEN_GIVEN = "token.given", None
    TOKEN_TAKEN_INTO_USE = "token.taken_into_use", None
    TOKEN_REFUSED = "token.refused", None
    TOKEN_REMOVED = "token.removed", None
    TOKEN_EXPIRY_CHANGED = "token.expiry_changed", None
    TOKEN_EXPIRES = "token.expires", None
    TOKEN_EXPIRED = "token.expired", None
    LOGIN_ADDED = "login.added", 206
    LOGIN_REMOVED = "login.removed", 207
    LOGIN_VALUES_CHANGED = "login.values_changed", None

    # provisioning: users in an app
    USER_CREATED_IN_APP = "user.created_in_app", 51
    USER_UPDATED_IN_APP = "user.updated_in_app", 52
    USER_SUSPENDED_IN_APP = "user.suspended_in_app", 53
    USER_REACTIVATED_IN_APP = "user.reactivated_in_app", 54
    USER_DELETED_IN_APP = "user.deleted_in_app", 55
    USER_LINKED_IN_APP = "user.linked_in_app", 59
    USER_LEFT_AS_IS_IN_APP = "user.left_as_is_in_app", 60
    USER_SUSPENSION_FAILED_IN_APP = "user.suspension_failed_in_app", 61
    USER_REACTIVATION_FAILED_IN_APP = "user.reactivation_failed_in_app", 62
    USER_DELETION_FAILED_IN_APP = "user.deletion_failed_in_app", 63
    USER_CREATION_FAILED_IN_APP = "user.creation_failed_in_app", 64
    USER_UPDATE_FAILED_IN_APP = "user.update_failed_in_app", 65
    UNMATCHED_USERS = "app.unmatched_users", 56

    # provisioning: groups in an app (OneLogin has no events for these)
    GROUP_CREATED_IN_APP = "group.created_in_app", None
    GROUP_RENAMED_IN_APP = "group.renamed_in_app", None
    GROUP_DELETED_IN_APP = "group.deleted_in_app", None
    GROUP_LINKED_IN_APP = "group.linked_in_app", None
    GROUP_MEMBERS_CHANGED_IN_APP = "group.members_changed_in_app", None
    GROUP_LEFT_AS_IS_IN_APP = "group.left_as_is_in_app", None
    GROUP_CREATION_FAILED_IN_APP = "group.creation_failed_in_app", None
    GROUP_RENAME_FAILED_IN_APP = "group.rename_failed_in_app", None
    GROUP_DELETION_FAILED_IN_APP = "group.deletion_failed_in_app", None
    GROUP_MEMBERS_FAILED_IN_APP = "group.members_failed_in_app", None

    # provisioning: plans and runs
    PLAN_MADE = "plan.made", None
    PLAN_HELD = "plan.held", None
    PLAN_RELEASED = "plan.released", None
    PLAN_DISCARDED = "plan.discarded", None
    APPROVAL_ASKED = "approval.asked", None
    APPROVAL_GIVEN = "approval.given", None
    APPROVAL_REFUSED = "approval.refused", None
    SYNC_ASKED = "sync.asked", None
    SYNC_STARTED = "sync.started", None
    SYNC_FINISHED = "sync.finished", None
    DRIFT_FOUND = "drift.found", None
    DRIFT_SETTLED = "drift.settled", None
    TAKEOVER_ASKED = "provisioning.takeover_asked", None
    TAKEOVER_REPORTED = "provisioning.takeover_reported", None
    TAKEN_OVER = "provisioning.taken_over", None
    EVIDENCE_RECORDED = "evidence.recorded", None
    EVENTS_REMOVED = "events.removed", None
    EVENTS_RETENTION_CHANGED = "events.retention_changed", None
    EVENTS_BROKEN = "events.broken", None
    EVENTS_SEALED_ANEW = "events.sealed_anew", None
    INSTALLATION_HELD = "installation.held", None
    INSTALLATION_ACCEPTED = "installation.accepted", None
    BACKUP_MADE = "installation.backup_made", None
    BACKUP_RESTORED = "installation.backup_restored", None
    PROVISIONING_EVENT = "provisioning.event", 26
    PROVISIONING_EXCEPTION = "provisioning.exception", 25
    PROVISIONING_RETRIEVED = "provisioning.retrieved", 208
    ENTITLEMENT_CACHE = "entitlement.cache_activity", 124
    ENTITLEMENT_CREATED = "entitlement.created", 125

    # sign-in, administration, keys
    SIGNED_IN = "signin.succeeded", 5
    SIGN_IN_FAILED = "signin.failed", 6
    SIGNED_IN_TO_APP = "signin.to_app", 8
    SIGN_IN_TO_APP_FAILED = "signin.to_app_failed", None
    SIGNED_OUT = "signin.ended", None
    PASSWORD_CHANGED = "signin.password_changed", None
    SAML_CHANGED = "signin.saml_changed", None
    SIGN_IN_SETTINGS_CHANGED = "signin.settings_changed", None
    GROUP_CREATED = "policy.group_created", None
    GROUP_RENAMED = "policy.group_renamed", None
    GROUP_REMOVED = "policy.group_removed", None
    POLICY_CHANGED = "policy.changed", None
    OTP_DEVICE_REGISTERED = "signin.otp_device_registered", None
    OTP_DEVICE_REMOVED = "signin.otp_device_removed", None
    RECOVERY_CODE_USED = "signin.recovery_code_used", None
    SECOND_FACTOR_FAILED = "signin.second_factor_failed", None
    ADMIN_CREATED = "admin.created", None
    ADMIN_REMOVED = "admin.removed", None
    ADMIN_LINKED = "admin.linked", None
    ADMIN_PRIVILEGE_GIVEN = "admin.privilege_given", None
    ADMIN_PRIVILEGE_TAKEN = "admin.privilege_taken", None
    ADMIN_SIGNED_IN = "admin.signed_in", None
    ADMIN_SIGN_IN_FAILED = "admin.sign_in_failed", None
    ADMIN_SIGNED_OUT = "admin.signed_out", None
    CREDENTIAL_CREATED = "credential.created", None
    CREDENTIAL_DELETED = "credential.deleted", None
    API_SETTINGS_CHANGED = "api.settings_changed", None
    CERTIFICATE_EXPIRES = "certificate.expires", 135
    CERTIFICATE_CREATED = "certificate.created", 177
    CERTIFICATE_DELETED = "certificate.deleted", 178
    CERTIFICATE_ACTIVATED = "certificate.activated", None


class Event(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One thing that happened.  `seq` and `at` are given by `append`; they are 0 before.

    A struct, because an import makes a hundred thousand of them.
    """

    type: EventType
    actor: str = ""
    user_id: int | None = None
    user_name: str = ""
    user_key: str = ""
    """The employee_id, by which the engine finds whom it is about when the user is gone; it is shown nowhere."""
    role_id: int | None = None
    role_name: str = ""
    app_id: int | None = None
    app_name: str = ""
    object: str = ""
    """The kind of object that it is about, where that is neither a user, nor a role, nor an app: "group", "plan"."""
    object_name: str = ""
    notes: str = ""
    error_description: str = ""
    seq: int = 0
    at: int = 0
    actor_user_id: int | None = None
    """The user who did it, where that is a person of the directory."""
    ipaddr: str = ""
    """The address from which it was asked for."""
    client_id: str = ""
    """The API client that asked for it."""
    group_id: int | None = None
    """OneLogin's groups, which carry policies (never groups of a target: those are an `object`)."""
    group_name: str = ""
    policy_id: int | None = None
    policy_name: str = ""
    mapping_id: int | None = None
    directory_id: int | None = None
    """The source that a directory is fed from, and below the run that fed it."""
    directory_sync_run_id: int | None = None
    certificate_id: int | None = None
    user_field_id: int | None = None
    otp_device_id: int | None = None
    otp_device_name: str = ""


_events = sa.Table(
    "events",
    metadata,
    sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("event_type_id", sa.Integer),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("user_id", sa.BigInteger),
    sa.Column("user_name", sa.Text, nullable=False),
    sa.Column("user_key", sa.Text, nullable=False, server_default=""),
    sa.Column("role_id", sa.BigInteger),
    sa.Column("role_name", sa.Text, nullable=False),
    sa.Column("app_id", sa.BigInteger),
    sa.Column("app_name", sa.Text, nullable=False),
    sa.Column("object", sa.Text, nullable=False),
    sa.Column("object_name", sa.Text, nullable=False),
    sa.Column("notes", sa.Text, nullable=False),
    sa.Column("error_description", sa.Text, nullable=False),
    sa.Column("actor_user_id", sa.BigInteger),
    sa.Column("ipaddr", sa.Text, nullable=False, server_default=""),
    sa.Column("client_id", sa.Text, nullable=False, server_default=""),
    sa.Column("group_id", sa.BigInteger),
    sa.Column("group_name", sa.Text, nullable=False, server_default=""),
    sa.Column("policy_id", sa.BigInteger),
    sa.Column("policy_name", sa.Text, nullable=False, server_default=""),
    sa.Column("mapping_id", sa.BigInteger),
    sa.Column("directory_id", sa.BigInteger),
    sa.Column("directory_sync_run_id", sa.BigInteger),
    sa.Column("certificate_id", sa.BigInteger),
    sa.Column("user_field_id", sa.BigInteger),
    sa.Column("otp_device_id", sa.BigInteger),
    sa.Column("otp_device_name", sa.Text, nullable=False, server_default=""),
    sa.Column("digest", sa.LargeBinary),  # see eventchain; NULL is a row that nobody chained
    sa.Index("events_by_user_id", "user_id", "seq"),
    sa.Index("events_by_user_name", "user_name", "seq"),
    # Most events are about no such object.
    sa.Index(
        "events_by_object",
        "object_name",
        "seq",
        sqlite_where=sa.text("object_name <> ''"),
        postgresql_where=sa.text("object_name <> ''"),
    ),
    sqlite_autoincrement=True,  # a number is never given twice, or a reader would miss the second
)
chain.guard(_events)
TABLE = _events
"""For `eventlog`, which reads what nobody else does."""
_fields = [column.name for column in _events.columns if column.name not in ("seq", "event_type_id", "digest")]
READ = sa.select(_events.c.seq, *(_events.c[name] for name in _fields))
"""Rows of it that `event_of` understands."""
_said = attrgetter(*NEWEST[4:])
"""What an event says by itself: all but its number, its time and its kind, in the order of the chain."""
_read = READ
_newest = _read.order_by(_events.c.seq.desc()).limit(sa.bindparam("limit"))

_LOCK = Statement(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(SERIAL, 0))))
_SINCE = Statement(
    _read.where(_events.c.seq > sa.bindparam("after")).order_by(_events.c.seq).limit(sa.bindparam("limit")),
)
_LATEST = Statement(sa.select(sa.func.max(_events.c.seq)))
_OLDEST = Statement(sa.select(sa.func.min(_events.c.seq)))
_ABOUT = Statement(
    sa.select(_events.c.type, _events.c.user_key, _events.c.role_id)
    .where(_events.c.seq > sa.bindparam("after"), _events.c.type.not_like("%_in_app"))
    .where(sa.or_(_events.c.app_id.is_(None), _events.c.app_id == sa.bindparam("app", type_=sa.BigInteger)))
    .order_by(_events.c.seq)
)
_FOR_USER = Statement(
    _newest.where(
        sa.or_(
            _events.c.user_id == sa.bindparam("user_id", type_=sa.BigInteger),
            _events.c.user_name == sa.bindparam("user_name", type_=sa.Text),
        )
    )
)


_EARLIER = (
    _events.c.seq < sa.bindparam("before", type_=sa.BigInteger),
    sa.or_(_events.c.app_id.is_(None), _events.c.app_id == sa.bindparam("app_id", type_=sa.BigInteger)),
)
_USER_IN_APP = Statement(
    _newest.where(
        sa.or_(
            _events.c.user_id == sa.bindparam("user_id", type_=sa.BigInteger),
            _events.c.user_name == sa.bindparam("user_name", type_=sa.Text),
        ),
        *_EARLIER,
    )
)
_OBJECT_IN_APP = Statement(
    _newest.where(
        _events.c.object_name == sa.bindparam("object_name", type_=sa.Text),
        _events.c.object_name != sa.literal_column("''"),  # as the index of them says
        _events.c.object == sa.bindparam("object", type_=sa.Text),
        *_EARLIER,
    )
)
_FOR_ROLE = Statement(
    _newest.where(
        _events.c.role_name == sa.bindparam("role_name", type_=sa.Text),
        _events.c.seq > sa.bindparam("after", type_=sa.BigInteger),
    )
)
_FOR_GROUP = Statement(
    _newest.where(
        _events.c.object == "group",
        _events.c.app_id == sa.bindparam("app_id", type_=sa.BigInteger),
        _events.c.object_name == sa.bindparam("name", type_=sa.Text),
        _events.c.seq > sa.bindparam("after", type_=sa.BigInteger),
    )
)
_RECENT = 50_000
_LAST_OF = Statement(
    sa.select(_events.c.type, sa.func.max(_events.c.seq), sa.func.max(_events.c.at))
    .where(
        _events.c.seq > sa.bindparam("after", type_=sa.BigInteger),
        among(_events.c.type, "types"),
        sa.or_(
            sa.bindparam("app_id", type_=sa.BigInteger) == 0, _events.c.app_id == sa.bindparam("app_id", type_=sa.BigInteger)
        ),
    )
    .group_by(_events.c.type)
)
_FIRST_AFTER = Statement(
    sa.select(sa.func.min(_events.c.at)).where(
        _events.c.seq > sa.bindparam("after", type_=sa.BigInteger),
        _events.c.type == sa.bindparam("kind", type_=sa.Text),
        _events.c.app_id == sa.bindparam("app_id", type_=sa.BigInteger),
    )
)
ERRORS = frozenset(
    {one for one in EventType if "failed" in one.value}
    | {EventType.APP_QUARANTINED, EventType.APP_CONNECTOR_BROKEN, EventType.PROVISIONING_EXCEPTION}
    | {EventType.TOKEN_REFUSED, EventType.TOKEN_EXPIRED}
    | {EventType.INSTALLATION_HELD, EventType.EVENTS_BROKEN}
)
"""Events of these types are errors; so is any other that has an error's description."""
WARNINGS = frozenset(
    {EventType.PLAN_HELD, EventType.APPROVAL_ASKED, EventType.DRIFT_FOUND, EventType.EVENTS_SEALED_ANEW}
    | {EventType.CERTIFICATE_EXPIRES, EventType.TOKEN_EXPIRES}
)
_IS_ERROR = sa.or_(_events.c.error_description != "", among(_events.c.type, "errors"))
_PAGE = Statement(
    _newest.where(
        _events.c.seq < sa.bindparam("end", type_=sa.BigInteger),
        _events.c.seq >= sa.bindparam("low", type_=sa.BigInteger),
        sa.or_(sa.bindparam("kind", type_=sa.Text) == "", _events.c.type == sa.bindparam("kind", type_=sa.Text)),
        sa.or_(
            sa.bindparam("user_name", type_=sa.Text) == "",
            _events.c.user_name == sa.bindparam("user_name", type_=sa.Text),
        ),
        sa.or_(
            sa.bindparam("app_id", type_=sa.BigInteger) == 0,
            _events.c.app_id == sa.bindparam("app_id", type_=sa.BigInteger),
        ),
        sa.or_(
            sa.bindparam("status", type_=sa.Text) == "",
            sa.and_(sa.bindparam("status", type_=sa.Text) == "error", _IS_ERROR),
            sa.and_(sa.bindparam("status", type_=sa.Text) == "warning", among(_events.c.type, "warnings"), sa.not_(_IS_ERROR)),
        ),
    )
)
_ONE = Statement(_read.where(_events.c.seq == sa.bindparam("seq", type_=sa.BigInteger)))
_AT = Statement(
    sa.select(_events.c.at).where(_events.c.seq >= sa.bindparam("seq", type_=sa.BigInteger)).order_by(_events.c.seq).limit(1)
)


def alone(connection: Connection) -> None:
    """Be this side's one writer until the transaction ends; for one that began without SERIAL and reads before it writes."""
    if connection.dialect == "postgresql":
        connection.one(_LOCK)


def append(connection: Connection, event: Event, now: int) -> None:
    """Write `event` as of `now`, in the transaction of the change."""
    append_many(connection, [event], now)


def append_many(connection: Connection, events: Iterable[Event], now: int) -> None:
    """Write `events` in their order, without holding them all."""
    iterator = iter(events)
    first = list(islice(iterator, _BATCH))
    if not first:
        return
    alone(connection)
    seq, digest = chain.tip(connection)
    batch = first
    while batch:
        rows = []
        for event in batch:
            seq += 1
            kind = event.type
            row = (seq, now, kind._value_, kind.onelogin_id, *_said(event))
            digest = link(digest, row)
            rows.append((*row, digest))
        chain.insert(connection, rows)
        batch = list(islice(iterator, _BATCH))
    chain.set_tip(connection, seq, digest)


def since(connection: Connection, seq: int, limit: int) -> list[Event]:
    """The first `limit` events after number `seq`, in order.  Remember the last number and come back with it."""
    return [_event(row) for row in connection.all(_SINCE, after=seq, limit=limit)]


def about(connection: Connection, seq: int, app_id: int) -> Iterator[tuple[EventType, str, int | None]]:
    """(type, employee_id, role id) of the events after number `seq` that say something of everybody, or of this app.

    Without what the engine reports of its own requests.
    """
    return ((EventType(row[0]), row[1], row[2]) for row in connection.stream(_ABOUT, after=seq, app=app_id))


def latest(connection: Connection) -> int:
    """The number of the newest event; 0 where there is none."""
    return connection.value(_LATEST) or 0


def oldest(connection: Connection) -> int:
    """The number of the oldest event that was kept; 1 where there is none."""
    return connection.value(_OLDEST) or 1


def for_user(connection: Connection, *, user_id: int | None = None, user_name: str = "", limit: int) -> list[Event]:
    """The newest `limit` events about one user, oldest first.

    `user_name` finds what was written under that name; give both to see a user's events across renames and those of a
    user who has left.
    """
    # Most events are about no user and have an empty name; NULL matches none of them.
    rows = connection.all(_FOR_USER, user_id=user_id, user_name=user_name or None, limit=limit)
    return [_event(row) for row in reversed(rows)]


def of_user_in_app(
    c: Connection, app_id: int, *, user_id: int | None = None, user_name: str = "", before: int = 0, limit: int
) -> tuple[list[Event], int]:
    """The newest `limit` events about a user, in one app and in no app, newest first, before number `before` (0: the end).

    With them the number to come back with as `before`, 0 where nothing is left.  Give both names, as for `for_user`.
    """
    end = before or latest(c) + 1
    rows = c.all(_USER_IN_APP, user_id=user_id, user_name=user_name or None, app_id=app_id, before=end, limit=limit + 1)
    return _cut([_event(row) for row in rows], limit)


def of_object_in_app(
    c: Connection, app_id: int, obj: str, name: str, *, before: int = 0, limit: int
) -> tuple[list[Event], int]:
    """The same about an object of that name, such as a group, in one app."""
    end = before or latest(c) + 1
    rows = c.all(_OBJECT_IN_APP, object=obj, object_name=name, app_id=app_id, before=end, limit=limit + 1)
    return _cut([_event(row) for row in rows], limit)


def _cut(found: list[Event], limit: int) -> tuple[list[Event], int]:
    return found[:limit], found[limit - 1].seq if len(found) > limit else 0


def for_role(connection: Connection, role_name: str, *, limit: int) -> list[Event]:
    """The newest `limit` events about roles of one name, oldest first, among the last 50,000 of the stream."""
    after = latest(connection) - _RECENT
    return [_event(row) for row in reversed(connection.all(_FOR_ROLE, role_name=role_name, after=after, limit=limit))]


def for_group(connection: Connection, app_id: int, name: str, *, limit: int) -> list[Event]:
    """The newest `limit` events about an app's group of that name, oldest first, among the last 50,000 of the stream."""
    after = latest(connection) - _RECENT
    return [_event(row) for row in reversed(connection.all(_FOR_GROUP, app_id=app_id, name=name, after=after, limit=limit))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which events a page shows: "" and 0 leave a filter out.  `since` and `until` are instants (ms).

    `status` is error or warning.
    """

    type: str = ""
    status: str = ""
    user_name: str = ""
    app_id: int = 0
    since: int = 0
    until: int = 0


SPAN = 200_000
"""Events that one look goes through, so that it costs the same however many there are."""


def page(c: Connection, wanted: Wanted, *, before: int = 0, limit: int) -> tuple[list[Event], int]:
    """The newest `limit` events that are wanted, newest first, before number `before` (0: the end of the stream).

    With them the number to come back with as `before`, 0 where nothing is left.
    """
    end = before or latest(c) + 1
    if wanted.until:
        end = min(end, first_at(c, wanted.until))
    start = first_at(c, wanted.since) if wanted.since else oldest(c)
    low = max(start, end - SPAN)
    found = _between(c, wanted, low, end, limit + 1)
    if len(found) > limit:
        return found[:limit], found[limit - 1].seq
    return found, low if low > start else 0


def news(c: Connection, wanted: Wanted, *, after: int, limit: int) -> tuple[list[Event], bool]:
    """The newest `limit` events after number `after` that are wanted, newest first; and whether older ones were left out.

    `since` and `until` of `wanted` do not count: what is new is new.
    """
    end = latest(c) + 1
    low = max(after + 1, end - SPAN)
    found = _between(c, wanted, low, end, limit + 1)
    return found[:limit], len(found) > limit or low > after + 1


def _between(c: Connection, wanted: Wanted, low: int, end: int, limit: int) -> list[Event]:
    rows = c.all(
        _PAGE,
        end=end,
        low=low,
        kind=wanted.type,
        status=wanted.status,
        errors=listed(one.value for one in ERRORS),
        warnings=listed(one.value for one in WARNINGS),
        user_name=wanted.user_name,
        app_id=wanted.app_id,
        limit=limit,
    )
    return [_event(row) for row in rows]


def by_number(c: Connection, seq: int) -> Event | None:
    """One event."""
    row = c.one(_ONE, seq=seq)
    return None if row is None else _event(row)


def first_at(c: Connection, at: int) -> int:
    """The number of the first event at an instant or later; numbers and instants rise together."""
    low, high = 1, latest(c) + 1
    while low < high:
        middle = (low + high) // 2
        row = c.one(_AT, seq=middle)
        if row is not None and row[0] < at:
            low = middle + 1
        else:
            high = middle
    return low


def describe(event: Event) -> dict[str, Any]:
    """The event as `--json` and the pages show it: what is empty is left out."""
    shown: dict[str, Any] = {"seq": event.seq, "at": event.at, "type": event.type.value}
    if event.type.onelogin_id is not None:
        shown["event_type_id"] = event.type.onelogin_id
    rest: Sequence[str] = [name for name in _fields if name not in ("at", "type", "user_key")]
    shown.update((name, value) for name in rest if (value := getattr(event, name)) not in (None, ""))
    return shown


def follow(connection: Connection, seq: int, batch: int = 1000) -> Iterator[Event]:
    """Every event after number `seq` in this transaction, read in batches."""
    while found := since(connection, seq, batch):
        yield from found
        seq = found[-1].seq


def event_of(row: Row) -> Event:
    """The event of a row that `READ` selects."""
    return _event(row)


def _event(row: Row) -> Event:
    seq, *values = row
    fields = dict(zip(_fields, values, strict=True))
    fields["type"] = EventType(fields["type"])
    return Event(seq=seq, **fields)


def last_of(c: Connection, types: Iterable[EventType], app_id: int = 0) -> dict[EventType, tuple[int, int]]:
    """(number, instant) of the last event of each of these types among the newest ones, of one app (0: of any)."""
    after = max(0, latest(c) - _RECENT)
    rows = c.all(_LAST_OF, after=after, types=listed(one.value for one in types), app_id=app_id)
    return {EventType(kind): (int(seq), int(at)) for kind, seq, at in rows}


def first_after(c: Connection, kind: EventType, app_id: int, after: int) -> int:
    """When the first event of a type and an app happened after a number, among the newest ones; 0 for never."""
    low = max(after, latest(c) - _RECENT)
    return int(c.value(_FIRST_AFTER, after=low, kind=kind.value, app_id=app_id) or 0)
