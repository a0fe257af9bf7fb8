"""A plan as text for people, made from its JSON: grouped, with names, what was and what will be, and cut where it gets long."""

from collections.abc import Iterator
from typing import Any

from lockstep.cli.output import counted
from lockstep.idp.provisioning.approval import ONLY_MAKES, lets_loose

Shown = dict[str, Any]
LISTED = 20
"""Objects that one group of changes names."""
MEMBERS = 10
"""Members that one change names."""
_TITLES = {
    "user switch-off": "Users to be switched off",
    "user delete": "Users to be deleted",
    "group rename": "Groups to be renamed",
    "user update": "Users to be updated",
    "user create": "Users to be created",
    "group create": "Groups to be created",
    "group members": "Groups whose members change",
    "group delete": "Groups to be deleted",
}
_LIMITED = {
    "user-deletions": "users to be deleted",
    "switch-offs": "users to be switched off",
    "group-deletions": "groups to be deleted",
    "removals": "memberships to be removed",
}


def lines_of(shown: Shown) -> Iterator[str]:
    """The whole text, line by line."""
    if shown.get("quarantine"):
        yield f"{shown['app']} is in quarantine, so nothing is sent: {shown['quarantine']}"
    if not shown["changes"] and not shown["held"]:
        yield _nothing(shown)
    else:
        whom = f" for {shown['user']}" if "user" in shown else ""
        yield f"Plan of {shown['app']}{whom}, digest {shown['digest']}: {counted(shown['requests'], 'request')}"
        yield from _sections(shown)
        for held in shown["held"]:
            yield from _held(shown["app"], held)
        yield from _waiting(shown)
    yield from _failures(shown)
    yield from undecided(shown["app"], shown.get("undecided", 0))


def _sections(shown: Shown) -> Iterator[str]:
    sorted_: dict[str, list[Shown]] = {}
    for change in shown["changes"]:
        sorted_.setdefault(f"{change['object']} {change['kind']}", []).append(change)
    for sort in (*_TITLES, *(sort for sort in sorted_ if sort not in _TITLES)):
        if sort not in sorted_:
            continue
        changes, count = sorted_[sort], shown["counts"].get(sort, len(sorted_[sort]))
        yield ""
        yield f"{_TITLES.get(sort, sort)} ({count:,})"
        for change in changes[:LISTED]:
            yield from _change(change)
        if count > len(changes[:LISTED]):
            yield f"  … and {count - len(changes[:LISTED]):,} more"
    for sort in sorted(shown["counts"].keys() - sorted_.keys()):  # of so many changes none of this sort is in the JSON
        yield ""
        yield f"{_TITLES.get(sort, sort)} ({shown['counts'][sort]:,})"


def _change(change: Shown) -> Iterator[str]:
    before, after = change["before"], change["after"]
    state = _state(change)
    if change["kind"] == "rename":
        yield f"  {before} → {change['name']}{state}"
    elif change["kind"] == "members":
        yield f"  {change['name']}: {_members(after)}{state}"
    elif change["object"] == "group" and change["kind"] == "create":
        names = after.get("members") or []
        yield f"  {change['name']}, {'with ' + _names(names) if names else 'without members'}{state}"
    elif change["kind"] == "create":
        yield f"  {change['name']}{_who(after)}{state}"
    else:
        yield f"  {change['name']}{state}"
        if change["kind"] != "delete":
            yield from _attributes(before or {}, after or {}, switched_off=change["kind"] == "switch-off")


def _attributes(before: Shown, after: Shown, *, switched_off: bool) -> Iterator[str]:
    """What was and what will be; that who is switched off is not active any more goes without saying."""
    for name in {**before, **after}:
        if not (switched_off and name == "active"):
            yield f"      {name}: {_value(before.get(name))} → {_value(after.get(name))}"


def _who(after: Shown) -> str:
    """A few words about somebody new."""
    told = [str(after[name]) for name in ("displayName", "title", "department") if after.get(name)]
    return f" ({', '.join(told)})" if told else ""


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "–" if value in (None, "") else str(value)


def _members(after: Shown) -> str:
    signs = (("+", after.get("add") or []), ("−", after.get("remove") or []))
    return "; ".join(f"{sign} {_names(names)}" for sign, names in signs if names)


def _names(names: list[str]) -> str:
    more = len(names) - MEMBERS
    return ", ".join(map(str, names[:MEMBERS])) + (f" and {more:,} more" if more > 0 else "")


def _state(change: Shown) -> str:
    """What a change waits for; a digest where a person can say something about it."""
    if change["state"] == "ready":
        return f"  [{change['reason']}]" if change.get("reason") else ""
    if change["state"] == "waiting":
        return f"  [waiting for approval, digest {change['digest']}]"
    return f"  [{change['state']}: {change.get('reason', '')}]"


def _held(app: str, held: Shown) -> Iterator[str]:
    yield ""
    yield f"Held, as unusually many: {held['reason']}"
    names = [f"{_LIMITED.get(held['kind'], held['kind'])}:"]
    changes = held["changes"]
    if held["kind"] == "removals":
        shown = [f"{one['name']} − {_names(one['after'].get('remove') or [])}" for one in changes]
        yield f"  {names[0]}"
        yield from (f"    {one}" for one in shown[:LISTED])
    else:
        yield f"  {names[0]} {_names([one['name'] for one in changes])}"
    yield f"  Let through: lockstep idp release {app} --kind {held['kind']}; or add --discard"


def _waiting(shown: Shown) -> Iterator[str]:
    if any(change["state"] == "waiting" for change in shown["changes"]):
        yield ""
        yield f"Some changes wait for approval: lockstep idp approve {shown['app']} --all"
    if any(str(change.get("reason", "")).startswith(ONLY_MAKES) for change in shown["changes"]):
        yield ""
        yield f"Some changes are held by creates-only=on: {lets_loose(shown['app'])}"


def _failures(shown: Shown) -> Iterator[str]:
    failures = shown.get("failures") or []
    if failures:
        yield ""
        yield f"Failed before, and tried again ({len(failures):,})"
        yield from (f"  {one}" for one in failures[:LISTED])
        if len(failures) > LISTED:
            yield f"  … and {len(failures) - LISTED:,} more"


def undecided(app: str, waiting: int) -> Iterator[str]:
    """That differences which a check found at the target wait for somebody's word, and what says it."""
    if waiting:
        wait = "waits" if waiting == 1 else "wait"
        yield f"{counted(waiting, 'difference')} found at the target {wait} for a decision: lockstep idp drift {app}"


def _nothing(shown: Shown) -> str:
    """Why a plan is empty: an administrator who expected changes has to see what stands in the way."""
    app = shown["app"]
    if not shown["assigned"]:
        return f"Nothing to do: nobody has the app. Give it to people: lockstep idp app assign {app} --everyone"
    if shown["thrown_away"]:
        left = counted(shown["thrown_away"], "change")
        return f"Nothing to do, apart from {left} that an administrator threw away, until those objects change again."
    if shown.get("limited"):
        return "Nothing to do for the few that the app is limited to (pilot-role, pilot-people); others are left as they are."
    return "Nothing to do: the target is as it should be."
