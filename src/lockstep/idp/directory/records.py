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
"""The text fields of a user, in the order of the table's columns."""


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
    status: int = Status.ACTIVE
    custom: dict[str, str] = {}
    imported: bool = False
    """Came with an import.  Only those leave with one."""
    id: int = 0
    """Given by the database and never given again; 0 before."""
    created_at: int = 0
    updated_at: int = 0


class Role(msgspec.Struct, frozen=True, kw_only=True):
    """A named bundle of people; its key is `group_id`, its name may change and need not be unique."""

    group_id: str
    name: str
    attributes: dict[str, str] = {}
    imported: bool = False
    id: int = 0


class Membership(msgspec.Struct, frozen=True, kw_only=True):
    """One user in one role."""

    role_id: int
    user_id: int
    attributes: dict[str, str] = {}
    imported: bool = False


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How much the directory holds."""

    users: int
    roles: int
    memberships: int


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
