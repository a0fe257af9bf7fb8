"""Whether a name that somebody typed is anybody's: of the directory, of the target as remembered, or of this app's groups."""

from lockstep.idp.apps.records import App
from lockstep.idp.directory import store as directory
from lockstep.idp.directory.checks import NotThereProblem
from lockstep.idp.provisioning import links
from lockstep.idp.provisioning.grouping import of_everyone
from lockstep.idp.provisioning.groups import listing
from lockstep.idp.provisioning.records import name_key
from lockstep.idp.provisioning.source import source_of
from lockstep.kit.db import Connection


def check_user(c: Connection, app: App, name: str) -> None:
    """Raises NotThereProblem for a user name or employee_id that nobody has, here or as remembered at the app's target."""
    target = links.find_target(c, app.id, app.scim_url)
    here = directory.user_by_user_name(c, name) or directory.user_by_employee_id(c, name)
    if here is None and links.user_by_key(c, target, name) is None and links.holder_of_user_name(c, target, name) is None:
        raise NotThereProblem(f"there is no user {name!r}, here or at the target of {app.name}, and nothing is known of one")


def check_group(c: Connection, app: App, name: str) -> None:
    """Raises NotThereProblem for a name that no group of the app has, no role, and nothing at its target as remembered."""
    key = name_key(name)
    if listing.one(c, app, key) is not None or directory.roles_by_name(c, name):
        return
    found = of_everyone(c, source_of(c, app), links.find_target(c, app.id, app.scim_url))
    if all(one.key != key for one in found.groups):
        raise NotThereProblem(f"{app.name} has no group {name!r}: no role or rule gives one, and nothing is known of one")
