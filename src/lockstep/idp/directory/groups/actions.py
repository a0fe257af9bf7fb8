"""What may be done with groups: check, write, append the event, in the caller's one transaction."""

from collections.abc import Iterable

from msgspec.structs import replace

from lockstep.idp.directory import store as directory
from lockstep.idp.directory.checks import FieldProblem, NotThereProblem, check_key, check_text
from lockstep.idp.directory.groups import store
from lockstep.idp.directory.groups.records import Group, Policy
from lockstep.idp.directory.lookup import user_of_id
from lockstep.idp.directory.mappings import run as mappings
from lockstep.idp.directory.mappings import store as laid
from lockstep.idp.directory.mappings.checks import LONGEST_ID
from lockstep.idp.directory.mappings.records import SET_GROUP, Mapping
from lockstep.idp.events import Event, EventType, append, append_many
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem

OBJECT, DEFAULT_NAME = "security policy", "default"
"""What the events call a group; a "group" of theirs is one at a target."""
MOVED = "group"
"""What the event of somebody says who was put into a group, or taken out."""


class GroupInUseProblem(Problem):
    """A group with people in it, of whom nobody has said where they go."""


def create(c: Connection, name: str, policy: Policy, *, reference: str = "", actor: str, now: int) -> Group:
    """Make a group.  Raises FieldProblem for a name that cannot be, or that another has."""
    group = Group(name=name, reference=reference, policy=policy)
    _check(c, group)
    group = replace(group, id=store.add(c, group))
    append(c, _about(EventType.GROUP_CREATED, group, actor), now)
    return group


def change(
    c: Connection,
    group_id: int,
    *,
    name: str | None = None,
    reference: str | None = None,
    policy: Policy | None = None,
    actor: str,
    now: int,
) -> Group:
    """Give a group another name or reference or policy, which holds from the next request on.  Raises as `create`."""
    before = group_of_id(c, group_id)
    after = Group(
        id=group_id,
        name=before.name if name is None else name,
        reference=before.reference if reference is None else reference,
        policy=before.policy if policy is None else policy,
    )
    if after == before:
        return before
    _check(c, after)
    store.change(c, after)
    if (after.name, after.reference) != (before.name, before.reference):
        append(c, _about(EventType.GROUP_RENAMED, after, actor), now)
    if after.policy != before.policy:
        append(c, _about(EventType.POLICY_CHANGED, after, actor), now)
    return after


def change_default(c: Connection, policy: Policy, *, actor: str, now: int) -> Policy:
    """Change the policy of those who are in no group."""
    if policy != store.policy_of(c, None):
        store.set_default(c, policy)
        append(c, Event(type=EventType.POLICY_CHANGED, actor=actor, object=OBJECT, object_name=DEFAULT_NAME), now)
    return policy


def remove(c: Connection, group_id: int, *, move: bool = False, to: int | None = None, actor: str, now: int) -> int:
    """Delete a group; how many people were in it.

    `move` puts them into the group `to`, or into none.  Raises NotThereProblem, and GroupInUseProblem without `move` and for
    a group that a mapping sets.
    """
    group, count = group_of_id(c, group_id), store.count(c, group_id)
    if count and not move:
        raise GroupInUseProblem(f"{count:,} {'person is' if count == 1 else 'people are'} in {group.name}: say where they go")
    named = [one.name for one in (*laid.everything(c), *laid.applied(c).mappings) if _sets(one, group_id)]
    if named:
        raise GroupInUseProblem(f"the mapping {named[0]!r} puts people into {group.name}: change the mapping, and reapply")
    if to is not None and to == group_id:
        raise FieldProblem("to", "is the group that is deleted")
    if to is not None:
        group_of_id(c, to)
    people = list(store.who(c, group_id))
    store.move_all(c, group_id, to, now)
    append_many(c, (_moved(number, name, key, actor) for number, name, key in people), now)
    store.remove(c, group_id)
    append(c, _about(EventType.GROUP_REMOVED, group, actor), now)
    mappings.run(c, [key for _, _, key in people], now)
    return count


def _sets(mapping: Mapping, group_id: int) -> bool:
    return any(one.action == SET_GROUP and int(one.values[0]) == group_id for one in mapping.actions)


def assign(c: Connection, group_id: int | None, user_ids: Iterable[int], *, actor: str, now: int) -> int:
    """Put users into a group, out of any other, or into none; how many were elsewhere.  Raises NotThereProblem."""
    if group_id is not None:
        group_of_id(c, group_id)
    changed: list[str] = []
    for user in [user_of_id(c, number) for number in dict.fromkeys(user_ids)]:
        if user.group_id == group_id:
            continue
        directory.change_user(c, replace(user, group_id=group_id, updated_at=now))
        append(c, _moved(user.id, user.user_name, user.employee_id, actor), now)
        changed.append(user.employee_id)
    mappings.run(c, changed, now)
    return len(changed)


def find_group(c: Connection, text: str) -> Group:
    """The group of this name, without regard to case.  Raises NotThereProblem."""
    found = None if "\0" in text else store.by_name(c, text)
    if found is None:
        raise NotThereProblem(f"there is no group {text!r}")
    return found


def group_meant(c: Connection, text: str) -> Group:
    """The group of this name, without regard to case, or else of this id.  Raises NotThereProblem."""
    found = None if "\0" in text else store.by_name(c, text)
    if found is None and text.isascii() and text.isdigit() and len(text) <= LONGEST_ID:
        found = store.by_id(c, int(text))
    if found is None:
        raise NotThereProblem(f"there is no group {text!r}; give its name, or its id")
    return found


def group_of_id(c: Connection, group_id: int) -> Group:
    """The group with this id.  Raises NotThereProblem."""
    found = store.by_id(c, group_id)
    if found is None:
        raise NotThereProblem(f"there is no group with id {group_id}")
    return found


def _check(c: Connection, group: Group) -> None:
    check_key("name", group.name)
    if group.name != group.name.strip() or not group.name.isprintable():
        raise FieldProblem("name", "has to be printable, without blanks around it")
    check_text("reference", group.reference)
    other = store.by_name(c, group.name)
    if other is not None and other.id != group.id:
        raise FieldProblem("name", f"{group.name!r} is another group's")


def _about(what: EventType, group: Group, actor: str) -> Event:
    name = group.name
    return Event(type=what, actor=actor, group_id=group.id, group_name=name, object=OBJECT, object_name=name)


def _moved(user_id: int, name: str, key: str, actor: str) -> Event:
    return Event(type=EventType.USER_UPDATED, actor=actor, user_id=user_id, user_name=name, user_key=key, notes=MOVED)
