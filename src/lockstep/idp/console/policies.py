"""Users > Groups: groups as security policies, the policy of who is in none, and who is in which."""

from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from lockstep.idp.console.context import number
from lockstep.idp.console.desk import Desk
from lockstep.idp.console.words import counted
from lockstep.idp.directory.checks import FieldProblem, NotThereProblem
from lockstep.idp.directory.groups import actions, store
from lockstep.idp.directory.groups.policies import changed
from lockstep.idp.directory.groups.records import Group, Policy, SecondFactor
from lockstep.idp.directory.lookup import find_user, user_of_id
from lockstep.kit.db import Connection
from lockstep.kit.problems import ValueProblem, sentence

HOME = "/admin/groups"
WRONG, CONFLICT = 422, 409
MOST_LINES = 1_000
_LONGEST = 200
FACTORS = [
    (SecondFactor.OFF.value, "Off"),
    (SecondFactor.OPTIONAL.value, "Optional: asked of who has set it up"),
    (SecondFactor.REQUIRED.value, "Required: set up at the next sign-in"),
]
NUMBERS = [
    ("min_length", "Minimum length", "Characters of a new password: 8 to 128."),
    ("max_age_days", "Maximum age", "Days after which a password is changed at sign-in; 0 for never."),
    ("history", "History", "So many passwords of the past may not come again; 0 to 24."),
    ("classes", "Kinds of characters", "Of upper case, lower case, digits and others; 0 asks for none. Length is worth more."),
    ("lock_after", "Lock after", "Wrong passwords in a row; 0 for never. It lets who knows a name keep its owner out."),
    ("lock_minutes", "Lock for", "Minutes; 0 until an administrator unlocks."),
    ("session_minutes", "Session length", "Minutes from the sign-in to the end of a session."),
    ("idle_minutes", "Session idle", "Minutes without use after which a session ends."),
]
"""The numbers of a policy: field, label, help."""


def summary(policy: Policy) -> list[tuple[str, str]]:
    """A policy in a few lines, for pages."""
    rules = [f"{policy.min_length} characters or more"]
    rules += [f"{policy.classes} kinds of characters"] if policy.classes > 1 else []
    rules += [f"changed every {counted(policy.max_age_days, 'day')}"] if policy.max_age_days else []
    rules += [f"not one of the last {policy.history}"] if policy.history else []
    lasts = f"for {counted(policy.lock_minutes, 'minute')}" if policy.lock_minutes else "until somebody unlocks"
    locked = f"After {policy.lock_after} wrong passwords, {lasts}" if policy.lock_after else "Never"
    session = f"{counted(policy.session_minutes, 'minute')}, {counted(policy.idle_minutes, 'minute')} without use"
    factor = policy.second_factor.value.capitalize()
    return [("Password", ", ".join(rules)), ("Lock-out", locked), ("Second factor", factor), ("Session", session)]


async def groups(desk: Desk) -> Response:
    """Every group, and the policy of who is in none."""
    return await _list(desk, "", "")


async def create(desk: Desk) -> Response:
    """A new group, with the policy that is the default one now."""
    name = desk.value("name")

    def act(c: Connection) -> Group:
        return actions.create(c, name, store.policy_of(c, None), actor=desk.actor, now=desk.now)

    try:
        made = await desk.write(act)
    except FieldProblem as problem:
        return await _list(desk, name, _about_field(problem), WRONG)
    return desk.go(f"{HOME}/{made.id}", f"The group {made.name} has been created, with the default policy for a start.")


async def group(desk: Desk) -> Response:
    """One group: its policy and its people."""
    return await _detail(desk, number(desk.request))


async def change(desk: Desk) -> Response:
    """Another name or policy."""
    group_id, typed = number(desk.request), _typed(desk)
    errors: dict[str, str] = {}

    def act(c: Connection) -> None:
        before = actions.group_of_id(c, group_id)
        policy = _read(before.policy, typed, errors)
        if not errors:
            more: dict[str, Any] = {"policy": policy, "actor": desk.actor, "now": desk.now}
            actions.change(c, group_id, name=desk.value("name"), reference=desk.value("reference"), **more)

    try:
        await desk.write(act)
    except FieldProblem as problem:
        errors[problem.field] = _about_field(problem)
    if errors:
        named = {"name": desk.value("name"), "reference": desk.value("reference")}
        return await _detail(desk, group_id, WRONG, errors=errors, typed={**typed, **named})
    return desk.go(f"{HOME}/{group_id}", "The group has been saved. Its policy holds from now on, for sessions, too.")


async def default(desk: Desk) -> Response:
    """The policy of who is in no group."""
    return await _default(desk, {}, {})


async def change_default(desk: Desk) -> Response:
    """Another default policy."""
    typed, errors = _typed(desk), dict[str, str]()

    def act(c: Connection) -> None:
        policy = _read(store.policy_of(c, None), typed, errors)
        if not errors:
            actions.change_default(c, policy, actor=desk.actor, now=desk.now)

    await desk.write(act)
    if errors:
        return await _default(desk, typed, errors, WRONG)
    return desk.go(HOME, "The default policy has been saved. It holds from now on, for sessions, too.")


async def add_users(desk: Desk) -> Response:
    """Put people into the group: one on each line, all of them or none."""
    group_id, text = number(desk.request), desk.value("users")

    def act(c: Connection) -> int:
        actions.group_of_id(c, group_id)
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if not lines or len(lines) > MOST_LINES:
            raise FieldProblem("users", f"needs 1 to {MOST_LINES:,} people, one on each line")
        people = [find_user(c, line) for line in lines]
        for one in people:
            desk.check_person(c, one.employee_id)
        return actions.assign(c, group_id, [one.id for one in people], actor=desk.actor, now=desk.now)

    try:
        added = await desk.write(act)
    except (FieldProblem, NotThereProblem) as problem:
        await desk.read(lambda c: actions.group_of_id(c, group_id))
        why = _about_field(problem) if isinstance(problem, FieldProblem) else sentence(str(problem)[:_LONGEST])
        return await _detail(desk, group_id, WRONG, errors={"users": why}, typed={"users": text})
    return desk.go(f"{HOME}/{group_id}", f"{counted(added, 'person has', 'people have')} been put into the group.")


async def remove_user(desk: Desk) -> Response:
    """One person less, who has the default policy then."""
    group_id, user_id = number(desk.request), number(desk.request, "user")

    def act(c: Connection) -> str:
        group, user = actions.group_of_id(c, group_id), user_of_id(c, user_id)
        desk.check_person(c, user.employee_id)
        if user.group_id != group.id:
            return f"{user.user_name} was not in the group."
        actions.assign(c, None, [user_id], actor=desk.actor, now=desk.now)
        return f"{user.user_name} is in no group, and has the default policy."

    return desk.go(f"{HOME}/{group_id}", await desk.write(act))


async def assign(desk: Desk) -> Response:
    """Put one person into a group, or into none, on their own page."""
    user_id, chosen = number(desk.request), desk.value("group")

    def act(c: Connection) -> str:
        user = user_of_id(c, user_id)
        desk.check_person(c, user.employee_id)
        group = actions.group_of_id(c, int(chosen)) if chosen else None
        actions.assign(c, group.id if group else None, [user_id], actor=desk.actor, now=desk.now)
        return f"{user.user_name} is in {f'the group {group.name}' if group else 'no group'}."

    if chosen and not (chosen.isascii() and chosen.isdigit() and len(chosen) < _LONGEST // 20):
        raise NotThereProblem(f"there is no group {chosen!r}")
    return desk.go(f"/admin/users/{user_id}/authentication", await desk.write(act))


async def remove_page(desk: Desk) -> Response:
    """Asks first, and where the people go."""
    return await _remove_page(desk)


async def remove(desk: Desk) -> Response:
    """Delete the group; its people go where it was said."""
    group_id, chosen = number(desk.request), desk.value("to")

    def act(c: Connection) -> str:
        found = actions.group_of_id(c, group_id)
        to = actions.find_group(c, chosen).id if chosen else None
        count = actions.remove(c, group_id, move=True, to=to, actor=desk.actor, now=desk.now)
        went = f" {counted(count, 'person is', 'people are')} in {chosen or 'no group'} now." if count else ""
        return f"The group {found.name} has been deleted.{went}"

    try:
        return desk.go(HOME, await desk.write(act))
    except FieldProblem as problem:
        return await _remove_page(desk, _about_field(problem), WRONG)


def _typed(desk: Desk) -> dict[str, str]:
    """The fields of a policy that the form has."""
    sent = {key for key, _ in desk.form}
    return {name: desk.value(name) for name in store.FIELDS if name in sent}


def _read(policy: Policy, typed: dict[str, str], errors: dict[str, str]) -> Policy:
    """The policy with what was typed; each field that is wrong goes into `errors`."""
    for name, text in typed.items():
        try:
            policy = changed(policy, {name: text})
        except ValueProblem as problem:
            errors[name] = sentence(problem.what)
    return policy


def _about_field(problem: FieldProblem) -> str:
    return f"This {problem.what}."


def _fields(policy: Policy, typed: dict[str, str], errors: dict[str, str]) -> dict[str, Any]:
    """What the form of a policy shows."""
    values = {name: str(getattr(policy, name)) for name, _, _ in NUMBERS}
    numbers = [(name, label, typed.get(name, values[name]), text, errors.get(name, "")) for name, label, text in NUMBERS]
    return {"numbers": numbers, "factors": FACTORS, "factor": typed.get("second_factor", policy.second_factor.value)}


async def _list(desk: Desk, typed: str, error: str, status: int = 200) -> Response:
    def look(c: Connection) -> dict[str, Any]:
        found = [(one, store.count(c, one.id), summary(one.policy)) for one in store.all_groups(c)]
        return {"groups": found, "default": summary(store.policy_of(c, None))}

    return desk.page("console/policies.html", status, typed=typed, error=error, **await desk.read(look))


async def _default(desk: Desk, typed: dict[str, str], errors: dict[str, str], status: int = 200) -> Response:
    policy = await desk.read(lambda c: store.policy_of(c, None))
    return desk.page("console/policy_default.html", status, errors=errors, **_fields(policy, typed, errors))


async def _detail(
    desk: Desk,
    group_id: int,
    status: int = 200,
    *,
    errors: dict[str, str] | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    after, wrong, given = desk.query("after"), errors or {}, typed or {}

    def look(c: Connection) -> dict[str, Any]:
        found = actions.group_of_id(c, group_id)
        members, last = store.members_page(c, group_id, after=after)
        return {
            "group": found,
            "members": members,
            "count": store.count(c, group_id),
            "next": f"{HOME}/{group_id}?{urlencode({'after': last})}" if last else "",
            **_fields(found.policy, given, wrong),
        }

    first = f"{HOME}/{group_id}" if after else ""
    return desk.page("console/policy.html", status, first=first, typed=given, errors=wrong, **await desk.read(look))


async def _remove_page(desk: Desk, error: str = "", status: int = 200) -> Response:
    group_id = number(desk.request)

    def look(c: Connection) -> dict[str, Any]:
        found = actions.group_of_id(c, group_id)
        others = [(one.name, one.name) for one in store.all_groups(c) if one.id != group_id]
        return {"group": found, "count": store.count(c, group_id), "others": [("", "No group: the default policy"), *others]}

    return desk.page("console/policy_remove.html", status, error=error, **await desk.read(look))
