"""The settings of an app: what `lockstep idp app set NAME KEY=VALUE` knows, with its defaults."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from fnmatch import fnmatchcase
from typing import Any, Literal

from croniter import croniter

from lockstep.kit.problems import Problem, ValueProblem

Leavers = Literal["delete", "suspend", "nothing"]
Suspended = Literal["suspend", "nothing"]
Adopt = Literal["adopt", "report", "ignore"]
DriftPolicy = Literal["put-back", "report"]
Credentials = Literal["admin", "shared"]
OwnDriftPolicy = Literal["put-back", "report", "default"]
Evidence = Literal["off", "weekly", "daily"]
LimitedKind = Literal["user-deletions", "switch-offs", "group-deletions", "removals"]
LIMITED_KINDS: tuple[LimitedKind, ...] = ("user-deletions", "switch-offs", "group-deletions", "removals")

UNTOUCHED_GROUPS = (
    "AWSControlTower*",
    "AWSAccountFactory*",
    "AWSServiceCatalog*",
    "AWSLog*",
    "AWSSecurity*",
    "AWSAudit*",
)
"""Names of groups that AWS services own: never adopted, changed or deleted."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What an administrator decides about one app.

    `groups` is OneLogin's "Include in User Provisioning" of the Groups parameter; `approve_*` its "Require admin approval
    before this action is performed".  Limits hold for each of the four kinds unless the kind has its own.  `drift` is what a
    scheduled check and a full sync do by themselves with what was changed at the target; users, groups and memberships may
    have their own.
    """

    provisioning: bool = False
    approve_create: bool = True
    approve_update: bool = True
    approve_delete: bool = True
    groups: bool = False
    leavers: Leavers = "suspend"
    grace_days: int = 0
    suspended: Suspended = "suspend"
    rate: float = 20.0
    adopt: Adopt = "report"
    protect: str = ",".join(UNTOUCHED_GROUPS)
    limit_deletions: int = 500
    limit_deletions_share: float = 0.05
    limit_user_deletions: int | None = None
    limit_user_deletions_share: float | None = None
    limit_switch_offs: int | None = None
    limit_switch_offs_share: float | None = None
    limit_group_deletions: int | None = None
    limit_group_deletions_share: float | None = None
    limit_removals: int | None = None
    limit_removals_share: float | None = None
    schedule: str = ""
    evidence: Evidence = "off"
    drift: DriftPolicy = "put-back"
    drift_users: OwnDriftPolicy = "default"
    drift_groups: OwnDriftPolicy = "default"
    drift_members: OwnDriftPolicy = "default"
    pilot_role: str = ""
    """Only people of this role (its name or group_id) are provisioned; everybody else is left as they are."""
    pilot_people: int = 0
    """Only so many people are provisioned, the first by employee_id; 0 for everybody."""
    creates_only: bool = False
    """Only what is missing is made; nothing that is there is changed."""
    credentials: Credentials = "admin"
    """“Configured by admin”: single logins may have values of their own.  `shared`: everybody has those of the app."""
    safe_entitlements: bool = True
    """Whether roles, rules and logins may make groups that are not at the target yet."""

    @property
    def is_pilot(self) -> bool:
        """Whether the app is limited to some people."""
        return bool(self.pilot_role or self.pilot_people)

    def limit(self, kind: LimitedKind) -> tuple[int, float]:
        """(count, share) above which changes of `kind` are held."""
        name = f"limit_{kind.replace('-', '_')}"
        count, share = getattr(self, name), getattr(self, f"{name}_share")
        return (
            self.limit_deletions if count is None else count,
            self.limit_deletions_share if share is None else share,
        )

    def drift_of(self, kind: str) -> DriftPolicy:
        """What is done with differences of a kind: user, group or membership."""
        own = {"user": self.drift_users, "group": self.drift_groups, "membership": self.drift_members}[kind]
        return self.drift if own == "default" else own

    def protected(self) -> tuple[str, ...]:
        """The patterns of the protect list."""
        return tuple(part.strip() for part in self.protect.split(",") if part.strip())

    def protects(self, name: str) -> bool:
        """Whether a group of this name is on the protect list; case does not count."""
        return any(fnmatchcase(name.casefold(), pattern.casefold()) for pattern in self.protected())


def _wrong(key: str, value: str, what: str) -> ValueProblem:
    return ValueProblem(key, what, f"{key}={value}: {what}")


def _switch(key: str, value: str) -> bool:
    if value not in ("on", "off"):
        raise _wrong(key, value, "use on or off")
    return value == "on"


def _one_of(*allowed: str) -> Callable[[str, str], str]:
    def parse(key: str, value: str) -> str:
        if value not in allowed:
            raise _wrong(key, value, f"use one of {', '.join(allowed)}")
        return value

    return parse


MOST_DIGITS = 9
LONGEST_PATTERNS = 20_000


def _whole(key: str, value: str) -> int:
    if not value.isascii() or not value.isdigit() or len(value) > MOST_DIGITS:
        raise _wrong(key, value[:20], f"use a whole number, 0 or more, of at most {MOST_DIGITS} digits")
    return int(value)


def _number(low: float, high: float) -> Callable[[str, str], float]:
    def parse(key: str, value: str) -> float:
        try:
            number = float(value)
        except ValueError:
            number = -1.0
        if not low <= number <= high:
            raise _wrong(key, value, f"use a number from {low:g} to {high:g}")
        return number

    return parse


def _patterns(key: str, value: str) -> str:
    if len(value) > LONGEST_PATTERNS or not value.isprintable():
        raise _wrong(key, value[:20], f"use at most {LONGEST_PATTERNS:,} printable characters in one line")
    return value


LONGEST_NAME = 256


def _one_line(key: str, value: str) -> str:
    if len(value) > LONGEST_NAME or not value.isprintable():
        raise _wrong(key, value[:20], f"use at most {LONGEST_NAME} printable characters")
    return value.strip()


CRON_FIELDS = 5


def _schedule(key: str, value: str) -> str:
    """Five cron fields, in UTC, or nothing."""
    if value and (len(value.split()) != CRON_FIELDS or not croniter.is_valid(value)):
        raise _wrong(key, value, "use five cron fields (UTC), such as '0 3 * * *', or nothing")
    return value


_PARSERS: dict[str, Callable[[str, str], Any]] = {
    "leavers": _one_of("delete", "suspend", "nothing"),
    "suspended": _one_of("suspend", "nothing"),
    "credentials": _one_of("admin", "shared"),
    "adopt": _one_of("adopt", "report", "ignore"),
    "drift": _one_of("put-back", "report"),
    "drift_users": _one_of("put-back", "report", "default"),
    "drift_groups": _one_of("put-back", "report", "default"),
    "drift_members": _one_of("put-back", "report", "default"),
    "evidence": _one_of("off", "weekly", "daily"),
    "grace_days": _whole,
    "rate": _number(0.1, 100_000),
    "protect": _patterns,
    "schedule": _schedule,
    "pilot_role": _one_line,
    "pilot_people": _whole,
}
_KEYS = {field.name.replace("_", "-"): field.name for field in fields(Settings)}


def _parser(field: str) -> Callable[[str, str], Any]:
    if field in _PARSERS:
        return _PARSERS[field]
    if field.endswith("_share"):
        return _number(0, 1)
    return _whole if field.startswith("limit_") else _switch


def changed(settings: Settings, assignments: list[str]) -> Settings:
    """`settings` with each `KEY=VALUE` of `assignments` applied.  Raises Problem, naming the key, and changes nothing."""
    values: dict[str, Any] = {}
    for assignment in assignments:
        key, equals, value = assignment.partition("=")
        if not equals:
            raise Problem(f"{assignment}: settings are given as KEY=VALUE")
        if key not in _KEYS:
            raise Problem(f"{key}: no such setting; there are {', '.join(_KEYS)}")
        field = _KEYS[key]
        values[field] = _parser(field)(key, value)
    return replace(settings, **values)
