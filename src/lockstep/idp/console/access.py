"""Which permission each route of the console needs: one table, and whatever is not in it is refused.

The guard before every page asks it, and so do the pages themselves about the forms and links that they show (`hiding.py`).
`role` and `app` name the part of the address that holds the id of the role or app that it is about: a scoped privilege is
asked for that one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lockstep.idp.admins.permissions import Permission, Rights

P = Permission
_APP = "/admin/apps/{id:int}"
_ROLE = "/admin/roles/{id:int}"
_GROUP = "/admin/groups/{id:int}"
_USER = "/admin/users/{id:int}"
_FIELDS = "/admin/users/fields"


@dataclass(frozen=True, slots=True)
class Need:
    """What a route needs.  `any_scope`: it is about no single role or app, and shows only those that one may see."""

    permission: Permission
    role: str = ""
    app: str = ""
    any_scope: bool = False

    def met(self, rights: Rights, parameters: Mapping[str, Any]) -> bool:
        """Whether it may be opened with these parts of the address."""
        if self.any_scope:
            return rights.somewhere(self.permission)
        role, app = (int(parameters[name]) if name else 0 for name in (self.role, self.app))
        return rights.may(self.permission, role=role, app=app)


def _of_app(permission: Permission, method: str, *paths: str) -> dict[tuple[str, str], Need]:
    return {(method, f"{_APP}{path}"): Need(permission, app="id") for path in paths}


NEEDS: dict[tuple[str, str], Need] = {
    ("GET", "/admin"): Need(P.SELF),
    ("POST", "/admin/logout"): Need(P.SELF),
    ("GET", "/admin/users"): Need(P.USERS_VIEW),
    ("GET", "/admin/users/new"): Need(P.USERS_MANAGE),
    ("POST", "/admin/users/new"): Need(P.USERS_MANAGE),
    ("GET", "/admin/users/bulk"): Need(P.USERS_MANAGE),
    ("POST", "/admin/users/bulk"): Need(P.USERS_MANAGE),
    ("GET", "/admin/users/bulk/{id:int}"): Need(P.USERS_MANAGE),
    ("GET", "/admin/users/bulk/{id:int}/stream"): Need(P.USERS_MANAGE),
    ("GET", "/admin/users/deleted"): Need(P.USERS_VIEW),
    ("POST", "/admin/users/deleted/{id:int}/restore"): Need(P.USERS_MANAGE),
    ("GET", _FIELDS): Need(P.USERS_VIEW),
    ("POST", _FIELDS): Need(P.FIELDS_MANAGE),
    ("GET", f"{_FIELDS}/{{id:int}}"): Need(P.FIELDS_MANAGE),
    ("POST", f"{_FIELDS}/{{id:int}}"): Need(P.FIELDS_MANAGE),
    ("POST", f"{_FIELDS}/{{id:int}}/move"): Need(P.FIELDS_MANAGE),
    ("GET", f"{_FIELDS}/{{id:int}}/remove"): Need(P.FIELDS_MANAGE),
    ("POST", f"{_FIELDS}/{{id:int}}/remove"): Need(P.FIELDS_MANAGE),
    ("GET", _USER): Need(P.USERS_VIEW),
    ("GET", f"{_USER}/authentication"): Need(P.USERS_VIEW),
    ("GET", f"{_USER}/applications"): Need(P.USERS_VIEW),
    ("GET", f"{_USER}/activity"): Need(P.USERS_VIEW),
    ("POST", f"{_USER}/state"): Need(P.USERS_MANAGE),
    ("POST", f"{_USER}/logout"): Need(P.USERS_CREDENTIALS),
    ("POST", _USER): Need(P.USERS_MANAGE),
    ("POST", f"{_USER}/status"): Need(P.USERS_MANAGE),
    ("GET", f"{_USER}/password"): Need(P.USERS_CREDENTIALS),
    ("POST", f"{_USER}/password"): Need(P.USERS_CREDENTIALS),
    ("GET", f"{_USER}/remove"): Need(P.USERS_MANAGE),
    ("POST", f"{_USER}/remove"): Need(P.USERS_MANAGE),
    ("GET", "/admin/roles"): Need(P.ROLES_VIEW),
    ("POST", "/admin/roles"): Need(P.ROLES_MANAGE),
    ("GET", _ROLE): Need(P.ROLES_VIEW),
    ("POST", _ROLE): Need(P.ROLES_MANAGE),
    ("GET", f"{_ROLE}/remove"): Need(P.ROLES_MANAGE),
    ("POST", f"{_ROLE}/remove"): Need(P.ROLES_MANAGE),
    ("GET", f"{_ROLE}/applications"): Need(P.ROLES_VIEW),
    ("POST", f"{_ROLE}/applications"): Need(P.ROLES_MANAGE),
    ("GET", f"{_ROLE}/users"): Need(P.ROLES_VIEW),
    ("GET", f"{_ROLE}/admins"): Need(P.ROLES_VIEW),
    ("POST", f"{_ROLE}/admins"): Need(P.ADMINISTRATORS_MANAGE),
    ("POST", f"{_ROLE}/admins/{{user:int}}/remove"): Need(P.ADMINISTRATORS_MANAGE),
    ("POST", f"{_ROLE}/members"): Need(P.ROLES_MEMBERS, role="id"),
    ("POST", f"{_ROLE}/members/{{user:int}}/remove"): Need(P.ROLES_MEMBERS, role="id"),
    ("POST", f"{_ROLE}/roles"): Need(P.ROLES_MANAGE),
    ("GET", f"{_ROLE}/roles/{{role:int}}/remove"): Need(P.ROLES_MANAGE),
    ("POST", f"{_ROLE}/roles/{{role:int}}/remove"): Need(P.ROLES_MANAGE),
    ("POST", f"{_USER}/group"): Need(P.GROUPS_ASSIGN),
    ("GET", f"{_USER}/factor/remove"): Need(P.USERS_CREDENTIALS),
    ("POST", f"{_USER}/factor/remove"): Need(P.USERS_CREDENTIALS),
    ("GET", "/admin/groups"): Need(P.GROUPS_VIEW),
    ("POST", "/admin/groups"): Need(P.GROUPS_MANAGE),
    ("GET", "/admin/groups/default"): Need(P.GROUPS_VIEW),
    ("POST", "/admin/groups/default"): Need(P.GROUPS_MANAGE),
    ("GET", _GROUP): Need(P.GROUPS_VIEW),
    ("POST", _GROUP): Need(P.GROUPS_MANAGE),
    ("POST", f"{_GROUP}/users"): Need(P.GROUPS_ASSIGN),
    ("POST", f"{_GROUP}/users/{{user:int}}/remove"): Need(P.GROUPS_ASSIGN),
    ("GET", f"{_GROUP}/remove"): Need(P.GROUPS_MANAGE),
    ("POST", f"{_GROUP}/remove"): Need(P.GROUPS_MANAGE),
    ("GET", "/admin/apps"): Need(P.APPS_VIEW, any_scope=True),
    ("GET", "/admin/apps/new"): Need(P.APPS_CREATE),
    ("POST", "/admin/apps/new"): Need(P.APPS_CREATE),
    ("POST", "/admin/apps/stop"): Need(P.APPS_CREATE),
    **_of_app(
        P.APPS_VIEW,
        "GET",
        *("", "/configuration", "/parameters", "/rules", "/rules/preview", "/why", "/sso", "/metadata", "/access"),
        *("/provisioning", "/users", "/users/{user:int}/pending", "/groups", "/groups/one", "/failures", "/timeline"),
        "/provisioning/entitlements",
        *("/plan", "/drift", "/comparison", "/evidence", "/evidence/key", "/evidence/{number:int}"),
        *("/jobs/{job:int}", "/jobs/{job:int}/stream"),
    ),
    **_of_app(
        P.APPS_MANAGE,
        "GET",
        *("/configuration/tokens/remove", "/parameters/edit", "/parameters/groups", "/rules/edit", "/rules/{rule:int}/people"),
        *("/rules/{rule:int}/delete", "/access/{role:int}/remove", "/provisioning/takeover", "/on-demand", "/users/{user:int}"),
    ),
    **_of_app(
        P.APPS_MANAGE,
        "POST",
        *("", "/configuration", "/configuration/tokens", "/configuration/tokens/expires", "/configuration/tokens/remove"),
        *("/configuration/template", "/users/{user:int}", "/parameters/groups", "/parameters/credentials", "/parameters/edit"),
        *("/rules/edit", "/rules/discard", "/rules/sort", "/rules/{rule:int}/move"),
        *("/rules/{rule:int}/enable", "/rules/{rule:int}/delete", "/access", "/access/{role:int}/remove", "/provisioning"),
        *("/provisioning/takeover", "/users/{user:int}/pending", "/users/{user:int}/retry", "/failures/retry", "/on-demand"),
        *("/plan/approve", "/plan/change", "/plan/ticked", "/plan/release", "/plan/take-back", "/drift", "/drift/put-back"),
        *("/why/test", "/stop", "/start", "/do/{what:str}"),
    ),
    ("GET", "/admin/events"): Need(P.EVENTS_VIEW),
    ("GET", "/admin/events/stream"): Need(P.EVENTS_VIEW),
    ("GET", "/admin/events/{id:int}"): Need(P.EVENTS_VIEW),
    ("GET", "/admin/events/integrity"): Need(P.EVENTS_VIEW),
    ("POST", "/admin/events/integrity"): Need(P.ACCOUNT_MANAGE),
    ("POST", "/admin/events/retention"): Need(P.ACCOUNT_MANAGE),
    ("GET", "/admin/administrators"): Need(P.ADMINISTRATORS_VIEW),
    ("POST", "/admin/administrators"): Need(P.ADMINISTRATORS_MANAGE),
    ("GET", "/admin/administrators/edit"): Need(P.ADMINISTRATORS_MANAGE),
    ("POST", "/admin/administrators/edit"): Need(P.ADMINISTRATORS_MANAGE),
    ("GET", "/admin/administrators/remove"): Need(P.ADMINISTRATORS_MANAGE),
    ("POST", "/admin/administrators/remove"): Need(P.ADMINISTRATORS_MANAGE),
    ("GET", "/admin/certificates"): Need(P.CERTIFICATES_VIEW),
    ("POST", "/admin/certificates"): Need(P.CERTIFICATES_MANAGE),
    ("POST", "/admin/certificates/{id:int}/activate"): Need(P.CERTIFICATES_MANAGE),
    ("GET", "/admin/certificates/{id:int}/remove"): Need(P.CERTIFICATES_MANAGE),
    ("POST", "/admin/certificates/{id:int}/remove"): Need(P.CERTIFICATES_MANAGE),
}
"""Method and path of a route, as the routing table writes it, and what it needs."""

OPEN = frozenset({("GET", "/admin/login"), ("POST", "/admin/login")})
"""What may be opened without having signed in."""
FIRST = ("/admin/apps", "/admin/users", "/admin/roles")
"""Where the first page may be: the first of these that one may see."""


def need_of(method: str, path: str) -> Need | None:
    """What a route needs; None where nobody has said so, and so nobody may."""
    return NEEDS.get(("GET" if method == "HEAD" else method, path))


def first_pages(rights: Rights) -> Iterator[str]:
    """The pages of FIRST that one may see."""
    for path in FIRST:
        need = need_of("GET", path)
        if need is not None and need.met(rights, {}):
            yield path
