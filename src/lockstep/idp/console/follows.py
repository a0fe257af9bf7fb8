"""What follows at the targets from deleting a role or a user: said before it is done, by the app's own settings."""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from lockstep.idp.apps import store as apps
from lockstep.idp.apps.records import App
from lockstep.idp.apps.rules import store as rules
from lockstep.idp.console import store
from lockstep.idp.console.feeding import fed_by, fed_by_others
from lockstep.idp.console.words import counted
from lockstep.idp.directory import store as directory
from lockstep.idp.directory.conditions.records import ROLE
from lockstep.idp.directory.nesting import store as nesting
from lockstep.idp.directory.records import Role, User
from lockstep.idp.provisioning import links
from lockstep.idp.provisioning.records import GroupLink
from lockstep.kit.db import Connection

NAMED = 5
"""Groups that a sentence names; the rest is counted."""
LOST = {"delete": "deleted", "suspend": "suspended", "nothing": "left as they are"}


@dataclass(frozen=True, slots=True)
class Consequence:
    """What follows at one app's target, and when."""

    app: App
    text: str
    when: str = ""


def of_role(c: Connection, role: Role) -> list[Consequence]:
    """What follows from deleting a role."""
    found: list[Consequence] = []
    members = store.all_member_count(c, role.id)
    around = _above(c, *(one.id for one in nesting.roles_around(c, role.id)))
    for app in apps.all_apps(c):
        groups = _groups(c, app, role)
        others = fed_by_others(c, app, role) if groups else set()
        found.extend(_of_group(app, link, others=link.key in others) for link in groups)
        named = _rules_about(c, app, role)
        if named:
            text = f"Rules that ask for this role will never hold again: {', '.join(named)}."
            found.append(Consequence(app, text, "Change or delete them on the tab Rules."))
        given = {one.role_id for one in apps.assignments(c, app.id)}
        if role.id in given and None not in given and members:
            fate = LOST[app.settings.leavers]
            text = f"{counted(members, 'member')} had the app by this role. Who has it by no other way is {_one(fate)} there."
            found.append(Consequence(app, text, "" if app.settings.leavers == "nothing" else when(app)))
        if members:
            found.extend(_of_leaving(c, app, around))
    return found


def of_unnesting(c: Connection, parent: Role, child: Role) -> list[Consequence]:
    """What follows from taking a role out of another."""
    if not store.all_member_count(c, child.id):
        return []
    above = _above(c, parent.id)
    return [one for app in apps.all_apps(c) for one in _of_leaving(c, app, above)]


def _above(c: Connection, *role_ids: int) -> list[Role]:
    """These roles, and those that contain them."""
    found = (directory.role_by_id(c, one) for one in nesting.load(c).above(*role_ids))
    return [one for one in found if one is not None]


def _of_leaving(c: Connection, app: App, roles: list[Role]) -> Iterator[Consequence]:
    """What people lose who leave these roles, because they were in them through another."""
    names = sorted({link.name for role in roles for link in _groups(c, app, role)}, key=str.casefold)
    if names:
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        text = f"Who is in {', '.join(names[:NAMED])}{more} by no other way leaves {'it' if len(names) == 1 else 'them'}."
        yield Consequence(app, text, when(app, approval=app.settings.approve_update))
    given = {one.role_id for one in apps.assignments(c, app.id)}
    if None not in given and given & {role.id for role in roles}:
        text = f"Who has the app by no other way is {_one(LOST[app.settings.leavers])} there."
        yield Consequence(app, text, "" if app.settings.leavers == "nothing" else when(app))


def _one(fate: str) -> str:
    return fate.replace("they are", "before")


def _groups(c: Connection, app: App, role: Role) -> list[GroupLink]:
    """The groups that the role feeds, where they are there and the app may touch them."""
    found = [link for _, link in fed_by(c, app, role) if link is not None]
    patterns = [pattern.casefold() for pattern in app.settings.protected()]
    return [link for link in found if not any(fnmatchcase(link.name.casefold(), pattern) for pattern in patterns)]


def _rules_about(c: Connection, app: App, role: Role) -> list[str]:
    """The names of rules with a condition that names the role."""
    return [
        rule.name
        for rule in rules.rules_of(c, app.id)
        if any(one.source == ROLE and str(role.id) in one.value.split("|") for one in rule.conditions)
    ]


def _of_group(app: App, link: GroupLink, *, others: bool) -> Consequence:
    if others:
        text = f"The group {link.name} stays, because something else feeds it, too. Who is only in this role leaves it."
        return Consequence(app, text, when(app, approval=app.settings.approve_update))
    if not link.made:
        text = f"The group {link.name} was there before, and stays. The members that came from here are taken out."
        return Consequence(app, text, when(app, approval=app.settings.approve_update))
    return Consequence(app, f"The group {link.name} is deleted, and all its members lose it.", when(app))


def of_user(c: Connection, user: User) -> list[Consequence]:
    """What follows from deleting a user."""
    found: list[Consequence] = []
    for app in apps.all_apps(c):
        target = links.find_target(c, app.id, app.scim_url)
        link = links.user_by_key(c, target, user.employee_id) if target else None
        if link is not None and not link.missing:
            found.append(_of_account(app, made=link.made))
        elif apps.has_app(c, app.id, user.id):
            found.append(Consequence(app, "There is no account yet, and none is made any more."))
    return found


def _of_account(app: App, *, made: bool) -> Consequence:
    settings = app.settings
    if settings.leavers == "nothing":
        return Consequence(app, "The account stays as it is, with its groups.")
    if settings.leavers == "suspend":
        return Consequence(app, "The account is suspended, and leaves its groups.", when(app))
    if not made:
        return Consequence(app, "The account was there before: it is suspended, never deleted.", when(app))
    if settings.grace_days:
        text = f"The account is suspended, and deleted after {counted(settings.grace_days, 'day')}."
        return Consequence(app, text, when(app))
    return Consequence(app, "The account is deleted.", when(app))


def when(app: App, *, approval: bool | None = None) -> str:
    """When it happens: by the switch, the approvals and the limits of the app.  `approval` None asks as for deletions."""
    asked = app.settings.approve_delete if approval is None else approval
    if app.quarantine or app.stopped:
        return "Once the app runs again."
    if not app.settings.provisioning:
        return "Not before provisioning is enabled."
    if asked:
        return "After your approval, in Plan."
    return "With the next sync, within the app's limits."


def look_at(names: list[str]) -> str:
    """Where to see what follows, once it is done; "" where nothing does."""
    return f" Plan of {', '.join(names)} shows what follows." if names else ""
