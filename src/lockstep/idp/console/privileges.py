"""Privileges in words and in forms: `role-admin:Readers`, "Role admin of Readers", and the fields of a page."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lockstep.idp.admins.permissions import ABOUT, NAMES, SCOPED, Grant, Privilege
from lockstep.idp.apps import store as apps
from lockstep.idp.apps.actions import find_app
from lockstep.idp.directory import store as directory
from lockstep.idp.directory.lookup import find_role, find_user
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem, ValueProblem, sentence

if TYPE_CHECKING:  # the command line names privileges, too, and needs no pages
    from lockstep.idp.console.desk import Desk

KINDS = [(one.value, NAMES[one], ABOUT[one]) for one in Privilege if one not in SCOPED]
"""The privileges that are for everything, for the boxes of a form: value, name, what it is."""
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields of the form as they were filled in: one role, and one app, on each line."""

    kinds: frozenset[str] = frozenset()
    roles: str = ""
    apps: str = ""
    user: str = ""
    name: str = ""


def typed_in(desk: "Desk") -> Typed:
    """What was typed."""
    kinds = frozenset(value for value, _, _ in KINDS if desk.ticked(f"is-{value}"))
    return Typed(kinds, *(desk.value(name) for name in ("roles", "apps", "user", "name")))


def typed_of(c: Connection, grants: Iterable[Grant], employee_id: str, name: str) -> Typed:
    """The fields for what an administrator has."""
    found = sorted(grants)
    lines = {kind: "\n".join(_scope_text(c, one) for one in found if one.privilege is kind) for kind in SCOPED}
    kinds = frozenset(one.privilege.value for one in found if one.privilege not in SCOPED)
    user = directory.user_by_employee_id(c, employee_id) if employee_id else None
    shown = employee_id if user is None else user.user_name
    return Typed(kinds, lines[Privilege.ROLE_ADMIN], lines[Privilege.APP_ADMIN], shown, name)


def read_grants(c: Connection, typed: Typed, errors: dict[str, str]) -> frozenset[Grant]:
    """The privileges of the fields; what is wrong goes into `errors`, by field."""
    found = {Grant(Privilege(kind)) for kind in typed.kinds}
    for privilege, field, text in (
        (Privilege.ROLE_ADMIN, "roles", typed.roles),
        (Privilege.APP_ADMIN, "apps", typed.apps),
    ):
        for line in filter(None, (one.strip() for one in text.splitlines())):
            try:
                found.add(grant_of(c, f"{privilege.value}:{line}"))
            except Problem as problem:
                errors[field] = sentence(str(problem)[:_LONGEST])
    if not found and not errors:
        errors["privilege"] = "Choose at least one privilege."
    return frozenset(found)


def read_user(c: Connection, text: str, before: str, errors: dict[str, str]) -> str:
    """The employee_id of who was typed; who was linked `before` may have left the directory."""
    if not text or text == before:
        return text
    try:
        return find_user(c, text).employee_id
    except Problem as problem:
        errors["user"] = sentence(str(problem)[:_LONGEST])
        return before


def grant_of(c: Connection, text: str) -> Grant:
    """The privilege that a text names: `super-user`, `role-admin:ROLE`, `app-admin:APP`.  Raises Problem."""
    kind, _, scope = text.partition(":")
    try:
        privilege = Privilege(kind)
    except ValueError:
        known = ", ".join(f"{one.value}:{SCOPED[one].upper()}" if one in SCOPED else one.value for one in Privilege)
        what = f"{kind[:_LONGEST]!r} is no privilege; there are {known}"
        raise ValueProblem("privilege", what) from None
    needs = SCOPED.get(privilege)
    if bool(needs) != bool(scope):
        what = f"{privilege.value} needs its {needs}, as {privilege.value}:NAME" if needs else f"{kind} is for everything"
        raise ValueProblem("privilege", what)
    if "\0" in scope:  # nobody's name, and PostgreSQL would not look for it
        raise ValueProblem("privilege", f"no {needs} is called {scope!r}")
    if needs == "role":
        return Grant(privilege, find_role(c, scope).id)
    return Grant(privilege, find_app(c, scope).id) if needs else Grant(privilege)


def text_of(c: Connection, grant: Grant) -> str:
    """What `grant_of` reads."""
    return f"{grant.privilege.value}:{_scope_text(c, grant)}" if grant.privilege in SCOPED else grant.privilege.value


def words_of(c: Connection, grants: Iterable[Grant]) -> list[str]:
    """Privileges for people to read, the highest first."""
    order = list(Privilege)
    found = sorted(grants, key=lambda one: (order.index(one.privilege), one.scope))
    return [
        f"{NAMES[one.privilege]} of {_scope_text(c, one)}" if one.privilege in SCOPED else NAMES[one.privilege] for one in found
    ]


def _scope_text(c: Connection, grant: Grant) -> str:
    """A name that leads back to the role or app; the key of a role whose name others have, too."""
    if SCOPED[grant.privilege] == "app":
        app = apps.app_by_id(c, grant.scope)
        return "" if app is None else app.name
    role = directory.role_by_id(c, grant.scope)
    if role is None:
        return ""
    alone = len(directory.roles_by_name(c, role.name)) == 1 and directory.role_by_group_id(c, role.name) is None
    return role.name if alone and role.name == role.name.strip() and role.name.isprintable() else role.group_id
