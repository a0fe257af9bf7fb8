"""Which apps an action on many users touches, and what it means at their targets."""

from dataclasses import dataclass

from msgspec.structs import replace

from lockstep.idp.apps import store as apps
from lockstep.idp.apps.having import giving, with_app
from lockstep.idp.apps.records import App
from lockstep.idp.console.feeding import fed_by
from lockstep.idp.console.follows import LOST, when
from lockstep.idp.console.words import counted
from lockstep.idp.directory.batches.records import Action
from lockstep.idp.directory.records import Role
from lockstep.idp.directory.search import store as search
from lockstep.idp.directory.search.records import Filter
from lockstep.kit.db import Connection

MEANS = {
    Action.SUSPEND: "They cannot sign in any more, and keep all roles.",
    Action.ACTIVATE: "They can sign in.",
    Action.LOCK: "They cannot sign in until somebody unlocks; accounts at targets are not touched.",
    Action.UNLOCK: "Who is locked can sign in again; all others stay as they are.",
    Action.APPROVE: "They may have applications, by the roles they have.",
    Action.REJECT: "They have no application any more and cannot sign in; the roles are kept.",
    Action.ADD_ROLE: "They get what the role gives.",
    Action.TAKE_ROLE: "They lose what the role alone gives. Who is in it by a mapping stays.",
    Action.SET_GROUP: "The security policy of the group holds for them from now on.",
    Action.DELETE: "They can be restored for 30 days, in Deleted users. Who still comes from a source is made again.",
}
"""What an action means for each of them."""
_NOTHING_AT_TARGETS = (Action.LOCK, Action.UNLOCK, Action.SET_GROUP)


@dataclass(frozen=True, slots=True)
class Touched:
    """One app, what happens there, and when."""

    app: App
    text: str
    when: str = ""


def touched(c: Connection, action: Action, asked: Filter, role: Role | None) -> list[Touched]:
    """The apps that hear of it, by what these people have, or by what the role gives."""
    if action in _NOTHING_AT_TARGETS:
        return []
    if role is not None:
        return [one for app in apps.all_apps(c) for one in _by_role(c, action, app, role)]
    found = (_by_app(c, action, app, asked) for app in apps.all_apps(c))
    return [one for one in found if one is not None]


def _by_app(c: Connection, action: Action, app: App, asked: Filter) -> Touched | None:
    if action is Action.APPROVE:
        roles = giving(c, app.id)  # of those who are not approved yet nobody has it
        having = asked if roles is None else replace(asked, roles=(*asked.roles, roles))
    else:
        having = with_app(c, asked, app.id)
    count = search.count(c, having)
    if not count:
        return None
    who = f"{counted(count, 'of these users has', 'of these users have')} it"
    if action is Action.APPROVE:
        return Touched(
            app,
            f"{counted(count, 'of these users', 'of these users')} may have it.",
            when(app, approval=app.settings.approve_create),
        )
    if action in (Action.DELETE, Action.REJECT):
        return Touched(app, f"{who}; accounts are {LOST[app.settings.leavers]}.", _when(app))
    if app.settings.suspended == "nothing":
        return Touched(app, f"{who}; accounts stay as they are.")
    verb = "suspended" if action is Action.SUSPEND else "switched on again"
    return Touched(app, f"{who}; accounts are {verb}.", when(app, approval=_asked(app, action)))


def _asked(app: App, action: Action) -> bool:
    """Whether somebody approves it first: what is switched off counts as a deletion."""
    return app.settings.approve_delete if action is Action.SUSPEND else app.settings.approve_update


def _when(app: App) -> str:
    return "" if app.settings.leavers == "nothing" else when(app)


def _by_role(c: Connection, action: Action, app: App, role: Role) -> list[Touched]:
    adds, found = action is Action.ADD_ROLE, []
    given = giving(c, app.id)
    if given is not None and role.id in given:
        text = "The role gives it." if adds else f"Who has it by no other way is {LOST[app.settings.leavers]} there."
        soon = when(app, approval=app.settings.approve_create) if adds else _when(app)
        found.append(Touched(app, text.replace("they are", "before"), soon))
    names = [name for name, _ in fed_by(c, app, role)]
    if names:
        verb = "Into" if adds else "Out of"
        text = f"{verb} the {'group' if len(names) == 1 else 'groups'} {', '.join(names[:5])}."
        found.append(Touched(app, text, when(app, approval=app.settings.approve_update)))
    return found
