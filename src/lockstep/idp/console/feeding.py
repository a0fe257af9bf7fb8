"""Which groups a role feeds in an app: by the rules in force, or the group of its own name."""

from msgspec.structs import replace

from lockstep.idp.apps import store as apps
from lockstep.idp.apps.records import App
from lockstep.idp.apps.rules import store as rules
from lockstep.idp.apps.rules.evaluate import standing
from lockstep.idp.directory import store as directory
from lockstep.idp.directory.records import Role
from lockstep.idp.provisioning import links
from lockstep.idp.provisioning.records import GroupLink, name_key
from lockstep.kit.db import Connection


def fed_by(c: Connection, app: App, role: Role) -> list[tuple[str, GroupLink | None]]:
    """Each group that the role feeds, by its name, with what is remembered of it; nothing where the app sends no groups."""
    if not app.settings.groups:
        return []
    target = links.find_target(c, app.id, app.scim_url)
    fed = standing(rules.applied(c, app.id).rules, [role])
    names = {name_key(one.name): one.name for one in fed if one.feeder == role.group_id}
    return [(name, links.group_by_key(c, target, key) if target else None) for key, name in sorted(names.items())]


def fed_by_others(c: Connection, app: App, role: Role) -> set[str]:
    """The keys of the groups that there are without the role."""
    others = [one for one in directory.roles(c) if one.id != role.id]
    return {name_key(one.name) for one in standing(rules.applied(c, app.id).rules, others)}


def merges(c: Connection, role: Role, name: str) -> list[tuple[str, str]]:
    """(app, group) of every group that something else feeds, and that the role would feed, too, under another name."""
    renamed = replace(role, name=name)
    found = []
    for app in apps.all_apps(c):
        before, others = {name_key(group) for group, _ in fed_by(c, app, role)}, fed_by_others(c, app, role)
        keys = {name_key(group): group for group, _ in fed_by(c, app, renamed)}
        found += [(app.name, group) for key, group in sorted(keys.items()) if key in others and key not in before]
    return found


def alike(c: Connection, name: str, but: int = 0) -> list[Role]:
    """Other roles of that name, compared as groups are."""
    key = name_key(name.strip())
    return [role for role in directory.roles(c) if role.id != but and name_key(role.name) == key]
