"""What a credential of a program is, and what it may do."""

from dataclasses import dataclass
from enum import StrEnum

TOKEN_SECONDS = 36_000
"""How long an access token is good for, as at OneLogin: ten hours."""


class Scope(StrEnum):
    """What a credential may do (OneLogin's five)."""

    AUTHENTICATION_ONLY = "authentication-only"
    READ_USERS = "read-users"
    MANAGE_USERS = "manage-users"
    READ_ALL = "read-all"
    MANAGE_ALL = "manage-all"


class Need(StrEnum):
    """What a call needs."""

    USERS_READ = "read users"
    USERS_WRITE = "manage users"
    ALL_READ = "read all"
    ALL_WRITE = "manage all"


GRANTS: dict[Scope, frozenset[Need]] = {
    Scope.AUTHENTICATION_ONLY: frozenset(),
    Scope.READ_USERS: frozenset({Need.USERS_READ}),
    Scope.MANAGE_USERS: frozenset({Need.USERS_READ, Need.USERS_WRITE}),
    Scope.READ_ALL: frozenset({Need.USERS_READ, Need.ALL_READ}),
    Scope.MANAGE_ALL: frozenset(Need),
}
"""What each scope is good for; nothing else is allowed."""
NAMES = {
    Scope.AUTHENTICATION_ONLY: "Authentication only",
    Scope.READ_USERS: "Read users",
    Scope.MANAGE_USERS: "Manage users",
    Scope.READ_ALL: "Read all",
    Scope.MANAGE_ALL: "Manage all",
}
ABOUT = {
    Scope.AUTHENTICATION_ONLY: "Get a token and see the rate limit; nothing of the directory.",
    Scope.READ_USERS: "Read users, roles, groups and custom attributes.",
    Scope.MANAGE_USERS: "Besides, make, change, lock and delete users; not their passwords, and not who is in which role.",
    Scope.READ_ALL: "Read everything: users, roles, apps, rules, mappings and events.",
    Scope.MANAGE_ALL: "Everything that the API does.",
}


@dataclass(frozen=True, slots=True)
class Credential:
    """One program that may ask; its secret is known to nobody here.  Instants in ms, `used_at` 0 for never."""

    client_id: str
    name: str
    scope: Scope
    created_at: int
    created_by: str
    used_at: int = 0
    """When it last asked for a token."""

    @property
    def actor(self) -> str:
        """Who did something, for the events."""
        return f"api:{self.name}"

    def may(self, need: Need) -> bool:
        """Whether its scope is good for that."""
        return need in GRANTS[self.scope]


@dataclass(frozen=True, slots=True)
class NewCredential:
    """A credential with its secret, which is shown once."""

    credential: Credential
    secret: str


@dataclass(frozen=True, slots=True)
class Token:
    """An access token, since when and until when (ms) it is good."""

    text: str
    created_at: int
    expires_at: int
