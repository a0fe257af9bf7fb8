"""What the directory holds: users, roles, and who is in which role."""

from enum import IntEnum
from unicodedata import normalize

import msgspec

PROFILE = (
    "employee_id",
    "user_name",
    "given_name",
    "middle_name",
    "family_name",
    "suffix",
    "nickname",
    "display_name",
    "email",
    "phone",
    "title",
    "department",
    "division",
    "cost_center",
    "manager_id",
    "locale",
    "timezone",
)
"""The text fields that a roster gives of a user, in the order of the table's columns."""
MORE = (
    "company",
    "comment",
    "external_id",
    "member_of",
    "samaccountname",
    "userprincipalname",
    "distinguished_name",
)
"""Those that OneLogin knows besides; a folder's column of such a name is a custom attribute, as any other."""
FIELDS = PROFILE + MORE
"""Every text field of a user."""
MAPPED, BY_HAND, FOLDER = -1, 0, 1
"""Where users, roles and memberships come from: made by hand, or by `lockstep idp import`.  Other sources have higher
ids.  MAPPED is a membership that only a mapping gives."""


class State(IntEnum):
    """Whether the person is approved (OneLogin's numbers).  Nobody else has an app, or signs in; the roles are kept."""

    UNAPPROVED = 0
    APPROVED = 1
    REJECTED = 2
    UNLICENSED = 3


class Status(IntEnum):
    """Whether the person can log in (OneLogin's numbers; 6 is not in use there)."""

    UNACTIVATED = 0
    ACTIVE = 1
    SUSPENDED = 2
    LOCKED = 3
    PASSWORD_EXPIRED = 4
    AWAITING_PASSWORD_RESET = 5
    PASSWORD_PENDING = 7
    SECURITY_QUESTIONS_REQUIRED = 8


class User(msgspec.Struct, frozen=True, kw_only=True):
    """One person.  Text that is empty is ""; a custom attribute that is empty is not there."""

    employee_id: str
    user_name: str
    given_name: str = ""
    middle_name: str = ""
    family_name: str = ""
    suffix: str = ""
    nickname: str = ""
    display_name: str = ""
    email: str = ""
    phone: str = ""
    title: str = ""
    department: str = ""
    division: str = ""
    cost_center: str = ""
    manager_id: str = ""
    """The employee_id of the manager, who may be unknown here."""
    locale: str = ""
    timezone: str = ""
    company: str = ""
    comment: str = ""
    external_id: str = ""
    """A free name of the person in another system; it need not be unique."""
    member_of: str = ""
    """The groups of an Active Directory, as one text; `;` parts them."""
    samaccountname: str = ""
    userprincipalname: str = ""
    distinguished_name: str = ""
    status: int = Status.ACTIVE
    state: int = State.APPROVED
    group_id: int | None = None
    """The group, whose security policy holds for the person."""
    custom: dict[str, str] = {}
    source: int = BY_HAND
    """Where the person comes from: BY_HAND, FOLDER, or the id of a source.  Only its own people leave with a source."""
    id: int = 0
    """Given by the database and never given again; 0 before."""
    created_at: int = 0
    updated_at: int = 0


class Role(msgspec.Struct, frozen=True, kw_only=True):
    """A named bundle of people; its key is `group_id`, its name may change and need not be unique."""

    group_id: str
    name: str
    attributes: dict[str, str] = {}
    source: int = BY_HAND
    id: int = 0


class Membership(msgspec.Struct, frozen=True, kw_only=True):
    """One user in one role."""

    role_id: int
    user_id: int
    attributes: dict[str, str] = {}
    source: int = BY_HAND
    """Who gave it: BY_HAND, FOLDER or another source, or MAPPED where a mapping alone does."""
    mapped: int = 0
    """The id of the mapping that gives it, besides or alone; 0 for none."""


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How much the directory holds."""

    users: int
    roles: int
    memberships: int


def may_enter(user: User) -> bool:
    """Whether somebody may sign in at all: approved, and Active."""
    return user.status == Status.ACTIVE and user.state == State.APPROVED


def folded(text: str) -> str:
    """The key under which a user name or e-mail address is unique: without regard to case."""
    return text.lower() if text.isascii() else normalize("NFC", normalize("NFC", text).casefold())


def to_text(values: dict[str, str]) -> str:
    """Attributes as they are stored; equal ones are equal texts."""
    return msgspec.json.encode(values, order="sorted").decode() if values else "{}"


def to_dict(text: str) -> dict[str, str]:
    """Attributes from what is stored."""
    return {} if text == "{}" else _decode(text)


_decode = msgspec.json.Decoder(dict[str, str]).decode
