"""What follows at the targets from deleting a role or a user: said before it is done, by the app's own settings."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from lockstep.idp.apps import store as apps
from lockstep.idp.apps.records import App
from lockstep.idp.console import store
from lockstep.idp.console.words import counted
from lockstep.idp.directory import store as directory
from lockstep.idp.directory.records import Role, User
from lockstep.idp.provisioning import links
from lockstep.idp.provisioning.desired import for_roles
from lockstep.idp.provisioning.records import GroupLink, name_key
from lockstep.kit.db import Connection

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
    others = any(role.id in group.role_ids and len(group.role_ids) > 1 for group in for_roles(directory.roles(c)))
    members = store.member_count(c, role.id)
    for app in apps.all_apps(c):
        link = _group(c, app, role)
        if link is not None:
            found.append(_of_group(app, link, others=others))
        given = {one.role_id for one in apps.assignments(c, app.id)}
        if role.id in given and None not in given and members:
            fate = LOST[app.settings.leavers]
            text = f"{counted(members, 'member')} had the app by this role. Who has it by no other way is {_one(fate)} there."
            found.append(Consequence(app, text, "" if app.settings.leavers == "nothing" else when(app)))
    return found


def _one(fate: str) -> str:
    return fate.replace("they are", "before")


def _group(c: Connection, app: App, role: Role) -> GroupLink | None:
    """The group that the role feeds, where one is there and the app may touch it."""
    target = links.find_target(c, app.id, app.scim_url) if app.settings.groups else 0
    link = links.group_by_key(c, target, name_key(role.name)) if target else None
    protected = link is not None and any(
        fnmatchcase(link.name.casefold(), pattern.casefold()) for pattern in app.settings.protected()
    )
    return None if protected else link


def _of_group(app: App, link: GroupLink, *, others: bool) -> Consequence:
    if others:
        text = f"The group {link.name} stays, because another role of that name feeds it. Who is only in this role leaves it."
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
