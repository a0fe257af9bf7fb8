"""What should be at the target.  Pure: it is handed people, roles and settings, and gives values."""

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass

from lockstep.idp.apps.connectors import NOTHING, Given, Renderer
from lockstep.idp.apps.recipe import Recipe
from lockstep.idp.apps.rules.evaluate import Fed
from lockstep.idp.apps.settings import Settings
from lockstep.idp.apps.template.compiling import schemas_of
from lockstep.idp.directory.records import Role, Status, User
from lockstep.idp.provisioning.records import DesiredGroup, DesiredUser, name_key
from lockstep.scim.messages import ENTERPRISE


def for_user(user: User, recipe: Recipe, settings: Settings, logins: Container[str], given: Given = NOTHING) -> DesiredUser:
    """The SCIM user for one login.

    `given` is what rules set for them.  `logins` are the employee_ids of everyone who has the app: a manager outside of it
    cannot be named at the target.
    """
    return _made(recipe.writer, user, given, settings, logins)


def _made(write: Renderer, user: User, given: Given, settings: Settings, logins: Container[str]) -> DesiredUser:
    document = write(user, not (user.status == Status.SUSPENDED and settings.suspended == "suspend"), given)
    extension = document.get(ENTERPRISE, {})
    manager = extension.get("manager")
    if manager is not None and (manager["value"] not in logins or manager["value"] == user.employee_id):
        del extension["manager"]
        if not extension:
            del document[ENTERPRISE]
            document["schemas"] = schemas_of(document)
    return DesiredUser(user.employee_id, document)


def for_users(
    users: Iterable[tuple[User, Given]],
    recipe: Recipe,
    settings: Settings,
    logins: Container[str],
    pilot: Container[str] | None = None,
    known: Callable[[str], bool] = lambda _key: True,
) -> Iterator[DesiredUser]:
    """The SCIM users for everyone of `users` who has the app, and whom it is limited to (`pilot`), in their order.

    Beside each of `users` is what rules set for them.
    `known` says who is at the target: while the app is limited, nobody else outside can be named as a manager.
    """
    named = logins if pilot is None else _Named(logins, pilot, known)
    write = recipe.writer
    for user, given in users:
        if user.employee_id in logins and (pilot is None or user.employee_id in pilot):
            yield _made(write, user, given, settings, named)


@dataclass(frozen=True, slots=True)
class _Named:
    """Who can be named as a manager while an app is limited to some people."""

    logins: Container[str]
    pilot: Container[str]
    known: Callable[[str], bool]

    def __contains__(self, key: object) -> bool:
        return key in self.logins and (key in self.pilot or self.known(str(key)))


def for_fed(fed: Iterable[Fed]) -> list[DesiredGroup]:
    """One group for each name, without case, whatever feeds it; spelt as by the role of the lowest group_id."""
    found: dict[str, dict[str, str]] = {}
    for one in fed:
        feeders = found.setdefault(name_key(one.name), {})
        feeders[one.feeder] = min(one.name, feeders.get(one.feeder, one.name))
    return [_group(key, sorted(feeders.items(), key=_roles_first)) for key, feeders in sorted(found.items())]


def _roles_first(feeder: tuple[str, str]) -> tuple[bool, str]:
    return feeder[0].startswith("\n"), feeder[0]


def _group(key: str, feeders: Sequence[tuple[str, str]]) -> DesiredGroup:
    return DesiredGroup(key=key, name=feeders[0][1], feeders=tuple(feeder for feeder, _ in feeders))


def for_roles(roles: Iterable[Role]) -> list[DesiredGroup]:
    """One group for each role name, without case: roles of the same name feed one group, spelt as by the lowest group_id."""
    found: dict[str, list[Role]] = {}
    for role in sorted(roles, key=lambda role: role.group_id):
        found.setdefault(name_key(role.name), []).append(role)
    return [
        DesiredGroup(
            key=key,
            name=feeders[0].name,
            feeders=tuple(role.group_id for role in feeders),
            role_ids=tuple(role.id for role in feeders),
        )
        for key, feeders in sorted(found.items())
    ]
