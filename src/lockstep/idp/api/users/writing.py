"""Writes users for the API, by the actions of the directory."""

from collections.abc import Mapping
from typing import Any

from lockstep.idp.admins.store import grants_of_person
from lockstep.idp.api.bodies import read_json
from lockstep.idp.api.call import LARGEST_ID, Call
from lockstep.idp.api.credentials.records import NAMES, Need, Scope
from lockstep.idp.api.problems import BAD, FORBIDDEN, ApiProblem, invalid
from lockstep.idp.api.users.wire import Sent, read
from lockstep.idp.directory import actions
from lockstep.idp.directory import store as directory
from lockstep.idp.directory.checks import NotThereProblem
from lockstep.idp.directory.fields import store as custom_fields
from lockstep.idp.directory.groups import actions as groups
from lockstep.idp.directory.groups import policies
from lockstep.idp.directory.groups.records import Policy
from lockstep.idp.directory.groups.store import policy_of
from lockstep.idp.directory.lookup import user_of_id
from lockstep.idp.directory.records import FOLDER, State, Status, User
from lockstep.kit.db import Connection
from lockstep.kit.problems import ValueProblem

MAPPINGS = ("async", "sync", "disabled")
"""When mappings run after a change (facts 56)."""
NO_OTHER_HASH = (
    "passwords that were hashed elsewhere are not taken: only argon2id is kept here. Send the password itself, or none, "
    "and let the person choose one"
)


async def hash_password(call: Call) -> None:
    """Hash the password that comes with a user, before the transaction begins.  Raises ApiProblem (422)."""
    sent = read_json(call.body)
    if not isinstance(sent, dict):
        raise ApiProblem(BAD, "The body has to be a JSON object.")
    for name in ("password_algorithm", "password_salt", "salt"):
        if sent.get(name):
            raise invalid(name, NO_OTHER_HASH)
    password, again = sent.get("password"), sent.get("password_confirmation")
    if password is None and again is None:
        return
    if not isinstance(password, str):
        raise invalid("password", "has to be a text")
    if password != again:
        raise invalid("password_confirmation", "has to be the same as password")
    try:
        policies.check_password(password, await call.context.read(lambda c: _policy(call, c, sent.get("group_id"))))
    except ValueProblem as problem:
        raise invalid("password", problem.what) from None
    call.stored_password = await call.context.hasher.hash(password)


def _policy(call: Call, c: Connection, group_id: Any) -> Policy:
    """The policy of the group that the user is to be in, or is in."""
    if not isinstance(group_id, int):
        user = directory.user_by_id(c, call.id()) if "id" in call.places else None
        group_id = None if user is None else user.group_id
    return policy_of(c, group_id if group_id is not None and 0 < group_id < LARGEST_ID else None)


def check_person(call: Call, c: Connection, user: User) -> User:
    """The user, unless they are an administrator whom only Manage all may touch.  Raises ApiProblem (403)."""
    if grants_of_person(c, user.employee_id) and not call.credential.may(Need.ALL_WRITE):
        raise ApiProblem(FORBIDDEN, f"{user.user_name} is an administrator: this needs {NAMES[Scope.MANAGE_ALL]}.")
    return user


def check_parameters(call: Call) -> None:
    """Raise ApiProblem (400) for parameters of a write that nothing can be."""
    if call.text("mappings") not in ("", *MAPPINGS):
        raise ApiProblem(BAD, f"The parameter mappings is one of {', '.join(MAPPINGS)}.")
    call.truth("validate_policy")  # a password's rules always count


def create(call: Call, c: Connection, sent: Mapping[str, Any]) -> User:
    """A new user: Active with a password, Unactivated without one, unless the status is sent (facts 5)."""
    found = _read(c, sent, None)
    if not found.texts.get("user_name") and not found.texts.get("email"):
        raise invalid("username", "a user needs a username or an email")
    begins = Status.UNACTIVATED if call.stored_password is None else Status.ACTIVE
    fields = {**found.texts, **_manager(c, found)}
    user = actions.create_user(
        c,
        fields,
        custom=found.custom,
        status=begins if found.status is None else found.status,
        state=State.APPROVED if found.state is None else found.state,
        actor=call.actor,
        now=call.now,
    )
    return _rest(call, c, user, found)


def change(call: Call, c: Connection, user_id: int, sent: Mapping[str, Any]) -> User:
    """Change what is sent, and nothing else; role_ids replaces what the user has."""
    before = check_person(call, c, user_of_id(c, user_id))
    found = _read(c, sent, before)
    if not found.texts.get("user_name", before.user_name):
        raise invalid("username", "cannot be taken away")
    fields = {**found.texts, **_manager(c, found)}
    user = actions.change_user(c, user_id, fields, custom=found.custom, actor=call.actor, now=call.now)
    if found.status is not None and found.status != user.status:
        if (user.status, found.status) == (Status.LOCKED, Status.ACTIVE):
            actions.unlock(c, user_id, actor=call.actor, now=call.now)
        else:
            actions.set_status(c, user_id, found.status, actor=call.actor, now=call.now)
    if found.state is not None:
        actions.set_state(c, user_id, found.state, actor=call.actor, now=call.now)
    return _rest(call, c, user, found)


def _read(c: Connection, sent: Mapping[str, Any], before: User | None) -> Sent:
    kept = {} if before is None else {"directory_id": before.source if before.source >= FOLDER else None}
    found = read(sent, kept)
    if found.custom:
        known = {one.shortname for one in custom_fields.everything(c)}
        for name in found.custom:
            if name not in known:
                what = "is no custom field; make it first: POST /api/2/users/custom_attributes"
                raise invalid(f"custom_attributes.{name[:100]}", what)
    return found


def _manager(c: Connection, found: Sent) -> dict[str, str]:
    if found.manager is None:
        return {}
    if found.manager == 0:
        return {"manager_id": ""}
    manager = directory.user_by_id(c, found.manager)
    if manager is None:
        raise invalid("manager_user_id", f"there is no user {found.manager}")
    return {"manager_id": manager.employee_id}


def _rest(call: Call, c: Connection, user: User, found: Sent) -> User:
    """Group, roles and password, which have actions of their own."""
    if found.group is not None:
        set_group(call, c, user, found.group[0])
    if found.roles is not None:
        set_roles(call, c, user.id, found.roles)
    if call.stored_password is not None:
        _only_all(call, "password")
        call.context.sign_in.set_password(c, user.id, call.stored_password, call.actor, call.now)
    return user_of_id(c, user.id)


def _only_all(call: Call, field: str) -> None:
    """Raise ApiProblem (403) unless the scope is Manage all: at OneLogin, too, Manage users gives no passwords and no roles."""
    if not call.credential.may(Need.ALL_WRITE):
        what = f"The scope of this credential is {NAMES[call.credential.scope]}; {field} needs {NAMES[Scope.MANAGE_ALL]}."
        raise ApiProblem(FORBIDDEN, what)


def set_group(call: Call, c: Connection, user: User, group_id: int | None) -> None:
    """Put a user into a group, or into none."""
    try:
        groups.assign(c, group_id, [user.id], actor=call.actor, now=call.now)
    except NotThereProblem:
        raise invalid("group_id", f"there is no group {group_id}") from None


def set_roles(call: Call, c: Connection, user_id: int, wanted: list[int]) -> None:
    """Give a user these roles and no others."""
    have = [role.id for role in directory.roles_of_user(c, user_id)]
    if set(have) != set(wanted):
        _only_all(call, "role_ids")
    add_roles(call, c, user_id, [one for one in wanted if one not in have])
    remove_roles(call, c, user_id, [one for one in have if one not in wanted])


def add_roles(call: Call, c: Connection, user_id: int, role_ids: list[int]) -> None:
    """Put a user into roles.  Raises ApiProblem (422) for a role that is not there."""
    for number in role_ids:
        if directory.role_by_id(c, number) is None:
            raise invalid("role_ids", f"there is no role {number}")
        actions.add_members(c, number, [user_id], actor=call.actor, now=call.now)


def remove_roles(call: Call, c: Connection, user_id: int, role_ids: list[int]) -> None:
    """Take a user out of roles."""
    for number in role_ids:
        if directory.role_by_id(c, number) is None:
            raise invalid("role_ids", f"there is no role {number}")
        actions.remove_members(c, number, [user_id], actor=call.actor, now=call.now)
