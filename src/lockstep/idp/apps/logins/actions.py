"""What an administrator may do with the values of one login: check, write, append the event, in the caller's transaction."""

from functools import lru_cache

from lockstep.idp import events
from lockstep.idp.apps import store as apps
from lockstep.idp.apps.connectors import CONNECTORS, NOTHING, Given, parameters_of
from lockstep.idp.apps.connectors.parameters import LONGEST_VALUE, MOST_VALUES
from lockstep.idp.apps.logins import store
from lockstep.idp.apps.recipe import Own, nobody
from lockstep.idp.apps.records import NAME_ID, App
from lockstep.idp.apps.rules.records import GROUPS
from lockstep.idp.directory.records import User
from lockstep.idp.events import Event, EventType
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem, ValueProblem

MOST_KEPT = 10_000
"""People asked for one after the other who are remembered."""


def own_of(c: Connection, app: App, *, asked: bool = False) -> Own:
    """What stands at single logins, beside Groups; where it is `asked` of one after the other, only as long as `c` is open."""
    if app.settings.credentials == "shared" or not store.has_any(c, app.id):
        return nobody
    if asked:

        @lru_cache(MOST_KEPT)
        def own(key: str) -> Given:
            return _without_groups(store.of_person(c, app.id, key))

        return own
    everybody = {key: _without_groups(values) for key, values in store.of_app(c, app.id).items()}
    return lambda key: everybody.get(key, NOTHING)


def groups_of(c: Connection, app: App) -> dict[str, tuple[str, ...]]:
    """employee_id → the groups that were added at their login, of everybody who has any, in order."""
    if app.settings.credentials == "shared" or not store.has_any(c, app.id, GROUPS):
        return {}
    return dict(store.of_key(c, app.id, GROUPS))


def _without_groups(values: dict[str, tuple[str, ...]]) -> Given:
    return {key: given for key, given in values.items() if key != GROUPS}


def groups_of_user(c: Connection, app: App, user_id: int) -> tuple[str, ...]:
    """The groups that were added at one login."""
    if app.settings.credentials == "shared":
        return ()
    return store.of_user(c, app.id, user_id).get(GROUPS, ())


def editable(c: Connection, app: App) -> tuple[str, ...]:
    """The keys of the parameters that a login can have values of its own for, Groups first.

    Not the manager: who reports to whom is found by the directory's index, and a login is none of it.
    """
    known = [one.key for one in parameters_of(CONNECTORS[app.connector], apps.parameters(c, app.id))]
    return (GROUPS, *sorted({*known, NAME_ID} - {"manager"}, key=str.casefold))


def set_values(c: Connection, app: App, user: User, key: str, values: tuple[str, ...], now: int, *, actor: str) -> None:
    """Write the values of one parameter at one login.

    They go over what rules and the parameter give, and no value at all means that nothing is sent.  For Groups they are names
    of groups that this login is in besides.
    Raises Problem, ValueProblem (`key`, `values`), and changes nothing.
    """
    if app.settings.credentials == "shared":
        raise Problem(
            f"in {app.name} credentials are configured by admins and shared by all users, so no login has values of its own",
            f"to allow that: lockstep idp app set {app.name} credentials=admin",
        )
    if not apps.has_app(c, app.id, user.id):
        raise Problem(f"{user.user_name} does not have {app.name}: give it to them first, by a role or to everyone")
    _check(c, app, key, values)
    if store.of_user(c, app.id, user.id).get(key) != values:
        store.set_values(c, app.id, user.id, key, values)
        _event(c, app, user, key, now, actor)


def remove_values(c: Connection, app: App, user: User, key: str, now: int, *, actor: str) -> None:
    """Take the values of one parameter away: rules and the parameter hold again.  Raises Problem where there are none."""
    if not store.remove(c, app.id, user.id, key):
        known = ", ".join(store.of_user(c, app.id, user.id)) or "none"
        raise Problem(f"the login of {user.user_name} has no values of its own for {key}; there are: {known}")
    _event(c, app, user, key, now, actor)


def _check(c: Connection, app: App, key: str, values: tuple[str, ...]) -> None:
    known = editable(c, app)
    if key not in known:
        what = f"no such parameter; there are {', '.join(known)}"
        raise ValueProblem("key", what, f"{key}: {what}")
    if key == GROUPS and not values:
        raise ValueProblem("values", "name at least one group; to add none, remove the login's own value", "")
    if len(values) > MOST_VALUES or len(set(values)) < len(values):
        what = f"at most {MOST_VALUES} values, each once"
        raise ValueProblem("values", what, f"{key}: {what}")
    for one in values:
        if not one.strip() or one != one.strip() or len(one) > LONGEST_VALUE or not one.isprintable():
            what = f"a value has 1 to {LONGEST_VALUE} printable characters, without blanks around it"
            raise ValueProblem("values", what, f"{key}: {what}")


def _event(c: Connection, app: App, user: User, key: str, now: int, actor: str) -> None:
    event = Event(
        type=EventType.LOGIN_VALUES_CHANGED,
        actor=actor,
        user_id=user.id,
        user_name=user.user_name,
        user_key=user.employee_id,
        app_id=app.id,
        app_name=app.name,
        notes=key,
    )
    events.append(c, event, now)
