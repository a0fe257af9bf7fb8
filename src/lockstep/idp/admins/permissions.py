"""Who may do what: privileges, and the permissions that each one holds.  Pure: no database, no web framework.

An administrator has privileges (OneLogin's words; facts/onelogin.md 17, consoles.md 13 and 55); whatever is done needs a
permission.  Pages, and programs that come in by an API, ask for the same permissions by the same names.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Privilege(StrEnum):
    """What an administrator is."""

    ACCOUNT_OWNER = "account-owner"
    SUPER_USER = "super-user"
    USER_ADMIN = "user-admin"
    ROLE_ADMIN = "role-admin"
    APP_ADMIN = "app-admin"
    READ_ONLY = "read-only"


class Permission(StrEnum):
    """What may be done."""

    SELF = "self"
    """What everybody who is signed in may: sign out, and go to the first page."""
    USERS_VIEW = "users.view"
    USERS_MANAGE = "users.manage"
    USERS_CREDENTIALS = "users.credentials"
    FIELDS_MANAGE = "fields.manage"
    """Custom user fields: to delete one deletes everybody's value."""
    MAPPINGS_VIEW = "mappings.view"
    MAPPINGS_MANAGE = "mappings.manage"
    """Mappings give roles and set values of anybody."""
    ROLES_VIEW = "roles.view"
    ROLES_MEMBERS = "roles.members"
    ROLES_MANAGE = "roles.manage"
    GROUPS_VIEW = "groups.view"
    GROUPS_ASSIGN = "groups.assign"
    GROUPS_MANAGE = "groups.manage"
    APPS_VIEW = "apps.view"
    APPS_MANAGE = "apps.manage"
    APPS_CREATE = "apps.create"
    EVENTS_VIEW = "events.view"
    CERTIFICATES_VIEW = "certificates.view"
    CERTIFICATES_MANAGE = "certificates.manage"
    ADMINISTRATORS_VIEW = "administrators.view"
    ADMINISTRATORS_MANAGE = "administrators.manage"
    ACCOUNT_MANAGE = "account.manage"
    """Settings of the whole account, and credentials of programs, which may do what no administrator is asked for."""


NAMES = {
    Privilege.ACCOUNT_OWNER: "Account owner",
    Privilege.SUPER_USER: "Super user",
    Privilege.USER_ADMIN: "User admin",
    Privilege.ROLE_ADMIN: "Role admin",
    Privilege.APP_ADMIN: "App admin",
    Privilege.READ_ONLY: "Read only",
}
ABOUT = {
    Privilege.ACCOUNT_OWNER: "Everything. Only account owners make account owners, or touch them.",
    Privilege.SUPER_USER: "Everything but account owners and the settings of the account.",
    Privilege.USER_ADMIN: "People: makes, changes, suspends, unlocks and deletes them, and gives them passwords.",
    Privilege.ROLE_ADMIN: "Who is in the roles that are named.",
    Privilege.APP_ADMIN: "Manages the applications that are named.",
    Privilege.READ_ONLY: "Sees everything, and changes nothing.",
}
WHAT = {
    Permission.SELF: "sign in and out",
    Permission.USERS_VIEW: "see people",
    Permission.USERS_MANAGE: "make, change, suspend, unlock and delete people",
    Permission.USERS_CREDENTIALS: "give people passwords, and take second factors away",
    Permission.FIELDS_MANAGE: "make, rename and delete custom user fields",
    Permission.MAPPINGS_VIEW: "see the mappings",
    Permission.MAPPINGS_MANAGE: "make, change and apply mappings",
    Permission.ROLES_VIEW: "see roles and who is in them",
    Permission.ROLES_MEMBERS: "put people into a role and take them out",
    Permission.ROLES_MANAGE: "make, rename, nest and delete roles",
    Permission.GROUPS_VIEW: "see groups and their security policies",
    Permission.GROUPS_ASSIGN: "put people into a group",
    Permission.GROUPS_MANAGE: "make, change and delete groups and security policies",
    Permission.APPS_VIEW: "see an application",
    Permission.APPS_MANAGE: "manage an application: settings, rules, access, plans, approvals",
    Permission.APPS_CREATE: "add applications, and stop them all",
    Permission.EVENTS_VIEW: "see the events",
    Permission.CERTIFICATES_VIEW: "see the signing certificates",
    Permission.CERTIFICATES_MANAGE: "make, activate and remove signing certificates",
    Permission.ADMINISTRATORS_VIEW: "see the administrators and their privileges",
    Permission.ADMINISTRATORS_MANAGE: "add, change and remove administrators",
    Permission.ACCOUNT_MANAGE: "change settings of the account, and make credentials for programs",
}
"""Each permission as it ends the sentence "… may …"."""

SCOPED = {Privilege.ROLE_ADMIN: "role", Privilege.APP_ADMIN: "app"}
"""Privileges that are given for one role or one app."""
_LOOKING = frozenset({Permission.SELF, Permission.USERS_VIEW, Permission.ROLES_VIEW})
_VIEWING = frozenset(one for one in Permission if one.value.endswith(".view"))
HELD: dict[Privilege, frozenset[Permission]] = {
    Privilege.ACCOUNT_OWNER: frozenset(Permission),
    Privilege.SUPER_USER: frozenset(Permission) - {Permission.ACCOUNT_MANAGE},
    Privilege.USER_ADMIN: _LOOKING
    | {Permission.USERS_MANAGE, Permission.USERS_CREDENTIALS, Permission.EVENTS_VIEW}
    | {Permission.GROUPS_VIEW, Permission.GROUPS_ASSIGN},
    Privilege.ROLE_ADMIN: _LOOKING,
    Privilege.APP_ADMIN: _LOOKING,
    Privilege.READ_ONLY: _VIEWING | {Permission.SELF},
}
"""What each privilege holds, whatever it is about."""
HELD_WITHIN: dict[Privilege, frozenset[Permission]] = {
    Privilege.ROLE_ADMIN: frozenset({Permission.ROLES_MEMBERS}),
    Privilege.APP_ADMIN: frozenset({Permission.APPS_VIEW, Permission.APPS_MANAGE}),
}
"""What a scoped privilege holds of the one role or app that it is given for."""
_RANK = {Privilege.ACCOUNT_OWNER: 3, Privilege.SUPER_USER: 2, Privilege.READ_ONLY: 0}


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """One privilege of an administrator; a scoped one names its role or its app by the id, which is 0 for the others."""

    privilege: Privilege
    scope: int = 0


@dataclass(frozen=True, slots=True)
class Rights:
    """All that one administrator may."""

    grants: frozenset[Grant]

    @property
    def rank(self) -> int:
        """Account owner 3, super user 2, who changes a part 1, who changes nothing 0."""
        return max((_RANK.get(one.privilege, 1) for one in self.grants), default=0)

    @property
    def is_owner(self) -> bool:
        """Whether they own the account."""
        return Grant(Privilege.ACCOUNT_OWNER) in self.grants

    def everywhere(self, permission: Permission) -> bool:
        """Whether they may do it, whichever role or app it is about."""
        return permission is Permission.SELF or any(permission in HELD[one.privilege] for one in self.grants)

    def somewhere(self, permission: Permission) -> bool:
        """Whether there is any role or app that they may do it with."""
        return self.everywhere(permission) or bool(self._within(permission))

    def may(self, permission: Permission, *, role: int = 0, app: int = 0) -> bool:
        """Whether they may do it with this role, or this app; 0 where it is about neither."""
        if self.everywhere(permission):
            return True
        within = self._within(permission)
        named = {Privilege.ROLE_ADMIN: role, Privilege.APP_ADMIN: app}
        return any(one.scope and one.scope == named[one.privilege] for one in within)

    def _within(self, permission: Permission) -> list[Grant]:
        return [one for one in self.grants if permission in HELD_WITHIN.get(one.privilege, ())]

    def covers(self, others: Iterable[Grant]) -> bool:
        """Whether they may give these privileges, or touch who has them: only owners do so with owners.

        Who may not manage administrators covers nothing.
        """
        if not self.everywhere(Permission.ADMINISTRATORS_MANAGE):
            return False
        return self.is_owner or Grant(Privilege.ACCOUNT_OWNER) not in set(others)


OWNER = Rights(frozenset({Grant(Privilege.ACCOUNT_OWNER)}))
"""What an account owner may; and whoever can read the data folder, at the command line."""


def holders(permission: Permission) -> list[Privilege]:
    """The privileges that hold a permission, everywhere or within their role or app, the highest first."""
    return [one for one in Privilege if permission in HELD[one] | HELD_WITHIN.get(one, frozenset())]


def who_may(permission: Permission) -> str:
    """Who may, as a sentence for a person, such as "Account owners may see the events."."""
    names = [f"{NAMES[one][:1].lower()}{NAMES[one][1:]}" for one in holders(permission)]
    plural = [f"{name} administrators" if name.startswith("read only") else f"{name}s" for name in names]
    listed = " and ".join(filter(None, (", ".join(plural[:-1]), plural[-1])))
    return f"{listed[:1].upper()}{listed[1:]} may {WHAT[permission]}."
