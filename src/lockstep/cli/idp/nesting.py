"""`lockstep idp role nest | unnest | show`: roles inside roles."""

from typing import Annotated, Any

import typer

from lockstep.cli.idp.directory import ACTOR, RoleName, changing, opened_directory, role_app, shown, tell
from lockstep.cli.options import Data, DatabaseUrl, Json, KeyFile
from lockstep.cli.output import print_json, say
from lockstep.idp.directory import store as directory
from lockstep.idp.directory.lookup import find_role
from lockstep.idp.directory.nesting import actions, store
from lockstep.idp.directory.records import Role
from lockstep.kit.clock import now_ms
from lockstep.kit.db import Connection

ParentName = Annotated[str, typer.Argument(metavar="PARENT", help="The role that contains: group_id, or its name.")]
ChildName = Annotated[str, typer.Argument(metavar="CHILD", help="The role inside it: group_id, or its name.")]


def mount() -> None:
    """Add the commands to `lockstep idp role`."""
    role_app.command("nest")(nest)
    role_app.command("unnest")(unnest)
    role_app.command("show")(show)


def nest(
    parent: ParentName,
    child: ChildName,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Put a role into another: for apps, whoever is in CHILD is in PARENT, too."""
    with changing(data, database_url, key_file) as c:
        above, below = find_role(c, parent), find_role(c, child)
        added = actions.nest_role(c, above.id, below.id, actor=ACTOR, now=now_ms())
    what = "is in" if added else "was in"
    tell(json, {"nested": added}, f"role {below.name} {what} role {above.name}{'' if added else ' already'}")


def unnest(
    parent: ParentName,
    child: ChildName,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Take a role out of another.  Its members lose what only PARENT gave them."""
    with changing(data, database_url, key_file) as c:
        above, below = find_role(c, parent), find_role(c, child)
        removed = actions.unnest_role(c, above.id, below.id, actor=ACTOR, now=now_ms())
    what = "is not in" if removed else "was not in"
    tell(json, {"unnested": removed}, f"role {below.name} {what} role {above.name}{' any more' if removed else ''}")


def show(
    role_name: RoleName,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Show a role: what it contains, what contains it, and its members with the way that each came in."""
    with opened_directory(data, database_url, key_file) as database, database.read() as c:
        found = _whole(c, find_role(c, role_name))
    if json:
        print_json(found)
        return
    say(f"{found['name']} ({found['group_id']})")
    for word, key in (("Contains", "contains"), ("Contained in", "contained_in")):
        if found[key]:
            say(f"{word}: " + ", ".join(f"{one['name']} ({one['group_id']})" for one in found[key]))
    for one in found["members"]:
        ways = "; ".join(" → ".join(way) for way in one["through"])
        say(f"  {one['user_name']}" + (f"  through {ways}" if ways else ""))


def _whole(c: Connection, role: Role) -> dict[str, Any]:
    """The role as JSON: each member with the chains of nested roles that they came by, none for one of its own."""
    nesting = store.load(c)
    names = {one.id: one.name for one in directory.roles(c)} if nesting else {role.id: role.name}
    members: dict[str, list[list[str]]] = {}
    for one in nesting.below(role.id):
        way = [names[step] for step in nesting.path(role.id, one)[1:]]
        for user in directory.members_of_role(c, one):
            members.setdefault(user.user_name, []).extend([way] if way else [])
    return {
        **shown(role),
        "contains": [_brief(one) for one in store.roles_in(c, role.id)],
        "contained_in": [_brief(one) for one in store.roles_around(c, role.id)],
        "members": [{"user_name": name, "through": ways} for name, ways in sorted(members.items())],
    }


def _brief(role: Role) -> dict[str, str]:
    return {"group_id": role.group_id, "name": role.name}
