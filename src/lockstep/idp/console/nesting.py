"""Putting roles into a role, and taking them out, on its page."""

from typing import Any

from starlette.responses import Response

from lockstep.idp.console import follows, store
from lockstep.idp.console.context import number
from lockstep.idp.console.desk import Desk
from lockstep.idp.console.roles import WRONG, detail
from lockstep.idp.directory.checks import AmbiguousProblem, NotThereProblem
from lockstep.idp.directory.lookup import find_role, role_of_id
from lockstep.idp.directory.nesting import actions
from lockstep.idp.directory.nesting.actions import CircleProblem
from lockstep.kit.db import Connection
from lockstep.kit.problems import sentence

_LONGEST = 500


async def add(desk: Desk) -> Response:
    """One more role inside, by its name or group_id."""
    role_id, typed = number(desk.request), desk.value("child")

    def act(c: Connection) -> tuple[str, bool]:
        parent = role_of_id(c, role_id)
        child = find_role(c, typed)
        return child.name, actions.nest_role(c, parent.id, child.id, actor=desk.actor, now=desk.now)

    try:
        name, added = await desk.write(act)
    except (NotThereProblem, AmbiguousProblem) as problem:
        await desk.read(lambda c: role_of_id(c, role_id))
        return await detail(desk, role_id, WRONG, child=typed, child_error=sentence(str(problem)[:_LONGEST]))
    except CircleProblem as problem:
        return await detail(desk, role_id, WRONG, child=typed, child_error=sentence(f"it {problem.what[:_LONGEST]}"))
    text = "is in the role: for apps, its members are members of this one" if added else "was in the role already"
    return desk.go(f"/admin/roles/{role_id}", f"{name} {text}.")


async def remove_page(desk: Desk) -> Response:
    """Asks first, and says what follows."""
    role_id, child_id = number(desk.request), number(desk.request, "role")

    def look(c: Connection) -> dict[str, Any]:
        parent, child = role_of_id(c, role_id), role_of_id(c, child_id)
        return {
            "role": parent,
            "child": child,
            "count": store.all_member_count(c, child.id),
            "follows": follows.of_unnesting(c, parent, child),
        }

    return desk.page("console/role_unnest.html", **await desk.read(look))


async def remove(desk: Desk) -> Response:
    """One role less inside."""
    role_id, child_id = number(desk.request), number(desk.request, "role")

    def act(c: Connection) -> tuple[str, bool, list[str]]:
        parent, child = role_of_id(c, role_id), role_of_id(c, child_id)
        names = list(dict.fromkeys(one.app.name for one in follows.of_unnesting(c, parent, child)))
        return child.name, actions.unnest_role(c, parent.id, child.id, actor=desk.actor, now=desk.now), names

    name, removed, names = await desk.write(act)
    if not removed:
        return desk.go(f"/admin/roles/{role_id}", f"{name} was not in the role.", "info")
    return desk.go(f"/admin/roles/{role_id}", f"{name} is not in the role any more.{follows.look_at(names)}")
